// When it pays, or is needed, to rewrite what was forwarded: a fold over the boundaries of a conversation.
//
// A boundary is the end of a run of messages that are not the assistant's: every request ended at one. An epoch is a
// boundary at which the past is rewritten from a cut on; between epochs what was forwarded stays, so that the
// provider's cache of it stays good. At boundary b, after the last epoch e:
//
//   paying  gain(c) = r x R x sum of s over what could be replaced at or after c: what forwarding less saves in the R
//           requests to come; cost(c) = (w - r) x tokens kept from c to b, what writing the cache anew costs, + what
//           the model asks back: of one replaced block in ten its answer, written, in a round over all that is
//           forwarded. The cut with the largest gain - cost is taken (ties: the later) if gain >= cost, the saving is
//           at least 2,000 tokens and 5 % of the forwarded size, and 6 boundaries passed since e. R is a quarter of the
//           requests so far: of conversations that got to n requests about n / m get to m (Lindy's law), so four in
//           five live to see the price paid back.
//   limit   the high estimate of the forwarded size is above `high` per cent of what the model takes. From the start;
//           units leave too. Again only after growth by 10 % of that, or, where nothing may leave and the size stays
//           over it, of what is forwarded: rewriting the past again and again then costs time in proportion to the
//           size.
//   asked   the caller says that this is the end of the list. From the start.
//
// r, w: pico-dollars for reading and writing a cached token; s: tokens saved by replacing a block. All integers, wide
// enough for any body: the same decisions on every machine. A decision depends on what lies before its boundary only,
// so later turns never move it. O(candidates) a boundary. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace headroom::history {

enum class Trigger : std::uint8_t { paying, limit, asked };
std::string_view to_string(Trigger trigger);

// Which epochs may happen on their own.
enum class EpochMode : std::uint8_t { automatic, limit, off, positions };

// Where an epoch lies: the message that ends its boundary, and the first message that it rewrites.
struct Position {
  int message = 0;
  int cut = 0;
  friend constexpr auto operator<=>(const Position&, const Position&) = default;
};
// "40", or "40@12" with a cut.
std::string to_string(Position position);
std::optional<Position> parse_position(std::string_view text);

// What the model's price row says.
struct Terms {
  std::int64_t read = 0, write = 0;  // pico-dollars of a token; both 0: no price known, no paying epochs
  Tokens usable;                     // limit - reserve; 0: not known, no limit epochs
  int high = 85, low = 55;           // per cent of it

  bool priced() const { return read > 0 && write >= read; }
  Tokens high_mark() const { return Tokens(usable.value * high / 100); }
  Tokens low_mark() const { return Tokens(usable.value * low / 100); }
};

// Candidates that are looked at, the newest: a bound on work, above what conversations hold.
inline constexpr std::size_t most_candidates = 512;

// A block that an epoch could replace.
struct Candidate {
  int message = 0;
  Tokens saving;
  Tokens answer;  // what it takes to show the block again if the model asks for it; 0: all of it stays to be seen
};

// Of blocks that are not shown whole, how many the model is taken to ask for again: one in this many.
inline constexpr std::int64_t asked_one_in = 10;

// What is known at a boundary.
struct Boundary {
  int ordinal = 0;                        // 0 for the first of the list
  int message = 0;                        // the last of its run
  Tokens forwarded;                       // as it stands: tools, system and all messages up to here; centre estimate
  Tokens forwarded_high;                  // the same, high estimate
  std::span<const std::int64_t> before;   // before[i]: tokens forwarded of messages 0..i-1; message + 2 entries
  std::span<const Candidate> candidates;  // by message
};

struct Epoch {
  Trigger trigger = Trigger::asked;
  Position position;
  int ordinal = 0;
  // Of a paying epoch, for its report.
  Tokens saving;               // D
  Tokens kept;                 // S: from the cut to the boundary, after the rewrite
  std::int64_t gain_nano = 0;  // nano-dollars: gain - cost, with as many requests to come as there were
};

class Fold {
 public:
  // `positions`: of mode positions, in any order.
  explicit Fold(const Terms& terms, EpochMode mode = EpochMode::automatic, std::vector<Position> positions = {});

  // Whether an epoch lies at this boundary. `asked`: the list ends here and its caller wants it compact.
  std::optional<Epoch> at(const Boundary& boundary, bool asked = false) const;
  // A look ahead that saves the caller from listing candidates: false if their savings, `saving` in all, could not make
  // a paying epoch here.
  bool may_pay(int ordinal, Tokens saving, Tokens forwarded) const;

  // The epoch was carried out; what is forwarded now.
  void done(const Epoch& epoch, Tokens forwarded_high);
  // It was looked at and saved too little after all: not again before 6 more boundaries.
  void declined(int ordinal) { rested_ = ordinal; }

  bool over_limit(Tokens forwarded_high) const;
  const Terms& terms() const { return terms_; }
  const std::vector<Position>& epochs() const { return epochs_; }

 private:
  std::optional<Epoch> paying(const Boundary& boundary) const;

  Terms terms_;
  EpochMode mode_;
  std::vector<Position> positions_;
  std::vector<Position> epochs_;       // carried out so far
  int last_ = -1;                      // ordinal of the last epoch, -1: none yet
  int rested_ = -1;                    // ordinal of the last epoch or of one declined
  std::optional<Tokens> after_limit_;  // forwarded after the last limit epoch
};

}  // namespace headroom::history
