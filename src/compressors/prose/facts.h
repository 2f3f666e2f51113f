// What a sentence states that a reader may have to quote: the kinds of facts in it.
//
//   "Backups must be kept for 35 days, but not in Asia."   -> quantity, modal, negation
//   "See Section 4.2 (Smith 2004)."                        -> citation
//   "\"Fee\" means what the Customer pays since 3 May 2021." -> defined term, date
//
// Words of ten languages, by tables; shapes for dates, citations and names. Evidence for keeping a sentence, so what is
// unclear counts. O(n), no allocation.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace headroom::compressors::prose {

enum Fact : std::uint8_t {
  quantity = 1,  // a number with its unit, an amount of money, a share
  date = 2,
  name = 4,  // two capitalised words within a sentence
  negation = 8,
  modal = 16,
  citation = 32,
  defined_term = 64,
};

// A set of `Fact`s.
std::uint8_t facts_of(std::string_view sentence);

inline int kinds_in(std::uint8_t facts) {
  return std::popcount(facts);
}

}  // namespace headroom::compressors::prose
