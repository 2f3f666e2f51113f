// The kind "config": YAML, TOML, INI, .env, HCL, Dockerfiles and XML, by their lines.
//
// Lossless: repeated_lines.h, records.h. Reversible: stubs.h, records.h. Format: docs/formats/config.md; which parsers
// judge: docs/decisions/0016-configuration.md. O(n log n).
#pragma once

#include "compressors/compressor.h"

namespace headroom::compressors {

extern const Compressor config_compressor;

}  // namespace headroom::compressors
