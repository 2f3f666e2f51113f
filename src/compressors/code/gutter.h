// Line numbers in front of code, as `cat -n`, `nl` and the tools by which agents read files print them: taken off
// before parsing, kept in the view.
//
//   "     9\tdef f():\n    10\t    pass\n"   ->   numbers 9, 10; code "def f():\n    pass\n"
//   "   9→def f():"   "9: def f():"   "9| def f():"   likewise
//
// A gutter numbers every line, each by one more than the line before (`nl` leaves blank lines without a number); up to
// four lines before it and eight behind it, such as a tool's heading or reminder, stand outside and stay as they are.
// O(n).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/lines.h"

namespace headroom::compressors::code {

struct Gutter {
  std::size_t first = 0, last = 0;     // the lines with a gutter: indices, `last` not counted in
  std::vector<std::uint32_t> numbers;  // of each of them; of a blank line without one: 0
  std::vector<std::uint32_t> widths;   // bytes of each that are gutter
  std::string code;                    // the lines without it, each with a line end
};

// nullopt if the lines have none.
std::optional<Gutter> read_gutter(const std::vector<Line>& lines);

}  // namespace headroom::compressors::code
