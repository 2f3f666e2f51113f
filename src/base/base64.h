// Base64 (RFC 4648, section 4): bytes as text that any JSON string can hold.
//
//   base64("\x89PNG") == "iVBORw=="
//
// O(bytes).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headroom {

std::string base64(std::string_view bytes);

// Nullopt for anything but whole groups of four with their padding: white space, other alphabets, stray bits.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace headroom
