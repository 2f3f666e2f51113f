// Blocks of lines that stood before, by their numbers; byte for byte both ways.
//
//   a:                           [config yaml, 8 lines, complete; [= lines 2-4] = those lines again]
//     image: shop/web            a:
//     restart: always              image: shop/web
//     ports: [80]           ->     restart: always
//   b:                             ports: [80]
//     image: shop/web            b:
//     restart: always            [= lines 2-4]
//     ports: [80]
//
// The longest block of three lines or more is taken at each line, the latest of equal ones. O(n) with at most 16 looks
// a line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/lines.h"

namespace headroom::compressors::config {

// `name`: what stands behind the bracket, "config yaml". nullopt if nothing repeats, or a line reads as one of ours.
std::optional<std::string> encode_repeats(const std::vector<Line>& lines, std::string_view text, std::string_view name);
std::optional<std::string> decode_repeats(std::string_view view, std::string_view lead);

}  // namespace headroom::compressors::config
