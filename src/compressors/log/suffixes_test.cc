#include "compressors/log/suffixes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>

namespace headroom::compressors::log {
namespace {

// The reference: compared number by number.
std::vector<std::uint32_t> sorted_plainly(const std::vector<std::uint32_t>& numbers) {
  std::vector<std::uint32_t> order(numbers.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::lexicographical_compare(numbers.begin() + a, numbers.end(), numbers.begin() + b, numbers.end());
  });
  return order;
}

void check(const std::vector<std::uint32_t>& numbers, std::uint32_t bound) {
  const Suffixes s = sort_suffixes(numbers, bound);
  ASSERT_EQ(s.order, sorted_plainly(numbers));
  for (std::size_t k = 0; k < s.order.size(); ++k) ASSERT_EQ(s.rank[s.order[k]], k);
}

TEST(Suffixes, AreInOrder) {
  EXPECT_EQ(sort_suffixes(std::vector<std::uint32_t>{2, 1, 2, 1, 0}, 3).order,
            (std::vector<std::uint32_t>{4, 3, 1, 2, 0}));
  check({}, 0);
  check({0}, 1);
  check(std::vector<std::uint32_t>(500, 3), 4);
}

RC_GTEST_PROP(Suffixes, AreAsComparedNumberByNumber, ()) {
  const auto bound = *rc::gen::inRange<std::uint32_t>(1, 6);
  std::vector<std::uint32_t> numbers;
  // Repeats of some length, as logs have them.
  const int runs = *rc::gen::inRange(0, 8);
  for (int r = 0; r < runs; ++r) {
    const auto part = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, bound));
    const int times = *rc::gen::inRange(1, 4);
    for (int k = 0; k < times; ++k) numbers.insert(numbers.end(), part.begin(), part.end());
  }
  check(numbers, bound);
}

}  // namespace
}  // namespace headroom::compressors::log
