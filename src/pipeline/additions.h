// What joins a request beside the views: our tool. Edits that touch no text of the conversation, so they are the same
// whatever the views are.
//
//   retrieval auto: {"tools":[{"name":"run"}],...}  ->  {"tools":[{"name":"run"},{"name":"headroom_retrieve",...}],...}
//
// Pure functions of the request and the options. O(tools).
#pragma once

#include <vector>

#include "base/edits.h"
#include "messages/check.h"
#include "messages/conversation.h"
#include "pipeline/capability.h"
#include "pipeline/compress.h"
#include "pipeline/options.h"
#include "tokens/counter.h"

namespace headroom::pipeline {

struct Additions {
  std::vector<Edit> edits;
  messages::Plan plan;          // what the edits are allowed to touch
  std::vector<Change> changes;  // for callers with objects
  Tokens tokens;                // that the request is larger by
  bool tool = false;            // our tool is among them
};

Additions additions_to(const messages::Conversation& conversation, const Options& options, const Capability& capability,
                       tokens::Counter& ruler);

// By offset; what is put in before a value comes before the edit of that value.
void sort_edits(std::vector<Edit>& edits);

}  // namespace headroom::pipeline
