// Reads one table of a lossless view back: preamble, header line, rows; each row becomes the JSON text of a value.
//
//   all rows: cur=EUR
//   id
//   1..3                 ->   {"id":1,"cur":"EUR"},{"id":2,"cur":"EUR"},{"id":3,"cur":"EUR"}
//
// The grammar is docs/formats/json.md. Strict: what block.h does not print is refused. O(bytes of the JSON).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compressors/json/paths.h"
#include "compressors/json/pattern.h"
#include "compressors/json/table.h"

namespace headroom::compressors::records {

// A view's lines.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  bool done() const { return ended_; }
  // The next line, not taken.
  std::string_view peek() const { return rest_.substr(0, rest_.find('\n')); }
  std::string_view next() {
    const std::size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    if (end == std::string_view::npos) {
      ended_ = true;
      rest_ = {};
    } else {
      rest_.remove_prefix(end + 1);
    }
    return line;
  }

 private:
  std::string_view rest_;
  bool ended_ = false;
};

// The whole text as a number.
std::optional<std::uint64_t> read_number(std::string_view text);
// A JSON string decoded; any other text as it is.
std::string unquoted(std::string_view cell);

class TableReader {
 public:
  explicit TableReader(Lines& lines, RowKind kind = RowKind::objects) : lines_(lines), kind_(kind) {}

  // Preamble and header line.
  bool read_head();

  // Appends `count` rows as JSON values (of keyed rows: as members) with `between` between them.
  bool read(std::uint64_t count, std::string& out, std::string_view between);

  // The rows that one line stands for.
  bool read_line(std::string_view line, std::uint64_t& count, bool& first, std::string& out, std::string_view between);

  // A row that has rows below it: its text up to and behind the array that holds them.
  bool read_branch(std::string_view line, std::string& before, std::string& behind);
  bool has_rows_below() const { return below_ != std::string_view::npos; }

  bool nested = false;
  // For {..}: the values one row up, by column name; where this reader's rows leave theirs.
  using Values = std::unordered_map<std::string, std::string>;
  const Values* above = nullptr;
  Values* leave = nullptr;

 private:
  struct Letter {
    char name;
    std::string front, back;
    bool hole;
  };

  struct Col {
    std::string name;
    PathId path = root_path;
    bool text = false;
    bool shown = false;       // has cells
    std::size_t cell = 0;     // shown: its index among the cells
    std::string raw_pattern;  // as printed
    bool has_pattern = false;
    Pattern pattern;
    bool constant = false;
    std::string json;  // constant: its JSON text
    bool derived = false;
    std::vector<Letter> letters;
    std::size_t by = std::string_view::npos;
    std::unordered_map<std::string, std::string> lookup;
    bool rows_below = false;  // no cells: the rows below the row
  };

  Col& column(PathId path, std::string name);
  std::size_t index_of(PathId path) const;

  // 1: a preamble line was read; 0: it was the header line; -1: malformed.
  int preamble(std::string_view line);

  bool constants(std::string_view rest);

  struct After {
    bool front = true;
    PathId anchor = root_path;
    std::vector<PathId> columns;
  };

  bool read_after(std::string_view& rest, After& after);

  // A value up to "; " or the end; removes it and the "; ".
  static bool take_entry(std::string_view& rest, std::string_view& value);

  bool lookup(PathId path, std::string name, PathId key, std::string_view rest);

  bool letters(Col& c, std::string_view rest);

  bool header(std::string_view line);

  // Puts the columns in order and reads the patterns, now that all names are known.
  bool arrange();

  // What a cell prints with its letter spelled out; sets `literal` if it is JSON or a scalar word.
  std::string spelled(const Col& c, std::string_view cell, bool& literal) const;

  bool fill(const Col& c, const std::string& own, const std::vector<std::string_view>& cells, std::string& value) const;

  // A cell's JSON: its letter spelled out, its pattern filled.
  bool append_value(const Col& c, std::string_view cell, const std::vector<std::string_view>& cells,
                    std::string& out) const;

  // A column's value in a row, which must have one.
  bool append_found(const Col& c, const std::vector<std::string_view>& cells, std::string& out) const;

  bool row(const std::vector<std::string_view>& cells, std::string& out);
  // A whole row as JSON.
  bool stands_apart(std::string_view line) const;
  void append_apart(std::string_view line, std::string& out) const;

  Lines& lines_;
  RowKind kind_;
  Paths paths_;
  std::vector<Col> columns_;
  std::vector<PathId> shown_;
  std::vector<After> afters_;
  char separator_ = '|';
  bool has_heading_ = false;
  std::size_t below_ = std::string_view::npos;  // the column of the rows below
  std::size_t split_ = std::string_view::npos;  // where they go in the row last built
  std::string heading_;
};

}  // namespace headroom::compressors::records
