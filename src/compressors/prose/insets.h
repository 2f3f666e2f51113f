// Blocks of another kind that stand in writing (what a fence holds, a table), shown by the views of their own kinds.
//
//   ```json              ```json
//   [{"id": 1, ...   ->  row|id|name          and the writing around them as prose is shown: the fences stay
//   ... 400 rows         [400 rows compressed to 12: rows 0-3, ... kept]
//   ```                  ```
//
// Blocks under 400 bytes stay; 64 are asked for at most, so a text of many fences costs a bounded number of parses
// beyond its bytes.
#pragma once

#include "compressors/compressor.h"
#include "compressors/prose/document.h"

namespace headroom::compressors::prose {

void put_insets(Document& document, const BlockViewer& viewer);

}  // namespace headroom::compressors::prose
