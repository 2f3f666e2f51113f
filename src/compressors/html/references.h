// Character references: "&amp;", "&#233;", "&#x4e2d;", and the old ones without a semicolon.
//
//   "a &lt; b &copy 2026 &nosuch;"  ->  "a < b © 2026 &nosuch;"
//
// By the standard's section 13.2.5.72: the longest name that is known; numbers that are no character become U+FFFD,
// those of Windows-1252 what they stood for there. O(n).
#pragma once

#include <string>
#include <string_view>

namespace headroom::compressors::html {

// Appends `text` with its references resolved.
void append_resolved(std::string& out, std::string_view text, bool in_attribute);

}  // namespace headroom::compressors::html
