// Long listings without their repetition: mode, links and owners said once, times by letters, directories as headings,
// numbered names as ranges; byte for byte both ways.
//
//   ./logs:                                              [listing ls -l, 131 entries, complete; rows without a letter:
//   -rw-r--r-- 1 total 516                                            app app; A, B as below] drwxr-xr-x 2 app app 4096
//   Mar  1 09:26 old           A=drwxr-xr-x 2 app app -rw-r--r-- 1 app app  448 Mar  1 09:26 web-001.log   B=Mar 1
//   09:26
//   ...                                                  ./logs: total 516
//                                                        A 4096 B old
//                                                        448 B web-001.log..web-128.log
//
// Padding is not shown: the columns of a directory are as wide as their widest cell. A line that would be spelled
// otherwise stands as it came behind its number. docs/formats/listing.md. O(n).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compressors/listing/listing_text.h"

namespace headroom::compressors::listing {

// nullopt if the style has no columns or something does not come back.
std::optional<std::string> encode_rows(const Listing& listing, std::string_view text);
std::optional<std::string> decode_rows(std::string_view view);

}  // namespace headroom::compressors::listing
