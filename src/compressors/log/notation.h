// The notation of the lossless view, shared by its writer and its reader; docs/formats/log.md describes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compressors/log/stamp.h"

namespace headroom::compressors::log {

// The marks a view uses; none occurs in a pattern's own text.
struct Marks {
  std::string_view hole = "*";
  std::string_view time = "@";
};
constexpr std::string_view kHoleMarks[] = {"*", "\xC2\xA7", "\xC2\xA4", "\xE2\x80\xA6"};  // * § ¤ …
constexpr std::string_view kTimeMarks[] = {"@", "\xC2\xB6", "\xE2\x80\xA1"};              // @ ¶ ‡

struct Piece {
  enum Kind : std::uint8_t { literal, hole, same, time, pad } kind;
  std::string text;    // literal
  std::size_t number;  // same: which earlier hole, from 0; pad: the byte of the line up to which blanks fill
};
using Pattern = std::vector<Piece>;

std::size_t holes_in(const Pattern& pattern);
std::string print(const Pattern& pattern, const Marks& marks);
std::optional<Pattern> parse_pattern(std::string_view text, const Marks& marks);

// A hole's word: bare, or in double quotes where it is empty, holds a blank or would read as something else.
void append_word(std::string& out, std::string_view value);
// Takes one word from the front of `rest` (and the blank behind it).
struct Word {
  std::string text;
  bool quoted;
};
std::optional<Word> take_word(std::string_view& rest);

// The word for "the rest as it last stood behind this first word".
constexpr std::string_view kRestAsBefore = "=";

// True if the line begins with exactly one blank: behind a templated line it takes that line's template.
bool begins_as_same_template(std::string_view line);

// "T12" at the front, followed by a blank or the end: 12; 0 if there is none. `after`: what follows the blank.
std::size_t take_template_name(std::string_view line, std::string_view& after);

// True if the line begins as the part of a time behind this cut does: "02:11" behind the hour.
bool begins_as_tail(std::string_view line, Cut cut);

// Where a heading's text ends: "2026-03-01 " at the day, "2026-03-01 10:" at the hour, "...10:02:" at the minute, else
// whole.
Cut cut_of_heading(std::string_view heading);

// "12| " at the front: its number; 0 if there is none.
std::size_t take_coordinate(std::string_view line, std::string_view& after);

// " x12" at the end of a line: 12; 0 if there is none. `front`: what stands before it.
std::size_t take_repeat(std::string_view line, std::string_view& front);

// "[= line 12]", "[= lines 12-19]".
struct LineRange {
  std::size_t first, last;  // from 1
};
std::optional<LineRange> parse_same_lines(std::string_view line);

constexpr std::string_view kTimeHeading = "-- ";

}  // namespace headroom::compressors::log
