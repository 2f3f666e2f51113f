// Is a text source code, and in which language? By what is known of it, then by its shape, then by a parser.
//
//   path "src/a.py"   fence "```ts"   "#!/usr/bin/env python3"   else: the words its lines begin with, then the
//   language in which the first 16 KiB have the fewest parse errors
//
// Whatever named the language, its parser is the judge: if more than a tenth of the bytes do not parse, it is not code
// of that language. A text that only looks like code must also hold a function. But numbered lines of a file whose name
// says the language are its lines, wherever they begin and end (inside of a string, most often: a parser tells nothing
// of that). O(n) for lines and gutter, and the parse of at most four times 16 KiB.
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
  const Language* language;      // null: not asked
  std::vector<Line> lines;       // of the text
  std::optional<Gutter> gutter;  // line numbers in front of the code
  std::string ended;             // the text with a line end behind its last line, if it has none: scanners rely on it
  std::string_view text;
  std::optional<Syntax> syntax;  // of code(), if that was parsed as a whole to recognise it
  // Of the gutter's code, what stands before its first definition: a part of a file may begin inside of a string, and
  // who parses from there reads all that follows wrongly.
  std::size_t skipped_rows = 0, skipped_bytes = 0;

  std::string_view code() const {
    if (gutter) return std::string_view(gutter->code).substr(skipped_bytes);
    return ended.empty() ? text : std::string_view(ended);
  }
  // Lines before the code.
  std::size_t code_begin() const { return gutter ? gutter->first + skipped_rows : 0; }
  std::size_t code_end() const { return gutter ? gutter->last : lines.size(); }
  // The line's number in its source; 0 if it has none.
  std::uint32_t number(std::size_t row) const {
    return gutter ? gutter->numbers[skipped_rows + row] : static_cast<std::uint32_t>(row) + 1;
  }
  // Whether a line of the text has a number in front of it.
  bool is_numbered(std::size_t line) const {
    return gutter && line >= gutter->first && line < gutter->last && gutter->numbers[line - gutter->first] != 0;
  }
  // Bytes of the row's gutter.
  std::size_t width(std::size_t row) const { return gutter ? gutter->widths[skipped_rows + row] : 0; }
};

// The language that a path or the label of a fence names; null if none.
const Language* named_language(std::string_view path, std::string_view label);

// Whether a text is code, by its first 16 KiB; a parser looks at 2 KiB of them if that is enough, at none if the text
// has line numbers and its path names a language.
bool is_code(std::string_view text, std::string_view path, std::string_view label);

// A text whose lines are numbered, as they stand in a file whose path names a language. Its syntax was not asked.
std::optional<Recognised> numbered_lines(std::string_view text, std::string_view path);

// How much of a text whose language is named is parsed to judge it.
enum class Depth : std::uint8_t { sample, whole };

// `forced`: the caller says that it is code.
std::optional<Recognised> recognise(std::string_view text, std::string_view path, std::string_view label, bool forced,
                                    Depth depth);

}  // namespace headroom::compressors::code
