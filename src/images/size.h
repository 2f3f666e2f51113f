// Width and height in pixels.
#pragma once

#include <algorithm>
#include <cstdint>

namespace headroom::images {

struct Size {
  int width = 0, height = 0;

  constexpr std::int64_t pixels() const { return std::int64_t{width} * height; }
  constexpr int longer() const { return std::max(width, height); }
  constexpr int shorter() const { return std::min(width, height); }
  friend constexpr bool operator==(Size, Size) = default;
};

// n / d rounded up; d > 0.
constexpr std::int64_t ceil_div(std::int64_t n, std::int64_t d) {
  return (n + d - 1) / d;
}

}  // namespace headroom::images
