// CSV and TSV: records of RFC 4180, their cells between commas, tabs, semicolons or bars.
//
//   id;name               names id, name; row 0: 1 | Brandt; Söhne
//   1;"Brandt; Söhne"
//
// Is: 95 % of the records, three at least, have the same number of cells, two at least. Is not: prose with commas
// (cells begin with blanks), statements that end in ';' or braces. Records that are spelled otherwise than the rest
// (another number of cells, needless quotes) become verbatim rows; mixed line ends are refused. O(bytes): a quoted cell
// may be 64 KiB, and 16 that never end are enough.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compressors/tables/text_table.h"

namespace headroom::compressors::tables {

std::optional<TextTable> read_delimited(std::string_view text);
// The names that a line spells, mended (text_table.h); empty if it is no record.
std::vector<std::string> names_of_record(std::string_view line, const Layout& layout);
// Names and rows; not the lines in front.
void print_delimited(std::string& out, const TextTable& table);

}  // namespace headroom::compressors::tables
