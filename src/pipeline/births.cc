#include "pipeline/births.h"

#include <numeric>
#include <utility>

#include "pipeline/side_by_side.h"

namespace headroom::pipeline {
namespace {

LeafState born(const Placing& p, std::size_t leaf) {
  LeafState state = first_look(p, leaf);
  if (!state.skipped || !is_final(*state.skipped)) {
    if (!p.options.token_budget) state.budget = share_of(p.options, state.before);
    state.chosen = choose_view(p, leaf, state, Moment::birth, state.budget);
    state.code = state.chosen.reason == Reason::code_recent;
    state.may_hold_code = state.chosen.may_hold_code, state.all_code = state.chosen.all_code;
    state.waits = state.may_hold_code || is_exact(p, leaf);
  }
  return state;
}

}  // namespace

bool is_final(Reason reason) {
  switch (reason) {
    case Reason::code_recent:
    case Reason::code_asked_about:
    case Reason::exact_tool:
    case Reason::no_gain:
    case Reason::not_recognised:
      return false;
    default:
      return true;
  }
}

std::optional<Tokens> share_of(const Options& options, Tokens before) {
  if (!options.target_ratio) return std::nullopt;
  return Tokens(static_cast<std::int64_t>(static_cast<double>(before.value) * *options.target_ratio));
}

void Births::make_ahead(std::size_t leaf) {
  const auto& c = p_.conversation;
  std::size_t bytes = 0;
  for (first_ = end_ = leaf; end_ < c.leaves.size() && bytes < most_ahead; ++end_)
    bytes += c.doc.raw(c.leaves[end_].node).size();
  made_.clear();
  // Where other work waits no thread would come, and texts would be decoded ahead for nobody.
  if (!p_.services.idle || bytes < least_ahead || p_.services.idle->wanted()) return;
  std::vector<std::size_t> leaves(end_ - first_);
  std::iota(leaves.begin(), leaves.end(), first_);
  made_.resize(leaves.size());
  side_by_side(p_, leaves, [this](const Placing& mine, std::size_t i) { made_[i - first_] = born(mine, i); });
}

LeafState Births::take(std::size_t leaf) {
  if (leaf >= end_) make_ahead(leaf);
  auto made = made_.empty() ? std::nullopt : std::exchange(made_[leaf - first_], std::nullopt);
  return made ? *std::move(made) : born(p_, leaf);  // not made: nobody helps, or a helper had no memory
}

}  // namespace headroom::pipeline
