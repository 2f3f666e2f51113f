// Rows of one shape as a table: typed columns over the rows, built in two passes over the document's nodes.
//
//   [{"id": 1, "a": {"b": "x"}}, {"id": 2, "a": {"b": null}, "c": [1, 2]}]
//   columns id, a.b, c; the cell of row 0 in c is missing
//
// Rows are objects, the members of an object (their keys are the first column), arrays (columns [0], [1], ...) or
// single values. Objects flatten to a.b, arrays of few objects to a[0].b, a[1].b. A path may be a leaf in some rows and
// an object in others
// ("parent": null), never both in one. Columns stand in an order that every row's own key order is a part of; a row
// that has another order, a key twice, or one of the rare keys stands apart (`apart`), to be shown as its JSON. A cell
// is a node of the document: nothing is copied. O(cells); 4 bytes a cell. Limits: 256 columns, 8 levels, rows x columns
// <= 16 x nodes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compressors/json/paths.h"
#include "json/document.h"

namespace headroom::compressors::records {

inline constexpr json::NodeId no_cell = ~json::NodeId{0};
inline constexpr std::size_t max_columns = 256;

struct Column {
  std::string name;  // printed: a.b, a[0].b; keys quoted where needed (paths.h)
  PathId path = root_path;
  // Rows, those apart left out, by the kind of the cell; the rest of the rows are missing.
  std::uint32_t strings = 0, numbers = 0, booleans = 0, nulls = 0, containers = 0;
  std::uint32_t present() const { return strings + numbers + booleans + nulls + containers; }
};

enum class RowKind : std::uint8_t {
  objects,
  keyed,  // the members of an object: column 0 holds the keys; what is no object stands apart
  lists,  // arrays; what a shorter one does not have is missing
  items,  // single values of any kind: one unnamed column
};

struct TableOptions {
  // Keys seen in at most rows / rare_share rows do not become columns: their rows stand apart. 0: every key is a
  // column.
  std::size_t rare_share = 32;
  // Members with this name stay whole (a leaf), whatever they hold: the arrays of a tree.
  std::string_view leaf_key;
  // Arrays of up to so many objects are flattened.
  std::size_t elements = 1;
  bool keyed = false;  // the rows are values of members, of one object
};

class Table {
 public:
  // From the objects among the given nodes; nullopt if there are none, or not enough likeness for columns (over 256
  // keys, or more cells than the limit).
  static std::optional<Table> build(const json::Document& doc, std::vector<json::NodeId> rows,
                                    TableOptions options = {});
  // From the elements of an array, which all must be objects.
  static std::optional<Table> of_array(const json::Document& doc, json::NodeId array, TableOptions options = {});

  // Values of any kind as rows of one unnamed column ("item").
  static Table of_items(const json::Document& doc, std::vector<json::NodeId> values);
  // Arrays as rows; nullopt if they are too unlike in length.
  static std::optional<Table> of_lists(const json::Document& doc, std::vector<json::NodeId> arrays);
  RowKind kind() const { return kind_; }
  // How many of the cells are not missing, in rows that do not stand apart.
  std::size_t present() const;

  const json::Document& doc() const { return *doc_; }
  std::size_t rows() const { return rows_.size(); }
  const std::vector<Column>& columns() const { return columns_; }
  const Paths& paths() const { return paths_; }

  json::NodeId row(std::size_t r) const { return rows_[r]; }
  bool apart(std::size_t r) const { return apart_[r]; }
  std::size_t apart_count() const { return apart_count_; }
  // no_cell where the key is missing, and in every row that stands apart.
  json::NodeId cell(std::size_t r, std::size_t c) const { return cells_[r * columns_.size() + c]; }

  // Lets a row stand apart (the encoder's choice where one row spoils what all others share). Column counts follow.
  void set_apart(std::size_t r);

 private:
  friend class TableBuilder;
  const json::Document* doc_ = nullptr;
  Paths paths_;
  std::vector<json::NodeId> rows_;
  std::vector<Column> columns_;
  std::vector<json::NodeId> cells_;
  std::vector<bool> apart_;
  std::size_t apart_count_ = 0;
  RowKind kind_ = RowKind::objects;
};

// The cells of one column with equal ones (by their raw bytes) told apart: ids[r] indexes `values`, in order of first
// appearance; missing cells and rows apart have no_value.
struct Distinct {
  static constexpr std::uint8_t no_value = 0xFF;
  std::vector<std::uint8_t> ids;
  std::vector<json::NodeId> values;   // first cell of each value
  std::vector<std::uint32_t> counts;  // how often each occurs
  bool complete = true;               // false: gave up after `cap` values; then there are no ids
};
Distinct distinct(const Table& table, std::size_t column, std::uint8_t cap);

}  // namespace headroom::compressors::records
