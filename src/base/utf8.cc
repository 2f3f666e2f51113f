#include "base/utf8.h"

#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace headroom::utf8 {
namespace {

constexpr bool is_continuation(unsigned char c) {
  return (c & 0xC0) == 0x80;
}

// Decodes one multi-byte sequence. `surrogates` accepts ED A0..BF xx.
CodePoint decode_multi(std::string_view text, std::size_t at, bool surrogates) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data()) + at;
  const std::size_t left = text.size() - at;
  constexpr CodePoint bad{0xFFFD, 1, false};
  const unsigned char c = p[0];
  if (c < 0xC2 || c > 0xF4) return bad;
  if (c < 0xE0) {
    if (left < 2 || !is_continuation(p[1])) return bad;
    return {static_cast<char32_t>((c & 0x1F) << 6 | (p[1] & 0x3F)), 2, true};
  }
  if (c < 0xF0) {
    if (left < 3 || !is_continuation(p[1]) || !is_continuation(p[2])) return bad;
    const char32_t v = (c & 0x0F) << 12 | (p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    if (v < 0x800 || (!surrogates && v >= 0xD800 && v <= 0xDFFF)) return bad;
    return {v, 3, true};
  }
  if (left < 4 || !is_continuation(p[1]) || !is_continuation(p[2]) || !is_continuation(p[3])) return bad;
  const char32_t v = (c & 0x07) << 18 | (p[1] & 0x3F) << 12 | (p[2] & 0x3F) << 6 | (p[3] & 0x3F);
  if (v < 0x10000 || v > 0x10FFFF) return bad;
  return {v, 4, true};
}

std::optional<std::size_t> scan(std::string_view text, bool surrogates) {
  std::size_t i = 0;
  while (i < text.size()) {
#ifdef __SSE2__
    while (i + 16 <= text.size()) {
      const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + i));
      if (const int beyond = _mm_movemask_epi8(x); beyond != 0) {
        i += static_cast<std::size_t>(__builtin_ctz(beyond));
        break;
      }
      i += 16;
    }
    if (i == text.size()) break;
#endif
    if (i + 8 <= text.size()) {
      std::uint64_t word;
      std::memcpy(&word, text.data() + i, 8);
      if ((word & 0x8080808080808080ULL) == 0) {
        i += 8;
        continue;
      }
    }
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      ++i;
      continue;
    }
    const CodePoint c = decode_multi(text, i, surrogates);
    if (!c.valid) return i;
    i += c.size;
  }
  return std::nullopt;
}

}  // namespace

CodePoint decode(std::string_view text, std::size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  if (c < 0x80) return {c, 1, true};
  return decode_multi(text, at, false);
}

std::optional<std::size_t> first_invalid(std::string_view text) {
  return scan(text, false);
}

bool is_valid_wtf8(std::string_view text) {
  return !scan(text, true);
}

void append(std::string& out, char32_t v) {
  if (v < 0x80) {
    out += static_cast<char>(v);
  } else if (v < 0x800) {
    out += static_cast<char>(0xC0 | v >> 6);
    out += static_cast<char>(0x80 | (v & 0x3F));
  } else if (v < 0x10000) {
    out += static_cast<char>(0xE0 | v >> 12);
    out += static_cast<char>(0x80 | (v >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (v & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | v >> 18);
    out += static_cast<char>(0x80 | (v >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (v >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (v & 0x3F));
  }
}

std::size_t floor_boundary(std::string_view text, std::size_t limit) {
  if (limit >= text.size()) return text.size();
  std::size_t n = limit;
  while (n > 0 && limit - n < 4 && is_continuation(static_cast<unsigned char>(text[n]))) --n;
  return n;
}

}  // namespace headroom::utf8
