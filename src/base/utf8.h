// UTF-8: validity, code points, and WTF-8 (UTF-8 that may also hold lone surrogates, which JSON strings can spell).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace headroom::utf8 {

struct CodePoint {
  char32_t value;    // the replacement character U+FFFD where the bytes are not UTF-8
  std::size_t size;  // bytes consumed, at least 1
  bool valid;
};

// Decodes the code point at `at` (< text.size()). Overlong forms, surrogates and values over U+10FFFF are invalid,
// size 1.
CodePoint decode(std::string_view text, std::size_t at);

// Offset of the first byte that is not part of valid UTF-8 (RFC 3629), or nullopt. ASCII is skipped 8 bytes at a time.
std::optional<std::size_t> first_invalid(std::string_view text);
inline bool is_valid(std::string_view text) {
  return !first_invalid(text);
}

// Valid but for lone surrogates in their three-byte form (ED A0..BF xx).
bool is_valid_wtf8(std::string_view text);

// Appends a code point; surrogates are written in their three-byte WTF-8 form.
void append(std::string& out, char32_t code_point);

// The largest n <= limit at which `text` can be cut without splitting a code point.
std::size_t floor_boundary(std::string_view text, std::size_t limit);

}  // namespace headroom::utf8
