// Columns of fixed width, as ps, df, kubectl, docker, pip and dpkg print them: names above, blanks between.
//
//   NAME    READY  AGE        names NAME, READY, AGE; row 0: api-7f | 1/1 | 5d
//   api-7f  1/1    5d         layout: left, left, left; 2 blanks behind the widest cell
//   db-0    0/1    12d
//
// Is: a line of names, and between two of them a gutter that is blank in 90 % of the rows below (three at least). Names
// without a gutter between them are one ("CONTAINER ID"). Up to seven lines may stand above the names, a rule of dashes
// below. Rows that break the gutters, or are spelled otherwise than the columns would, become verbatim rows. Widths are
// code points. O(bytes), of a line the first 512 columns count for gutters.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compressors/tables/text_table.h"

namespace headroom::compressors::tables {

std::optional<TextTable> read_columns(std::string_view text);

// Finds the layout by which the most rows are spelled (their cells are pieces of their lines), and lets the others
// stand verbatim; false if those are more than a tenth. A line of names that it does not spell becomes verbatim, too.
bool settle_columns(TextTable& table, std::string_view head_line = {},
                    const std::vector<std::string_view>& head_cells = {});

// Names and rows; not the lines in front.
void print_columns(std::string& out, const TextTable& table);

}  // namespace headroom::compressors::tables
