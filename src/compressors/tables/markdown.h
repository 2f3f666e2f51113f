// Tables of Markdown: bars around cells, a rule of dashes below the names.
//
//   | name | size |        names name, size; the first two lines stay as they came
//   |------|-----:|        row 0: a.txt | 12
//   | a.txt | 12 |
//
// Cells as "| a |", "|a|", or filled up with blanks to the width of their rule. An escaped bar (\|) is part of its
// cell. Lines spelled otherwise become verbatim rows. O(bytes).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compressors/tables/text_table.h"

namespace headroom::compressors::tables {

std::optional<TextTable> read_markdown(std::string_view text);
// Rows; not the lines in front, of which the last is the rule.
void print_markdown(std::string& out, const TextTable& table);

}  // namespace headroom::compressors::tables
