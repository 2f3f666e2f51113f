#include "pipeline/prospects.h"

#include <algorithm>
#include <map>

#include "pipeline/births.h"

namespace headroom::pipeline {
namespace {

using history::Candidate;
using history::StaleRead;

constexpr Tokens marker_cost{48};     // about what the line for a stale read takes
constexpr Tokens usual_answer{2000};  // what a model is shown at most when it asks for a text again
constexpr Tokens least_budget{300};   // of a reversible view, when a conversation's budget is shared out
// What an epoch leaves of texts, until so many were looked at: little of it (of 1,318 sources in seven languages a
// tenth has a view this small), or nobody would learn where it is so.
constexpr std::size_t least_known = 4;
constexpr std::int64_t hoped_part = 4;

// Of the texts that left the window the newest: so many are looked at.
std::span<const int> newest(const Standing& s) {
  const std::span<const int> all(s.active);
  return all.size() > history::most_candidates ? all.last(history::most_candidates) : all;
}

bool waits(const Standing& s, std::size_t i) {
  const LeafState& l = s.leaves[i];
  return !l.gone && !l.placed && !(s.asks && l.code);
}

bool is_known(const LeafState& l) {
  return l.later.value >= 0;
}

// What an epoch is foretold to leave of texts that were not looked at: as much as of those that were.
class Expectation {
 public:
  explicit Expectation(const Standing& s) {
    for (const LeafState& l : s.leaves) {
      if (!is_known(l)) continue;
      ++known_;
      before_ += l.before.value, later_ += l.later.value;
    }
  }
  Tokens of(Tokens before) const {
    if (known_ < least_known || before_ == 0) return Tokens(before.value / hoped_part);
    return Tokens(before.value * later_ / before_);
  }

 private:
  std::size_t known_ = 0;
  std::int64_t before_ = 0, later_ = 0;
};

bool is_stale_line(const LeafState& l) {
  return l.placed && l.placed->kind == "stale_read";
}

}  // namespace

void leave_window(const Placing& p, Standing& s, int message) {
  const int inside = message - p.options.keep_code;
  for (; s.window < s.leaves.size() && p.conversation.leaves[s.window].message <= inside; ++s.window) {
    LeafState& l = s.leaves[s.window];
    const bool waits =
        l.skipped == Reason::code_recent || l.skipped == Reason::code_asked_about || l.skipped == Reason::exact_tool;
    if (!waits) continue;
    l.out = true;
    s.active.push_back(static_cast<int>(s.window));
  }
}

std::vector<Candidate> candidates(const Placing& p, const Sizes& sizes, const Standing& s, int message,
                                  std::span<const StaleRead> stale, Unknown unknown) {
  const auto message_of = [&](std::size_t i) { return p.conversation.leaves[i].message; };
  const auto answer = [&](std::size_t i) { return sizes.centre(s, i, std::min(s.leaves[i].before, usual_answer)); };
  const Expectation expectation(s);
  std::map<int, Candidate> by_leaf;
  for (const int k : newest(s)) {
    const auto i = static_cast<std::size_t>(k);
    const LeafState& l = s.leaves[i];
    const Tokens after = is_known(l) ? l.later : unknown == Unknown::expected ? expectation.of(l.before) : l.now();
    if (!waits(s, i) || after >= l.now()) continue;
    by_leaf[k] = {message_of(i), sizes.centre(s, i, l.now() - after), l.later_asked ? answer(i) : Tokens()};
  }
  for (const StaleRead& read : stale) {
    if (read.since > message || static_cast<std::size_t>(read.block) >= s.leaves.size()) continue;
    const auto i = static_cast<std::size_t>(read.block);
    const LeafState& l = s.leaves[i];
    if (l.gone || l.now() <= marker_cost || is_stale_line(l)) continue;
    Candidate& best = by_leaf[read.block];
    const Tokens saving = sizes.centre(s, i, l.now() - marker_cost);
    if (saving > best.saving) best = {message_of(i), saving, answer(i)};
  }
  std::vector<Candidate> out;
  out.reserve(by_leaf.size());
  for (const auto& [leaf, candidate] : by_leaf) out.push_back(candidate);
  return out;
}

bool look_ahead(const Placing& p, Standing& s, Tokens& room) {
  std::optional<std::size_t> largest;
  for (const int k : newest(s)) {
    const auto i = static_cast<std::size_t>(k);
    if (is_known(s.leaves[i]) || !waits(s, i)) continue;
    if (!largest || s.leaves[i].before > s.leaves[*largest].before) largest = i;
  }
  if (!largest) return false;
  LeafState& l = s.leaves[*largest];
  if (room == Tokens() || (l.before > room && room < most_looked_at)) return false;
  room -= std::min(room, l.before);
  const Prospect prospect = later_view(p, *largest, l, budget_of(p.options, l.before, {}));
  l.later = prospect.tokens;
  l.later_asked = prospect.reversible;
  return true;
}

std::optional<Tokens> budget_of(const Options& options, Tokens block, Tokens whole) {
  if (!options.token_budget) return share_of(options, block);
  const Tokens budget = *options.token_budget;
  if (whole.value == 0 || block == whole) return budget;
  const double share =
      static_cast<double>(budget.value) * static_cast<double>(block.value) / static_cast<double>(whole.value);
  return std::max(least_budget, Tokens(static_cast<std::int64_t>(share)));
}

}  // namespace headroom::pipeline
