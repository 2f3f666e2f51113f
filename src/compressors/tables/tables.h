// The kind "table": CSV and TSV (delimited.h), columns of fixed width (columns.h), tables of Markdown (markdown.h),
// through the JSON compressor's columns and its selection of rows (json/rows.h).
//
//   id,cur                [csv, 120 rows, complete]
//   1,EUR           ->    all rows, after id: cur=EUR
//   2,EUR                 id
//   ...                   1..120
//
// A lossless view gives every byte back: quotes, padding, line ends, rows of another width; what no layout spells is no
// table. Format: docs/formats/tables.md. O(n log n).
#pragma once

#include "compressors/compressor.h"

namespace headroom::compressors {

extern const Compressor table_compressor;

}  // namespace headroom::compressors
