// The kind "diff": unified, combined and context diffs, with or without the messages of commits and mails. See
// diff_text.h (how it is read), diff_lossless.h and diff_reversible.h (its views), docs/formats/diff.md (the format).
#pragma once

#include "compressors/compressor.h"

namespace headroom::compressors {

extern const Compressor diff_compressor;

}  // namespace headroom::compressors
