// What in a request's system prompt will cost its prompt cache: values that change from request to request, where they
// stand, and how many tokens each change of them makes the provider read anew.
//
//   system "Now: 2026-01-05 09:12.", 60,000 tokens behind it
//       -> /system, bytes 5-21, date, "2026-01-05 09:12"; 60,006 tokens again
//
// By pattern alone (volatile.h), so that the first request already tells; what really was missed, and why, the proxy
// says by difference (aligner.h). A pure function of the request. O(system text).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/units.h"
#include "messages/conversation.h"
#include "pipeline/align/volatile.h"
#include "tokens/counter.h"

namespace headroom::pipeline {

struct VolatilePart {
  std::string pointer;     // of the text, RFC 6901
  std::size_t begin, end;  // bytes of the decoded text
  Volatile kind;
  std::string value;  // of a date; of an id, which may be somebody's, nothing
};

struct VolatileParts {
  std::vector<VolatilePart> parts;  // the first sixteen
  Tokens before;                    // system text in front of the first of them: what stays cached
};

VolatileParts volatile_parts(const messages::Conversation& conversation, tokens::Counter& ruler);

}  // namespace headroom::pipeline
