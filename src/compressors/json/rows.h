// The columns and the selection of the JSON compressor for rows of other notations (CSV, columns of a terminal): the
// caller brings them as an array of objects, and says how the first line names the notation.
//
//   rows [{"id":1,"cur":"EUR"}, ...], notation "csv"   ->   [csv, 120 rows, complete]
//                                                           all rows, after id: cur=EUR
//                                                           id
//                                                           1..120
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compressors/compressor.h"

namespace headroom::compressors::records {

struct Notation {
  std::string name;   // behind the bracket, up to the count of rows: "csv quoted"
  std::string front;  // lines that stand below the first one as they came, each ended
  std::string_view lossless_method, reversible_method;
  bool reversible = true;  // false: no view that leaves rows out
};

// `rows`: JSON text, an array of objects. `gives_back`: whether the rows that a view decodes to are the original.
std::vector<View> row_views(std::string_view rows, const Context& context, const Notation& notation,
                            const std::function<bool(std::string_view)>& gives_back);

// What stands in the first line of such a view.
struct RowView {
  std::string_view name;  // "csv quoted"
  std::string_view rest;  // behind the name: ", 120 rows, complete]\n..."
};
std::optional<RowView> open_row_view(std::string_view view);

// The rows of a view, as JSON text, from `rest` without the lines in front.
std::optional<std::string> rows_of_view(std::string_view rest);

}  // namespace headroom::compressors::records
