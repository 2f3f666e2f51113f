#include "images/codec.h"

#include "images/jpeg.h"
#include "images/png.h"

namespace headroom::images {

std::optional<File> read_header(std::string_view bytes) {
  std::optional<File> file = png::read_header(bytes);
  if (!file) file = jpeg::read_header(bytes);
  if (!file || file->size.shorter() < 1 || file->size.longer() > most_side || file->size.pixels() > most_pixels)
    return std::nullopt;
  return file;
}

std::optional<Pixels> decode(std::string_view bytes, const File& file) {
  return file.kind == FileKind::png ? png::decode(bytes, file) : jpeg::decode(bytes, file);
}

std::optional<std::string> encode(const Pixels& pixels, std::string_view bytes, const File& file) {
  return file.kind == FileKind::png ? png::encode(pixels, bytes) : jpeg::encode(pixels, bytes);
}

}  // namespace headroom::images
