// The class of the code point at a position of valid UTF-8, as the split patterns see it (tables.h lists the classes).
//
// The tables are tiktoken's own view of Unicode (tools/unicode_classes.py); ASCII is answered from a table in the code.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tokens/tables.h"

namespace headroom::tokens {

namespace detail {
inline constexpr std::array<CharClass, 128> kAsciiClass = [] {
  std::array<CharClass, 128> of{};
  for (int c = 'A'; c <= 'Z'; ++c) of[c] = CharClass::kUpper;
  for (int c = 'a'; c <= 'z'; ++c) of[c] = CharClass::kLower;
  for (int c = '0'; c <= '9'; ++c) of[c] = CharClass::kNumber;
  for (const unsigned char c : {' ', '\t', '\v', '\f'}) of[c] = CharClass::kSpace;
  for (const unsigned char c : {'\r', '\n'}) of[c] = CharClass::kNewline;
  return of;
}();
}  // namespace detail

struct Char {
  CharClass kind;
  std::uint8_t size;  // bytes
};

class CharClasses {
 public:
  explicit CharClasses(const unsigned char* blob) : rows_(blob), classes_(blob + kClassBlocks) {}
  static CharClasses embedded();

  CharClass of(char32_t c) const { return static_cast<CharClass>(classes_[rows_[c >> 8] << 8 | (c & 0xFF)]); }

  // The character at p, which starts a well-formed sequence.
  Char at(const unsigned char* p) const {
    if (*p < 0x80) return {detail::kAsciiClass[*p], 1};
    return decode(p);
  }

 private:
  Char decode(const unsigned char* p) const {
    if (*p < 0xE0) return {of(char32_t(p[0] & 0x1F) << 6 | (p[1] & 0x3F)), 2};
    if (*p < 0xF0) return {of(char32_t(p[0] & 0x0F) << 12 | char32_t(p[1] & 0x3F) << 6 | (p[2] & 0x3F)), 3};
    return {of(char32_t(p[0] & 0x07) << 18 | char32_t(p[1] & 0x3F) << 12 | char32_t(p[2] & 0x3F) << 6 | (p[3] & 0x3F)),
            4};
  }

  const unsigned char* rows_;     // [kClassBlocks]
  const unsigned char* classes_;  // [rows][256]
};

}  // namespace headroom::tokens
