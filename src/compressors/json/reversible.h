// The reversible view of JSON: what matters of every array, with coordinates; what is left out is named.
//
//   {"total": 120, "items": [{...} x 120]}
//   ->
//   total: 120
//   items:
//   all rows: currency=EUR; url=https://shop.example/o/{id}
//   row|id|net|note
//   0|81231|129.50|
//   [rows 1-16: 16 rows, net 0.00 to 18.00, 0 errors]
//   17|81248|99999.00|payment refused
//   ...
//   statement: "120 rows compressed to 9: rows 0-3, 17, ... kept; 1 error, 1 outlier kept"
//
// Arrays of five and more are parts of their own: rows (objects, equally long arrays, like-shaped objects by key,
// trees), strings, numbers, booleans, mixed values. Everything around them is `path: value` lines. Every part says what
// it is worth (the knee of its coverage); the budget is shared in that proportion. Format:
// docs/formats/json-reversible.md. O(n log n).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "compressors/compressor.h"
#include "json/document.h"

namespace headroom::compressors::records {

struct Reversible {
  std::optional<View> view;  // none if nothing would be left out
  Tokens tokens;             // of the view's text
  Tokens lossless_least;     // no lossless view of the text has fewer, or is likely to (lossless_floor.h, _sample.h)

  Tokens bar;  // what a lossless view may cost to be of use beside this one
};

Reversible reversible_view(const json::Document& doc, const Context& context);

// Text that is not one JSON value: JSON lines and several values in a row (an array of them), JSON cut off by a limit
// (the whole elements, then the rest verbatim). Also takes a single value. None if it is nothing of these.
Reversible reversible_view(std::string_view text, const Context& context);

}  // namespace headroom::compressors::records
