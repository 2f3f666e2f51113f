// From a conversation to what stands where in it: births in document order, and the epochs between them.
//
//   boundary 0: texts 0-1 are born | boundary 1: texts 2-3 are born | ... | boundary 9: an epoch rewrites 0-19 | ...
//
// At each boundary the texts that are new get their view once, from what lies before them; then the fold
// (history/fold.h) says whether an epoch lies here. One that does rewrites everything from its cut on, from the
// originals: source code outside the protected window, reads that are stale, repeats with all targets chosen anew; and,
// over the limit, units leave. So what is forwarded is a pure function of the conversation, and between epochs it only
// grows at its end.
//
// With a cache (view_cache.h) the walk starts at the longest known prefix instead of at the beginning.
#pragma once

#include <string>
#include <vector>

#include "base/hash.h"
#include "pipeline/placing.h"
#include "pipeline/standing.h"
#include "pipeline/terms.h"

namespace headroom::pipeline {

struct Course {
  Standing standing;
  Money money;
  std::vector<history::Position> epochs;  // all that lie in the list
  std::vector<EpochReport> reports;       // of each
  int settled = 0;                        // messages that stand as the request before this one had them
  std::vector<Hash128> spellings;         // of the first leaves, of their raw bytes; none without a cache
};

// `placing.lossy`, `class_digest` and `user_before` are set.
Course run_course(const Placing& placing, const Money& money);

}  // namespace headroom::pipeline
