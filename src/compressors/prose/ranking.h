// How much each unit of a text is worth showing: what the query asks for, how central it is, what facts it states,
// where it stands.
//
// All scores are integers from 0 to 1024. With a query BM25 leads; the sentences beside a hit and the section whose
// heading is hit share in it. Code and tables are worth what the query finds in them, or the sentence that leads to
// them. O(n log n).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compressors/prose/document.h"
#include "compressors/prose/lexrank.h"
#include "compressors/prose/scorer.h"
#include "search/query.h"

namespace headroom::compressors::prose {

struct Ranking {
  std::vector<std::uint32_t> score;  // of each unit
  std::vector<std::uint32_t> asked;  // units that the query finds, best first
  std::size_t anchored = 0;          // so many of them hold an anchor, and come first
  std::uint32_t asked_share = 40;    // what they may take of the budget before others, of 100
  std::vector<std::uint8_t> facts;   // of each unit: facts.h
  Centrality alike;                  // of each unit
  std::size_t sentences = 0;         // units that are writing
  std::size_t stating = 0;           // of these, with facts of two kinds and more
  // Over half of the sentences state facts of two kinds: law, medicine, finance.
  bool dense() const { return stating * 2 > sentences; }
};

// nullopt where the scorer cannot judge this text.
std::optional<Ranking> rank_units(const Document& document, const search::Query& query, const SentenceScorer& scorer);

}  // namespace headroom::compressors::prose
