// What a request saved and what that cost, in micro-dollars, by the prices of its model.
//
//   saved   against the same request without us: a removed token counts once per request at the class it would have
//           had. New in the request that brings its block: written, if the provider wrote there, else uncached. Later:
//           read from the cache, if usage shows that prefix read, else uncached.
//   spent   hidden rounds, the injected tool, cache rewritten by our epochs
//   billed  the provider's usage at its prices, all rounds
//
//   2,000 removed tokens of a tool result that came three turns ago, 56,000 tokens read, claude-sonnet-4-5 (read 0.30):
//     2,000 x 1.25 (o200k to the model's tokens, data) x 0.30 = 750 micro-dollars saved
//
// Where a block's place is in doubt, the cheaper class is taken: what is shown as saved is a lower estimate. Tokens are
// counted on the ruler and turned into the model's by the centre of tokens/models.h, by kind of content. Every part is
// rounded to whole micro-dollars by itself, so sums over rows, tools, kinds and classes are the same sum.
//
// Pure; O(removed + blocks).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "ledger/exchange.h"
#include "ledger/misses.h"
#include "prices/prices.h"
#include "tokens/models.h"

namespace headroom::ledger {

enum class Basis : std::uint8_t { written, read, uncached };  // of what was saved
enum class Spending : std::uint8_t { rounds, tool, epoch };   // of what was spent
std::string_view to_string(Basis basis);
std::string_view to_string(Spending why);

struct SavedPart {
  ToolName tool;
  KindName kind;
  Basis basis = Basis::uncached;
  std::int64_t tokens = 0;  // the model's own, estimated
  std::int64_t microusd = 0;
};

struct Bill {
  std::vector<SavedPart> saved;
  std::array<std::int64_t, 3> spent{};  // by Spending
  std::int64_t billed = 0;
  Money total() const;
};

// Nearest; pico-dollars in.
std::int64_t to_micro(std::int64_t pico);
// Of a token that was not read, in pico-dollars: written if this request wrote any, else uncached.
std::int64_t price_of_new(const Usage& usage, const prices::Row& prices);
// In pico-dollars.
std::int64_t cost_of(const Usage& usage, const prices::Row& prices);

// `explained`: of the same exchange. The exchange must have usage.
Bill bill_of(const Exchange& exchange, const Explained& explained, const prices::Row& prices,
             const tokens::ModelTokens& model);

}  // namespace headroom::ledger
