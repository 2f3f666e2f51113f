// Any bytes as search results: the lossless view decodes, decoding never fails on what is no view, and a reversible
// view shows only lines of the source.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "base/lines.h"
#include "compressors/search_results/grep_output.h"
#include "compressors/search_results/search_results.h"

namespace hr = headroom;

namespace {

void check_shown(std::string_view text, std::string_view view) {
  std::set<std::string, std::less<>> source;
  for (const hr::Line& l : hr::split_lines(text)) source.emplace(l.text);
  std::string path;
  for (const hr::Line& l : hr::split_lines(view)) {
    std::string line(l.text);
    if (source.contains(line) || line.starts_with('[')) continue;
    // "... [x17 in 12 files]" is ours.
    if (const std::size_t at = line.rfind(" [x"); at != std::string::npos && line.ends_with(']')) line.resize(at);
    if (source.contains(line) || source.contains(path + line)) continue;
    const std::size_t behind = hr::compressors::after_number(line, 0);
    if (behind != 0 && source.contains(path + line[behind - 1] + line)) continue;
    // What else stands alone is a heading: some line of the source begins with it.
    path = line;
    const auto at = source.lower_bound(path);
    if (at == source.end() || !at->starts_with(path)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static hr::tokens::Counter ruler;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const hr::search::QueryText question{"where is handler_17 raised, and why?", 1};
  const hr::search::Query query = hr::search::Query::parse({&question, 1});
  for (const bool forced : {false, true}) {
    const hr::compressors::Context context{query, ruler, {}, true};
    for (const hr::compressors::View& v : hr::compressors::search_compressor.views(text, context, forced)) {
      if (v.fidelity == hr::compressors::Fidelity::lossless) {
        if (hr::compressors::search_compressor.decode(v.text) != text) std::abort();
      } else {
        check_shown(text, v.text);
      }
    }
  }
  hr::compressors::search_compressor.decode(text);
  return 0;
}
