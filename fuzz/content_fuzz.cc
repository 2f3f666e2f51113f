// Any bytes as a tool result: lossless views decode, reversible ones have their original, nothing grows, twice is once.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "json/document.h"
#include "pipeline/compress.h"

namespace hr = headroom;

namespace {

void check(std::string_view text, const hr::pipeline::Options& options, hr::pipeline::Services& services,
           hr::store::Store& store) {
  const auto out = hr::pipeline::compress_content(text, {"", "which test failed, and why?", "", ""}, options, services);
  if (out.error || out.after > out.before || out.output.size() > text.size()) std::abort();
  if (!out.changed) {
    if (out.output != text) std::abort();
    return;
  }
  if (out.lossless) {
    const auto back = hr::pipeline::decode(out.output);
    if (!back || (*back != text && !hr::json::same_tokens(*back, text))) std::abort();
  } else {
    const auto found = store.get(*hr::store::parse_handle(out.markers.at(0).hash));
    if (!found || !found->entry || found->entry->content != text) std::abort();
  }
  if (hr::pipeline::compress_content(out.output, {}, options, services).output != out.output) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static hr::tokens::Witnesses counters;
  const auto memory = hr::store::open_memory({"fuzz", std::string(32, 'k')}, {});
  hr::pipeline::Services services{counters, [&]() -> hr::Result<hr::store::Store*> { return memory.get(); }};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  hr::pipeline::Options options;
  check(text, options, services, *memory);
  options.retrieval = hr::pipeline::Retrieval::tool;
  check(text, options, services, *memory);
  return 0;
}
