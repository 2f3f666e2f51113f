// Whether a text is rows that a tool printed: nine of ten lines are rows (leads.h), half of them and more, go on under
// one, or head them.
//
//   "  -O<number>   Set the level\n               of all functions\n"    a row, and its explanation going on
//   "Disassembly of section .text:\n"                                     a heading
//
// Whoever the rows are of, nothing may be left out of code, patches, numbered files, blames, Markdown, files with
// comments, or checksums, whatever their lines look like: a line or two of these marks is overlooked, more are not.
// A list of bare names (ls, pip freeze) must be long, rise as tools sort, and hold what words of a language do not.
// O(lines); most texts that are none are known by their first few hundred.
#pragma once

#include <cstddef>
#include <span>

#include "base/lines.h"

namespace headroom::compressors::rows {

inline constexpr std::size_t least_rows = 30;  // filled lines; fewer are soon read

bool accepts(std::span<const Line> lines);

}  // namespace headroom::compressors::rows
