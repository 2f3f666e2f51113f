// How a JSON value is spelled as a cell, and read back.
//
//   "EUR" -> EUR      12.50 -> 12.50      null -> null      missing ->        "" -> ""      "12" -> "12"      [1, 2] ->
//   [1,2]
//
// A bare word is a string, a bare scalar that scalar, nothing is missing. Strings that look like a scalar or like a
// range (3..9), hold the separator, a line end or another control character, begin with [ { or ", or have blanks at an
// edge are JSON strings; in a column declared `text` all cells are strings and those that look like a scalar stay bare.
// A cell that begins with [ { " is JSON to its end. In the last cell of a line the separator needs no quotes. O(bytes).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"

namespace headroom::compressors::records {

struct CellStyle {
  char separator = '|';
  bool last = false;  // the last cell of its line
  bool text = false;  // its column holds strings only and says so
};

// True if `word` is a JSON number, true, false or null.
bool is_scalar(std::string_view word);
// True if the string can stand without quotes.
bool is_bare(std::string_view word, CellStyle style);

// A string (decoded) as a cell.
void append_string_cell(std::string& out, std::string_view value, CellStyle style);
// Any value as a cell; containers as JSON without white space.
void append_cell(std::string& out, const json::Document& doc, json::NodeId node, CellStyle style);
// JSON text without the white space between its tokens.
void append_minified(std::string& out, std::string_view json);

// The end of the JSON value that begins at `at` (a [ { or "), or npos. Finds the end only; does not check the inside.
std::size_t end_of_json(std::string_view text, std::size_t at);
// The length of the cell at the front of `line`, in front of the separator or the line's end; npos if it is malformed.
std::size_t cell_length(std::string_view line, CellStyle style);
// Splits a line into at most `columns` cells; fewer mean that the rest is missing. nullopt if malformed.
std::optional<std::vector<std::string_view>> split_cells(std::string_view line, std::size_t columns, char separator);
// Appends the JSON text of a cell; false (nothing appended) if it is empty: missing.
bool append_cell_json(std::string& out, std::string_view cell, bool text);

}  // namespace headroom::compressors::records
