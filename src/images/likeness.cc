#include "images/likeness.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

namespace headroom::images {
namespace {

constexpr int side = 32, kept = 8;
constexpr int hash_bits = 4;  // that may differ
constexpr int block = 16;
constexpr int changed_level = 12;  // of 255: a pixel that differs by more has changed
constexpr int changed_pixels = 4;  // of a block's 256, for the block to count as changed
constexpr int changed_share = 100;

// cos((2x + 1) u pi / 64) in 1/4096, by its own recurrence in integers, so that no library's cosine decides:
// the angles are multiples of pi/64, and a quarter turn of them is a table of 33.
constexpr std::array<int, 33> quarter{4096, 4091, 4076, 4052, 4017, 3973, 3920, 3857, 3784, 3703, 3612,
                                      3513, 3406, 3290, 3166, 3035, 2896, 2751, 2598, 2440, 2276, 2106,
                                      1931, 1751, 1567, 1380, 1189, 995,  799,  601,  401,  201,  0};

constexpr int cosine(int turns) {  // of turns * pi / 64
  turns %= 128;
  if (turns > 64) turns = 128 - turns;
  return turns <= 32 ? quarter[static_cast<std::size_t>(turns)] : -quarter[static_cast<std::size_t>(64 - turns)];
}

// Too small to be shrunk to the thumbnail: each pixel is repeated.
Pixels thumbnail(const Pixels& luma) {
  if (luma.size.shorter() >= side) return shrink(luma, {side, side});
  Pixels out{{side, side}, 1, std::vector<std::uint8_t>(side * side)};
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) out.row(y)[x] = luma.row(y * luma.size.height / side)[x * luma.size.width / side];
  }
  return out;
}

}  // namespace

std::uint64_t likeness_hash(const Pixels& luma) {
  const Pixels small = thumbnail(luma);
  std::array<std::int64_t, kept * side> rows{};  // transformed along x
  for (int y = 0; y < side; ++y) {
    for (int u = 0; u < kept; ++u) {
      std::int64_t sum = 0;
      for (int x = 0; x < side; ++x) sum += small.row(y)[x] * cosine((2 * x + 1) * u);
      rows[static_cast<std::size_t>(y * kept + u)] = sum;
    }
  }
  std::array<std::int64_t, kept * kept> all{};
  for (int v = 0; v < kept; ++v) {
    for (int u = 0; u < kept; ++u) {
      std::int64_t sum = 0;
      for (int y = 0; y < side; ++y) sum += rows[static_cast<std::size_t>(y * kept + u)] * cosine((2 * y + 1) * v);
      all[static_cast<std::size_t>(v * kept + u)] = sum / 4096;
    }
  }
  std::array<std::int64_t, kept * kept - 1> order{};  // without the mean
  std::copy(all.begin() + 1, all.end(), order.begin());
  std::ranges::nth_element(order, order.begin() + order.size() / 2);
  const std::int64_t median = order[order.size() / 2];
  std::uint64_t hash = 0;
  for (std::size_t i = 1; i < all.size(); ++i) hash |= std::uint64_t{all[i] > median} << i;
  return hash;
}

bool are_alike(const Pixels& a, const Pixels& b) {
  if (a.size != b.size) return false;
  if (std::popcount(likeness_hash(a) ^ likeness_hash(b)) > hash_bits) return false;
  std::int64_t blocks = 0, changed = 0;
  for (int y = 0; y < a.size.height; y += block) {
    for (int x = 0; x < a.size.width; x += block) {
      int differ = 0;
      for (int j = y; j < std::min(y + block, a.size.height); ++j) {
        for (int i = x; i < std::min(x + block, a.size.width); ++i)
          differ += std::abs(a.row(j)[i] - b.row(j)[i]) > changed_level;
      }
      ++blocks;
      changed += differ >= changed_pixels;
    }
  }
  return changed * changed_share < blocks;
}

}  // namespace headroom::images
