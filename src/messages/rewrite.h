// Messages taken out of a body, with one message of ours in the place of each run.
//
//   [u, a, t, u] with the run {1, 3, "[2 turns left out ...]"}  ->  [u, {"role":"user","content":"[2 turns ..."}, u]
//
// Edits keep one comma between the elements. Where a provider wants the roles to take turns (Bedrock), the text goes
// to the end of the message before the run instead. Cache marks of messages that leave, leave with them. O(runs). The
// proof that all else stayed is check.h's.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/edits.h"
#include "messages/check.h"
#include "messages/conversation.h"

namespace headroom::messages {

struct Run {
  int first = 0, end = 0;  // messages [first, end); first > 0
  std::string text;        // what stands in their place
};

// True if messages can leave at all: the list of messages is an array.
bool can_leave(const Conversation& conversation);

// `runs`: ascending, disjoint, none empty. Appends their edits and what they change.
void replace_runs(const Conversation& conversation, std::span<const Run> runs, std::vector<Edit>& edits, Plan& plan);

}  // namespace headroom::messages
