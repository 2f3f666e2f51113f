#include "compressors/search_results/search_results.h"

#include <algorithm>

#include "compressors/search_results/grep_output.h"
#include "compressors/search_results/search_lossless.h"
#include "compressors/search_results/search_reversible.h"

namespace headroom::compressors {
namespace {

// Hits of the query that keep their lead in the lossless view, so that they can be quoted.
constexpr std::size_t kept_whole = 20;

int evidence(const detect::Sketch& s) {
  if (s.lines < 2 || s.has_nul) return 0;
  const std::size_t found = std::max({s.search_lines, s.path_lines, s.path_text_lines});
  const std::size_t share = found * 100 / s.lines;
  if (s.diagnostic_lines * 4 > s.lines || s.diff_lines * 3 > s.lines) return 0;
  return static_cast<int>(std::min<std::size_t>(share, 100));
}

// Long texts are only estimated: no figure shown depends on it.
Tokens size_of(const Context& context, std::string_view text) {
  constexpr std::size_t long_text = std::size_t{1} << 16;
  return text.size() > long_text ? tokens::Counter::estimate(text) : context.ruler.count(text);
}

std::vector<View> views(std::string_view text, const Context& context, bool forced) {
  std::vector<View> out;
  const std::optional<GrepOutput> g = read_grep(text, forced);
  if (!g) return out;
  const Relevance relevance = relevance_of(*g, context);
  std::vector<bool> whole(g->lines.size());
  for (std::size_t k = 0; k < std::min(relevance.lines.size(), kept_whole); ++k) whole[relevance.lines[k]] = true;

  const Tokens original = size_of(context, text);
  Tokens lossless = original;
  if (std::optional<std::string> encoded = encode_search(*g, text, whole, context.ruler)) {
    const Tokens size = size_of(context, *encoded);
    if (size < original) {
      lossless = size;
      View& view = out.emplace_back();
      view.text = std::move(*encoded);
      view.method = "search_headings";
    }
  }
  if (context.reversible) {
    if (std::optional<View> view = summarise_search(*g, relevance, context, original, lossless)) {
      if (size_of(context, view->text) < lossless) out.push_back(std::move(*view));
    }
  }
  return out;
}

}  // namespace

const Compressor search_compressor{.kind = "search", .evidence = evidence, .views = views, .decode = decode_search};

}  // namespace headroom::compressors
