#include "salience/mask.h"

#include <array>

#include "base/hash.h"

namespace headroom::salience {
namespace {

enum Class : std::uint8_t { other, digit, hex_letter, letter };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> t{};
  for (int c = '0'; c <= '9'; ++c) t[c] = digit;
  for (int c = 'a'; c <= 'z'; ++c) t[c] = t[c - 32] = c <= 'f' ? hex_letter : letter;
  for (int c = 0x80; c < 0x100; ++c) t[c] = letter;
  return t;
}
constexpr auto classes = make_classes();

std::uint8_t class_of(char c) {
  return classes[static_cast<unsigned char>(c)];
}
bool joins(char c) {
  return c == '-' || c == ':' || c == '.' || c == ',' || c == '/';
}

constexpr char mask = '#';

// Puts a mask, or lets the one that stands before `joint` stand for both.
void put_mask(std::string& out, std::size_t start) {
  const std::size_t n = out.size();
  if (n > start && out[n - 1] == mask) return;
  if (n > start + 1 && joins(out[n - 1]) && out[n - 2] == mask) {
    out.pop_back();
    return;
  }
  out += mask;
}

}  // namespace

void mask_to(std::string& out, std::string_view text) {
  const std::size_t start = out.size();
  for (std::size_t i = 0; i < text.size();) {
    const std::uint8_t c = class_of(text[i]);
    if (c == other) {
      out += text[i++];
      continue;
    }
    std::size_t end = i, first_digit = text.size(), last_digit = 0;
    bool hex = true;
    for (; end < text.size(); ++end) {
      const std::uint8_t k = class_of(text[end]);
      if (k == other) break;
      if (k == digit) {
        if (first_digit == text.size()) first_digit = end;
        last_digit = end;
      } else if (k == letter) {
        hex = false;
      }
    }
    if (first_digit == text.size()) {
      // Eight letters of a to f and no others are hardly a word.
      if (hex && end - i >= 8) {
        put_mask(out, start);
      } else {
        out.append(text, i, end - i);
      }
    } else if (hex && (end - i >= 4 || first_digit == i)) {
      put_mask(out, start);
    } else {
      out.append(text, i, first_digit - i);
      put_mask(out, start);
      out.append(text, last_digit + 1, end - last_digit - 1);
    }
    i = end;
  }
}

std::string masked(std::string_view text) {
  std::string out;
  mask_to(out, text);
  return out;
}

std::uint64_t template_key(std::string_view text, std::string& scratch) {
  scratch.clear();
  mask_to(scratch, text);
  return hash64(scratch);
}

std::uint64_t template_key(std::string_view text) {
  std::string scratch;
  return template_key(text, scratch);
}

}  // namespace headroom::salience
