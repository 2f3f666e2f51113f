// What a terminal shows in the end of what a program wrote: without colours, each place as it was written last.
//
//   "get 1 %\rget 50 %\rget 100 %\n"           ->  "get 100 %\n"      (2 states were written over)
//   "\e[32mok\e[0m  12 tests\n"                ->  "ok  12 tests\n"
//   "\e[2A\e[2K\ra: done\n..." after "a: 3 %"  ->  the line of "a: 3 %" is empty, so that lines keep their numbers
//
// A state is what stands between two moves of the cursor to the front of a line (carriage return, column 1, a line up
// and down). It is shown verbatim but for colour codes and what backspaces took back, or not at all: states are never
// laid over one another. Of the states of a place the last one is shown, and the first of each shape that says an
// error. Codes that place text elsewhere (column 40) add to a place, they do not overwrite it. A cleared screen begins
// a page; the next one is written over it. O(n).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::compressors::terminal {

struct Screen {
  std::string text;  // as many lines as the original, each under its number
  std::size_t codes = 0, overwritten = 0;
  std::vector<std::size_t> emptied;  // lines that nothing is left of, counted from 0, ascending
};

// nullopt: the text has no codes, backspaces or lone carriage returns, or is binary.
std::optional<Screen> read_screen(std::string_view text);

// Whether there is anything for read_screen() to do. Fast.
bool has_codes(std::string_view text);

}  // namespace headroom::compressors::terminal
