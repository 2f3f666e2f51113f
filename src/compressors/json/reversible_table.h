// The rows of a grid as lines of a reversible view.
//
//   all rows: currency=EUR; url=https://shop.example/o/{id}
//   row|id|net|note
//   0|81231|129.50|
//   [rows 1-16: 16 rows, net 0.00 to 18.00, 0 errors]
//   17|81248|99999.00|payment refused
//
// What all rows share is said once, a cell that only repeats others of its row becomes {column} in that line; every
// other cell of a shown row stands whole, so a row shown is the original's row at its index. Rows of another shape
// stand as `17: {...}`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compressors/compressor.h"
#include "compressors/json/reversible_grid.h"
#include "compressors/json/reversible_items.h"
#include "compressors/json/reversible_signals.h"

namespace headroom::compressors::records {

// A cell that is text with other columns' cells in it: literal 0, column 0, literal 1, column 1, ..., literal n.
struct CellTemplate {
  std::size_t column;
  std::vector<std::string> literals;
  std::vector<std::size_t> holes;
};
// Columns that follow from others in every row. O(columns^2 + cells), at most three holes.
std::vector<CellTemplate> find_cell_templates(const Grid& grid, const std::vector<bool>& constant);

class TablePart {
 public:
  TablePart(Grid grid, const Context& context);

  const Items& items() const { return items_; }
  // They tell what the items are worth, and nothing more.
  void forget_classes() { items_.classes = {}; }
  std::string_view unit() const { return "row"; }
  const Grid& grid() const { return grid_; }
  // True if a value of this row is so long that only pieces of it are shown.
  bool cut(std::uint32_t row) const;
  std::string_view sign() const { return ""; }  // in front of indices
  double gap_cost() const { return 8; }
  // What printing remembers: where a long cell was shown first.
  using Seen = std::map<std::size_t, std::unordered_map<std::string_view, std::uint32_t>>;  // by column
  void head(std::string& out, const Choice& choice) const;
  void line(std::string& out, std::uint32_t row, Seen& seen) const;
  void gap(std::string& out, std::uint32_t first, std::uint32_t last, std::size_t errors) const;
  // What a group of left-out items is called: "row 17".
  std::string name(std::uint32_t row) const { return "row " + std::to_string(row); }
  // What is said after all lines: outliers that were too many to show.
  void foot(std::string& out, const Choice& choice) const;

 private:
  void costs(tokens::Counter& ruler);
  void find(const Context& context);
  // Whether a cell is printed as a reference to the row that shows it first.
  bool refers(const Choice& choice) const;
  bool repeats(json::NodeId cell, std::uint32_t row) const;

  const search::Query* query_;
  Grid grid_;
  Items items_;
  Signals signals_;
  std::vector<CellTemplate> templates_;
  std::vector<std::size_t> printed_;  // columns
  std::vector<bool> severe_;          // by row
};

}  // namespace headroom::compressors::records
