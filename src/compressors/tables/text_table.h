// A table that came as text, whatever its notation: names, rows, and the layout by which both are spelled.
//
//   id,name            names: id, name
//   1,"Brandt, K."     row 0: 1 | Brandt, K.       layout: separator ',', quotes where needed
//   2,Ada              row 1: 2 | Ada
//
// A reader (delimited.h, columns.h, markdown.h) takes a text apart; print() puts it together again, byte for byte. A
// line that the layout would spell otherwise (too few cells, odd padding, a rule between blocks) is a row of its own
// kind, kept verbatim. O(bytes).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::compressors::tables {

inline constexpr std::size_t max_columns = 250;
inline constexpr std::size_t least_rows = 3;

enum class Style : std::uint8_t { delimited, columns, markdown };
enum class Quotes : std::uint8_t { where_needed, strings, all };  // delimited: which cells are quoted
enum class Head : std::uint8_t {
  names,     // the line in front of the rows spells the names as the layout spells a row
  verbatim,  // it is one of the lines that stand in front as they came
  none,      // there is none; the names are c1, c2...
};
enum class Bars : std::uint8_t { spaced, tight, padded };  // markdown: "| a |", "|a|", cells as wide as their rule

struct Layout {
  Style style = Style::delimited;
  Head head = Head::names;
  bool crlf = false;
  bool unended = false;      // the last line has no line end
  std::size_t verbatim = 0;  // lines in front of the rows that stay as they came
  // Delimited.
  char separator = ',';
  Quotes quotes = Quotes::where_needed;
  // Columns: per column 'l' or 'r', and the blanks in front of it, beyond the widest cell of the column before (less
  // than none where wide cells never meet).
  std::string aligned;
  std::vector<std::int32_t> gaps;
  bool padded = false;  // lines are filled up with blanks to the end of the last column
  // Markdown.
  Bars bars = Bars::spaced;
};

struct Row {
  bool verbatim = false;
  std::string_view line;                // verbatim: without its end
  std::vector<std::string_view> cells;  // otherwise one a column; "" where the cell is empty
};

struct TextTable {
  Layout layout;
  std::vector<std::string_view> front;  // the verbatim lines in front, without their ends
  std::vector<std::string> names;       // distinct, none empty
  std::vector<Row> rows;
  std::deque<std::string> spelled;  // cells that the text does not hold as they are: quotes taken off

  std::size_t verbatim_rows() const;
};

// The text that the table came from.
std::string print(const TextTable& table);

// The layout in words, as they stand in a view's first line: "csv quoted crlf", "columns lrrl 1 after 2 lines".
std::string describe(const Layout& layout);
// Reads what describe() wrote; nullopt if it is something else.
std::optional<Layout> read_layout(std::string_view words);

// Makes names distinct and not empty; true if any had to change.
bool mend_names(std::vector<std::string>& names);

// Code points of a text: what a column of a terminal is, near enough.
std::size_t width_of(std::string_view text);

}  // namespace headroom::compressors::tables
