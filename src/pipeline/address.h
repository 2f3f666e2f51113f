// Coordinates of an original: which bytes are line 12, row 7, $.items[3].name, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/pieces.h"

namespace headroom::pipeline {

using search::Piece;

// First and last number, both counted in.
struct Range {
  std::size_t first, last;
  friend bool operator==(const Range&, const Range&) = default;
};

// "120-180,200" -> sorted, overlaps joined; "5-" goes to `last`. Numbers over `last` are cut off. nullopt if a part is
// no range, is turned round, or lies outside first..last altogether.
std::optional<std::vector<Range>> parse_ranges(std::string_view text, std::size_t first, std::size_t last);

// "12", "12-40".
std::string to_string(Range range);

// What is asked for or still to come, in the order in which it is shown.
struct Item {
  enum class Kind { lines, rows, bytes } kind;
  Range range;  // bytes: the last one counted in
};

// Where the lines of a text begin. Lines are counted from 1. O(n) once, then O(log n).
class LineIndex {
 public:
  explicit LineIndex(std::string_view text);
  std::size_t count() const { return starts_.size(); }
  std::size_t begin(std::size_t line) const { return starts_[line - 1]; }
  // With its line end.
  std::size_t end(std::size_t line) const { return line < starts_.size() ? starts_[line] : size_; }
  // The line that a byte belongs to; of an empty text or at its end: the last.
  std::size_t line_of(std::size_t byte) const;
  // [begin, end), not empty, as lines if it is whole lines, else as bytes.
  Item item(std::size_t begin, std::size_t end) const;

 private:
  std::vector<std::uint32_t> starts_;
  std::size_t size_;
};

// The rows of a table in a text, counted from 0: the elements of a JSON array (the root, or the largest array in the
// root object), lines of JSON, or lines of a CSV or TSV file after its heading. Empty if the text is no table.
struct Table {
  std::vector<Piece> rows;
  bool json = false;     // elements of one JSON value: lines say nothing about them
  bool heading = false;  // the first line names the columns
};
Table table_of(std::string_view text);

// What a JSON path names. Of lines of JSON, the first step chooses the line.
struct Found {
  std::string path;  // with the indices that [*] stood for
  Piece bytes;
};
// `$.a[3].b`, `a["k"][*]`, `$[-1]`. nullopt if it is no path or names nothing; at most `limit` results. O(n).
std::optional<std::vector<Found>> follow_path(std::string_view text, std::string_view path, std::size_t limit);

}  // namespace headroom::pipeline
