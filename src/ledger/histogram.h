// Times in buckets: counts that add up, quantiles to a tenth, and Prometheus' cumulative form.
//
//   Histogram h;  h.add(812us);  h.quantile(50, 100)  -> 806 us
//
// Ten buckets a decade (1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8), from 0.05 ms to 60,000 ms, one below and one above:
// a quantile is off by at most half a bucket, 13 %. /metrics shows the bounds 1, 2, 5 of each decade, which are bounds
// of these buckets too, so what it shows is counted and not interpolated. Sum, least and most are exact. An addition is
// O(log buckets); 700 bytes. Not thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace headroom::ledger {

class Histogram {
 public:
  using Micros = std::chrono::microseconds;
  // Upper bounds, inclusive, in microseconds; what is above the last one is in a bucket of its own.
  static std::span<const std::int64_t> bounds();
  // Those of them that /metrics shows.
  static std::span<const std::int64_t> shown_bounds();

  void add(Micros time);
  // The time below or at which `part` of `whole` times lie, by straight line within its bucket; 0 without any.
  Micros quantile(std::int64_t part, std::int64_t whole) const;
  // How many times are at most `bound`, which must be one of bounds().
  std::uint64_t up_to(std::int64_t bound) const;

  std::uint64_t count() const { return count_; }
  Micros sum() const { return sum_; }
  Micros average() const { return count_ == 0 ? Micros(0) : sum_ / static_cast<std::int64_t>(count_); }
  Micros least() const { return least_; }
  Micros most() const { return most_; }
  std::span<const std::uint64_t> buckets() const { return counts_; }

  static constexpr std::size_t size = 62;  // of bounds()

 private:
  std::array<std::uint64_t, size + 1> counts_{};
  std::uint64_t count_ = 0;
  Micros sum_{0}, least_{0}, most_{0};
};

}  // namespace headroom::ledger
