// The estimate: tokens as the sum of a weight for each pair of adjacent bytes, by the classes of the two.
//
//   " the" -> weight(start, space) + weight(space, consonant) + ...  ~ 1 token
//
// The weights are a regression of exact o200k counts (tools/fit_estimate.py, which tells the error); integers, so the
// same everywhere. Four sums at a time, since no pair waits for another.
#include <array>
#include <cstddef>
#include <cstdint>

#include "tokens/counter.h"

namespace headroom::tokens {
namespace {

#include "tokens/estimate_weights.inc"

}  // namespace

Tokens Counter::estimate(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  const std::size_t n = text.size();
  if (n == 0) return Tokens(0);
  const auto weight = [&](std::size_t i) -> std::int64_t {
    return kWeight[kKindOf[p[i - 1]] * kKinds + kKindOf[p[i]]];
  };
  std::int64_t sum[4] = {kWeight[kKindOf[static_cast<unsigned char>('\n')] * kKinds + kKindOf[p[0]]], 0, 0, 0};
  std::size_t i = 1;
  for (; i + 4 <= n; i += 4) {
    for (std::size_t k = 0; k < 4; ++k) sum[k] += weight(i + k);
  }
  for (; i < n; ++i) sum[0] += weight(i);
  const std::int64_t tokens = (sum[0] + sum[1] + sum[2] + sum[3] + 32768) >> 16;
  return Tokens(tokens < 1 ? 1 : tokens);
}

}  // namespace headroom::tokens
