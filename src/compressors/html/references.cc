#include "compressors/html/references.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/utf8.h"

namespace headroom::compressors::html {
namespace {

struct Reference {
  std::string_view name, text;
};
constexpr auto references = std::to_array<Reference>({
#include "compressors/html/references.inc"
});
constexpr std::size_t longest_name = 33;  // "CounterClockwiseContourIntegral;" and one

// What the bytes 0x80 to 0x9F are in Windows-1252; 0: themselves.
constexpr std::array<char32_t, 32> windows = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                              0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                              0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                              0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_char(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

const Reference* find(std::string_view name) {
  const auto* row = std::lower_bound(references.begin(), references.end(), name,
                                     [](const Reference& r, std::string_view n) { return r.name < n; });
  return row != references.end() && row->name == name ? row : nullptr;
}

// Behind "&#": the bytes used, 0 if there is no number.
std::size_t numeric(std::string& out, std::string_view s) {
  const bool hex = !s.empty() && (s[0] | 0x20) == 'x';
  std::size_t i = hex ? 1 : 0;
  const std::size_t first = i;
  std::uint32_t value = 0;
  for (; i < s.size(); ++i) {
    const char c = static_cast<char>(s[i] | 0x20);
    const bool digit = is_digit(s[i]), letter = hex && c >= 'a' && c <= 'f';
    if (!digit && !letter) break;
    value = std::min<std::uint32_t>(
        value * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit ? s[i] - '0' : c - 'a' + 10), 0x110000);
  }
  if (i == first) return 0;
  if (value >= 0x80 && value < 0xA0 && windows[value - 0x80] != 0) value = windows[value - 0x80];
  if (value == 0 || value >= 0x110000 || (value >= 0xD800 && value < 0xE000)) value = 0xFFFD;
  utf8::append(out, value);
  return i < s.size() && s[i] == ';' ? i + 1 : i;
}

// Behind "&": the bytes used, 0 if no name is known.
std::size_t named(std::string& out, std::string_view s, bool in_attribute) {
  std::size_t n = 0;
  while (n < s.size() && n < longest_name && is_name_char(s[n])) ++n;
  if (n < s.size() && s[n] == ';') {
    if (const Reference* r = find(s.substr(0, n + 1))) {
      out += r->text;
      return n + 1;
    }
  }
  for (; n >= 2; --n) {
    const Reference* r = find(s.substr(0, n));
    if (r == nullptr) continue;
    const char after = n < s.size() ? s[n] : '\0';
    if (in_attribute && (after == '=' || is_name_char(after))) return 0;
    out += r->text;
    return n;
  }
  return 0;
}

}  // namespace

void append_resolved(std::string& out, std::string_view text, bool in_attribute) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t mark = std::min(text.find('&', at), text.size());
    out += text.substr(at, mark - at);
    at = mark;
    if (at >= text.size()) break;
    const std::string_view rest = text.substr(at + 1);
    const std::size_t used = rest.starts_with('#') ? numeric(out, rest.substr(1)) : named(out, rest, in_attribute);
    if (used == 0) {
      out += '&';
      ++at;
    } else {
      at += 1 + used + rest.starts_with('#');
    }
  }
}

}  // namespace headroom::compressors::html
