// Which texts an epoch could make smaller, and by how much at most: what the fold (history/fold.h) decides from.
//
//   boundary 17: five files of 77,000 tokens left the window   ->   no cut pays if all of them shrink to a quarter: no
//   view is made. boundary 40: one would   ->   the view of the largest is made, and so on until none pays, or all are
//   known.
//
// Texts wait for an epoch: source code, and texts of exact tools. Most wait long, and their views cost as much as a
// whole conversation otherwise does: so they are made only as long as their bound could pay. The bound is part of what
// is foretold, not a guess at it: a view of code counts as a quarter of its text even where it turns out to be smaller,
// so that no decision depends on which views somebody has made already.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "history/fold.h"
#include "history/reads.h"
#include "pipeline/placing.h"
#include "pipeline/sizes.h"
#include "pipeline/standing.h"

namespace headroom::pipeline {

// Code and exact texts that are no longer among the newest messages at the boundary `message`: from now on an epoch
// could shorten them.
void leave_window(const Placing& p, Standing& s, int message);

// What an epoch at the boundary `message` would make smaller, by message.
std::vector<history::Candidate> candidates(const Placing& p, const Sizes& sizes, const Standing& s, int message,
                                           std::span<const history::StaleRead> stale);

// Makes the epoch's view of the largest text that waits for one and was not looked at; where threads are idle, of the
// next ones too. False if there is none.
bool look_ahead(const Placing& p, Standing& s);

// Of a reversible view, at an epoch. `block`: tokens of the text; `whole`: of all that may change, among which a
// conversation's budget is shared out; 0: not known.
std::optional<Tokens> budget_of(const Options& options, Tokens block, Tokens whole);

}  // namespace headroom::pipeline
