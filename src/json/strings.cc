#include "json/strings.h"

#include <algorithm>
#include <array>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"

namespace headroom::json {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 0x20) - 'a' + 10;
}

char32_t hex4(std::string_view raw, std::size_t at) {
  return hex_value(raw[at]) << 12 | hex_value(raw[at + 1]) << 8 | hex_value(raw[at + 2]) << 4 | hex_value(raw[at + 3]);
}

void append_u(std::string& out, unsigned value) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += hex_digits[value >> shift & 15];
}

// A high surrogate written in three bytes followed by a low one in three bytes would read as one code point when
// escaped and decoded again; JSON cannot tell "\ud83d" + "\ude00" from the pair, so unescape joins them and they never
// meet here.
bool is_wtf8_surrogate(std::string_view s, std::size_t i) {
  return i + 2 < s.size() && static_cast<unsigned char>(s[i]) == 0xED && static_cast<unsigned char>(s[i + 1]) >= 0xA0 &&
         static_cast<unsigned char>(s[i + 1]) <= 0xBF && (static_cast<unsigned char>(s[i + 2]) & 0xC0) == 0x80;
}

}  // namespace

namespace {

// The code point of the escape \uXXXX whose digits begin at `i`, which is moved behind it, and behind the second half
// of a pair.
char32_t read_u(std::string_view raw, std::size_t& i) {
  char32_t v = hex4(raw, i);
  i += 4;
  if (v >= 0xD800 && v <= 0xDBFF && i + 6 <= raw.size() && raw[i] == '\\' && raw[i + 1] == 'u') {
    const char32_t low = hex4(raw, i + 2);
    if (low >= 0xDC00 && low <= 0xDFFF) {
      v = 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00);
      i += 6;
    }
  }
  return v;
}

// What a letter behind a backslash stands for; itself if it stands for itself.
constexpr auto meanings = [] {
  std::array<char, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c) table[c] = static_cast<char>(c);
  table['b'] = '\b', table['f'] = '\f', table['n'] = '\n', table['r'] = '\r', table['t'] = '\t';
  return table;
}();

// Up to the next backslash. Returns where it stands, or the end. `to` has room for 16 bytes more than are copied.
std::size_t copy_plain(std::string_view raw, std::size_t i, char*& to) {
#ifdef __SSE2__
  const __m128i backslash = _mm_set1_epi8('\\');
  for (; i + 16 <= raw.size(); i += 16, to += 16) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(raw.data() + i));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), x);
    if (const int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(x, backslash)); mask != 0) {
      const auto n = static_cast<std::size_t>(__builtin_ctz(mask));
      to += n;
      return i + n;
    }
  }
#endif
  while (i < raw.size() && raw[i] != '\\') *to++ = raw[i++];
  return i;
}

}  // namespace

void unescape_to(std::string& out, std::string_view raw) {
  constexpr std::size_t slack = 16;
  const std::size_t before = out.size();
  // It only gets shorter; and nothing grows by doubling, which would keep up to twice its size.
  out.resize_and_overwrite(before + raw.size() + slack, [&](char* data, std::size_t) {
    char* to = data + before;
    for (std::size_t i = 0; (i = copy_plain(raw, i, to)) < raw.size();) {
      const char c = raw[i + 1];
      i += 2;
      if (c == 'u') {
        std::string one;  // four bytes: within the object
        utf8::append(one, read_u(raw, i));
        to = std::ranges::copy(one, to).out;
      } else {
        *to++ = meanings[static_cast<unsigned char>(c)];
      }
    }
    return static_cast<std::size_t>(to - data);
  });
}

std::string unescape(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  unescape_to(out, raw);
  return out;
}

void escape_to(std::string& out, std::string_view value) {
  std::size_t plain = 0;  // start of the run not yet copied
  std::size_t i = 0;
  const auto flush = [&] { out.append(value, plain, i - plain); };
  while (i < value.size()) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
      ++i;
      continue;
    }
    if (c >= 0x80) {
      const utf8::CodePoint p = utf8::decode(value, i);
      if (p.valid) {
        i += p.size;
        continue;
      }
      flush();
      if (is_wtf8_surrogate(value, i)) {
        const auto b1 = static_cast<unsigned char>(value[i + 1]), b2 = static_cast<unsigned char>(value[i + 2]);
        append_u(out, 0xD000u | (b1 & 0x3Fu) << 6 | (b2 & 0x3Fu));
        i += 3;
      } else {
        utf8::append(out, 0xFFFD);
        ++i;
      }
      plain = i;
      continue;
    }
    flush();
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        append_u(out, c);
    }
    plain = ++i;
  }
  flush();
}

std::string escape(std::string_view value) {
  std::string out;
  out.reserve(value.size() + value.size() / 16 + 2);
  escape_to(out, value);
  return out;
}

std::string quote(std::string_view value) {
  std::string out;
  out.reserve(value.size() + value.size() / 16 + 2);
  out += '"';
  escape_to(out, value);
  out += '"';
  return out;
}

}  // namespace headroom::json
