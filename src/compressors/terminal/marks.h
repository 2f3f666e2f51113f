// The codes of a terminal by short marks, so that other kinds can read what stands between them; byte for byte both
// ways.
//
//   "\e[32mok\e[0m a\n\e[32mok\e[0m b\n" (and more)   ->   marks "§=\e[32m ¶=\e[0m", text "§ok¶ a\n§ok¶ b\n"
//   "get 1 %\rget 50 %\n"                             ->   "get 1 %\n⏎get 50 %\n": a state a line
//
// A mark is one code point that the text does not hold; codes that stand side by side share one. The commonest codes
// that are worth it get marks, the rest stay as they are. O(n).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headroom::compressors::terminal {

struct Marked {
  std::string legend;  // one line, without its end; "" if there are no marks but that for the carriage return
  std::string text;
  bool returns = false;  // carriage returns begin lines
};

// nullopt if nothing is gained.
std::optional<Marked> mark(std::string_view text);

// The original; nullopt if the legend is not one that mark() writes.
std::optional<std::string> unmark(std::string_view legend, bool returns, std::string_view text);

}  // namespace headroom::compressors::terminal
