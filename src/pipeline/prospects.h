// Which texts an epoch could make smaller, and by how much: what the fold (history/fold.h) decides from.
//
//   boundary 17: five files of 77,000 tokens left the window   ->   no cut pays if they shrink as others did: no view
//   is made. boundary 40: one would   ->   the view of the largest is made; one would still   ->   boundary 41: the
//   next one's; and so on until none pays, or what is known pays by itself.
//
// Texts wait for an epoch: source code, and texts of exact tools. Most wait long, and their views cost as much as a
// whole conversation otherwise does: so they are made only as long as what is expected would pay, and a few at a
// boundary, since an epoch can wait for a request or two and a request cannot. What was not looked at saves nothing
// yet. So which texts are known is a function of the conversation up to the boundary, as all else is.
#pragma once

#include <cstddef>
#include <cstdint>
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

// What a text counts for that was not looked at: what is expected to be left of it, or all.
enum class Unknown : std::uint8_t { expected, whole };

// What an epoch at the boundary `message` would make smaller, by message.
std::vector<history::Candidate> candidates(const Placing& p, const Sizes& sizes, const Standing& s, int message,
                                           std::span<const history::StaleRead> stale, Unknown unknown);

// So many tokens of text are looked at at one boundary, or one text.
inline constexpr Tokens most_looked_at{2500};
// None at one that brings more than this itself, unless so many before it put it off.
inline constexpr Tokens much_born{1000};
inline constexpr int most_put_off = 8;

// Makes the epoch's view of the largest text that waits for one and was not looked at. `room`: of most_looked_at, what
// this boundary has left, none if it is 0. False if there is none, or no room for it.
bool look_ahead(const Placing& p, Standing& s, Tokens& room);

// Of a reversible view, at an epoch. `block`: tokens of the text; `whole`: of all that may change, among which a
// conversation's budget is shared out; 0: not known.
std::optional<Tokens> budget_of(const Options& options, Tokens block, Tokens whole);

}  // namespace headroom::pipeline
