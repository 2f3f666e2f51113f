// Image files: what they are by their first bytes, their pixels, and files from pixels.
//
// PNG (8 bits a sample or fewer) and baseline or progressive JPEG (grey or YCbCr) are read; each is written as what it
// was. Everything else is left alone: animations, 16-bit samples, CMYK, other formats, broken files, more than 64
// megapixels or 65,535 pixels a side (known before anything is decoded). What is written carries a comment of ours, by
// which it is known and never shrunk again; a PNG keeps its colour chunks, a JPEG its EXIF (the orientation) and colour
// profile. libpng and libturbojpeg do the rest; neither is given what this file has not looked through first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "images/pixels.h"
#include "images/size.h"

namespace headroom::images {

inline constexpr std::int64_t most_pixels = 64'000'000;
inline constexpr int most_side = 65'535;

enum class FileKind : std::uint8_t { png, jpeg };

struct File {
  FileKind kind = FileKind::png;
  Size size;
  bool ours = false;  // it carries our comment
};

// Nullopt: not a file that is treated here. O(headers).
std::optional<File> read_header(std::string_view bytes);

// Nullopt: the data is broken. `file` is what read_header said.
std::optional<Pixels> decode(std::string_view bytes, const File& file);

// The same kind of file with other pixels, and what of `bytes` says how they are to be shown.
std::optional<std::string> encode(const Pixels& pixels, std::string_view bytes, const File& file);

}  // namespace headroom::images
