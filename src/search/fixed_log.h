// Natural logarithm of an integer in units of 2^-20, from a table: the same on every machine, where libm's is not.
//
//   fixed_ln(1) == 0, fixed_ln(10) == 2414435 (2.302584 x 2^20)
//
// Table of ln(1 + i/256), made by the compiler with the series of artanh; linear between its points, so at most 3 units
// off.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace headroom::search {
namespace fixed_log_detail {

// ln(x) for x in [1, 2]: 2 artanh((x - 1) / (x + 1)); |argument| <= 1/3, so 20 terms are below 2^-60.
constexpr double ln_series(double x) {
  const double z = (x - 1) / (x + 1);
  double power = z, sum = 0;
  for (int k = 1; k < 41; k += 2) {
    sum += power / k;
    power *= z * z;
  }
  return 2 * sum;
}

constexpr std::array<std::int64_t, 257> make_table() {
  std::array<std::int64_t, 257> table{};
  // Rounded up from the half; all are positive. (lround is no constant expression here.)
  // NOLINTNEXTLINE(bugprone-incorrect-roundings)
  for (int i = 0; i <= 256; ++i) table[i] = static_cast<std::int64_t>(ln_series(1 + i / 256.0) * 4294967296.0 + 0.5);
  return table;
}
inline constexpr auto table = make_table();

}  // namespace fixed_log_detail

constexpr std::int64_t fixed_ln(std::uint64_t n) {
  if (n == 0) return 0;
  using fixed_log_detail::table;
  const int exponent = 63 - std::countl_zero(n);
  const std::uint64_t mantissa = n << (63 - exponent);  // the top bit is the leading 1
  const auto index = static_cast<std::size_t>(mantissa >> 55 & 0xFF);
  const auto rest = static_cast<std::int64_t>(mantissa >> 39 & 0xFFFF);  // 16 bits between two points
  const std::int64_t low = table[index], high = table[index + 1];
  const std::int64_t ln = exponent * table[256] + low + (((high - low) * rest) >> 16);
  return (ln + 0x800) >> 12;
}

}  // namespace headroom::search
