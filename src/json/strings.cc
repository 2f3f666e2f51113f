#include "json/strings.h"

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

void unescape_to(std::string& out, std::string_view raw) {
  out.reserve(out.size() + raw.size());  // it only gets shorter: growing by doubling would keep up to twice that
  std::size_t i = 0;
  while (i < raw.size()) {
    const std::size_t slash = raw.find('\\', i);
    if (slash == std::string_view::npos) {
      out.append(raw, i);
      return;
    }
    out.append(raw, i, slash - i);
    const char c = raw[slash + 1];
    i = slash + 2;
    switch (c) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u': {
        char32_t v = hex4(raw, i);
        i += 4;
        if (v >= 0xD800 && v <= 0xDBFF && i + 6 <= raw.size() && raw[i] == '\\' && raw[i + 1] == 'u') {
          const char32_t low = hex4(raw, i + 2);
          if (low >= 0xDC00 && low <= 0xDFFF) {
            v = 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00);
            i += 6;
          }
        }
        utf8::append(out, v);
        break;
      }
      default:
        out += c;  // " \ /
    }
  }
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
