#include "salience/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "salience/rounding.h"

namespace headroom::salience {
namespace {

constexpr double normal_scale = 1.4826;  // MAD of a normal distribution -> its standard deviation
constexpr double cut_off = 3.5;          // Iglewicz & Hoaglin's recommendation
constexpr double mode_share = 0.9;
constexpr std::size_t max_blocks = 256;
constexpr std::size_t shortest_segment = 3;  // blocks: shorter ones are outliers, not levels

double take_median(std::vector<double>& v) {
  if (v.empty()) return 0;
  const auto middle = v.begin() + static_cast<std::ptrdiff_t>((v.size() - 1) / 2);
  std::nth_element(v.begin(), middle, v.end());
  return *middle;
}

std::vector<double> finite(std::span<const double> values) {
  std::vector<double> out;
  out.reserve(values.size());
  for (double x : values) {
    if (std::isfinite(x)) out.push_back(x);
  }
  return out;
}

// PELT over the blocks: starts of segments but the first.
class Pelt {
 public:
  explicit Pelt(const std::vector<double>& blocks) : n_(blocks.size()), sum_(n_ + 1), square_(n_ + 1) {
    for (std::size_t i = 0; i < n_; ++i) {
      sum_[i + 1] = sum_[i] + blocks[i];
      square_[i + 1] = square_[i] + blocks[i] * blocks[i];
    }
  }

  std::vector<std::size_t> run(double penalty) const {
    std::vector<double> best(n_ + 1, 0);
    std::vector<std::size_t> last(n_ + 1, 0), candidates{0};
    best[0] = -penalty;
    for (std::size_t t = shortest_segment; t <= n_; ++t) {
      double least = 0;
      std::size_t from = n_ + 1;
      for (std::size_t s : candidates) {
        if (t - s < shortest_segment) continue;
        const double c = best[s] + cost(s, t) + penalty;
        if (from > n_ || c < least) {
          least = c;
          from = s;
        }
      }
      best[t] = least;
      last[t] = from;
      // What can never be the best start again leaves (the pruning that makes PELT linear).
      std::erase_if(candidates,
                    [&](std::size_t s) { return t - s >= shortest_segment && best[s] + cost(s, t) > best[t]; });
      if (t + shortest_segment <= n_) candidates.push_back(t);
    }
    std::vector<std::size_t> out;
    for (std::size_t t = n_; t > 0 && last[t] > 0; t = last[t]) out.push_back(last[t]);
    std::reverse(out.begin(), out.end());
    return out;
  }

 private:
  double cost(std::size_t a, std::size_t b) const {
    const double s = sum_[b] - sum_[a];
    return std::max(0.0, square_[b] - square_[a] - s * s / static_cast<double>(b - a));
  }
  std::size_t n_;
  std::vector<double> sum_, square_;
};

// The split of [from, to) into two levels with the least squared error, within one block on both sides of `near`.
std::size_t refine(const std::vector<double>& v, std::size_t from, std::size_t near, std::size_t to,
                   std::size_t block) {
  const std::size_t low = std::max(from + 1, near > block ? near - block : 1), high = std::min(to - 1, near + block);
  double left = 0, total = 0;
  for (std::size_t i = from; i < to; ++i) total += v[i];
  for (std::size_t i = from; i < low; ++i) left += v[i];
  std::size_t best = near;
  double most = -1;
  for (std::size_t k = low; k <= high && k < to; ++k) {
    const double a = static_cast<double>(k - from), b = static_cast<double>(to - k);
    const double gap = left / a - (total - left) / b, gain = a * b / (a + b) * gap * gap;
    if (gain > most) {
      most = gain;
      best = k;
    }
    left += v[k];
  }
  return best;
}

}  // namespace

double median(std::span<const double> values) {
  std::vector<double> v = finite(values);
  return take_median(v);
}

Spread spread(std::span<const double> values) {
  std::vector<double> v = finite(values);
  Spread out;
  out.median = take_median(v);
  for (double& x : v) x = std::abs(x - out.median);
  out.mad = take_median(v);
  return out;
}

std::vector<std::size_t> outliers(std::span<const double> values) {
  std::vector<double> v = finite(values);
  std::vector<std::size_t> out;
  if (v.size() < 5) return out;
  const double centre = take_median(v);
  std::size_t equal = 0;
  for (double& x : v) {
    equal += x == centre;
    x = std::abs(x - centre);
  }
  const double mad = take_median(v);
  double limit = cut_off * normal_scale * mad;
  if (mad == 0 && static_cast<double>(equal) < mode_share * static_cast<double>(v.size())) {
    // Half are one value (days without rain): the others' own deviations are the scale, and only what is far from them
    // by three times more is told.
    std::erase(v, 0.0);
    limit = 3 * cut_off * normal_scale * take_median(v);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i]) && std::abs(values[i] - centre) > limit) out.push_back(i);
  }
  return out;
}

std::vector<Shift> change_points(std::span<const double> values, std::size_t limit) {
  std::vector<std::size_t> where;  // of finite values
  std::vector<double> v;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    where.push_back(i);
    v.push_back(values[i]);
  }
  const std::size_t n = v.size();
  if (n < 4 * shortest_segment || limit == 0) return {};
  if (std::is_sorted(v.begin(), v.end()) || std::is_sorted(v.rbegin(), v.rend())) return {};

  const std::size_t block = (n + max_blocks - 1) / max_blocks;
  std::vector<double> blocks;
  for (std::size_t i = 0; i < n; i += block) blocks.push_back(median(std::span(v).subspan(i, std::min(block, n - i))));
  std::vector<double> differences;
  for (std::size_t i = 1; i < blocks.size(); ++i) differences.push_back(blocks[i] - blocks[i - 1]);
  // Differences of independent noise have sqrt 2 times its deviation.
  const double noise = normal_scale * spread(differences).mad / 1.41421356237309505;
  const auto [least, most] = std::minmax_element(blocks.begin(), blocks.end());
  const double range = *most - *least;
  if (range <= 0) return {};
  const double s = std::max(noise, range * 1e-3);
  const auto starts = Pelt(blocks).run(2 * s * s * natural_log(static_cast<double>(blocks.size())));

  std::vector<Shift> out;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t from = (i ? starts[i - 1] : 0) * block;
    const std::size_t to = std::min(n, (i + 1 < starts.size() ? starts[i + 1] : blocks.size()) * block);
    const std::size_t at = refine(v, from, std::min(starts[i] * block, n - 1), to, block);
    const double before = median(std::span(v).subspan(from, at - from)),
                 after = median(std::span(v).subspan(at, to - at));
    // A level that differs by less than the noise is a fit, not a fact.
    if (std::abs(after - before) <= 2 * noise) continue;
    out.push_back({where[at], before, after});
  }
  if (out.size() > limit) {
    std::sort(out.begin(), out.end(), [](const Shift& a, const Shift& b) {
      const double x = std::abs(a.after - a.before), y = std::abs(b.after - b.before);
      return x != y ? x > y : a.index < b.index;
    });
    out.resize(limit);
    std::sort(out.begin(), out.end(), [](const Shift& a, const Shift& b) { return a.index < b.index; });
  }
  return out;
}

Summary summarise(std::span<const double> values) {
  std::vector<std::size_t> order;
  order.reserve(values.size());
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    order.push_back(i);
    sum += values[i];
  }
  Summary out;
  out.count = order.size();
  if (order.empty()) return out;
  const auto less = [&](std::size_t a, std::size_t b) {
    return values[a] != values[b] ? values[a] < values[b] : a < b;
  };
  const auto at = [&](std::size_t k) {
    const auto it = order.begin() + static_cast<std::ptrdiff_t>(k);
    std::nth_element(order.begin(), it, order.end(), less);
    return *it;
  };
  out.min = at(0);
  out.max = at(order.size() - 1);
  out.p50 = at((order.size() - 1) / 2);
  out.p95 = at((order.size() - 1) * 95 / 100);
  out.mean = sum / static_cast<double>(order.size());
  return out;
}

}  // namespace headroom::salience
