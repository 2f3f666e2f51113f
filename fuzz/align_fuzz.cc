// Any bytes as a system prompt, and as a request: volatile values lie in it in order; a relocated request reads as it
// did but for what was planned, and relocating it again changes nothing.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json/strings.h"
#include "pipeline/additions.h"
#include "pipeline/align/volatile.h"

namespace hm = headroom::messages;
namespace hp = headroom::pipeline;

namespace {

std::string relocated(const std::string& body, std::optional<hm::Format> format) {
  static headroom::tokens::Counter ruler;
  const auto c = hm::read(body, format);
  if (!c) return body;
  hp::Options options;
  options.relocate = hp::Relocate::all;
  options.prompt_cache_key = hp::CacheKey::derive;
  hp::Capability capability;
  capability.inject = true;
  hp::Additions added = hp::additions_to(*c, options, capability, ruler, "key");
  hp::sort_edits(added.edits);
  const std::string out = headroom::splice(body, added.edits);
  if (hm::violation(*c, out, added.plan)) std::abort();
  return out;
}

void check(const std::string& body, std::optional<hm::Format> format) {
  const std::string once = relocated(body, format);
  if (relocated(once, format) != once) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::size_t at = 0;
  for (const hp::VolatileValue& v : hp::volatile_values(text)) {
    if (v.begin < at || v.end <= v.begin || v.end > text.size()) std::abort();
    at = v.end;
  }
  const std::string prompt = headroom::json::quote(text);
  check(R"({"system":)" + prompt + R"(,"tools":[{"name":"run"}],"messages":[{"role":"user","content":"x"}]})",
        hm::Format::anthropic);
  check(R"({"messages":[{"role":"system","content":)" + prompt + R"(},{"role":"user","content":"x"}]})",
        hm::Format::openai);
  for (const std::string_view name : hm::format_names()) check(text, hm::parse_format(name));
  return 0;
}
