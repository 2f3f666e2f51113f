// Images that tests draw: lines of letters, gradients, noise. The same everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "images/codec.h"
#include "images/pixels.h"

namespace headroom::images {

inline Pixels blank(Size size, int channels = 3, std::uint8_t level = 255) {
  Pixels p{size, channels, {}};
  p.samples.assign(p.stride() * static_cast<std::size_t>(size.height), level);
  return p;
}

inline void fill(Pixels& p, int x, int y, int width, int height, std::uint8_t level) {
  for (int j = y; j < std::min(y + height, p.size.height); ++j) {
    for (int i = x; i < std::min(x + width, p.size.width); ++i) {
      for (int c = 0; c < std::min(p.channels, 3); ++c) p.row(j)[i * p.channels + c] = level;
    }
  }
}

// Lines of upright strokes with a bar in the middle, like H and I: capitals of `height` pixels.
inline void write_lines(Pixels& p, int height, std::uint8_t level = 20) {
  const int stroke = std::max(1, height / 7), pitch = std::max(3, height * 4 / 5);
  std::uint32_t state = 1;
  for (int y = height; y + height < p.size.height; y += 2 * height) {
    for (int x = height; x + pitch < p.size.width * 3 / 4; x += pitch) {
      state = state * 1664525u + 1013904223u;
      if (state >> 29 == 0) continue;  // a blank between words
      fill(p, x, y, stroke, height, level);
      if (state >> 31 != 0) {
        fill(p, x + pitch / 2, y, stroke, height, level);
        fill(p, x, y + height / 2, pitch / 2, stroke, level);
      }
    }
  }
}

inline Pixels gradient(Size size, int channels = 3) {
  Pixels p = blank(size, channels);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      for (int c = 0; c < channels; ++c)
        p.row(y)[x * channels + c] = static_cast<std::uint8_t>((x * (c + 1) + y * (3 - c)) / 8 & 255);
    }
  }
  return p;
}

// A file of these pixels. `like`: an existing file whose colour chunks it takes; "" for none.
inline std::string file_of(const Pixels& p, FileKind kind, std::string_view like = {}) {
  File file;
  file.kind = kind;
  std::string made = encode(p, like, file).value_or("");
  // Without the comment by which ours are known: as if somebody else had written it.
  const auto at = made.find("Made smaller by Headroom");
  if (at == std::string::npos) return made;
  if (kind == FileKind::jpeg) return made.erase(at - 4, 24 + 4);
  return made.erase(at - 16, 24 + 20);
}

}  // namespace headroom::images
