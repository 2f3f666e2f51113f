// Which lines of a log to show within a budget of tokens.
//
//   6,000 lines, budget 2,500 -> about 120 lines: each distinct error once, what surrounds it, failed tests, counts,
//   exits, the failing command, one line of each template, the end
//
// Every line gets a score: what its signals say, 1.5 x rarity, 1.5 x (line/n)^3, -4 for later ones of a template; the
// neighbours of a severe line inherit from it, falling off with distance. Lines are taken by score while the budget
// lasts; the first line of every severe template is taken even beyond it. Without a budget it is the knee of the curve
// of score over cost (Kneedle: Satopää et al., 2011), within 300..3,000 tokens.
//
// Of a stack trace stand what it says and the caller's own frames; frames of libraries leave, but the one where it
// broke; of traces with the same frames the first stands.
//
// Scores are integers, ties go to the earlier line. Cost: O(n log n) lines, tokens estimated for candidates only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/lines.h"
#include "base/units.h"
#include "compressors/log/grouping.h"
#include "compressors/log/manner.h"
#include "compressors/log/traces.h"
#include "search/query.h"

namespace headroom::compressors::log {

struct Selection {
  std::vector<std::uint8_t> shown;  // by line
  std::size_t count = 0;
  std::int64_t spent = 0;  // tokens, by estimate
  std::int64_t limit = 0;  // that must not be exceeded
};

struct SelectionOptions {
  const search::Query& query;
  std::optional<Tokens> budget;
  Tokens whole;                // estimate for the whole log
  bool without_stamps;         // lines are shown without their leading time
  std::int64_t percent = 100;  // of the estimates: what an earlier round measured
  std::span<const Trace> traces = {};
  const Manner& manner = log_manner;
};

Selection select_lines(std::span<const Line> lines, const Grouping& grouping, const SelectionOptions& options);

// What a line costs when shown: an estimate.
int line_cost(std::string_view text, const Stamp& stamp, bool without_stamp);

}  // namespace headroom::compressors::log
