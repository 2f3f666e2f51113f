// What a lossless view of a table will cost at the least, judged by a few of its rows: where a reversible view is far
// below it, no lossless view needs to be made.
//
//   500 rows, 16 of them in 430 tokens   ->   at least 7291
//
// Two runs of neighbouring rows, a quarter and three quarters down, are encoded as a table of their own; two thirds of
// what they cost is taken for the others: more rows share less, but a stretch of equal rows costs nothing. A
// judgement, no bound (lossless_floor.h has one): a table that is wild where it was looked at and still elsewhere may
// lose a lossless view that was worth having beside the reversible one, never a value.
#pragma once

#include "base/units.h"
#include "compressors/json/reversible_grid.h"

namespace headroom::compressors::records {

// Zero: too few rows to tell, or no table.
Tokens lossless_by_sample(const Grid& grid);

}  // namespace headroom::compressors::records
