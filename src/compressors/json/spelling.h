// How a program spelled its JSON: the white space between tokens and the escapes in strings. Text that is not one value
// (JSON lines, JSON cut off by a limit) is compared byte for byte, so its spelling has to come back.
//
//   {"a":1,"b":[2]}   compact         {"a": 1, "b": [2]}   spaced         indented by 1..8 blanks or a tab, as printers
//   do
//
// O(bytes).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headroom::compressors::records {

struct Spelling {
  bool spaced = false;  // ", " and ": "; else "," and ":"
  int indent = 0;       // > 0: members on lines of their own, ": " behind keys
  bool tab = false;     // indented by a tab each; indent is 1 then
  bool ascii = false;   // \uXXXX for all that is not ASCII
  bool html = false;    // \uXXXX for < > & and the line separators U+2028, U+2029
  bool crlf = false;    // lines end in CR LF
  friend bool operator==(const Spelling&, const Spelling&) = default;
};

// The spelling a text seems to have; a guess to be proved by `respell`.
Spelling spelling_of(std::string_view json);
// " spaced", " indent 2", " indent tab", " ascii", " html", " crlf"; "" for compact.
std::string describe(Spelling spelling);
// Reads what `describe` wrote at the front of `text` and removes it.
Spelling read_spelling(std::string_view& text);
// Appends compact JSON in that spelling.
void respell(std::string& out, std::string_view compact, Spelling spelling);

}  // namespace headroom::compressors::records
