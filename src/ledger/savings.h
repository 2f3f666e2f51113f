// What was saved and what it cost, summed from the ledger's files: for `headroom savings` and the core's `stats`.
//
//   savings("logs", {.since = t, .by = By::model})  ->  {all, rows: [{"claude-sonnet-4-5", figures, fresh, resent}]}
//
// `fresh` counts the tokens that left a request for the first time, `resent` those that had left the request before it
// in the same conversation too: a conversation is sent again with every turn. Net is saved less spent (hidden rounds,
// the injected tool, cache written anew at epochs). Beside it stand the provider's own figures, and how far our count
// of a request lies from the input that was billed for it: the ruler counts contents and calls of one vocabulary, so a
// large drift makes figures of tokens estimates.
//
// Days whose rows have expired still have sums by hour and model (log.h); they are in `all` and in the rows by model,
// and their removed tokens in neither fresh nor resent. O(bytes of the files), about 100 MB/s; 1,000 rows at most, then
// "other".
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ledger/figures.h"
#include "ledger/row.h"

namespace headroom::ledger {

enum class By : std::uint8_t { total, model, client, project };
std::optional<By> parse_by(std::string_view name);  // "model", "client", "project"; "" for total

struct Saving {
  std::string name;
  Figures figures;
  std::int64_t fresh = 0, resent = 0;   // removed tokens, on the ruler
  std::int64_t counted = 0, input = 0;  // of requests with usage and one round: our count, and the input billed
  std::int64_t removed() const { return figures.tokens_before - figures.tokens_after; }
  // |counted - input| of input in hundredths of a per cent; nullopt: nothing to compare.
  std::optional<std::int64_t> drift() const;
  // Over 2 %: figures of tokens are estimates.
  bool is_estimate() const { return drift().value_or(201) > 200; }
};

struct Savings {
  Time since{};
  bool any = false;     // there is a log
  bool summed = false;  // some days have sums only
  Saving all;
  std::vector<Saving> rows;  // the most net first
};

struct SavingsQuery {
  Time since{};
  By by = By::total;
};
Savings savings(const std::filesystem::path& folder, const SavingsQuery& query);
// {"since":"...","requests":12,...,"by":"model","rows":[{"name":"...",...}]}
std::string savings_json(const Savings& savings, By by);

// From when on sums are wanted (--reset); rows before it stay where they are.
Time counted_since(const std::filesystem::path& folder);
Result<void> count_from(const std::filesystem::path& folder, Time now);

}  // namespace headroom::ledger
