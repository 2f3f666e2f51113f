// What a query asks for in code: which functions it names, and where the identifiers it mentions stand.
//
//   "why does Order.fee ignore tax_rate?"  ->  names function `fee`; statements with `tax_rate` are wanted
//
// Identifiers match whole and in any case. One that stands in over 30 % of the functions (and in more than five) is no
// help in choosing and counts nothing. O(n).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/hash.h"
#include "compressors/code/syntax.h"
#include "search/query.h"

namespace headroom::compressors::code {

class Wanted {
 public:
  Wanted(const search::Query& query, std::string_view code, const std::vector<Node>& nodes);

  // True if the query has the name of the callable among its words.
  bool names(std::string_view callable) const;
  // True if an identifier of the query stands in [begin, end).
  bool within(std::uint32_t begin, std::uint32_t end) const;

 private:
  std::unordered_set<std::string, TextHasher, std::equal_to<>> words_;  // lower case
  std::vector<std::uint32_t> hits_;                                     // offsets, sorted
};

// How often each identifier stands in the code.
using Occurrences = std::unordered_map<std::string_view, std::uint32_t, TextHasher>;
Occurrences occurrences(std::string_view code);

}  // namespace headroom::compressors::code
