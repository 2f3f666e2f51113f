// What changes in a request beside the views: our tool joins its tools, volatile values leave its system prompt, a
// cache key is set. Edits that touch no text that has a view, so they are the same whatever the views are.
//
//   retrieval auto: {"tools":[{"name":"run"}],...}  ->  {"tools":[{"name":"run"},{"name":"headroom_retrieve",...}],...}
//
// Pure functions of the request, the options and the workspace's key. O(tools + system text).
#pragma once

#include <string>
#include <string_view>
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
  bool moved = false;           // values left the system prompt
  std::vector<std::string> warnings;
};

// `key`: of the workspace, for the cache key; "": none can be made.
Additions additions_to(const messages::Conversation& conversation, const Options& options, const Capability& capability,
                       tokens::Counter& ruler, std::string_view key = {});

// By offset; what is put in before a value comes before the edit of that value.
void sort_edits(std::vector<Edit>& edits);

}  // namespace headroom::pipeline
