#include "salience/statistics.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "salience/rounding.h"

namespace headroom::salience {
namespace {

// A small generator of our own, so that series are the same everywhere.
struct Noise {
  std::uint64_t state = 88172645463325252ull;
  double operator()() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return static_cast<double>(state >> 11) / 9007199254740992.0 - 0.5;
  }
};

TEST(Rounding, LogarithmAgreesWithTheLibrary) {
  for (double x : {1e-9, 0.3, 0.5, 0.70710678, 1.0, 1.5, 2.0, 3.0, 10.0, 12345.678, 1e12}) {
    EXPECT_NEAR(natural_log(x), std::log(x), 1e-12) << x;
  }
}

TEST(Outliers, OneFarValue) {
  std::vector<double> v{10, 11, 9, 10, 950, 10, 12};
  EXPECT_EQ(outliers(v), std::vector<std::size_t>{4});
}

TEST(Outliers, OneInFiftyThousand) {
  Noise noise;
  std::vector<double> v(50000);
  for (double& x : v) x = 20 + 4 * noise();
  EXPECT_TRUE(outliers(v).empty());
  v[31337] = 97.3;
  EXPECT_EQ(outliers(v), std::vector<std::size_t>{31337});
}

TEST(Outliers, SeveralDoNotMaskEachOther) {
  std::vector<double> v(100, 0);
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = 50 + static_cast<double>(i % 7);
  for (std::size_t i : {3, 50, 51, 52, 97}) v[i] = 5000;
  EXPECT_EQ(outliers(v), (std::vector<std::size_t>{3, 50, 51, 52, 97}));
}

TEST(Outliers, ConstantButForFew) {
  std::vector<double> v(50, 200);
  v[7] = 503;
  EXPECT_EQ(outliers(v), std::vector<std::size_t>{7});
  std::vector<double> half(50, 1);
  for (std::size_t i = 0; i < 20; ++i) half[i] = 2;
  EXPECT_TRUE(outliers(half).empty());
}

TEST(Outliers, NotFiniteAndEmpty) {
  EXPECT_TRUE(outliers({}).empty());
  std::vector<double> v(30, std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(outliers(v).empty());
  EXPECT_EQ(summarise(v).count, 0u);
}

TEST(ChangePoints, AStep) {
  Noise noise;
  std::vector<double> v;
  for (int i = 0; i < 400; ++i) v.push_back((i < 200 ? 18 : 31) + noise());
  const auto shifts = change_points(v);
  ASSERT_EQ(shifts.size(), 1u);
  EXPECT_EQ(shifts[0].index, 200u);
  EXPECT_NEAR(shifts[0].before, 18, 0.5);
  EXPECT_NEAR(shifts[0].after, 31, 0.5);
}

TEST(ChangePoints, AStepInALongSeriesIsFoundExactly) {
  Noise noise;
  std::vector<double> v;
  for (int i = 0; i < 100000; ++i) v.push_back((i < 63001 ? 5 : 9) + noise());
  const auto shifts = change_points(v);
  ASSERT_EQ(shifts.size(), 1u);
  EXPECT_EQ(shifts[0].index, 63001u);
}

TEST(ChangePoints, NoiseCountersAndFlatSeriesHaveNone) {
  Noise noise;
  std::vector<double> v, counter, flat(5000, 3);
  for (int i = 0; i < 1000; ++i) v.push_back(noise()), counter.push_back(i * i);
  EXPECT_TRUE(change_points(v).empty());
  EXPECT_TRUE(change_points(counter).empty());
  EXPECT_TRUE(change_points(flat).empty());
  EXPECT_TRUE(change_points({}).empty());
}

TEST(Summary, IndicesOfQuotedValues) {
  std::vector<double> v{3, 1, 2, 5, 4};
  const Summary s = summarise(v);
  EXPECT_EQ(s.min, 1u);
  EXPECT_EQ(s.max, 3u);
  EXPECT_EQ(s.p50, 0u);
  EXPECT_DOUBLE_EQ(s.mean, 3);
}

RC_GTEST_PROP(Outliers, ShiftAndScaleChangeNothing, (std::vector<int> raw)) {
  std::vector<double> a, b;
  for (int x : raw) a.push_back(x % 1000), b.push_back(4.0 * (x % 1000) + 512);
  RC_ASSERT(outliers(a) == outliers(b));
}

RC_GTEST_PROP(ChangePoints, AreInsideAndRise, (std::vector<int> raw)) {
  std::vector<double> a;
  for (int x : raw) a.push_back(x % 50);
  std::size_t last = 0;
  for (const Shift& s : change_points(a)) {
    RC_ASSERT(s.index > last || last == 0);
    RC_ASSERT(s.index < a.size());
    last = s.index;
  }
}

TEST(Statistics, OutliersBesideAModeOfMoreThanHalf) {
  std::vector<double> rain;
  for (int i = 0; i < 900; ++i) rain.push_back(i % 3 == 0 ? 1 + i % 7 : 0);
  EXPECT_TRUE(outliers(rain).empty());
  rain[451] = 612;
  EXPECT_EQ(outliers(rain), std::vector<std::size_t>{451});
}

}  // namespace
}  // namespace headroom::salience
