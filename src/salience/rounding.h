// Arithmetic that gives the same bits on every machine: scores reach the output, so no libm function may decide them.
//
//   round20(0.1 + 0.2) == round20(0.3);  natural_log(8) == 3 * natural_log(2) to 2^-20
#pragma once

#include <cmath>

namespace headroom::salience {

// To the nearest multiple of 2^-20: what is left of a score when it is compared.
inline double round20(double x) {
  return std::round(x * 1048576.0) / 1048576.0;
}

// ln x for finite x > 0, within 1e-14, from exact scaling and a series of + * / only (2 artanh((m-1)/(m+1)), m in
// [.7, 1.42)).
inline double natural_log(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < 0.70710678118654752) {
    m *= 2;
    --exponent;
  }
  const double t = (m - 1) / (m + 1), t2 = t * t;
  double sum = 0, power = t;
  for (int k = 1; k < 24; k += 2) {
    sum += power / k;
    power *= t2;
  }
  return 2 * sum + exponent * 0.69314718055994531;
}

}  // namespace headroom::salience
