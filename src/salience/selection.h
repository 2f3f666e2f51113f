// Which items to show for a budget: those that cover the most of what there is per token, and what must be shown
// anyway.
//
//   Problem p;                       // items with costs and features
//   p.cost = {60, 60, 60, ...};  p.features = ...;  p.pinned = {17};  p.budget = 900;
//   select(p).chosen                 -> {0, 1, 2, 17, 40, 93, 199}
//
// A feature weighs ln(1 + N/df). Lazy greedy by marginal weight per token (Minoux 1978; with costs: Khuller, Moss &
// Naor 1999) gives a concave curve of coverage over cost, blind to the order of the items; its knee is where the gap
// between the share of coverage and the share of cost is largest (Kneedle: Satopaa et al. 2011). The budget goes 30 %
// to the first items (schema), 15 % to the last (recency), 55 % to importance: of that 40 % to what the query asks for,
// 30 % to outliers, changes and rare items, 30 % to coverage; what one leaves goes to the next. Pinned items are always
// chosen, even beyond the budget.
//
// Deterministic: weights are rounded to 2^-20, ties go to the earlier item. O(total features + n log n); at most 64
// marginals are recomputed for one choice and the curve ends at the knee or at `curve_limit`, so no input makes it
// quadratic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace headroom::salience {

// Features of items in rows of one flat list. Ids are dense: 0..feature_count-1.
struct FeatureLists {
  std::vector<std::uint32_t> begin{0};  // items + 1
  std::vector<std::uint32_t> ids;
  std::uint32_t feature_count = 0;
  void end_item() { begin.push_back(static_cast<std::uint32_t>(ids.size())); }
  std::size_t items() const { return begin.size() - 1; }
  std::span<const std::uint32_t> of(std::size_t item) const {
    return std::span(ids).subspan(begin[item], begin[item + 1] - begin[item]);
  }
};

struct CurvePoint {
  std::uint32_t item;
  double cost;      // of all items up to this one
  double coverage;  // the same
};
struct Curve {
  std::vector<CurvePoint> points;  // in order of choice
  double total_cost = 0, total_coverage = 0;
};
// Items in the order in which greedy takes them, until nothing is gained or `cost_limit` is passed.
Curve coverage_curve(const FeatureLists& features, std::span<const std::uint32_t> cost, double cost_limit);

// Cost at the knee of a curve; a negative number if it has none (its largest gap is under .05).
double knee_cost(const Curve& curve);

struct Problem {
  std::vector<std::uint32_t> cost;     // tokens of each item, its share of gap lines counted
  FeatureLists features;               // may be empty: then no coverage part
  std::vector<std::uint32_t> pinned;   // always chosen
  std::vector<std::uint32_t> asked;    // what the query finds, best first
  std::vector<std::uint32_t> notable;  // outliers, changes, rare items: most notable first
  double budget = 0;
  double first_share = 0.30, last_share = 0.15;
};
struct Selection {
  std::vector<std::uint32_t> chosen;  // sorted
  double cost = 0;
};
Selection select(const Problem& problem);
// The same with costs and features that someone else holds, in place of the problem's own.
Selection select(const Problem& problem, std::span<const std::uint32_t> cost, const FeatureLists& features);

}  // namespace headroom::salience
