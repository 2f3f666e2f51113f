// Text as the counter reads it: valid UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headroom::tokens {

// nullopt if the text is valid UTF-8; otherwise a copy with U+FFFD for each ill-formed part: the longest start of a
// sequence, as Python's errors="replace" and the WHATWG decoder cut them, but a lone surrogate in its three-byte form
// is one part.
//   "a\xE2\x82" "b\xFF" -> "a\uFFFD" "b\uFFFD"
std::optional<std::string> well_formed_copy(std::string_view text);

}  // namespace headroom::tokens
