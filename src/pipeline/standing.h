// What stands where after a boundary: for each text of the conversation the bytes that are forwarded for it, and what
// has left. A pure function of the conversation up to there and of its class (options, model, key, format), so it can
// be kept by the digest of both and taken up again by the next turn.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "history/fold.h"
#include "history/reads.h"
#include "history/repeats.h"
#include "history/unit_index.h"
#include "pipeline/compress.h"
#include "pipeline/skip.h"

namespace headroom::pipeline {

// What is forwarded for a text that changed. Immutable, shared.
struct Placed {
  std::string text;  // marker included
  Tokens tokens;
  std::string_view kind, method;  // static
  std::string statement;          // of what is not shown; "" if all is
  std::string handle;             // twelve digits: the original must be within reach; "" if nobody needs it
  std::int64_t shown = 0, total = 0;
  std::size_t original_bytes = 0;
  std::string_view unit;
  bool lossless = true;
  std::vector<history::Lines> lines;  // of the original, that stand here verbatim (pointers only)
};

// When a text's view is chosen: as it comes, or at an epoch.
enum class Moment : std::uint8_t { birth, epoch };

// The best view of a text by itself, or why there is none.
struct Chosen {
  std::shared_ptr<const Placed> placed;
  Reason reason = Reason::no_gain;
  bool may_hold_code = false;  // false: no part of the text is code, so none waits for an epoch
  bool all_code = false;       // it is source code as a whole
};

struct LeafState {
  std::shared_ptr<const Placed> placed;  // null: the text as it came
  std::optional<Reason> skipped;         // why it is as it came
  Tokens before;                         // of the text
  Tokens later{-1};                      // what an epoch would make of it; -1: not looked at
  bool later_asked = false;              // not all of the text is shown then
  bool out = false;                      // source code and exact texts: it has left the protected window
  bool slot = false;                     // no gate keeps it
  bool code = false;                     // may only change at an epoch
  bool error = false;
  bool may_hold_code = false;  // a part may be code, as far as was seen at birth...
  bool all_code = false;       // ...or all of it: then no other kind is asked
  bool waits = false;          // an epoch may choose another view than the one it was born with
  bool gone = false;           // its unit left
  bool secret = false;         // may not go to the store: no handle may stand for it...
  bool secret_known = false;   // ...if that was looked for
  bool readable = false;       // later texts may point at its lines...
  history::Reading lines;      // ...which are read once there are two such texts
  // The view that was last chosen, whatever stands for the text; when, and with which budget. Not of texts that a gate
  // keeps.
  Chosen chosen;
  Moment chosen_at = Moment::birth;
  std::optional<Tokens> budget;

  Tokens now() const { return gone ? Tokens() : placed ? placed->tokens : before; }
};

// A unit that left, or the lines of the index that folded.
struct Left {
  history::Unit unit;                          // of a unit
  std::shared_ptr<const std::string> content;  // of folded lines; null: the unit's rendering
  std::string handle;
  Tokens tokens;
};

// What a retrieval answer says that it came from.
inline store::Source source_of(const Left& left) {
  return {left.content ? "index" : "turn", ""};
}

struct Size {
  std::int64_t centre = 0, high = 0;  // estimates in the model's own tokens
  Size& operator+=(const Size& other) {
    centre += other.centre, high += other.high;
    return *this;
  }
};

struct Standing {
  explicit Standing(history::Fold f) : fold(std::move(f)) {}

  std::vector<LeafState> leaves;  // of the messages so far
  std::vector<Tokens> calls;      // tokens of each call so far, name and arguments
  std::vector<Tokens> images;     // of each image so far, in the model's own tokens
  std::vector<Size> sizes;        // of each message so far, as forwarded
  Size total;                     // of all of them
  int ordinal = -1;               // of the last boundary
  bool asks = false;              // the last user text does
  history::Fold fold;
  history::Index index;                 // of what stands verbatim
  std::vector<std::uint32_t> indexed;   // the leaf of each text in it
  std::optional<std::size_t> to_enter;  // the first readable text, as long as it is the only one
  std::vector<int> active;              // leaves that an epoch could make smaller, ascending
  int put_off = 0;                      // boundaries in a row that brought too much to look ahead as well
  std::size_t window = 0;               // leaves before it have been looked at for leaving the window
  std::vector<history::Facts> facts;    // what each leaf says of files; null or beyond the end: not looked at
  std::vector<history::Entry> entries;  // index lines of what left, by message
  std::vector<Left> left;
  history::Epoch last_epoch;         // if fold.epochs() is not empty
  std::vector<EpochReport> reports;  // of each epoch
};

// Which texts are failures, as records of the past say it.
inline std::vector<bool> errors_of(const Standing& standing) {
  std::vector<bool> out;
  out.reserve(standing.leaves.size());
  for (const LeafState& l : standing.leaves) out.push_back(l.error);
  return out;
}

}  // namespace headroom::pipeline
