// Which file a tool's output is the text of, from its call: so that its language is known.
//
//   Read {"file_path":"src/a.py"}          -> "src/a.py"
//   Bash {"command":"cat -n src/a.py | head -50"}   -> "src/a.py"       "sed -n 1,80p lib/b.rb", "git show
//   HEAD:src/a.py" Bash {"command":"python src/a.py"}     -> ""                        its output is not its text
//
// A command counts only if all it runs are readers of files (cat, head, tail, sed, nl, bat, less...) and filters that
// keep lines whole. A hint, no more: the language's own parser judges the text. O(n).
#pragma once

#include <string>
#include <string_view>

namespace headroom::pipeline {

// `arguments`: a JSON object, or the text that the tool was called with. "" if no file can be named.
std::string read_path(std::string_view arguments);

}  // namespace headroom::pipeline
