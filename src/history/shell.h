// What a shell command does to files: a table of commands over what shell_words.h reads.
//
//   cd src && cat -n a.py | sed -n 5,10p   -> read src/a.py 5-10, nothing else in the output
//   cat > a.txt <<'EOF' ...                -> write a.txt
//   make fmt                               -> unknown
//
// Commands that no row knows, words that are not known, and control structures make the whole unknown from there on.
// O(n); nested `bash -c` to depth 3.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "history/touch.h"

namespace headroom::history {

Touches script_touches(std::string_view script);
// A command given as its words; `bash -lc SCRIPT` is read as the script.
Touches argv_touches(const std::vector<std::string>& argv);

}  // namespace headroom::history
