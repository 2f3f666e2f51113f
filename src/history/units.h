// Units: what leaves a conversation together when it outgrows its model, and which leave first.
//
//   0 user       Fix the parser...          unit 1 (user, alone: its text stays)
//   1 assistant  Read src/a.py              unit 2: a turn of the model with its calls...
//   2 tool       1  import os...            ...and their results
//   3 assistant  Bash npm test              unit 3
//   4 tool       2 failed, 40 passed
//
// A unit is a run of assistant messages with the results of its calls; or a user message and the answer to it, if the
// user's text is long enough to be allowed to leave; or one message. Calls and results are never parted.
//
// Score, 0 to 1000, integers: recency 250 x 2^(-age/16); relevance 250 x BM25 against the last two user texts and the
// last eight calls, the best unit's = 1; forward references 250 x min(1, n/4), n = later units that use a path,
// identifier or number first seen in this one; 150 for an error without a later success of the same call; density 100 x
// distinct/all terms. The lowest leave first (ties: more tokens, then the older) down to the low mark, then those that
// still fit come back, best first. Scores are of the moment: an epoch decides, then left stays left.
//
// Protected: system text, the first user message, the last two user texts, every user text of at most 500 tokens, the
// last `keep` units, and what is not whole (a call without its result). Pinned, and so leaving only if nothing else is
// left and the high mark is still passed: the newest result of each plan tool, the newest unresolved errors, the newest
// full read or write of recent files.
//
// O(bytes) over the messages given; run at limit epochs only. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "history/record.h"

namespace headroom::history {

struct Unit {
  int first = 0, end = 0;  // messages [first, end)
  Tokens tokens;           // of its texts, as they came
  bool whole = true;       // no call without its result, no result without its call
  friend bool operator==(const Unit&, const Unit&) = default;
};

// All messages up to `through`, counted in, in order, without gaps.
std::vector<Unit> units_of(const Past& past, int through);

enum class Hold : std::uint8_t { free, pinned, keeps };  // keeps: never leaves

struct Judged {
  Unit unit;
  Hold hold = Hold::free;
  int score = 0;
};

// `gone`: messages that left before; units over them are not judged and give no terms.
std::vector<Judged> judge(const Past& past, int through, int keep, const std::vector<bool>& gone);

// Which of `units` leave, as indices, ascending. `sizes[i]`: what unit i takes as it stands; `lines[i]`: what its index
// line will take. `total`: of everything, `low` and `high` the marks.
std::vector<int> leaving(std::span<const Judged> units, std::span<const Tokens> sizes, std::span<const Tokens> lines,
                         Tokens total, Tokens low, Tokens high);

// A unit's content: role, tool, arguments, text, in order, and a line for each image after the texts of its message.
// What its handle stands for.
std::string render(const Past& past, const Unit& unit);

// What of a list that is in the order of messages (blocks, calls) belongs to messages [first, end): indices.
template <class List>
std::pair<std::size_t, std::size_t> within(const List& list, int first, int end) {
  const auto less = [](const auto& item, int message) { return item.message < message; };
  const auto from = std::lower_bound(list.begin(), list.end(), first, less);
  const auto to = std::lower_bound(from, list.end(), end, less);
  return {static_cast<std::size_t>(from - list.begin()), static_cast<std::size_t>(to - list.begin())};
}

// The 2^(-age/16) of recency, of 250.
int recency(int age);

}  // namespace headroom::history
