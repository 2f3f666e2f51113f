// Area averaging. In units of which a new pixel is `from` long and an old one `to` long, both axes are whole numbers,
// so each old pixel's share of a new one is an integer and no rounding happens before the last division.
#include <algorithm>

#include "images/pixels.h"

namespace headroom::images {
namespace {

// Sums of one new row before it is divided: of each sample (colours weighed by opacity where there is one).
using Sums = std::vector<std::uint64_t>;

// One old row, summed along x. 255 * 255 * 65,535 < 2^32: the widest image that is decoded fits.
void sum_row(const Pixels& image, int y, int to, std::vector<std::uint32_t>& out) {
  const int channels = image.channels, from = image.size.width;
  const std::uint8_t* p = image.row(y);
  std::ranges::fill(out, 0);
  int x = 0, room = from;  // the new pixel, and how much of it is still free
  for (int i = 0; i < from; ++i, p += channels) {
    for (int left = to; left > 0;) {
      const int part = std::min(left, room);
      std::uint32_t* sum = out.data() + static_cast<std::size_t>(x) * static_cast<std::size_t>(channels);
      const auto weight = static_cast<std::uint32_t>(part);
      if (channels == 4) {
        const std::uint32_t opacity = weight * p[3];
        for (int c = 0; c < 3; ++c) sum[c] += opacity * p[c];
        sum[3] += opacity;
      } else {
        for (int c = 0; c < channels; ++c) sum[c] += weight * p[c];
      }
      left -= part;
      room -= part;
      if (room == 0) ++x, room = from;
    }
  }
}

std::uint8_t rounded(std::uint64_t sum, std::uint64_t of) {
  return static_cast<std::uint8_t>((sum + of / 2) / of);
}

void divide(const Sums& sums, std::uint64_t area, int channels, std::uint8_t* out) {
  for (std::size_t i = 0; i < sums.size(); i += static_cast<std::size_t>(channels)) {
    const auto n = static_cast<std::size_t>(channels);
    if (channels == 4) {
      const std::uint64_t opacity = sums[i + 3];
      for (std::size_t c = 0; c < 3; ++c) out[i + c] = opacity == 0 ? 0 : rounded(sums[i + c], opacity);
      out[i + 3] = rounded(opacity, area);
    } else {
      for (std::size_t c = 0; c < n; ++c) out[i + c] = rounded(sums[i + c], area);
    }
  }
}

}  // namespace

Pixels luma_of(const Pixels& image) {
  Pixels out{image.size, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(image.size.pixels()))};
  const std::uint8_t* p = image.samples.data();
  for (std::uint8_t& g : out.samples) {
    const unsigned grey = image.channels == 1 ? p[0] : (299u * p[0] + 587u * p[1] + 114u * p[2] + 500u) / 1000u;
    g = static_cast<std::uint8_t>(image.channels == 4 ? (grey * p[3] + 255u * (255u - p[3]) + 127u) / 255u : grey);
    p += image.channels;
  }
  return out;
}

Pixels shrink(const Pixels& image, Size to) {
  Pixels out{to, image.channels, {}};
  const std::size_t width = out.stride();
  out.samples.resize(width * static_cast<std::size_t>(to.height));
  std::vector<std::uint32_t> line(width);
  Sums sums(width);
  const auto area = static_cast<std::uint64_t>(image.size.pixels());
  int y = 0, room = image.size.height;
  for (int i = 0; i < image.size.height; ++i) {
    sum_row(image, i, to.width, line);
    for (int left = to.height; left > 0;) {
      const int part = std::min(left, room);
      for (std::size_t k = 0; k < width; ++k) sums[k] += std::uint64_t{line[k]} * static_cast<std::uint64_t>(part);
      left -= part;
      room -= part;
      if (room > 0) continue;
      divide(sums, area, image.channels, out.row(y));
      std::ranges::fill(sums, 0);
      ++y;
      room = image.size.height;
    }
  }
  return out;
}

}  // namespace headroom::images
