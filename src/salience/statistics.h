// Robust statistics of a numeric column: centre, spread, outliers, rare values, shifts of level.
//
//   outliers({10, 11, 9, 10, 950, 10, 12})             -> {4}
//   outliers({0, 0, 0, ..., 0, 7, 0})                  -> {the 7}     (MAD 0: what differs from a mode holding 90 %;
//                                                             of a smaller mode: what is far by the others' scale)
//   change_points({18 x 200 values, then 31 x 200})    -> {200}
//
// Outliers: |x - median| > 3.5 x 1.4826 MAD (Iglewicz & Hoaglin 1993); a rule of two standard deviations is masked by
// what it seeks. Change points: PELT with L2 cost and penalty 2 s^2 ln n (Killick, Fearnhead & Eckley 2012), s from the
// MAD of first differences, on at most 256 block medians, then the block boundary is refined on the values. All O(n)
// but for the medians (std::nth_element) and the 256^2 of PELT. Values that are not finite are ignored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace headroom::salience {

// Lower of the two middle values for an even count, so that it is one of the values. 0 for none.
double median(std::span<const double> values);

struct Spread {
  double median = 0;
  double mad = 0;  // median of |x - median|, not scaled
};
Spread spread(std::span<const double> values);

// Indices, rising. Fewer than 5 finite values: none.
std::vector<std::size_t> outliers(std::span<const double> values);

// The limit beyond which a column's outliers are summed up instead of shown one by one: max(3, 1 %).
constexpr std::size_t shown_outliers(std::size_t n) {
  return n / 100 > 3 ? n / 100 : 3;
}

// "Rare": seen in < 1 % of n items and at most 3 times. Few items make nothing rare (n >= 20, or once among 10).
constexpr bool is_rare(std::size_t count, std::size_t n) {
  return count >= 1 && count <= 3 && (count * 100 < n || (count == 1 && n >= 20));
}

struct Shift {
  std::size_t index;     // the first value of the new level
  double before, after;  // medians of the segments on both sides
};
// At most `limit`, those of the largest jumps; in order. Series that only rise or only fall have none: they are
// counters.
std::vector<Shift> change_points(std::span<const double> values, std::size_t limit = 8);

struct Summary {
  std::size_t count = 0;                           // finite values
  std::size_t min = 0, max = 0, p50 = 0, p95 = 0;  // indices of values, so that they can be quoted as written
  double mean = 0;
};
Summary summarise(std::span<const double> values);

}  // namespace headroom::salience
