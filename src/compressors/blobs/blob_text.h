// Finds what nobody reads in a text: lines of program code without blanks, and long runs of base64 or hexadecimal
// digits.
//
//   !function(t,e){"object"==typeof...   10,600 bytes    -> dense line, "minified JavaScript"
//   data:image/png;base64,iVBORw0KG...   12,000 bytes    -> run, "base64: PNG 640x480, 9000 bytes"
//
// Dense: 300 bytes and more with fewer than 6 % blanks; not what parses as rows of JSON or CSV, not writing without
// blanks (Chinese, Japanese), not a line that begins with a time. A run: 300 digits of base64 or hexadecimal, over
// lines of equal length (certificates) too. O(bytes).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::compressors::blobs {

inline constexpr std::size_t least_bytes = 300;

struct Blob {
  std::size_t begin, size;  // in the text
  std::string what;         // "minified JavaScript", "base64: PNG 640x480, 9000 bytes"
  bool code = false;        // has words worth naming
};

// In order, apart from each other.
std::vector<Blob> find_blobs(std::string_view text);

}  // namespace headroom::compressors::blobs
