// JSON inside strings of JSON: opened, so that its members are rows and columns like others, and closed again.
//
//   {"id": 7, "body": "{\"net\": 12.5, \"paid\": true}"}   ->   {"id":7,"body$":{"net":12.5,"paid":true}}   spaced
//
// A member whose string is an object or array gets a $ behind its key and the value itself in place of the string;
// strings inside such values likewise. Only where printing the value in one spelling, the same for the whole text,
// gives that very string; texts with a key that ends in $ are left alone. O(bytes x levels).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compressors/json/spelling.h"
#include "json/document.h"

namespace headroom::compressors::records {

inline constexpr char opened_mark = '$';  // behind a key

struct Opened {
  std::string text;    // JSON
  Spelling spelling;   // of the strings
  bool ended = false;  // each string ends in a line feed
};

// nullopt if no string can be opened.
std::optional<Opened> open_strings(const json::Document& doc);

// Appends compact JSON (or lines of it) with the opened strings closed again.
void close_strings(std::string& out, std::string_view compact, Spelling spelling, bool ended);

// " strings spaced", for a view's first line; and read back.
std::string describe(const Opened& opened);
struct StringsStyle {
  Spelling spelling;
  bool ended = false;
};
std::optional<StringsStyle> read_strings_style(std::string_view& text);

}  // namespace headroom::compressors::records
