// The kind "listing": what ls, find, tree, du, git ls-files, git status, tar and unzip print of directories.
//
// Lossless by style: rows.h (long listings), tree.h, grouped.h (paths). Reversible: summary.h. Format:
// docs/formats/listing.md. O(n log n).
#pragma once

#include "compressors/compressor.h"

namespace headroom::compressors {

extern const Compressor listing_compressor;

}  // namespace headroom::compressors
