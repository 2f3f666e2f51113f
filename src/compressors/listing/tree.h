// What tree prints, by indentation: one blank a level for the lines that it draws; byte for byte both ways.
//
//   src                        [listing tree |, 5 lines, complete; one blank deeper = inside]
//   |-- api                    src
//   |   |-- core.cc       ->    api
//   |   `-- core.h               core.cc
//   `-- main.cc                  core.h
//                               main.cc
//
// Which branch is the last of its directory follows from what comes behind it. Names that begin with a blank, or lines
// drawn otherwise: no view. O(n).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compressors/listing/listing_text.h"

namespace headroom::compressors::listing {

std::optional<std::string> encode_tree(const Listing& listing, std::string_view text);
std::optional<std::string> decode_tree(std::string_view view);

}  // namespace headroom::compressors::listing
