// PNG files (ISO/IEC 15948): chunks of length, name, data and checksum. See codec.h.
#pragma once

#include "images/codec.h"

namespace headroom::images::png {

std::optional<File> read_header(std::string_view bytes);
std::optional<Pixels> decode(std::string_view bytes, const File& file);
std::optional<std::string> encode(const Pixels& pixels, std::string_view like);

}  // namespace headroom::images::png
