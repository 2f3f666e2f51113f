#include "compressors/prose/prose.h"

#include "base/lines.h"
#include "base/utf8.h"
#include "compressors/prose/document.h"
#include "compressors/prose/insets.h"
#include "compressors/prose/lossless.h"
#include "compressors/prose/reversible.h"
#include "compressors/smaller_views.h"

namespace headroom::compressors {
namespace {

// Weak: whatever other kind has a parser that accepts the text knows it better.
int evidence(const detect::Sketch& s) {
  if (s.lines == 0 || s.has_nul || s.invalid_utf8) return 0;
  const auto share = [&s](std::size_t n) { return static_cast<int>(100 * n / s.lines); };
  if (share(s.time_lines) > 20 || share(s.json_lines) > 20 || share(s.search_lines) > 30 || share(s.hunk_heads) > 0)
    return 0;
  if (share(s.code_lines) > 35) return 0;  // code with docstrings
  const int writing = share(s.sentence_lines);
  // Nothing but running text: that its lines are of one shape makes no log of it.
  if (writing >= 75 && share(s.time_lines) + share(s.level_lines) + share(s.diagnostic_lines) + share(s.code_lines) < 5)
    return 50;
  return writing >= 60 ? 35 : writing >= 15 ? 20 : 0;
}

// A lossless view that takes nearly as much as the text is not chosen beside a reversible one of at most half of it,
// where that saves more than a retrieval costs: it need not be counted.
bool is_outdone(std::string_view lossless, const View& reversible, std::string_view text) {
  constexpr std::size_t long_enough = 4096;  // two fifths of it are some 400 tokens
  return text.size() >= long_enough && reversible.text.size() * 2 <= text.size() &&
         lossless.size() * 10 >= text.size() * 9;
}

std::vector<View> views(std::string_view text, const Context& context, bool forced) {
  if (!utf8::is_valid(text)) return {};
  // Where nothing may be left out only paragraphs that stand again are of use: most texts have none, and are not read.
  if (!context.reversible && !prose::repeats_paragraphs(split_lines(text))) return {};
  prose::Document document = prose::read_document(text);
  if (context.reversible && context.blocks != nullptr && (forced || prose::may_be_accepted(document)))
    prose::put_insets(document, *context.blocks);
  if (document.units.empty() || (!forced && !prose::accepts(document))) return {};
  std::optional<View> reversible;
  if (context.reversible)
    reversible = prose::reversible_view(document, context, size_for_choice(context, text), forced);
  std::vector<View> out = smaller_views(
      text, context, "prose_paragraphs",
      [&] {
        std::optional<std::string> lossless = prose::encode_paragraphs(text, document.lines);
        if (lossless && reversible && is_outdone(*lossless, *reversible, text)) lossless.reset();
        return lossless;
      },
      [&](Tokens, Tokens) { return std::move(reversible); });
  for (View& v : out) v.line_preserving = v.fidelity == Fidelity::lossless;
  return out;
}

std::optional<std::string> decode(std::string_view view) {
  return prose::decode_paragraphs(view);
}

}  // namespace

const Compressor prose_compressor{.kind = "prose", .evidence = evidence, .views = views, .decode = decode};

}  // namespace headroom::compressors
