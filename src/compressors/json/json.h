// The JSON compressor: tables, lists and the members around them, losslessly (encode.h) and reversibly (reversible.h).
//
//   {"total":2,"items":[{"id":1,"cur":"EUR"},{"id":2,"cur":"EUR"}, ...]}
//   ->  [json, complete]
//       total=2
//       items: 120 rows
//       all rows, after id: cur=EUR
//       id
//       1..120
//
// Is: text that parses as JSON; JSON lines; JSON cut off by a limit. Every lossless view is decoded and compared before
// it is offered. Over 100 MB/s for the table alone, verification included.
#pragma once

#include "compressors/compressor.h"

namespace headroom::compressors {

extern const Compressor json_compressor;

}  // namespace headroom::compressors
