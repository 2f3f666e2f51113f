// Against sorted lists.
#include "ledger/histogram.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace headroom::ledger {
namespace {

using std::chrono::microseconds;

std::vector<std::int64_t> any_times() {
  return *rc::gen::nonEmpty(rc::gen::container<std::vector<std::int64_t>>(
      rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 200), rc::gen::inRange<std::int64_t>(0, 100'000),
                     rc::gen::inRange<std::int64_t>(0, 200'000'000), rc::gen::element<std::int64_t>(50, 60'000'000))));
}

RC_GTEST_PROP(Histogram, AgreesWithASortedList, ()) {
  std::vector<std::int64_t> times = any_times();
  Histogram h;
  std::int64_t sum = 0;
  for (const std::int64_t t : times) h.add(microseconds(t)), sum += t;
  std::sort(times.begin(), times.end());
  RC_ASSERT(h.count() == times.size());
  RC_ASSERT(h.sum().count() == sum);
  RC_ASSERT(h.least().count() == times.front());
  RC_ASSERT(h.most().count() == times.back());
  for (const std::int64_t bound : Histogram::bounds()) {
    const auto at = std::upper_bound(times.begin(), times.end(), bound) - times.begin();
    RC_ASSERT(h.up_to(bound) == static_cast<std::uint64_t>(at));
  }
  for (const int percent : {1, 50, 90, 99, 100}) {
    const std::size_t rank = (times.size() * static_cast<std::size_t>(percent) + 99) / 100;
    const std::int64_t exact = times[rank - 1];
    // In the same bucket as the exact one.
    const auto bounds = Histogram::bounds();
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), exact);
    const std::int64_t low = bucket == bounds.begin() ? 0 : *(bucket - 1);
    const std::int64_t high = bucket == bounds.end() ? times.back() : *bucket;
    const std::int64_t q = h.quantile(percent, 100).count();
    RC_ASSERT(q >= low && q <= high && q <= times.back());
  }
}

TEST(Histogram, EmptySaysZero) {
  const Histogram h;
  EXPECT_EQ(h.quantile(99, 100).count(), 0);
  EXPECT_EQ(h.average().count(), 0);
}

TEST(Histogram, BoundsHoldHalfADecadeApartAtMost) {
  const auto bounds = Histogram::bounds();
  for (std::size_t i = 1; i < bounds.size(); ++i) EXPECT_LE(bounds[i] * 100, bounds[i - 1] * 130) << bounds[i];
  for (const std::int64_t shown : Histogram::shown_bounds()) {
    EXPECT_TRUE(std::binary_search(bounds.begin(), bounds.end(), shown)) << shown;
  }
}

}  // namespace
}  // namespace headroom::ledger
