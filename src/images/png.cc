#include "images/png.h"

#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <span>

#include "images/mark.h"

namespace headroom::images::png {
namespace {

constexpr std::string_view signature{"\x89PNG\r\n\x1a\n", 8};
// Say how the samples are meant; they stand before the palette and the data, so the order is kept.
constexpr std::array<std::string_view, 6> colour_chunks{"cHRM", "gAMA", "iCCP", "sRGB", "cICP", "pHYs"};
// What decoding needs; nothing else of a file reaches the library, so no profile and no text is ever inflated.
constexpr std::array<std::string_view, 5> needed_chunks{"IHDR", "PLTE", "tRNS", "IDAT", "IEND"};
constexpr std::string_view comment_keyword{"Comment\0", 8};

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t n = 0;
  for (std::size_t i = 0; i < 4; ++i) n = n << 8 | static_cast<unsigned char>(bytes[at + i]);
  return n;
}

void append_big_endian(std::string& out, std::uint32_t n) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(n >> shift & 255);
}

struct Chunk {
  std::string_view name, data, whole;
};

// Calls `take` for each chunk up to IEND; false if the file ends first or `take` says so.
template <class Take>
bool for_each_chunk(std::string_view bytes, Take take) {
  if (!bytes.starts_with(signature)) return false;
  for (std::size_t at = signature.size(); bytes.size() - at >= 12;) {
    const std::size_t size = big_endian(bytes, at);
    if (size > bytes.size() - at - 12) return false;
    const Chunk chunk{bytes.substr(at + 4, 4), bytes.substr(at + 8, size), bytes.substr(at, size + 12)};
    if (!take(chunk)) return false;
    if (chunk.name == "IEND") return true;
    at += size + 12;
  }
  return false;
}

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

std::string only_needed(std::string_view bytes) {
  std::string out(signature);
  for_each_chunk(bytes, [&](const Chunk& chunk) {
    if (is_one_of(chunk.name, needed_chunks)) out += chunk.whole;
    return true;
  });
  return out;
}

std::string comment_chunk() {
  std::string body = "tEXt";
  body.append(comment_keyword).append(mark);
  std::string out;
  append_big_endian(out, static_cast<std::uint32_t>(body.size() - 4));
  out += body;
  append_big_endian(out, static_cast<std::uint32_t>(
                             crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()))));
  return out;
}

// The data of what the library wrote, between the colour chunks of what it was made from.
std::string with_chunks_of(std::string_view written, std::string_view like) {
  std::string out(signature);
  for_each_chunk(written, [&](const Chunk& chunk) {
    if (!is_one_of(chunk.name, needed_chunks)) return true;
    out += chunk.whole;
    if (chunk.name != "IHDR") return true;
    for_each_chunk(like, [&](const Chunk& old) {
      if (is_one_of(old.name, colour_chunks)) out += old.whole;
      return old.name != "IDAT";
    });
    out += comment_chunk();
    return true;
  });
  return out;
}

std::uint32_t format_of(int channels) {
  return channels == 1 ? PNG_FORMAT_GRAY : channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_RGBA;
}

bool is_opaque(const Pixels& image) {
  for (std::size_t i = 3; i < image.samples.size(); i += 4) {
    if (image.samples[i] != 255) return false;
  }
  return true;
}

Pixels without_opacity(const Pixels& image) {
  Pixels out{image.size, 3, {}};
  out.samples.reserve(image.samples.size() / 4 * 3);
  for (std::size_t i = 0; i < image.samples.size(); i += 4)
    out.samples.insert(out.samples.end(), image.samples.begin() + static_cast<std::ptrdiff_t>(i),
                       image.samples.begin() + static_cast<std::ptrdiff_t>(i + 3));
  return out;
}

}  // namespace

std::optional<File> read_header(std::string_view bytes) {
  File file;
  bool first = true, fits = false, animated = false, data = false;
  const bool whole = for_each_chunk(bytes, [&](const Chunk& chunk) {
    if (first) {
      if (chunk.name != "IHDR" || chunk.data.size() != 13) return false;
      const std::uint32_t width = big_endian(chunk.data, 0), height = big_endian(chunk.data, 4);
      if (width > most_side || height > most_side) return false;
      file.size = {static_cast<int>(width), static_cast<int>(height)};
      fits = static_cast<unsigned char>(chunk.data[8]) <= 8;
      first = false;
      return true;
    }
    animated |= chunk.name == "acTL";
    data |= chunk.name == "IDAT";
    if (chunk.name == "tEXt" && chunk.data.starts_with(comment_keyword))
      file.ours |= chunk.data.substr(comment_keyword.size()) == mark;
    return true;
  });
  if (!whole || !fits || animated || !data) return std::nullopt;
  return file;
}

std::optional<Pixels> decode(std::string_view bytes, const File& file) {
  const std::string input = only_needed(bytes);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&image, input.data(), input.size())) return std::nullopt;
  const bool same = image.width == static_cast<png_uint_32>(file.size.width) &&
                    image.height == static_cast<png_uint_32>(file.size.height);
  Pixels out;
  out.size = file.size;
  out.channels = (image.format & PNG_FORMAT_FLAG_ALPHA) ? 4 : (image.format & PNG_FORMAT_FLAG_COLOR) ? 3 : 1;
  if (!same) {
    png_image_free(&image);
    return std::nullopt;
  }
  if (out.channels == 4) image.format = PNG_FORMAT_RGBA;
  image.format = format_of(out.channels);
  out.samples.resize(out.stride() * static_cast<std::size_t>(out.size.height));
  const bool read = png_image_finish_read(&image, nullptr, out.samples.data(), 0, nullptr) != 0;
  // A warning says that data was missing or wrong.
  if (!read || image.warning_or_error != 0) {
    png_image_free(&image);
    return std::nullopt;
  }
  return out;
}

std::optional<std::string> encode(const Pixels& pixels, std::string_view like) {
  if (pixels.channels == 4 && is_opaque(pixels)) return encode(without_opacity(pixels), like);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(pixels.size.width);
  image.height = static_cast<png_uint_32>(pixels.size.height);
  image.format = format_of(pixels.channels);
  std::string out(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = out.size();
  if (!png_image_write_to_memory(&image, out.data(), &size, 0, pixels.samples.data(), 0, nullptr)) return std::nullopt;
  return with_chunks_of(std::string_view(out).substr(0, size), like);
}

}  // namespace headroom::images::png
