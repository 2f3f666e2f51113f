#include "compressors/log/suffixes.h"

#include <algorithm>
#include <bit>
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
  explicit Sorter(std::span<const std::uint32_t> numbers)
      : n_(numbers.size()), suffix_bits_(static_cast<std::size_t>(std::bit_width(n_))) {
    out_.order.resize(n_);
    out_.rank.resize(n_);
  }

  Suffixes run(std::span<const std::uint32_t> numbers, std::uint32_t bound) {
    by_first(numbers, bound);
    for (std::size_t width = by_next(numbers, bound); !open_.empty(); width *= 2) {
      const std::vector<Group> groups = std::exchange(open_, {});
      for (const Group& group : groups) {
        split(group, [this, width](std::uint32_t suffix) -> std::uint64_t {
          const std::size_t behind = suffix + width;
          return behind < n_ ? out_.rank[behind] + 1 : 0;
        });
      }
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

  // By as many numbers behind the first as a key of 64 bits takes beside the suffix. Returns how many are told apart.
  std::size_t by_next(std::span<const std::uint32_t> numbers, std::uint32_t bound) {
    const auto bits = static_cast<std::size_t>(std::bit_width(bound));  // 0: behind the end
    const std::size_t many = bits == 0 ? 0 : (64 - suffix_bits_) / bits;
    const std::vector<Group> groups = std::exchange(open_, {});
    for (const Group& group : groups) {
      split(group, [&](std::uint32_t suffix) {
        std::uint64_t key = 0;
        for (std::size_t k = 1; k <= many; ++k)
          key = key << bits | (suffix + k < n_ ? std::uint64_t{numbers[suffix + k]} + 1 : 0);
        return key;
      });
    }
    return many + 1;
  }

  // By key. Ranks are renewed at once: groups that come later in this round see finer ones, which agree with those
  // before.
  template <class KeyOf>
  void split(const Group& group, KeyOf key_of) {
    keyed_.clear();
    for (std::uint32_t k = group.begin; k < group.end; ++k)
      keyed_.push_back(key_of(out_.order[k]) << suffix_bits_ | out_.order[k]);
    std::sort(keyed_.begin(), keyed_.end());
    for (std::size_t k = 0; k < keyed_.size();) {
      std::size_t end = k;
      for (; end < keyed_.size() && keyed_[end] >> suffix_bits_ == keyed_[k] >> suffix_bits_; ++end) {
        const auto suffix = static_cast<std::uint32_t>(keyed_[end] & ((std::uint64_t{1} << suffix_bits_) - 1));
        out_.order[group.begin + end] = suffix;
        out_.rank[suffix] = group.begin + static_cast<std::uint32_t>(k);
      }
      if (end - k > 1)
        open_.push_back({group.begin + static_cast<std::uint32_t>(k), group.begin + static_cast<std::uint32_t>(end)});
      k = end;
    }
  }

  const std::size_t n_, suffix_bits_;
  Suffixes out_;
  std::vector<Group> open_;
  std::vector<std::uint64_t> keyed_;  // key, suffix
};

}  // namespace

Suffixes sort_suffixes(std::span<const std::uint32_t> numbers, std::uint32_t bound) {
  return Sorter(numbers).run(numbers, bound);
}

}  // namespace headroom::compressors::log
