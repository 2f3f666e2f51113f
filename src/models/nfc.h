// Unicode normalisation form C (UAX #15), as a tokenizer asks for before it looks a word up.
//
//   "e" U+0301  ->  U+00E9
//
// Tables of canonical decompositions and combining classes by tools/nfc_tables.py; Hangul by arithmetic. ASCII comes
// back as it is. Bytes that are not UTF-8 come back as they are. O(n log n) in a run of combining marks, else O(n).
#pragma once

#include <string>
#include <string_view>

namespace headroom::models {

std::string nfc(std::string_view text);

}  // namespace headroom::models
