// Lines that share what stands in front of their names, grouped below it; byte for byte both ways.
//
//   \tmodified:   src/api/core.cc        [listing git status, 41 lines, complete; names behind a blank belong to the
//   line above them that
//   \tmodified:   src/api/core.h    ->   ends in /]
//   \tdeleted:    old.txt                \tmodified:   src/api/
//                                         core.cc
//                                         core.h
//                                        \tdeleted:    old.txt
//
// Lines without a directory, and those of one that only they are in, stand as they are. O(n).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compressors/listing/listing_text.h"

namespace headroom::compressors::listing {

std::optional<std::string> encode_grouped(const Listing& listing, std::string_view text);
std::optional<std::string> decode_grouped(std::string_view view);

}  // namespace headroom::compressors::listing
