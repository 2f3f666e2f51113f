// What a model's tokens cost and how many of them it takes: one dated JSON file, compiled in and replaceable.
//
//   prices.of("us.anthropic.claude-sonnet-4-5-20250929-v1:0")
//     -> in 3.00, read 0.30, write 3.75 (5 minutes) or 6.00 (1 hour) USD per million; 200,000 tokens, 32,000 kept free
//
// Prices are decimal strings in USD per million tokens and held as integer pico-dollars per token (1 USD per million =
// 1,000,000), so that every decision on money is exact and the same on every machine. Rows are tried in order by glob
// on the model's name without provider prefix and region; the first wins. A model without a row has no price and no
// limit: nothing is guessed. Where a row names no cache prices, its provider's usual ones stand in: Anthropic read
// 0.10, write 1.25 and 2.00 times `in`; OpenAI 0.50 and 1.00; Google 0.25 and 1.00; others as `in`, which makes a cache
// worth nothing. Parsing is O(file); a look-up O(rows). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace headroom::prices {

// 10^-12 USD.
struct PicoDollars {
  std::int64_t value = 0;
  friend constexpr auto operator<=>(PicoDollars, PicoDollars) = default;
};

struct Row {
  std::string glob, provider;
  PicoDollars in, out, read, write_5m, write_1h;  // of a token
  Tokens limit;                                   // of the context window; 0: not known
  Tokens reserve;                                 // of it, kept free for the answer
  Tokens min_prefix;                              // shorter prefixes are not cached
  Tokens step{1};                                 // cached prefixes grow in steps of this
  std::string vocab;                              // of tokens/models.h: "o200k_base", "claude"...
  std::int64_t batch_percent = 100;               // of the price, in a batch
};

class Prices {
 public:
  // The file compiled in.
  static const Prices& built_in();
  // Whole file or an error that names the row and member; unknown members are refused, so that a slip is seen.
  static Result<Prices> parse(std::string_view json);

  // Null: no row matches.
  const Row* of(std::string_view model) const;

  const std::string& date() const { return date_; }
  const std::string& source() const { return source_; }
  const std::vector<Row>& rows() const { return rows_; }

 private:
  std::string date_, source_;
  std::vector<Row> rows_;
};

// The bytes of the file compiled in: what `prices` files look like.
std::string_view built_in_json();

}  // namespace headroom::prices
