// The retrieve tool as each wire format wants it, and how it joins a request's own tools.
//
//   {"tools":[{"name":"run",...}]}  ->  {"tools":[{"name":"run",...},{"name":"headroom_retrieve",...}]}
//
// Constant bytes, at most 120 o200k tokens in every shape (a test counts), after the client's own tools, so that what a
// provider has cached of those stays. Never into a request without tools.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/edits.h"
#include "messages/check.h"
#include "messages/conversation.h"

namespace headroom::messages {

// Compact JSON.
std::string_view tool_definition(Format format);

// Whether a call of ours can be offered in this request at all: it has a list of tools that takes one more, and ours,
// or an alias of it, is not in it.
bool can_add_tool(const Conversation& conversation);

// The tool as the last of the request's tools (Gemini: of the last list of function declarations); nullopt if
// can_add_tool says no.
struct Addition {
  Edit edit;
  json::NodeId list;    // the array that has one more element
  std::string pointer;  // of the new element, for callers with objects: RFC 6901, `-` for one past the end
  std::string value;    // JSON
};
std::optional<Addition> add_tool(const Conversation& conversation);

}  // namespace headroom::messages
