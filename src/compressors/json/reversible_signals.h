// What the rows of a grid say: severity, outliers, rare values, shifts of level, and the classes that coverage is
// counted in.
//
//   200 orders, one "payment refused", one of 99999.00  ->  severe {17}, outliers {17}, features: pairs of neighbouring
//   classes
//
// A cell's class is its value where its column has at most 64 values, else its decile (numbers) or its template;
// columns whose values all differ have none. A row's features are the pairs of classes of neighbouring columns (bigrams
// over fields). One pass a column: O(cells) plus sorting of samples.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compressors/json/reversible_grid.h"
#include "compressors/json/reversible_items.h"

namespace headroom::compressors::records {

struct NumericColumn {
  std::size_t column;
  bool counter;                // rises or falls nearly always, or names the rows
  bool few;                    // at most 64 values
  std::size_t outliers;        // how many there are, shown or not
  std::vector<double> values;  // by row; NaN where the cell is no number
};

struct FarValues {
  std::size_t column;
  double median;
  std::vector<std::uint32_t> rows;  // outliers, farthest first
};

struct Signals {
  std::vector<bool> constant;          // by column: the same in every row that does not stand apart
  std::vector<NumericColumn> numeric;  // columns worth naming in gaps, at most two
  std::vector<FarValues> far;          // by column
};

// Fills severe, outliers, rare, notable and features of `items`.
Signals read_signals(const Grid& grid, Items& items);

}  // namespace headroom::compressors::records
