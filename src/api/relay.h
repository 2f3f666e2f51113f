// What the C ABI needs of the retrieval loop beyond the core's own call: its configuration, the head of a reply, and
// what is said at the end.
#pragma once

#include <string>
#include <string_view>

#include "api/core.h"
#include "base/result.h"
#include "relay/relay.h"

namespace headroom::api {

// {"body":{...} or "...","request":...,"format":"...","options":{"rounds":4,"round_tokens":8000,"answer_tokens":2000,
// "trace":"auto"}}: only `body` is needed.
Result<RelayCall> parse_relay_config(std::string_view json);

struct RelayHead {
  int status = 200;
  std::string content_type;
};
// {"status":200,"content_type":"text/event-stream"}
Result<RelayHead> parse_relay_head(std::string_view json);

// {"rounds":1,"calls":2,"dropped":0,"failed":0}
std::string relay_counts(const relay::Counts& counts);

}  // namespace headroom::api
