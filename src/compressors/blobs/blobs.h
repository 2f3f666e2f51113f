// The kind "blob": minified code, base64, hexadecimal digits, certificates. Reversible only: of each its head and tail
// verbatim, what it is between them, and severe strings with their offset; all other text stays as it is.
//
//   !function(t,e){"object"==typeof exports&&...[18204 bytes of minified JavaScript; at 9120: "E42 bad
//   state"]...},{}]); data:image/png;base64,iVBORw0KGgoAAAANSUhEUg...[base64: PNG 640x480, 12345
//   bytes]...AAAAASUVORK5CYII=
//
// Is: 2,000 bytes in such stretches, of 300 and more each. Format: docs/formats/blobs.md. O(bytes).
#pragma once

#include "compressors/compressor.h"

namespace headroom::compressors {

extern const Compressor blob_compressor;

}  // namespace headroom::compressors
