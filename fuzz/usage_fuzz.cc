// Any bytes as a provider's reply that is watched for what it used: the same figures however it is cut, none below zero
// that the ledger would take, and never more rounds than replies. And what a stored response's refusal is looked at
// for.
//
// The first byte: stream or whole, and the seed of the cuts. A zero byte ends a reply.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json/document.h"
#include "proxy/rewrite.h"
#include "proxy/usage.h"
#include "relay/stored.h"

namespace {

using headroom::proxy::UsageWatcher;

void require(bool good) {
  if (!good) std::abort();
}

UsageWatcher watch(std::string_view text, bool stream, unsigned seed) {
  UsageWatcher watcher;
  for (int replies = 0; replies < 8; ++replies) {
    std::string_view reply = text.substr(0, text.find('\0'));
    text.remove_prefix(std::min(reply.size() + 1, text.size()));
    watcher.begin(stream ? "text/event-stream; charset=utf-8" : "application/json");
    while (!reply.empty()) {
      seed = seed == 0 ? 0 : seed * 1103515245u + 12345u;
      const std::size_t n = seed == 0 ? reply.size() : std::min<std::size_t>(reply.size(), 1 + (seed >> 16) % 40);
      watcher.feed(reply.substr(0, n));
      reply.remove_prefix(n);
    }
    watcher.end();
    require(watcher.rounds().size() <= static_cast<std::size_t>(replies) + 1);
    if (text.empty()) break;
  }
  return watcher;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool stream = data[0] & 1;
  const UsageWatcher whole = watch(text, stream, 0), cut = watch(text, stream, data[0] + 1u);
  require(std::ranges::equal(whole.rounds(), cut.rounds()));
  for (const headroom::ledger::Usage& usage : whole.rounds()) {
    const auto sane = usage.sane();
    require(sane.uncached >= 0 && sane.read >= 0 && sane.written >= 0 && sane.output >= 0);
  }
  // As a refusal, as a request that goes on from a stored response, and as that response.
  headroom::relay::lacks_tool_output(text);
  const std::string id = headroom::relay::previous_response(text);
  if (headroom::json::Document::parse(text)) {
    const std::string moved = headroom::relay::going_on_from(text, "resp_2");
    require(headroom::json::Document::parse(moved).has_value());
  }
  const std::string_view model = headroom::proxy::top_string(text, "model");
  require(model.find('"') == model.npos);
  return 0;
}
