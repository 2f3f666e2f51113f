// Any bytes as a request body: the answer is JSON where the input was, only slots differ, every marker has its
// original.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "json/document.h"
#include "pipeline/compress.h"

namespace hr = headroom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static hr::tokens::Witnesses counters;
  const hr::store::WorkspaceKey key{"fuzz", std::string(32, 'k')};
  const auto memory = hr::store::open_memory(key, {});
  hr::pipeline::Services services{counters, [&]() -> hr::Result<hr::store::Store*> { return memory.get(); }, false,
                                  &key};
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  hr::pipeline::Options options;
  options.retrieval = hr::pipeline::Retrieval::tool;
  options.images = true;
  const auto out = hr::pipeline::compress_body(body, "", options, services);
  if (out.error) std::abort();
  if (hr::splice(body, out.edits) != out.output) std::abort();
  if (out.after > out.before) std::abort();
  if (!out.edits.empty() && !hr::json::Document::parse(out.output)) std::abort();
  for (const auto& marker : out.markers) {
    const auto found = memory->get(*hr::store::parse_handle(marker.hash));
    if (!found || !found->entry || found->entry->content.size() != marker.bytes) std::abort();
  }
  return 0;
}
