// Is a text source code, and in which language? By what is known of it, then by its shape, then by a parser.
//
//   path "src/a.py"   fence "```ts"   "#!/usr/bin/env python3"   else: the words its lines begin with, then the
//   language in which the first 16 KiB have the fewest parse errors
//
// Whatever named the language, its parser is the judge: if more than a tenth of the bytes do not parse, it is not code
// of that language. A text that only looks like code must also hold a function. O(n) for lines and gutter, and the
// parse of at most four times 16 KiB.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/lines.h"
#include "compressors/code/gutter.h"
#include "compressors/code/languages.h"
#include "compressors/code/syntax.h"

namespace headroom::compressors::code {

struct Recognised {
  const Language* language;
  std::vector<Line> lines;       // of the text
  std::optional<Gutter> gutter;  // line numbers in front of the code
  std::string ended;             // the text with a line end behind its last line, if it has none: scanners rely on it
  std::string_view text;
  std::optional<Syntax> syntax;  // of code(), if that was parsed as a whole to recognise it

  std::string_view code() const {
    return gutter ? std::string_view(gutter->code) : ended.empty() ? text : std::string_view(ended);
  }
  // Lines before the code: outside of its gutter.
  std::size_t code_begin() const { return gutter ? gutter->first : 0; }
  std::size_t code_end() const { return gutter ? gutter->last : lines.size(); }
  // The line's number in its source; 0 if it has none.
  std::uint32_t number(std::size_t row) const {
    return gutter ? gutter->numbers[row] : static_cast<std::uint32_t>(row) + 1;
  }
};

// The language that a path or the label of a fence names; null if none.
const Language* named_language(std::string_view path, std::string_view label);

// Whether a text is code, by its first 16 KiB; a parser looks at 2 KiB of them if that is enough.
bool is_code(std::string_view text, std::string_view path, std::string_view label);

// How much of a text whose language is named is parsed to judge it.
enum class Depth : std::uint8_t { sample, whole };

// `forced`: the caller says that it is code.
std::optional<Recognised> recognise(std::string_view text, std::string_view path, std::string_view label, bool forced,
                                    Depth depth);

}  // namespace headroom::compressors::code
