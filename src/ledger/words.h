// Word<N>: a name of at most N bytes in letters, digits and `. _ : / @ + -`: what a row may say of a request. There is
// no way from a body, a header or a query string into it but of(), which refuses what has another character, is longer,
// or looks like a key (secrets/): a row cannot hold content.
//
//   Word<20> route = "anthropic.messages";             literals are checked when compiled
//   Word<40>::of("claude-sonnet-4-5")                  that name
//   Word<40>::of("sk-ant-api03-...") , of("two words") empty
//
// A value without a heap; O(N).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace headroom::ledger {

constexpr bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == ':' || c == '/' || c == '@' || c == '+' || c == '-';
}

// At most `longest` such characters, with no stretch of 20 letters and digits of both kinds, and nothing that looks
// like a key or a password.
bool is_harmless(std::string_view text, std::size_t longest);

template <std::size_t N>
class Word {
  static_assert(N < 256);

 public:
  constexpr Word() = default;
  template <std::size_t M>
  consteval Word(const char (&literal)[M]) : size_(static_cast<std::uint8_t>(M - 1)) {  // NOLINT: meant to convert
    static_assert(M - 1 <= N);
    for (std::size_t i = 0; i + 1 < M; ++i) {
      if (!is_word_character(literal[i])) not_a_word();
      text_[i] = literal[i];
    }
  }
  // Empty if the text is no word.
  static Word of(std::string_view text) {
    Word out;
    if (is_harmless(text, N)) out.assign(text);
    return out;
  }
  // The same for text of our own: names out of tables, digests in hexadecimal. Characters alone are looked at.
  static constexpr Word own(std::string_view text) {
    Word out;
    if (text.size() > N) return out;
    for (const char c : text) {
      if (!is_word_character(c)) return out;
    }
    out.assign(text);
    return out;
  }

  constexpr std::string_view view() const { return {text_.data(), size_}; }
  constexpr bool empty() const { return size_ == 0; }
  friend constexpr bool operator==(const Word& a, const Word& b) { return a.view() == b.view(); }
  friend constexpr auto operator<=>(const Word& a, const Word& b) { return a.view() <=> b.view(); }

 private:
  static void not_a_word() {}  // no constant expression: stops the compiler
  constexpr void assign(std::string_view text) {
    size_ = static_cast<std::uint8_t>(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) text_[i] = text[i];
  }
  std::array<char, N> text_{};
  std::uint8_t size_ = 0;
};

}  // namespace headroom::ledger
