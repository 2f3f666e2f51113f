// Words without their endings, so that a question finds "debugger" by "debugging" and "copies" by "copy".
//
//   "Hiding copies of compiled files"  ->  "hid copi of compil fil "
//
// Endings of English; words of other scripts stay whole, pairs of characters where no blanks are written. For ranking
// only: what a stem loses costs a place in an order, never a byte that is shown. O(n).
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>

#include "search/matches.h"

namespace headroom::compressors::prose {

// Appends the stem of every word of `text` and a blank behind each.
void append_stems(std::string& out, std::string_view text);

// Which of a query's terms, stems themselves, a word has for its stem. The query must outlive it.
class StemTable {
 public:
  explicit StemTable(const search::Query& stems);
  // As `search::scan` tells the word (or pair), with its hash; -1: none.
  std::int32_t find(search::TermKind kind, std::string_view word, std::uint64_t hash);

 private:
  search::TermTable table_;
  // A stem begins as its word does: most words of a text end at this filter.
  std::bitset<4096> begins_;
  std::string stem_;
};

}  // namespace headroom::compressors::prose
