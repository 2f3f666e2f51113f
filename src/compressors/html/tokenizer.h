// HTML as the tokens of the WHATWG standard (section 13.2.5), with their places in the source.
//
//   "<p class=x>a &amp; b</p><!-- c -->"  ->  start p, text "a &amp; b", end p, comment
//
// Text keeps its references; text.h resolves them. What is inside script, style, title, textarea and the like is text
// up to their end tag. Nothing is an error: as the standard has it, every input has tokens. Nested comments in scripts
// ("double escaped") are not told apart. A pull parser; O(n), no allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace headroom::compressors::html {

enum class TokenType : std::uint8_t { text, start_tag, end_tag, comment, doctype, end };

struct Token {
  TokenType type = TokenType::end;
  std::size_t begin = 0, end = 0;    // bytes of the source, marks included
  std::string_view name = {};        // of a tag, as written
  std::string_view attributes = {};  // of a start tag: all behind its name
  bool self_closing = false;
};

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view source) : source_(source) {}
  // TokenType::end for ever once the source is read.
  Token next();

 private:
  Token text_to(std::size_t end);
  Token comment_from(std::size_t begin, std::size_t content, std::string_view close);
  Token tag();

  std::string_view source_;
  std::size_t at_ = 0;
  std::string_view raw_until_;  // name of the element whose text runs to its end tag; empty: none
};

// The value of an attribute of a start tag, references resolved; `found` says if it is there at all. The first one
// counts.
struct Attribute {
  bool found = false;
  std::string value;
};
Attribute attribute(std::string_view attributes, std::string_view lower_name);

// Equal to a lower-case word, letters of either case.
bool is_name(std::string_view name, std::string_view lower);

}  // namespace headroom::compressors::html
