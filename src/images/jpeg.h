// JPEG files (ITU-T T.81): segments of marker, length and data, then scans. See codec.h.
#pragma once

#include "images/codec.h"

namespace headroom::images::jpeg {

std::optional<File> read_header(std::string_view bytes);
std::optional<Pixels> decode(std::string_view bytes, const File& file);
std::optional<std::string> encode(const Pixels& pixels, std::string_view like);

}  // namespace headroom::images::jpeg
