// Sums over rows: of an hour, a day, a model, or all since the start. Adding is exact and in any order the same, up to
// the ends of 64 bits, where it stops.
#pragma once

#include <cstdint>
#include <string>

#include "ledger/row.h"

namespace headroom::ledger {

struct Figures {
  std::int64_t requests = 0, failed = 0;  // failed: 400 and above, or broken off
  std::int64_t tokens_before = 0, tokens_after = 0;
  std::int64_t measured = 0;  // requests whose provider told its usage
  Usage usage;
  std::int64_t saved = 0, spent = 0, billed = 0;  // micro-dollars, of requests with usage and price
  std::int64_t unpriced_tokens = 0;               // removed in requests without either: an estimate, in no sum of money
  std::int64_t misses = 0, miss_microusd = 0;
  std::int64_t rounds = 0;

  void add(const Row& row);
  Figures& operator+=(const Figures& other);
  std::int64_t net() const { return saved - spent; }
  friend bool operator==(const Figures&, const Figures&) = default;
};

// net / (net + billed) in per cent, with two decimals: "12.34"; "0.00" where nothing was billed.
std::string saved_percent(const Figures& figures);

// Tokens and money that left by one tool and kind.
struct Part {
  std::int64_t times = 0, tokens = 0, microusd = 0;
  Part& operator+=(const Part& other);
  friend bool operator==(const Part&, const Part&) = default;
};

}  // namespace headroom::ledger
