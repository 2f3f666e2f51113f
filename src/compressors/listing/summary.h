// A listing within a budget: the entries that stand out verbatim, and of each directory what else it holds.
//
//   [listing ls -l, 131 entries in 4 directories; those shown stand verbatim, gaps say what they hold]
//   ./logs:
//   total 516
//   -rw-r--r-- 1 app app 448 Mar  1 09:26 web-001.log
//   [lines 4-129: 126 entries of ./logs/: 126 .log, 60 KB]
//   -rw-r--r-- 1 app app 99448 Mar  9 09:26 web-128.log
//
// Shown: what the query names, the newest, the largest, rare modes and suffixes, the first and last lines, and of the
// directories that are opened the first entries. Directories are opened from the top, the fullest first, while the
// budget lasts; one that is not opened is one gap with all below it. O(n log n).
#pragma once

#include <optional>
#include <string_view>

#include "compressors/compressor.h"
#include "compressors/listing/listing_text.h"

namespace headroom::compressors::listing {

// `original`: tokens of the whole; nullopt if nothing is gained.
std::optional<View> summarise(const Listing& listing, const Context& context, Tokens original);

}  // namespace headroom::compressors::listing
