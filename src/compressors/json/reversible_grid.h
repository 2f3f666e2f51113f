// Rows and columns over a document's nodes, whatever they come from: an array of objects, an array of equally long
// arrays, an object of like-shaped objects (its keys become the column `key`), a tree of objects (its nodes in the
// order they are written).
//
//   {"a": {"x": 1}, "b": {"x": 2}, ...}   ->   columns key, x; rows a, b, ...
//
// O(cells). Nothing is copied but node ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compressors/json/table.h"
#include "json/document.h"

namespace headroom::compressors::records {

struct Grid {
  const json::Document* doc = nullptr;
  std::vector<std::string> names;    // as printed
  std::vector<std::string> keys;     // the last key of each path, decoded: what the column is called
  std::vector<json::NodeId> cells;   // rows x columns; no_cell: missing
  std::vector<json::NodeId> rows;    // the whole row
  std::vector<bool> apart;           // printed as JSON: another key order, a key twice, no object
  std::vector<std::uint32_t> depth;  // of a tree's nodes; else empty
  std::size_t children = npos;       // the tree's column of children, printed as a count
  static constexpr std::size_t npos = ~std::size_t{0};

  std::size_t columns() const { return names.size(); }
  json::NodeId cell(std::size_t r, std::size_t c) const { return cells[r * names.size() + c]; }
};

// At least five rows, most of them alike; nullopt otherwise.
std::optional<Grid> grid_of_array(const json::Document& doc, json::NodeId array);
std::optional<Grid> grid_of_object(const json::Document& doc, json::NodeId object);
// An object (or array of objects) in which one key holds arrays of objects that again have that key; ten nodes at
// least.
std::optional<Grid> grid_of_tree(const json::Document& doc, json::NodeId root);

}  // namespace headroom::compressors::records
