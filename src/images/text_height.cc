#include "images/text_height.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace headroom::images {
namespace {

constexpr int strip = 96;       // columns: about ten letters
constexpr int sharp = 40;       // levels between neighbours: an edge of a letter, also of grey text
constexpr int busy_steps = 6;   // in a row of a strip that crosses letters: three letters at least
constexpr int quiet_steps = 1;  // beside them: a frame or a cursor may stand there
constexpr int lowest = 4, highest = 80;
constexpr int enough = 3;  // bands of one image; fewer are ornaments

int steps_in(const std::uint8_t* row, int from, int to) {
  int n = 0;
  for (int x = from + 1; x < to; ++x) n += std::abs(row[x] - row[x - 1]) > sharp;
  return n;
}

}  // namespace

int text_height(const Pixels& luma) {
  std::array<int, highest + 1> bands{};
  int found = 0;
  for (int x = 0; x < luma.size.width; x += strip) {
    const int end = std::min(x + strip, luma.size.width);
    int height = 0, busy = 0;  // of the rows so far that are not quiet; of those, that cross letters
    const auto close = [&] {
      // Letters fill most of their line; a picture's rows come one by one.
      if (busy * 3 >= height && height >= lowest && height <= highest)
        ++bands[static_cast<std::size_t>(height)], ++found;
      height = busy = 0;
    };
    for (int y = 0; y < luma.size.height; ++y) {
      const int steps = steps_in(luma.row(y), x, end);
      if (steps <= quiet_steps) {
        close();
      } else {
        ++height;
        busy += steps >= busy_steps;
      }
    }
    close();
  }
  if (found < enough) return 0;
  for (int h = lowest, seen = 0; h <= highest; ++h) {
    seen += bands[static_cast<std::size_t>(h)];
    if (seen >= std::max(enough, found / 20)) return h;
  }
  return 0;
}

}  // namespace headroom::images
