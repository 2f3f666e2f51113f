// The kind "rows": what a tool printed line by line and no other kind knows: apt list, sysctl -a, objdump -d, git log
// --oneline, --help, openssl x509, nm, strace and their like.
//
//   [rows, 779 lines; those shown stand verbatim behind their numbers; gaps hold no error unless counted]
//   1 Listing...
//   [T1 514x, lines 2-779]
//   2 adduser/stable,now 3.134 all [installed,automatic]
//   [lines 9-640 of 779: bash/stable to sqlite3/stable; 14 templates, 0 errors]
//
// The views are those of a log (log/lossless.h, log/reversible.h) but for what opens them, and that the beginning of a
// list tells more than its end. Asked last, when no other kind accepted the text: what it accepts is in acceptance.h.
// Format: docs/formats/rows.md.
#pragma once

#include "compressors/compressor.h"

namespace headroom::compressors {

extern const Compressor rows_compressor;

}  // namespace headroom::compressors
