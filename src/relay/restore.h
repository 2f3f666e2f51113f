// Traces of earlier turns turned back into the calls they stand for, with their answers: the provider reads what its
// model wrote, round by round.
//
//   assistant: [text A][trace T1 end][text B][client call]   user: [result]
//   ->  assistant: [text A][call T1]  user: [answer T1]  assistant: [text B][client call]  user: [result]
//
// Pure: the same conversation gives the same bytes. A trace is restored only if it is the whole of a text, or a line of
// its own in it, in a turn of the assistant, its place is there, and its handle is in hand; anything else stays text.
// One exception: in a turn that holds thinking, a trace whose handle is not in hand is restored too, with the answer
// that says so, since a provider refuses a turn that fuses the signed thinking of two rounds.
//
// What left the conversation at an epoch is in hand too: it is made again from the conversation up to the turn that
// asked for it, whose traces have been turned back by then.
//
// All other bytes stay. O(body) where no trace stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "relay/answers.h"
#include "relay/call.h"

namespace headroom::relay {

struct Restored {
  std::string body;
  int calls = 0;  // traces turned back
};

// nullopt: no trace in it that can be turned back.
std::optional<Restored> restore(std::string_view body, Wire wire, const Originals& originals, Limits limits);

}  // namespace headroom::relay
