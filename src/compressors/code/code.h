// The kind "code": source code of fourteen languages. See languages.h (the table), recognise.h (what is code),
// reversible.h and gutter_view.h (its views), docs/formats/code.md (the format).
#pragma once

#include "compressors/compressor.h"

namespace headroom::compressors {

extern const Compressor code_compressor;

}  // namespace headroom::compressors
