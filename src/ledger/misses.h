// Why a request was not read from the provider's cache, and what that cost: the aligner's attribution
// (pipeline/align/aligner.h) over keyed digests, with a price.
//
//   Misses misses;
//   misses.explain(prompt, {.uncached = 40, .read = 2048, .written = 54000}, price_row, now, false)
//     -> system, changed, 54,000 tokens written that would have been read: 186,300 micro-dollars
//
// Kept: digests of the last four requests of 1,000 conversations, no text. Sizes are bytes here: the aligner scales
// them to the provider's tokens. Requests below the provider's smallest cached prefix are not held against anything:
// they cannot miss. O(blocks + conversations). Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>

#include "ledger/exchange.h"
#include "ledger/row.h"
#include "ledger/usage.h"
#include "pipeline/align/aligner.h"
#include "prices/prices.h"

namespace headroom::ledger {

struct Explained {
  Miss miss;
  std::int64_t tokens_again = 0;  // that would have been read, had all that was cached been found
  std::int64_t expected = 0;      // tokens that a whole hit would have read
};

class Misses {
 public:
  Misses() : aligner_({.conversations = 1000, .projections = 4, .system_bytes = 0}) {}

  // `epoch`: we rewrote earlier blocks in this request. `prices`: null without a price. `went_out`: before which others
  // of its conversation, whatever the order in which they are explained.
  Explained explain(const Prompt& prompt, const Usage& usage, const prices::Row* prices, std::chrono::seconds now,
                    bool epoch, Micros went_out = {});
  std::size_t conversations() const { return aligner_.conversations(); }

 private:
  pipeline::Aligner aligner_;
};

}  // namespace headroom::ledger
