// How a table is printed: what its columns share is said once, cells hold the rest.
//
//   url = https://shop.example/o/81231, ...232       all rows: url=https://shop.example/o/{id}     (derived: no cell)
//   placed = 2026-03-01T08:14:05Z, ...               placed=2026-03-*Z, cell 01T08:14:05
//   customer = Brandt Maschinenbau GmbH, ...         customer: A=Brandt Maschinenbau GmbH, cell A
//   message = took 12 ms, took 7 ms                  message: B=took * ms, cell B12
//   city_name, a function of city_code               city_name by city_code: HH=Hamburg; B=Berlin  (no cell)
//
// Steps, each one pass over the columns' values: constants; shared fronts and backs; other columns' cells inside a
// value; columns that follow from another; letters for long values and for templates (values equal but for one part
// with digits); one heading column. Every choice is priced in tokens (estimates). Severe cells are printed whole,
// unless a fifth of the rows is severe. O(rows x columns) typically; a column is compared with at most `max_partners`
// others.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compressors/json/fillers.h"
#include "compressors/json/pattern.h"
#include "compressors/json/table.h"

namespace headroom::compressors::records {

inline constexpr std::size_t max_letters = 26;  // a view
inline constexpr std::size_t max_partners = 48;
inline constexpr std::size_t few_values = 64;  // a column with more distinct values is no dictionary

// Tokens by the estimate; none for no text.
std::int64_t price(std::string_view text);

struct Letter {
  char name = 0;  // 0: a candidate that got none
  std::string front, back;
  bool hole = false;
  std::int64_t gain = 0;
};

struct ColumnPlan {
  enum class Role : std::uint8_t {
    cell,      // a cell in every row
    constant,  // the same value in all rows
    derived,   // a pattern over other columns' cells
    by,        // looked up by another column's cell
  };
  Role role = Role::cell;
  bool text = false;       // bare numbers are strings here
  bool patterned = false;  // cells fill `pattern`
  bool whole = false;      // the query names it: nothing is shared
  Pattern pattern;
  std::vector<Letter> letters;
  std::vector<std::uint16_t> letter_of;  // per row, index into letters + 1; empty if there are no letters
  std::size_t by = 0;                    // Role::by: the column looked up
  std::size_t lookalikes = 0;            // strings that look like a scalar
  bool referenced = false;               // other columns' patterns stand on its cells
};

class TablePlan {
 public:
  TablePlan(const Table& table, const std::vector<std::string>& whole_names);
  TablePlan(const TablePlan&) = delete;  // its columns point into it
  TablePlan& operator=(const TablePlan&) = delete;
  // Plain: header and rows, constants apart, nothing else shared.
  void plan_plainly();

  const Table& table() const { return *table_; }
  std::size_t size() const { return columns_.size(); }
  const ColumnPlan& operator[](std::size_t c) const { return columns_[c]; }
  ColumnPlan& column(std::size_t c) { return columns_[c]; }

  // What a row's cell prints in a patterned column, its letter spelled out; data() is null where the cell is printed
  // whole or missing. In other columns: the string's value, the scalar's text.
  std::string_view filler(std::size_t r, std::size_t c) const { return fillers_[c][r]; }
  // True if the cell is a string to be printed whole, quoted, past pattern and letters.
  bool whole_cell(std::size_t r, std::size_t c) const;
  const Distinct& distinct_of(std::size_t c) const { return distinct_[c]; }

  // The heading column, or npos; what a row's heading is.
  std::size_t heading_column = std::string_view::npos;
  Fillers headings;

  // Values of a tree's parent rows, per column, for {..}; set before plan().
  std::vector<std::vector<std::string_view>> parents;
  // The rows are printed among others, below one another: no headings.
  bool nested = false;
  // The column that is printed as the rows below (no cells), or npos.
  std::size_t below = std::string_view::npos;

  // All steps but letters' names: those are shared by the whole view.
  void plan();

 private:
  void constants();
  void read_values();
  void read_column(std::size_t c);
  void mark_severe(std::size_t c);
  void affixes(std::size_t c);
  bool settle_rest(std::size_t c);
  void affixes_inside(std::size_t c);
  void below_parents(std::size_t c);
  void references(std::size_t c, bool later);
  bool refer(std::size_t c, std::size_t partner, bool front) const;
  void lookups();
  void templates(std::size_t c);
  void heading();
  // The rows whose cell in this column is a string or number that may fill a pattern.
  bool eligible(std::size_t r, std::size_t c) const { return fillers_[c].has(r) && !is_severe(r, c); }
  bool is_severe(std::size_t r, std::size_t c) const { return !severe_[c].empty() && severe_[c][r]; }

  const Table* table_;
  std::vector<ColumnPlan> columns_;
  std::vector<Fillers> fillers_;
  std::vector<std::vector<bool>> severe_;  // empty: none
  std::vector<Distinct> distinct_;
  std::size_t full_rows_ = 0;  // not apart
  std::string decoded_;        // strings that hold escapes, one after another
};

// Lets the few rows stand apart that alone keep columns from being constant. Before the plan is made.
void set_odd_rows_apart(Table& table);

// Gives the best candidates of all tables of a view their letters, A first.
void assign_letters(std::vector<TablePlan*> plans);

}  // namespace headroom::compressors::records
