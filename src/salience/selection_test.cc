#include "salience/selection.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "salience/mask.h"

namespace headroom::salience {
namespace {

// n items of equal cost with one feature of `kinds`.
Problem kinds_of_items(std::size_t n, std::uint32_t kinds, double budget) {
  Problem p;
  p.cost.assign(n, 10);
  for (std::size_t i = 0; i < n; ++i) {
    p.features.ids.push_back(static_cast<std::uint32_t>(i * 7919 % kinds));
    p.features.end_item();
  }
  p.features.feature_count = kinds;
  p.budget = budget;
  return p;
}

TEST(Curve, KneeWhereEveryKindIsSeen) {
  const Problem p = kinds_of_items(500, 8, 0);
  const Curve curve = coverage_curve(p.features, p.cost, 1e9);
  EXPECT_EQ(curve.points.size(), 8u);
  EXPECT_DOUBLE_EQ(knee_cost(curve), 80);
}

TEST(Curve, NoKneeWhenEveryItemIsNew) {
  const Problem p = kinds_of_items(50, 50, 0);
  EXPECT_LT(knee_cost(coverage_curve(p.features, p.cost, 1e9)), 0);
  EXPECT_LT(knee_cost(coverage_curve({}, {}, 1e9)), 0);
}

TEST(Select, FirstLastAndCoverage) {
  const Selection s = select(kinds_of_items(500, 8, 200));
  EXPECT_LE(s.cost, 200);
  EXPECT_TRUE(std::ranges::binary_search(s.chosen, 0u));
  EXPECT_TRUE(std::ranges::binary_search(s.chosen, 5u));    // 30 % of 20 items
  EXPECT_TRUE(std::ranges::binary_search(s.chosen, 499u));  // 15 %
}

TEST(Select, PinnedEvenBeyondTheBudget) {
  Problem p = kinds_of_items(100, 3, 50);
  for (std::uint32_t i = 20; i < 60; ++i) p.pinned.push_back(i);
  const Selection s = select(p);
  for (std::uint32_t i = 20; i < 60; ++i) EXPECT_TRUE(std::ranges::binary_search(s.chosen, i));
  EXPECT_LE(s.chosen.size(), 42u);
}

TEST(Select, HitsByScoreNotByIndex) {
  Problem p = kinds_of_items(1000, 3, 100);
  p.asked = {900, 3, 700};
  const Selection s = select(p);
  EXPECT_TRUE(std::ranges::binary_search(s.chosen, 900u));
}

TEST(Select, Nothing) {
  EXPECT_TRUE(select({}).chosen.empty());
}

RC_GTEST_PROP(Select, WithinTheBudgetSortedAndPinned, ()) {
  const auto n = *rc::gen::inRange<std::size_t>(0, 200);
  Problem p;
  for (std::size_t i = 0; i < n; ++i) {
    p.cost.push_back(*rc::gen::inRange<std::uint32_t>(1, 50));
    const auto raw = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, 40));
    const std::set<std::uint32_t> ids(raw.begin(), raw.end());
    p.features.ids.insert(p.features.ids.end(), ids.begin(), ids.end());
    p.features.end_item();
  }
  p.features.feature_count = 40;
  p.budget = *rc::gen::inRange(0, 2000);
  double pinned = 0;
  if (n > 0) {
    const auto pins =
        *rc::gen::container<std::set<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, static_cast<std::uint32_t>(n)));
    p.pinned.assign(pins.begin(), pins.end());
    for (std::uint32_t i : pins) pinned += p.cost[i];
  }
  const Selection s = select(p);
  RC_ASSERT(std::ranges::is_sorted(s.chosen));
  for (std::uint32_t i : p.pinned) RC_ASSERT(std::ranges::binary_search(s.chosen, i));
  RC_ASSERT(s.cost <= std::max(p.budget, pinned) + 100);
  RC_ASSERT(select(p).chosen == s.chosen);
}

TEST(Mask, Templates) {
  EXPECT_EQ(masked("job 17 of user_42 took 35 ms (id 3f1c2aa9)"), "job # of user_# took # ms (id #)");
  EXPECT_EQ(masked("550e8400-e29b-41d4-a716-446655440000"), "#");
  EXPECT_EQ(masked("2024-01-15T10:00:00Z"), "#Z");
  EXPECT_EQ(masked("10.0.0.53"), "#");
  EXPECT_EQ(masked(""), "");
  EXPECT_EQ(template_key("took 35 ms"), template_key("took 1204 ms"));
  EXPECT_NE(template_key("took 35 ms"), template_key("took 35 s"));
}

RC_GTEST_PROP(Mask, OtherDigitsSameTemplate, (unsigned a, unsigned b)) {
  const std::string head = "read ", tail = " bytes of block 7";
  RC_ASSERT(masked(head + std::to_string(a) + tail) == masked(head + std::to_string(b) + tail));
}

}  // namespace
}  // namespace headroom::salience
