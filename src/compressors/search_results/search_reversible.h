// Search results cut to what the reader is after: every file with its count, the asked-for lines first, equal lines
// once.
//
//   [search, 412 matches in 31 files; 2 lines shown; xN = that many equal lines; the rest by file]
//   ./api/orders.py:41:    raise ValueError("negative amount") [x17 in 12 files]
//   [lines 88-140 of orders.py: 6 more]
//   [29 more files with their matches]
//   [./api/: users.py 12, audit.py 3; 1 each: a.py, b.py]
//
// Order of what is shown: anchors of the query, definitions of its names, its BM25 hits (two lines of context where the
// tool gave them), severe lines if they are few, then what covers most of the rest (salience/selection.h) up to the
// budget. A line of several in one file stands under the file's whole path with its number. Where the names of the
// files alone are too many, directories are counted instead, and the view says so. O(n log n) at worst, over bounded
// samples.
#pragma once

#include <optional>
#include <vector>

#include "compressors/compressor.h"
#include "compressors/search_results/grep_output.h"

namespace headroom::compressors {

// Matching lines by how much the query asks for them.
struct Relevance {
  std::vector<std::uint32_t> lines;  // best first
  std::size_t sure = 0;              // the first so many are shown whatever the budget
};
Relevance relevance_of(const GrepOutput& output, const Context& context);

// `original` and `lossless` are token estimates of the text and of its lossless view.
std::optional<View> summarise_search(const GrepOutput& output, const Relevance& relevance, const Context& context,
                                     Tokens original, Tokens lossless);

}  // namespace headroom::compressors
