#include "compressors/search_results/search_results.h"

#include <algorithm>

#include "compressors/search_results/grep_output.h"
#include "compressors/search_results/search_lossless.h"
#include "compressors/search_results/search_reversible.h"
#include "compressors/smaller_views.h"

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

std::vector<View> views(std::string_view text, const Context& context, bool forced) {
  const std::optional<GrepOutput> g = read_grep(text, forced);
  if (!g) return {};
  const Relevance relevance = relevance_of(*g, context);
  std::vector<bool> whole(g->lines.size());
  for (std::size_t k = 0; k < std::min(relevance.lines.size(), kept_whole); ++k) whole[relevance.lines[k]] = true;
  return smaller_views(
      text, context, "search_headings", [&] { return encode_search(*g, text, whole, context.ruler); },
      [&](Tokens original, Tokens best) { return summarise_search(*g, relevance, context, original, best); });
}

}  // namespace

const Compressor search_compressor{.kind = "search", .evidence = evidence, .views = views, .decode = decode_search};

}  // namespace headroom::compressors
