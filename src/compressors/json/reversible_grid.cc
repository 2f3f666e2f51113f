#include "compressors/json/reversible_grid.h"

#include <algorithm>

namespace headroom::compressors::records {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;

constexpr std::size_t least_rows = 5;
constexpr std::size_t least_tree = 10;

// From the objects among `rows`; the other rows stand apart.
std::optional<Grid> from_rows(const Document& doc, std::vector<NodeId> rows, TableOptions options) {
  std::vector<NodeId> objects;
  for (NodeId r : rows) {
    if (doc.is(r, Kind::object)) objects.push_back(r);
  }
  if (objects.size() < least_rows || objects.size() * 10 < rows.size() * 9) return std::nullopt;
  const auto table = Table::build(doc, std::move(objects), options);
  // Where most rows stand apart there are no columns to speak of.
  if (!table || table->apart_count() * 2 > table->rows()) return std::nullopt;
  Grid grid;
  grid.doc = &doc;
  const std::size_t columns = table->columns().size();
  for (const Column& c : table->columns()) {
    grid.names.push_back(c.name);
    PathId last = c.path;
    while (last != root_path && table->paths()[last].index >= 0) last = table->paths()[last].parent;
    grid.keys.push_back(table->paths()[last].key);
  }
  grid.cells.reserve(rows.size() * columns);
  std::size_t t = 0;
  for (NodeId r : rows) {
    const bool object = doc.is(r, Kind::object);
    grid.apart.push_back(!object || table->apart(t));
    for (std::size_t c = 0; c < columns; ++c) grid.cells.push_back(object ? table->cell(t, c) : no_cell);
    t += object;
  }
  grid.rows = std::move(rows);
  return grid;
}

// [[1, 2], [3, 4], ...]: columns [0], [1].
std::optional<Grid> from_arrays(const Document& doc, std::vector<NodeId> rows) {
  const std::size_t width = doc.count(rows[0]);
  if (width < 2 || width > 64) return std::nullopt;
  Grid grid;
  grid.doc = &doc;
  for (std::size_t c = 0; c < width; ++c) {
    grid.names.push_back('[' + std::to_string(c) + ']');
    grid.keys.emplace_back();
  }
  std::size_t odd = 0;
  for (NodeId r : rows) {
    const std::size_t before = grid.cells.size();
    bool fits = doc.is(r, Kind::array);
    if (fits) {
      for (NodeId e : doc.elements(r)) {
        if (grid.cells.size() - before == width) {
          fits = false;
          break;
        }
        grid.cells.push_back(e);
      }
      fits = fits && grid.cells.size() - before == width;
    }
    if (!fits) {
      grid.cells.resize(before);
      grid.cells.resize(before + width, no_cell);
      ++odd;
    }
    grid.apart.push_back(!fits);
  }
  if (odd * 10 > rows.size()) return std::nullopt;
  grid.rows = std::move(rows);
  return grid;
}

// At least half of the child's keys are keys of the parent.
bool alike(const Document& doc, NodeId parent, NodeId child) {
  std::size_t shared = 0, all = 0;
  for (const json::Member m : doc.members(child)) {
    if (++all > 64) break;
    shared += doc.member(parent, doc.string(m.key)).has_value();
  }
  return shared * 2 >= all && shared >= 2;
}

// The key by which `object` is a tree: it holds an array in which a like object holds an array under the same key.
std::optional<NodeId> tree_key(const Document& doc, NodeId object) {
  for (const json::Member m : doc.members(object)) {
    if (!doc.is(m.value, Kind::array)) continue;
    const std::string key = doc.string(m.key);
    int looked = 0;
    for (NodeId e : doc.elements(m.value)) {
      if (++looked > 64) break;
      if (!doc.is(e, Kind::object)) continue;
      const auto below = doc.member(e, key);
      if (below && doc.is(*below, Kind::array) && alike(doc, object, e)) return m.key;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Grid> grid_of_array(const Document& doc, NodeId array) {
  std::vector<NodeId> rows;
  std::size_t objects = 0, arrays = 0;
  for (NodeId e : doc.elements(array)) {
    objects += doc.is(e, Kind::object);
    arrays += doc.is(e, Kind::array);
    rows.push_back(e);
  }
  if (rows.size() < least_rows) return std::nullopt;
  if (objects * 10 >= rows.size() * 9) return from_rows(doc, std::move(rows), {});
  if (arrays * 10 >= rows.size() * 9 && doc.is(rows[0], Kind::array)) return from_arrays(doc, std::move(rows));
  return std::nullopt;
}

std::optional<Grid> grid_of_object(const Document& doc, NodeId object) {
  std::vector<NodeId> keys, rows;
  std::size_t objects = 0;
  for (const json::Member m : doc.members(object)) {
    keys.push_back(m.key);
    rows.push_back(m.value);
    objects += doc.is(m.value, Kind::object);
  }
  if (objects < least_rows || objects * 10 < rows.size() * 9) return std::nullopt;
  auto grid = from_rows(doc, std::move(rows), {});
  if (!grid) return std::nullopt;
  // Like-shaped: on average a row fills half of the columns.
  std::size_t filled = 0;
  for (NodeId c : grid->cells) filled += c != no_cell;
  if (filled * 2 < grid->cells.size()) return std::nullopt;
  const std::size_t columns = grid->columns();
  std::vector<NodeId> cells;
  cells.reserve(grid->cells.size() + keys.size());
  for (std::size_t r = 0; r < keys.size(); ++r) {
    cells.push_back(keys[r]);
    cells.insert(cells.end(), grid->cells.begin() + static_cast<std::ptrdiff_t>(r * columns),
                 grid->cells.begin() + static_cast<std::ptrdiff_t>((r + 1) * columns));
  }
  grid->cells = std::move(cells);
  std::string name = "key";
  while (std::find(grid->names.begin(), grid->names.end(), name) != grid->names.end()) name += '_';
  grid->names.insert(grid->names.begin(), std::move(name));
  grid->keys.insert(grid->keys.begin(), std::string());
  return grid;
}

std::optional<Grid> grid_of_tree(const Document& doc, NodeId root) {
  std::optional<NodeId> key;
  if (doc.is(root, Kind::object)) {
    key = tree_key(doc, root);
  } else if (doc.is(root, Kind::array)) {
    int looked = 0;
    for (NodeId e : doc.elements(root)) {
      if (key || ++looked > 64) break;
      if (doc.is(e, Kind::object)) key = tree_key(doc, e);
    }
  }
  if (!key) return std::nullopt;
  const std::string name = doc.string(*key);

  // Nodes as they are written: a node's children follow it, so document order is the order of the ids.
  struct Frame {
    NodeId at, end;
  };
  std::vector<NodeId> rows;
  std::vector<std::uint32_t> depth;
  std::vector<Frame> open;
  const auto enter = [&](NodeId object) {
    rows.push_back(object);
    depth.push_back(static_cast<std::uint32_t>(open.size()));
    const auto below = doc.member(object, name);
    if (below && doc.is(*below, Kind::array)) open.push_back({Document::first_child(*below), doc.end_of(*below)});
  };
  if (doc.is(root, Kind::object)) {
    enter(root);
  } else {
    open.push_back({Document::first_child(root), doc.end_of(root)});
  }
  while (!open.empty()) {
    Frame& top = open.back();
    if (top.at >= top.end) {
      open.pop_back();
      continue;
    }
    const NodeId e = top.at;
    top.at = doc.end_of(e);
    if (!doc.is(e, Kind::object)) return std::nullopt;
    enter(e);
  }
  if (rows.size() < least_tree) return std::nullopt;
  TableOptions options;
  options.leaf_key = name;
  auto grid = from_rows(doc, std::move(rows), options);
  if (!grid) return std::nullopt;
  // Rows apart would be printed with all that is below them.
  if (std::find(grid->apart.begin(), grid->apart.end(), true) != grid->apart.end()) {
    options.rare_share = 0;
    rows = std::move(grid->rows);
    grid = from_rows(doc, std::move(rows), options);
    if (!grid || std::find(grid->apart.begin(), grid->apart.end(), true) != grid->apart.end()) return std::nullopt;
  }
  std::string printed;
  append_key(printed, name);
  const auto at = std::find(grid->names.begin(), grid->names.end(), printed);
  if (at == grid->names.end()) return std::nullopt;
  grid->children = static_cast<std::size_t>(at - grid->names.begin());
  grid->depth = std::move(depth);
  return grid;
}

}  // namespace headroom::compressors::records
