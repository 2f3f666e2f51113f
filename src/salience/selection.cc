#include "salience/selection.h"

#include <algorithm>
#include <array>
#include <queue>

#include "salience/rounding.h"

namespace headroom::salience {
namespace {

constexpr double least_gap = 0.05;
constexpr int most_recounts = 64;
constexpr double asked_share = 0.4, notable_share = 0.3;

// Lazy greedy: marginals only fall, so a recounted item that still beats the next one's old marginal is the best.
class Greedy {
 public:
  struct Candidate {
    double rate;
    std::uint32_t item;
    std::uint32_t round;
    bool operator<(const Candidate& o) const { return rate != o.rate ? rate < o.rate : item > o.item; }
  };

  Greedy(const FeatureLists& features, std::span<const std::uint32_t> cost) : features_(features), cost_(cost) {
    const std::size_t n = features.items();
    weight_.assign(features.feature_count, 0);
    for (std::uint32_t f : features.ids) weight_[f] += 1;  // a feature stands once in an item's list
    std::array<double, 64> known{};                        // by frequency: most features stand in few items
    for (double& w : weight_) {
      if (w <= 0) continue;
      double other = 0;
      double& weight = w < known.size() ? known[static_cast<std::size_t>(w)] : other;
      if (weight == 0) weight = round20(natural_log(1 + static_cast<double>(n) / w));
      w = weight;
      ++uncovered_;
    }
    covered_.assign(features.feature_count, false);
    taken_.assign(n, false);
    std::vector<Candidate> heap;
    heap.reserve(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double g = gain(static_cast<std::uint32_t>(i));
      if (g > 0) heap.push_back({rate(i, g), static_cast<std::uint32_t>(i), 0});
    }
    heap_ = Heap(std::less<Candidate>(), std::move(heap));
  }

  double total() const {
    double sum = 0;
    for (double w : weight_) sum += w;
    return sum;
  }

  // The weight newly covered.
  double take(std::uint32_t item) {
    taken_[item] = true;
    double sum = 0;
    for (std::uint32_t f : features_.of(item)) {
      if (covered_[f]) continue;
      covered_[f] = true;
      --uncovered_;
      sum += weight_[f];
    }
    ++round_;
    return sum;
  }

  // The item of the highest marginal per token; false if none gains. Not taken yet.
  bool best(std::uint32_t& item) {
    Candidate fresh{-1, 0, 0};
    for (int recounts = 0; uncovered_ > 0 && !heap_.empty();) {
      const Candidate c = heap_.top();
      if (taken_[c.item]) {
        heap_.pop();
        continue;
      }
      if (c.round == round_) {
        item = c.item;
        heap_.pop();
        return true;
      }
      if (recounts == most_recounts) break;
      heap_.pop();
      const double g = gain(c.item);
      if (g <= 0) continue;  // gone for good, so it does not count
      ++recounts;
      const Candidate now{rate(c.item, g), c.item, round_};
      heap_.push(now);
      if (fresh < now) fresh = now;
    }
    if (fresh.rate < 0) return false;
    item = fresh.item;
    return true;
  }

 private:
  using Heap = std::priority_queue<Candidate>;

  double gain(std::uint32_t item) const {
    double sum = 0;
    for (std::uint32_t f : features_.of(item)) {
      if (!covered_[f]) sum += weight_[f];
    }
    return sum;
  }
  double rate(std::size_t item, double g) const { return round20(g / std::max<std::uint32_t>(1, cost_[item])); }

  const FeatureLists& features_;
  std::span<const std::uint32_t> cost_;
  std::vector<double> weight_;
  std::vector<bool> covered_, taken_;
  Heap heap_;
  std::uint32_t round_ = 0;
  std::size_t uncovered_ = 0;  // features; at 0 no item gains
};

}  // namespace

Curve coverage_curve(const FeatureLists& features, std::span<const std::uint32_t> cost, double cost_limit) {
  Curve curve;
  for (std::uint32_t c : cost) curve.total_cost += c;
  Greedy greedy(features, cost);
  curve.total_coverage = greedy.total();
  double spent = 0, covered = 0;
  for (std::uint32_t item; spent <= cost_limit && greedy.best(item);) {
    spent += cost[item];
    covered += greedy.take(item);
    curve.points.push_back({item, spent, covered});
  }
  return curve;
}

double knee_cost(const Curve& curve) {
  if (curve.total_cost <= 0 || curve.total_coverage <= 0) return -1;
  double widest = round20(least_gap), at = -1;
  for (const CurvePoint& p : curve.points) {
    const double gap = round20(p.coverage / curve.total_coverage - p.cost / curve.total_cost);
    if (gap > widest) {
      widest = gap;
      at = p.cost;
    }
  }
  return at;
}

Selection select(const Problem& problem) {
  return select(problem, problem.cost, problem.features);
}

Selection select(const Problem& problem, std::span<const std::uint32_t> cost, const FeatureLists& features) {
  const std::size_t n = cost.size();
  std::vector<bool> chosen(n, false);
  double spent = 0;
  Greedy greedy(features, cost);
  const bool covers = features.items() == n;
  const auto take = [&](std::uint32_t item) {
    if (chosen[item]) return;
    chosen[item] = true;
    spent += cost[item];
    if (covers) greedy.take(item);
  };
  const auto fits = [&](std::uint32_t item, double limit) { return spent + cost[item] <= limit; };

  for (std::uint32_t item : problem.pinned) take(item);
  const double left = std::max(0.0, problem.budget - spent);
  const double ends = problem.first_share + problem.last_share;
  // Where what must be shown takes more than its 55 %, both ends share what is left in their proportion.
  const double first = std::min(problem.first_share * problem.budget, ends > 0 ? left * problem.first_share / ends : 0);
  const double last = std::min(problem.last_share * problem.budget, ends > 0 ? left * problem.last_share / ends : 0);
  double limit = spent + first;
  for (std::uint32_t i = 0; i < n && fits(i, limit); ++i) take(i);
  if (n > 0 && problem.first_share > 0) take(0);  // the schema, whatever it costs
  limit = spent + last;
  for (auto i = static_cast<std::uint32_t>(n); i > 0 && fits(i - 1, limit); --i) take(i - 1);
  if (n > 0 && problem.last_share > 0) take(static_cast<std::uint32_t>(n - 1));

  const double important = std::max(0.0, problem.budget - spent);
  limit = spent + asked_share * important;
  for (std::uint32_t item : problem.asked) {
    if (chosen[item]) continue;
    if (!fits(item, limit)) break;
    take(item);
  }
  limit = spent + notable_share / (1 - asked_share) * std::max(0.0, problem.budget - spent);
  for (std::uint32_t item : problem.notable) {
    if (chosen[item]) continue;
    if (!fits(item, limit)) break;
    take(item);
  }
  if (covers) {
    int misses = 0;  // items too dear for what is left; a few are passed over
    for (std::uint32_t item; misses < 16 && greedy.best(item);) {
      if (fits(item, problem.budget)) {
        take(item);
      } else {
        ++misses;
      }
    }
  }
  Selection out;
  out.cost = spent;
  for (std::uint32_t i = 0; i < n; ++i) {
    if (chosen[i]) out.chosen.push_back(i);
  }
  return out;
}

}  // namespace headroom::salience
