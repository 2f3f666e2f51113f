#include "compressors/log/suffixes.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace headroom::compressors::log {
namespace {

// Suffixes that begin alike: order[begin..end). Their rank is `begin` as long as they are one group.
struct Group {
  std::uint32_t begin, end;
};

class Sorter {
 public:
  explicit Sorter(std::span<const std::uint32_t> numbers) : n_(numbers.size()) {
    out_.order.resize(n_);
    out_.rank.resize(n_);
  }

  Suffixes run(std::span<const std::uint32_t> numbers, std::uint32_t bound) {
    by_first(numbers, bound);
    for (std::size_t width = 1; !open_.empty(); width *= 2) {
      const std::vector<Group> groups = std::exchange(open_, {});
      for (const Group& group : groups) split(group, width);
    }
    return std::move(out_);
  }

 private:
  void by_first(std::span<const std::uint32_t> numbers, std::uint32_t bound) {
    std::vector<std::uint32_t> starts(std::size_t{bound} + 1, 0);
    for (const std::uint32_t number : numbers) ++starts[number + 1];
    std::partial_sum(starts.begin(), starts.end(), starts.begin());
    for (std::size_t i = 0; i < n_; ++i) out_.rank[i] = starts[numbers[i]];
    for (std::size_t number = 0; number < bound; ++number) {
      if (starts[number + 1] - starts[number] > 1) open_.push_back({starts[number], starts[number + 1]});
    }
    for (std::size_t i = 0; i < n_; ++i) out_.order[starts[numbers[i]]++] = static_cast<std::uint32_t>(i);
  }

  // By what stands `width` further on. Ranks are renewed at once: groups that come later in this round see finer ones,
  // which agree with those before.
  void split(const Group& group, std::size_t width) {
    keyed_.clear();
    for (std::uint32_t k = group.begin; k < group.end; ++k) {
      const std::size_t behind = out_.order[k] + width;
      keyed_.emplace_back(behind < n_ ? out_.rank[behind] + 1 : 0, out_.order[k]);
    }
    std::sort(keyed_.begin(), keyed_.end());
    for (std::size_t k = 0; k < keyed_.size();) {
      std::size_t end = k;
      for (; end < keyed_.size() && keyed_[end].first == keyed_[k].first; ++end) {
        out_.order[group.begin + end] = keyed_[end].second;
        out_.rank[keyed_[end].second] = group.begin + static_cast<std::uint32_t>(k);
      }
      if (end - k > 1)
        open_.push_back({group.begin + static_cast<std::uint32_t>(k), group.begin + static_cast<std::uint32_t>(end)});
      k = end;
    }
  }

  const std::size_t n_;
  Suffixes out_;
  std::vector<Group> open_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> keyed_;  // rank of what stands behind, suffix
};

}  // namespace

Suffixes sort_suffixes(std::span<const std::uint32_t> numbers, std::uint32_t bound) {
  return Sorter(numbers).run(numbers, bound);
}

}  // namespace headroom::compressors::log
