#include "ledger/histogram.h"

#include <algorithm>

namespace headroom::ledger {
namespace {

constexpr std::int64_t in_decade[] = {100, 125, 160, 200, 250, 315, 400, 500, 630, 800};

constexpr auto all_bounds = [] {
  std::array<std::int64_t, Histogram::size> out{};
  std::size_t n = 0;
  std::int64_t unit = 1;  // hundredths of ten microseconds
  for (int decade = 0; decade < 8; ++decade, unit *= 10) {
    for (const std::int64_t step : in_decade) {
      const std::int64_t bound = step * unit / 10;
      if (bound >= 50 && bound < 60'000'000 && n + 1 < out.size()) out[n++] = bound;
    }
  }
  out[n++] = 60'000'000;
  return n == out.size() ? out : decltype(out){};
}();
static_assert(all_bounds[0] == 50 && all_bounds[Histogram::size - 1] == 60'000'000);
static_assert(std::ranges::is_sorted(all_bounds));

constexpr std::int64_t shown[] = {50,        100,       200,        500,        1'000,      2'000,     5'000,
                                  10'000,    20'000,    50'000,     100'000,    200'000,    500'000,   1'000'000,
                                  2'000'000, 5'000'000, 10'000'000, 20'000'000, 50'000'000, 60'000'000};

}  // namespace

std::span<const std::int64_t> Histogram::bounds() {
  return all_bounds;
}
std::span<const std::int64_t> Histogram::shown_bounds() {
  return shown;
}

void Histogram::add(Micros time) {
  time = std::max(time, Micros(0));
  const auto at = std::ranges::lower_bound(all_bounds, time.count());
  ++counts_[static_cast<std::size_t>(at - all_bounds.begin())];
  least_ = count_ == 0 ? time : std::min(least_, time);
  most_ = std::max(most_, time);
  ++count_;
  sum_ += time;
}

Histogram::Micros Histogram::quantile(std::int64_t part, std::int64_t whole) const {
  if (count_ == 0) return Micros(0);
  // The rank of the time asked for, from 1.
  const std::uint64_t rank =
      std::max<std::uint64_t>(1, (count_ * static_cast<std::uint64_t>(part) + static_cast<std::uint64_t>(whole) - 1) /
                                     static_cast<std::uint64_t>(whole));
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < counts_.size(); before += counts_[i++]) {
    if (before + counts_[i] < rank) continue;
    const std::int64_t low = std::max(i == 0 ? 0 : all_bounds[i - 1], least_.count());
    const std::int64_t high = std::min(i == size ? most_.count() : all_bounds[i], most_.count());
    const auto share = static_cast<std::int64_t>((rank - before) * 1000 / counts_[i]);
    return Micros(low + (std::max(high, low) - low) * share / 1000);
  }
  return most_;
}

std::uint64_t Histogram::up_to(std::int64_t bound) const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < size && all_bounds[i] <= bound; ++i) sum += counts_[i];
  return sum;
}

}  // namespace headroom::ledger
