// What the proxy tells the ledger of a request once it is over: its row, what left which slot, and the prompt's
// digests. Everything here is numbers, words and digests (row.h): an exchange can hold no content either.
//
//   Exchange e;
//   e.row = {...};                                    // all but m, mi, cv: those are the ledger's to find
//   e.removed = removed_of(outcome);                  // of pipeline::compress_body
//   e.prompt = prompt_of(forwarded_body, "", key);    // off the request's path: when its bytes have gone out
//   e.rounds = {first_usage, ..., last_usage};        // one for each upstream call that reported any
//   ledger.record(std::move(e));
//
// prompt_of reads the body once more: O(body), about 0.3 ms for 180 KB; without it cache misses stay unexplained and
// removed tokens count as uncached, the rest works.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/row.h"
#include "ledger/usage.h"
#include "pipeline/compress.h"

namespace headroom::ledger {

using ToolName = Word<32>;
using KindName = Word<16>;
using TransformName = Word<24>;

// Tokens that left the slots of one message, by tool and kind.
struct Removed {
  ToolName tool;                       // of the call; empty: no tool's, or no word
  KindName kind;                       // "json", "log"...
  std::int64_t before = 0, after = 0;  // on the ruler (o200k_base)
  int message = -1;                    // index into the body's list
};

// A body as the provider's cache sees it (messages/projection.h), in keyed digests.
struct Prompt {
  struct Block {
    std::uint64_t digest = 0;
    std::uint32_t bytes = 0;
    std::int32_t message = -1;
    Segment segment = Segment::none;
    bool head = false;  // a message's role and members: no content block
  };
  std::vector<Block> blocks;
  int fresh_from = 0;      // the first message that no request before this one held: behind the last assistant's turn
  ConversationId opening;  // keyed digest of the first message
};

enum class Mode : std::uint8_t { optimize, audit, off };

struct Exchange {
  Row row;
  std::vector<Removed> removed;
  std::optional<Prompt> prompt;
  std::vector<Usage> rounds;     // row.usage is their sum, if there are any
  std::int64_t tool_tokens = 0;  // of the tool definition that joined the request, on the ruler
  std::array<TransformName, 4> transforms{};
  Micros queued{0};    // of row.own: waiting for a worker
  Micros went_out{0};  // on a clock that never goes back: before which others, whichever ended first
  Mode mode = Mode::optimize;
  bool stream = false;
  bool session_labelled = false;  // row.cv came from x-headroom-session-id: conversation_of(label, key)
};

// By message, tool and kind, smaller views only; what left with whole turns has kind "turn".
std::vector<Removed> removed_of(const pipeline::Outcome& outcome);
// Methods of the outcome, at most four.
std::array<TransformName, 4> transforms_of(const pipeline::Outcome& outcome);

// nullopt: no conversation in any format. `key`: 32 secret bytes, the workspace's (the handle key will do).
std::optional<Prompt> prompt_of(std::string_view body, std::string_view format, std::string_view key);
// From a session label.
ConversationId conversation_of(std::string_view label, std::string_view key);

}  // namespace headroom::ledger
