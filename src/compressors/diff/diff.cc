#include "compressors/diff/diff.h"

#include <algorithm>

#include "compressors/diff/diff_lossless.h"
#include "compressors/diff/diff_reversible.h"
#include "compressors/diff/diff_text.h"
#include "compressors/smaller_views.h"

namespace headroom::compressors {
namespace {

int evidence(const detect::Sketch& s) {
  if (s.lines < 2 || s.has_nul) return 0;
  // A long message or a long hunk may hide most heads from the samples: any hunk's header counts.
  if (s.hunk_heads > 0) return static_cast<int>(std::min<std::size_t>(60 + s.hunk_heads * 10, 100));
  return s.diff_lines * 2 >= s.lines ? 60 : s.diff_lines >= 4 ? 30 : 0;
}

std::vector<View> views(std::string_view text, const Context& context, bool forced) {
  const std::optional<DiffText> d = read_diff(text, forced);
  if (!d) return {};
  return smaller_views(
      text, context, "diff_heads", [&] { return encode_diff(*d, text, context.ruler); },
      [&](Tokens original, Tokens) { return summarise_diff(*d, context, original); });
}

}  // namespace

const Compressor diff_compressor{.kind = "diff", .evidence = evidence, .views = views, .decode = decode_diff};

}  // namespace headroom::compressors
