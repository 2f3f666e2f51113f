// The index of what left: one line for each unit, so that a reader knows what to ask for.
//
//   [3 earlier turns left out, 9120 tokens; each line below stands for one]
//   [turn 14: Read src/a.cc 1-400, 3912 tokens, ok. Retrieve with hash=482193075514]
//
// A line takes at most 40 tokens. It says what the unit's calls were, or how its text begins; its handle gives the unit
// as `render` has it. Above 4,000 tokens of lines, the oldest fold into one, whose handle gives them:
//
//   [turns 2-41: 38 index lines, 120413 tokens left out. Retrieve with hash=771920384412]
//
// docs/formats/epochs.md. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "history/record.h"
#include "history/units.h"
#include "tokens/counter.h"

namespace headroom::history {

inline constexpr Tokens most_line{40}, most_index{4000};

// What a unit's line says before its size: "Read src/a.cc 1-400; Bash npm test", or user: "Please...".
std::string what_of(const Past& past, const Unit& unit);
// For each message, how many requests had ended before it, at least 1: the turn it belongs to.
std::vector<int> turns_of(const Past& past);
// Whether one of its results failed.
bool failed(const Past& past, const Unit& unit);

struct Entry {
  int first = 0, end = 0;  // messages
  int turn = 1, last_turn = 1;
  Tokens tokens;     // that left
  std::string line;  // with its handle
  Tokens cost;       // of the line and its line end
  int lines = 0;     // of a folded entry: how many index lines its handle gives; 0: a unit
};

Entry unit_entry(const Past& past, const Unit& unit, int turn, std::string_view handle, tokens::Counter& counter);

// Folds the oldest entries into one when the lines are over `most_index`: the entries to fold are [0, n), at least two.
// 0: no need.
std::size_t to_fold(const std::vector<Entry>& entries);
// What the handle of a folded entry stands for: their lines.
std::string folded_content(const std::vector<Entry>& entries, std::size_t n);
// Replaces them. Their messages stay gone; the line stands where the first of them stood.
void fold(std::vector<Entry>& entries, std::size_t n, std::string_view handle, tokens::Counter& counter);

// The text of a run of entries that stand next to each other; of none, that their lines are folded above.
std::string run_text(const std::vector<Entry>& entries, std::size_t first, std::size_t end);
// An upper bound on what run_text adds to its lines.
inline constexpr Tokens head_cost{24};

}  // namespace headroom::history
