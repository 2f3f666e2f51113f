// Rows below rows: a tree (children of children), or an array of objects in each row of a table.
//
//   {"name":"src","children":[{"name":"a.c","size":10}, ...]}   ->    src
//                                                                      a.c|10
//
// Rows stand in document order, each one blank deeper than the row it belongs to. Rows with rows below them, rows
// without, and (where the rows below have other keys) the rows below each are a class with its own columns. O(nodes).
#pragma once

#include <list>
#include <optional>
#include <string>
#include <vector>

#include "compressors/json/block.h"
#include "compressors/json/plan.h"
#include "compressors/json/table.h"
#include "json/document.h"

namespace headroom::compressors::records {

class Nest {
 public:
  // The rows of an array whose elements hold the rows below them; nullopt if none do.
  static std::optional<Nest> of_array(const json::Document& doc, const std::vector<json::NodeId>& elements,
                                      json::NodeId array);

  struct Class {
    std::string_view title;                 // "with rows below", "without", "below"
    std::vector<json::NodeId> rows, above;  // above: the row or object each belongs to
    std::optional<Table> table;
    std::optional<TablePlan> plan;
  };

  // Plans every class. `enclosing`: the object that holds the array as a member, if any.
  bool plan(const std::vector<std::string>& whole_names, bool marks, std::optional<json::NodeId> enclosing);
  std::list<Class>& classes() { return classes_; }
  // Preambles and rows; `printed` counts the rows.
  void print(std::string& out, tokens::Counter* ruler, std::size_t& printed, Marks& marks, bool& good) const;

 private:
  std::optional<json::NodeId> below(json::NodeId row) const;
  void collect(json::NodeId array, json::NodeId above, int depth);
  Class& class_of(bool branch, int depth);

  const json::Document* doc_ = nullptr;
  json::NodeId array_ = 0;
  std::vector<std::string> path_;  // keys from a row to its rows below
  bool recursive_ = false;
  std::list<Class> classes_;  // with, without, below
};

}  // namespace headroom::compressors::records
