#include "tokens/text.h"

#include <algorithm>

#include "base/utf8.h"

namespace headroom::tokens {
namespace {

// Bytes of the ill-formed part at the start of `text`: how much of it could begin a sequence (Unicode 3.9, table 3-7).
std::size_t bad_part(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto within = [&](std::size_t i, unsigned low, unsigned high) { return byte(i) >= low && byte(i) <= high; };
  const unsigned c = byte(0);
  if (c == 0xED && within(1, 0xA0, 0xBF) && within(2, 0x80, 0xBF)) return 3;
  unsigned low = 0x80, high = 0xBF;
  std::size_t size = 0;
  if (c >= 0xC2 && c <= 0xDF) size = 2;
  if (c >= 0xE0 && c <= 0xEF) size = 3;
  if (c >= 0xF0 && c <= 0xF4) size = 4;
  if (c == 0xE0) low = 0xA0;
  if (c == 0xED) high = 0x9F;
  if (c == 0xF0) low = 0x90;
  if (c == 0xF4) high = 0x8F;
  if (size < 2 || !within(1, low, high)) return 1;
  std::size_t n = 2;
  while (n < size && within(n, 0x80, 0xBF)) ++n;
  return n;
}

}  // namespace

std::optional<std::string> well_formed_copy(std::string_view text) {
  std::optional<std::size_t> bad = utf8::first_invalid(text);
  if (!bad) return std::nullopt;
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  while (bad) {
    out.append(text.substr(0, *bad)).append("\uFFFD");
    text.remove_prefix(*bad);
    text.remove_prefix(bad_part(text));
    bad = utf8::first_invalid(text);
  }
  return std::move(out.append(text));
}

}  // namespace headroom::tokens
