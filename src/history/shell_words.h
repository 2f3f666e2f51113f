// Reads a shell command line as far as its words can be known without running it: POSIX quoting, pipes, lists,
// redirections, here-documents.
//
//   cd src && sed -n '1,40p' "a b.py" 2>/dev/null | head -5
//   -> pipeline [cd src]; and: pipeline [sed -n 1,40p "a b.py" 2>], [head -5]
//
// A word whose text depends on variables, substitutions or file names (globs) is marked unknown. Anything but simple
// commands (loops, functions, subshells, groups, unfinished quotes) is refused as a whole: nullopt. O(n), no recursion.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::history {

struct Word {
  std::string text;
  bool known = true;  // the text is what the command gets
};

struct Redirect {
  enum class Kind : std::uint8_t { in, out, append, document, duplicate } kind;
  int from = -1;  // the descriptor before the sign; -1: none given; -2: standard output and errors (&>)
  Word word;      // file name; the text of a here-document or here-string; the descriptor to duplicate
};

struct Command {
  std::vector<Word> words;  // assignments in front are left out
  std::vector<Redirect> redirects;
};

struct Pipeline {
  enum class Join : std::uint8_t { then, also, otherwise } join = Join::then;  // start, `;`, `&` or line | `&&` | `||`
  std::vector<Command> commands;
  bool background = false;
};

std::optional<std::vector<Pipeline>> read_script(std::string_view script);

}  // namespace headroom::history
