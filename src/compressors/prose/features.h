// What a trained ranker sees of each unit: numbers that say where it stands, what it states, how it reads and what the
// query asks of it.
//
//   "Backups are kept for 35 days." first of its section, asked for  ->  {1024, 880, 610, ..., 1, 0, 29, ...}
//
// Integers only, so that a tree over them decides alike everywhere. The order below is the order in the weights: a new
// feature goes at the end, and the ranker is trained anew (tools/train). O(n log n).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "compressors/prose/scorer.h"

namespace headroom::compressors::prose {

enum class Feature : std::uint8_t {
  relevance,          // 0..1024, and 0 in all of the next six if the query finds nothing
  own_relevance,      // of the unit itself
  before_relevance,   // of the unit before it
  after_relevance,    // of the unit behind it
  passage_relevance,  // of its passage
  heading_relevance,  // of the headings above
  relevance_rank,     // how many units are more relevant, to 1,000
  rank_in_section,    // the same among the units of its section
  section_best,       // the best relevance of its section
  asked,              // the query finds something
  centrality,         // LexRank, 0..1024
  facts,              // kinds of facts, 0..7
  quantity_fact,
  negation_fact,
  modal_fact,
  name_fact,
  defined_fact,
  place_in_section,  // units before it in its section, to 100
  section_size,      // units in its section, to 200
  section_place,     // of its section among all, 0..1024
  place,             // of the unit among all, 0..1024
  units,             // of the document, to 2,000
  opens,             // first of its paragraph
  place_in_block,    // units before it in its block, to 50
  is_item,
  bytes,          // to 2,000
  words,          // to 400
  refers_back,    // begins with "This", "It", "However"...
  leads,          // ends in a colon
  before_code,    // code or a table comes next
  behind_code,    // or came before
  digits,         // of the unit's bytes, of 1024
  capitals,       // likewise
  marks,          // likewise: what is no letter, digit, blank or stop
  asks,           // ends in a question mark
  addresses_you,  // "you", "your"
  count
};
inline constexpr std::size_t features = static_cast<std::size_t>(Feature::count);
using FeatureRow = std::array<std::int32_t, features>;

// One row a unit; those of code and tables are of no use.
std::vector<FeatureRow> features_of(const Evidence& evidence);

}  // namespace headroom::compressors::prose
