// The marks of records as rows (records.h): what the encoder writes and the decoder reads.
//
//   [config toml records, 420 lines, complete; * = the rows' cells, between |; {,x,} = x for each value]
//   [A, 4 lines]           a shape and the lines it has
//   [text]                 end of the shapes
//   [12 rows]              that many rows follow
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace headroom::compressors::config {

enum class Repeat : std::uint8_t {
  no,
  list,  // its values joined by commas in one cell
  rows,  // its cells in rows of their own
};

struct RecordMarks {
  std::string_view hole, separator;
  std::string_view goes_on;  // "": every line shown has its line end
};

inline constexpr std::string_view kListOpen = "{,", kListClose = ",}", kRowsOpen = "{+", kRowsClose = "+}";
inline constexpr std::string_view kSubRow = "+", kBody = "[text]\n";
inline constexpr auto kHoleMarks = std::to_array<std::string_view>({"*", "~", "\xC2\xA4", "\xC2\xA7"});
inline constexpr auto kSeparators = std::to_array<std::string_view>({"|", "\t", ";", "\xC2\xA6"});
inline constexpr auto kGoesOn = std::to_array<std::string_view>({"\\", "\xC2\xAC", "\xE2\x86\xB5"});

// The first line, with its line end.
std::string heading(std::string_view name, std::size_t lines, const RecordMarks& marks, bool lists, bool rows);
// Of a view without all rows.
std::string heading_of_some(std::string_view name, std::size_t lines, const RecordMarks& marks, bool lists, bool rows);
std::string shape_line(char letter, std::size_t lines);
std::string rows_line(std::size_t rows);

}  // namespace headroom::compressors::config
