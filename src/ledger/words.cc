#include "ledger/words.h"

#include "secrets/secrets.h"

namespace headroom::ledger {
namespace {

constexpr std::size_t longest_run = 19;  // a model's name has a date of 8 digits; keys have stretches of 20 and more

// A stretch of letters and digits that is long and has both: a key's body, whatever its prefix.
bool has_key_like_run(std::string_view text) {
  std::size_t run = 0;
  bool letter = false, digit = false;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!is_digit && !is_letter) {
      run = 0, letter = digit = false;
      continue;
    }
    ++run, letter |= is_letter, digit |= is_digit;
    if (run > longest_run && letter && digit) return true;
  }
  return false;
}

}  // namespace

bool is_harmless(std::string_view text, std::size_t longest) {
  if (text.size() > longest) return false;
  for (const char c : text) {
    if (!is_word_character(c)) return false;
  }
  return !has_key_like_run(text) && !secrets::first(text);
}

}  // namespace headroom::ledger
