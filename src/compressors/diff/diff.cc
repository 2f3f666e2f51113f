#include "compressors/diff/diff.h"

#include <algorithm>

#include "compressors/diff/diff_lossless.h"
#include "compressors/diff/diff_reversible.h"
#include "compressors/diff/diff_text.h"

namespace headroom::compressors {
namespace {

int evidence(const detect::Sketch& s) {
  if (s.lines < 2 || s.has_nul) return 0;
  // A long message or a long hunk may hide most heads from the samples: any hunk's header counts.
  if (s.hunk_heads > 0) return static_cast<int>(std::min<std::size_t>(60 + s.hunk_heads * 10, 100));
  return s.diff_lines * 2 >= s.lines ? 60 : s.diff_lines >= 4 ? 30 : 0;
}

// Long texts are only estimated: no figure shown depends on it.
Tokens size_of(const Context& context, std::string_view text) {
  constexpr std::size_t long_text = std::size_t{1} << 16;
  return text.size() > long_text ? tokens::Counter::estimate(text) : context.ruler.count(text);
}

std::vector<View> views(std::string_view text, const Context& context, bool forced) {
  std::vector<View> out;
  const std::optional<DiffText> d = read_diff(text, forced);
  if (!d) return out;
  const Tokens original = size_of(context, text);
  Tokens lossless = original;
  if (std::optional<std::string> encoded = encode_diff(*d, text, context.ruler)) {
    const Tokens size = size_of(context, *encoded);
    if (size < original) {
      lossless = size;
      View& view = out.emplace_back();
      view.text = std::move(*encoded);
      view.method = "diff_heads";
    }
  }
  if (context.reversible) {
    if (std::optional<View> view = summarise_diff(*d, context, original)) {
      if (size_of(context, view->text) < lossless) out.push_back(std::move(*view));
    }
  }
  return out;
}

}  // namespace

const Compressor diff_compressor{.kind = "diff", .evidence = evidence, .views = views, .decode = decode_diff};

}  // namespace headroom::compressors
