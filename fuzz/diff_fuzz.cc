// Any bytes as a patch: the lossless view decodes, decoding never fails on what is no view, and a reversible view shows
// only changed lines of the source.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "base/lines.h"
#include "compressors/diff/diff.h"

namespace hr = headroom;

namespace {

void check_shown(std::string_view text, std::string_view view) {
  std::set<std::string_view> source;
  for (const hr::Line& l : hr::split_lines(text)) source.insert(l.text);
  for (const hr::Line& l : hr::split_lines(view)) {
    const bool changed = !l.text.empty() && (l.text[0] == '+' || l.text[0] == '-');
    if (changed && !source.contains(l.text)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static hr::tokens::Counter ruler;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const hr::search::QueryText question{"does it change `total`?", 1};
  const hr::search::Query query = hr::search::Query::parse({&question, 1});
  for (const std::optional<hr::Tokens> budget : {std::optional<hr::Tokens>(), std::optional(hr::Tokens(60))}) {
    const hr::compressors::Context context{query, ruler, budget, true};
    for (const hr::compressors::View& v : hr::compressors::diff_compressor.views(text, context, true)) {
      if (v.fidelity == hr::compressors::Fidelity::lossless) {
        if (hr::compressors::diff_compressor.decode(v.text) != text) std::abort();
      } else {
        check_shown(text, v.text);
      }
    }
  }
  hr::compressors::diff_compressor.decode(text);
  return 0;
}
