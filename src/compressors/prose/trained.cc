#include "compressors/prose/trained.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "compressors/prose/features.h"

namespace headroom::compressors::prose {
namespace {

struct Node {
  std::uint8_t feature;
  std::int16_t threshold;    // left if the feature is this or less
  std::int16_t left, right;  // a node; or ~leaf
};
#include "compressors/prose/trained_trees.inc"

// Of 100: what the query's words themselves weigh beside the trees, which know of them too. Chosen with the shares of
// training on the questions of docs/models.md together: its table is no figure on untouched ones.
constexpr std::uint32_t query_share = 30;

class Trained final : public SentenceScorer {
 public:
  std::string_view version() const override { return "small 2"; }
  bool weighs_query() const override { return true; }

  // Sums mean something beside each other only: the worst of the text is 0, the best 1024.
  std::optional<std::vector<std::uint32_t>> score(const Evidence& e) const override {
    const std::vector<FeatureRow> rows = features_of(e);
    std::vector<std::int32_t> sums;
    sums.reserve(rows.size());
    std::int32_t least = INT32_MAX, most = INT32_MIN;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      sums.push_back(is_writing(e.document.units[i]) ? trained_sum(rows[i]) : 0);
      if (!is_writing(e.document.units[i])) continue;
      least = std::min(least, sums.back());
      most = std::max(most, sums.back());
    }
    std::vector<std::uint32_t> out(rows.size(), 0);
    if (most <= least) return out;
    const std::int64_t range = std::int64_t{most} - least;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!is_writing(e.document.units[i])) continue;
      out[i] = static_cast<std::uint32_t>((std::int64_t{sums[i]} - least) * full_score / range);
      if (!e.relevance.empty()) out[i] = (out[i] * (100 - query_share) + e.relevance.all[i] * query_share) / 100;
    }
    return out;
  }
};

}  // namespace

std::int32_t trained_sum(const FeatureRow& row) {
  std::int32_t sum = 0;
  for (const std::int16_t root : roots) {
    std::int16_t at = root;
    while (at >= 0) {
      const Node& n = nodes[at];
      at = row[n.feature] <= n.threshold ? n.left : n.right;
    }
    sum += leaves[~at];
  }
  return sum;
}

const SentenceScorer& trained_scorer() {
  static const Trained scorer;
  return scorer;
}

}  // namespace headroom::compressors::prose
