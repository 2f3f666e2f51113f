// The kind "search": output of grep, git grep, rg, ag. See grep_output.h (how it is read), search_lossless.h and
// search_reversible.h (its views), docs/formats/search.md (the format).
#pragma once

#include "compressors/compressor.h"

namespace headroom::compressors {

extern const Compressor search_compressor;

}  // namespace headroom::compressors
