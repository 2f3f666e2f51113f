// Moves what changes out of the system prompt, so that a provider's cache holds it: each date or id becomes `[moved
// N]`, and one text with their values goes last, behind every cache mark.
//
//   system "Today is 2026-01-05."   ->  system "Today is [moved 1]."
//   ...                                 last: "[moved from the system prompt: 1 = 2026-01-05]"
//
// A pure function of the system text (the top-level prompt, and system messages before all others). At most 16 values
// and 512 tokens, else nothing moves; nor where a text of ours stands there already, or the last user message has no
// place for it. The text goes to the end of the last user message (Anthropic, Gemini, Bedrock) or is a message of its
// own at the end of the list (chat, Responses, AI SDK). It is no part of the projection (messages/projection.h).
// O(body).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/edits.h"
#include "messages/check.h"
#include "messages/conversation.h"
#include "pipeline/compress.h"
#include "pipeline/options.h"
#include "tokens/counter.h"

namespace headroom::pipeline {

struct Relocation {
  std::vector<Edit> edits;
  messages::Plan plan;          // what the edits are allowed to touch
  std::vector<Change> changes;  // for callers with objects
  std::string tail;             // the text at the end
  Tokens tokens;                // that the request is larger by; may be negative
};

std::optional<Relocation> relocate(const messages::Conversation& conversation, Relocate which, tokens::Counter& ruler);

// The system texts before everything else that is said: indices of leaves.
std::vector<std::size_t> system_leaves(const messages::Conversation& conversation);

// The system text as it would stand, leaf by leaf, for what hangs on it: the same texts if nothing moves.
std::vector<std::string> settled_system(const messages::Conversation& conversation, Relocate which,
                                        tokens::Counter& ruler);

}  // namespace headroom::pipeline
