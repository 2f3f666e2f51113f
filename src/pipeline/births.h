// What the texts of a conversation are when they come.
//
// A text's view at birth depends on what lies before it only through the query, which is known from the list: so the
// births of a long conversation that comes for the first time are made side by side, and the walk over its boundaries,
// which decides in order, finds them. Without idle threads, or of few bytes, each is made when the walk comes to it:
// the same births either way.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "pipeline/placing.h"

namespace headroom::pipeline {

// Bytes of texts that it takes to be made ahead: to wake a thread costs what a small text does, and a turn of a known
// conversation brings less. And of how many at once: they are decoded, and their views held, before the walk needs
// them.
inline constexpr std::size_t least_ahead = std::size_t{64} << 10, most_ahead = std::size_t{2} << 20;

// Gates, and what a text is by itself: no epoch changes that.
bool is_final(Reason reason);

// The budget of a reversible view by `target_ratio`; `before`: tokens of the text.
std::optional<Tokens> share_of(const Options& options, Tokens before);

class Births {
 public:
  explicit Births(const Placing& placing) : p_(placing) {}
  // Of each leaf once, in order; any may be the first.
  LeafState take(std::size_t leaf);

 private:
  void make_ahead(std::size_t leaf);

  const Placing& p_;
  std::size_t first_ = 0, end_ = 0;             // leaves that were looked at together...
  std::vector<std::optional<LeafState>> made_;  // ...and what was made of them; empty: nothing yet
};

}  // namespace headroom::pipeline
