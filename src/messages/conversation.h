// A request body read once: the strings the model reads, the tool calls, who said what. Bytes stay where they are; a
// slot is a string node of the body, changed by an edit over its byte range.
//
// OpenAI chat:  {"messages":[{"role":"tool","tool_call_id":"c1","content":"..."}]}   or the bare list
// Anthropic:
// {"system":"...","messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"..."}]}]}
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/edits.h"
#include "json/document.h"

namespace headroom::messages {

enum class Format : std::uint8_t { openai, anthropic };
std::string_view to_string(Format format);
std::optional<Format> parse_format(std::string_view name);

enum class Role : std::uint8_t { system, user, assistant, tool };
std::string_view to_string(Role role);

// A tool call as the assistant made it.
struct Call {
  std::string id, name;
  std::string arguments;  // JSON text, decoded if the format carries it in a string
  int message = 0;
};

// A string the model reads as content. Document order.
struct Leaf {
  json::NodeId node;  // a string node
  int message = -1;   // index into the list of messages; -1: outside it (a top-level system prompt)
  Role role = Role::user;
  int call = -1;        // of a tool result: index into calls, -1 if its call is not in the list
  bool error = false;   // the result's own error flag
  std::string pointer;  // RFC 6901, from the body's root
};

// Why a body is sent as it came.
enum class Refusal : std::uint8_t { not_json, duplicate_key, too_deep, too_large, encoding, no_messages };

struct Conversation {
  json::Document doc;  // over the body, which must outlive it
  Format format = Format::openai;
  json::NodeId messages = 0;  // the array
  int message_count = 0;
  std::vector<Leaf> leaves;
  std::vector<Call> calls;
  bool has_tools = false;      // the request offers tools
  bool has_our_tool = false;   // ...and headroom_retrieve, or an alias of it, is among them
  bool may_call_tools = true;  // tool_choice does not forbid, or prescribe, a call
};

struct ReadError {
  Refusal refusal;
  std::string message;
};

// O(body). `format`: nullopt = by shape.
std::expected<Conversation, ReadError> read(std::string_view body, std::optional<Format> format = std::nullopt);

// The edit that gives a leaf a new decoded value.
Edit replace_leaf(const Conversation& conversation, const Leaf& leaf, std::string_view text);

// True if `after` is `before` with nothing changed but the leaves named by `changed` (sorted node ids): same structure,
// every other value by its bytes.
bool same_but(const json::Document& before, std::string_view after, const std::vector<json::NodeId>& changed);

}  // namespace headroom::messages
