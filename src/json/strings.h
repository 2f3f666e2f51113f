// Escaping and unescaping of JSON strings. Decoded strings are WTF-8: a lone surrogate escape becomes its three-byte
// form and is written back as an escape, so decode and encode lose nothing.
#pragma once

#include <string>
#include <string_view>

namespace headroom::json {

// The decoded value of the bytes between a string's quotes (which must be valid JSON string content, as Document
// checks).
std::string unescape(std::string_view raw);
void unescape_to(std::string& out, std::string_view raw);

// Appends the value as JSON string content, without quotes: \" \\ \b \f \n \r \t, \u00XX below 0x20, \udXXX for a WTF-8
// lone surrogate, all else raw UTF-8. Invalid UTF-8 bytes are written as U+FFFD: callers that must not lose them check
// first.
void escape_to(std::string& out, std::string_view value);
std::string escape(std::string_view value);
// With quotes.
std::string quote(std::string_view value);

}  // namespace headroom::json
