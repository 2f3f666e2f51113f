// A number of tokens that no lossless view of a table can be below, from its numbers alone: where a reversible view is
// far below it, no lossless view needs to be made.
//
//   amount 47.10, 12.99, 80.50, ... in 500 rows   ->   at least 2000: every amount stands in a line of the view
//
// The encoder (plan.h, run.h) says a cell elsewhere only if it is a string made of other columns' cells, a value of a
// column with few values (constants, look-ups), or a row equal to the row above it or risen from it by one in one cell.
// So a number column of many values prints the cell of every row whose number neither equals nor follows the one above;
// only what all its cells share in front and behind is left out. Each run of digits there costs a token for three, and
// what separates it from the next run costs one more: the vocabulary's pieces never join digits with anything else.
// O(cells) of the number columns.
#pragma once

#include "base/units.h"
#include "compressors/json/reversible_grid.h"

namespace headroom::compressors::records {

// Stops counting at `enough`.
Tokens lossless_floor(const Grid& grid, Tokens enough);

}  // namespace headroom::compressors::records
