// An image in memory: rows of 8-bit samples, no padding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "images/size.h"

namespace headroom::images {

struct Pixels {
  Size size;
  int channels = 3;  // 1 grey, 3 RGB, 4 RGB and opacity
  std::vector<std::uint8_t> samples;

  std::size_t stride() const { return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(channels); }
  const std::uint8_t* row(int y) const { return samples.data() + static_cast<std::size_t>(y) * stride(); }
  std::uint8_t* row(int y) { return samples.data() + static_cast<std::size_t>(y) * stride(); }
};

// Brightness alone, in integers (ITU-R BT.601); what is transparent shows white. O(pixels).
Pixels luma_of(const Pixels& image);

// The mean of the area of each new pixel, in integers; opacity weighs colours. `to` is nowhere larger than the image
// and at least one pixel. O(pixels).
Pixels shrink(const Pixels& image, Size to);

}  // namespace headroom::images
