// Prints one table: what all rows share, the columns' patterns and letters, the header line, the rows.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "compressors/json/plan.h"
#include "tokens/counter.h"

namespace headroom::compressors::records {

struct Marks {  // which marks a view uses: its first line explains them
  bool cell = false, column = false, heading = false, parent = false;
};

class BlockPrinter {
 public:
  explicit BlockPrinter(const TablePlan& plan);

  // False if a pattern or a look-up cannot be printed so that it reads back.
  bool prepare(tokens::Counter* ruler);
  Marks marks() const { return marks_; }
  // Preamble, header line and rows, each line ended.
  void print(std::string& out) const;

  void print_preamble(std::string& out) const;
  void print_rows(std::string& out) const;
  char separator() const { return separator_; }
  // A whole row as JSON; of a keyed row an object of one member.
  void print_apart(std::string& out, std::size_t r) const;
  // One row's cells, separated; the line is not ended.
  void print_row(std::string& out, std::size_t r) const;
  void print_cell(std::string& out, std::size_t r, std::size_t c, char separator, bool last) const;

 private:
  std::size_t column_named(std::string_view name) const;
  std::string printed(const Pattern& pattern) const;
  bool reads_back(const Pattern& pattern) const;
  bool letter_like(const ColumnPlan& column, std::string_view cell) const;
  void print_header(std::string& out) const;
  void print_constants(std::string& out) const;
  void print_lookup(std::string& out, std::size_t c) const;
  bool choose_separator(tokens::Counter* ruler);
  bool needs_bare(std::size_t c, char separator) const;
  std::string after(std::size_t c) const;

  const TablePlan& plan_;
  std::vector<std::size_t> shown_;  // columns with cells, in order
  std::unordered_map<std::string_view, std::size_t> names_;
  char separator_ = '|';
  Marks marks_;
};

}  // namespace headroom::compressors::records
