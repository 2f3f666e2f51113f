// A text's table as JSON rows, which the JSON compressor's columns take, and back.
//
//   id,note        ->   [{"id":1,"note":""},{"id":2},{"id":7,"note":"late"}]
//   1,                  cells that read as a JSON scalar are scalars (1, true; not 007); empty ones are missing, but ""
//   2,                  in the first row, which names the columns in order, and in columns that are empty throughout; a
//   7,late              verbatim line is {"":"the line"}
//
// O(bytes).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compressors/tables/text_table.h"

namespace headroom::compressors::tables {

std::string rows_to_json(const TextTable& table);

// Whether there are columns that hardly a row fills. The line of names is then better kept in front, where the layout
// can read it: else the first row has to name them all.
bool has_rare_columns(const TextTable& table);

// The text whose layout and lines in front these are, from its rows as JSON; nullopt if the rows are not such.
std::optional<std::string> text_of_rows(std::string_view json, const Layout& layout,
                                        const std::vector<std::string_view>& front);

}  // namespace headroom::compressors::tables
