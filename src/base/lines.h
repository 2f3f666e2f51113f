// Lines of a text, byte-exact: joining every `full()` gives the text again, whatever its line ends.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace headroom {

struct Line {
  std::string_view text;  // without its line end; a '\r' before '\n' belongs to the line end
  std::string_view end;   // "\n", "\r\n" or, on the last line of a text that does not end in one, ""

  // Text and line end together: they are adjacent in the source.
  std::string_view full() const { return {text.data(), text.size() + end.size()}; }
};

// O(n). A text that ends in a line end has no empty line after it; "" has no lines. A lone '\r' is no line end.
std::vector<Line> split_lines(std::string_view text);
// As many as split_lines() gives, without keeping them.
std::size_t count_lines(std::string_view text);

}  // namespace headroom
