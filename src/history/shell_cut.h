// Which lines of a file a command of the shell prints.
//
//   sed_cut("10,20p")                -> lines 10-20
//   head -n 40                       -> lines 1-40
//   within(lines 10-20, lines 1-5)   -> lines 10-14: what head -5 lets through of that
#pragma once

#include <optional>
#include <string_view>

#include "history/shell_commands.h"
#include "history/touch.h"

namespace headroom::history {

// The lines of a file, or of what comes down a pipe, that a command lets through.
struct Cut {
  Extent extent = Extent::lines;
  FileLines lines;
};

// Of a script of sed -n: "10,20p", "10p", "10,+5p", "10,$p"; nothing else prints a stretch whose place is known.
std::optional<Cut> sed_cut(std::string_view script);

Cut head_cut(const Arguments& a);
Cut tail_cut(const Arguments& a);

// Lines `inner` of what `outer` lets through.
Cut within(const Cut& outer, const Cut& inner);

}  // namespace headroom::history
