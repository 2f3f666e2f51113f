// The rewriting of one request's body: traces of earlier turns turned back, then shortened, then the loop that will
// watch the reply opened. Pure but for the store; runs on a pool thread, or on the loop's own for small bodies.
//
// Fails open: whatever goes wrong, `body` is empty (the client's bytes go out) and `failed` or `skipped` says why.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/core.h"
#include "base/shared_text.h"
#include "ledger/exchange.h"
#include "ledger/views.h"
#include "pipeline/options.h"
#include "relay/relay.h"

namespace headroom::proxy {

struct RewriteJob {
  SharedText body;             // as the client sent it
  std::string coding;          // of its bytes; "" if they are plain
  std::string_view format;     // of the route
  bool lossless_only = false;  // nobody could redeem a handle on this route
  bool watches = true;         // its reply can be watched
  bool batches = false;        // a list of requests: each for itself
  bool audit = false;          // figures only
  bool may_wait = true;        // false: on a loop's own thread; what needs the store says so instead
  bool keeps_views = false;    // what changed may be looked at (--log-messages)
};

struct Rewritten {
  SharedText body;                      // empty: the client's own
  std::unique_ptr<relay::Relay> relay;  // null: the reply passes by
  bool counted = false;
  Tokens before, after;
  std::string model;
  std::vector<std::string> transforms;
  std::vector<std::string_view> skipped;  // reasons, each once
  std::vector<std::pair<pipeline::Reason, std::uint64_t>> skip_counts;
  bool failed = false;
  bool needs_store = false;  // nothing was done: once more where it may be waited for
  std::vector<ledger::Removed> removed;
  std::array<ledger::TransformName, 4> transform_names{};
  bool tool_added = false;
  ledger::EpochCause epoch = ledger::EpochCause::none;
  std::vector<ledger::View> views;  // if they are kept
};

Rewritten rewrite(api::Core& core, const RewriteJob& job, const pipeline::Options& options);

// For a request that the provider refused, since a response that it stores and goes on from left a call of ours open:
// the request with the answer, and the loop over its reply. nullopt: nothing there is ours to answer.
std::optional<Rewritten> answer_stored(api::Core& core, std::string_view request, std::string_view response,
                                       const pipeline::Options& options);

// The value of a string member at the top of a JSON object, without reading the rest; "" if it is not there or has
// escapes.
std::string_view top_string(std::string_view json, std::string_view key);

}  // namespace headroom::proxy
