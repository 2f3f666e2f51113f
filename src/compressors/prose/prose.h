// The kind "prose": text that has sentences, and no stricter kind claims. Documentation, manual pages, articles,
// contracts, mail.
//
//   Lossless: repeated paragraphs (lossless.h). Reversible: the sentences that matter, whole, under their headings
//   (reversible.h). Format: docs/formats/prose.md.
//
// Is: eight sentences and more, most of the text, seven of ten ended by a stop. Is not: logs, listings, tables, code,
// and what has no sentences. 64 MiB take seconds; O(n log n).
#pragma once

#include "compressors/compressor.h"

namespace headroom::compressors {

extern const Compressor prose_compressor;

}  // namespace headroom::compressors
