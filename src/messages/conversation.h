// A request body read once: who said what, the strings the model reads, the tool calls and their results. Bytes stay
// where they are; a slot is a value of the body, changed by an edit over its byte range.
//
// OpenAI chat:  {"messages":[{"role":"tool","tool_call_id":"c1","content":"..."}]}   or the bare list
// Anthropic:
// {"system":"...","messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"..."}]}]}
//
// What never is a leaf: thinking, reasoning, signatures, encrypted items, images, audio, files, documents, search
// results, anything with citations on, server-run tools and their results, call arguments, ids, names, schemas, and
// every type that is not known here.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"

namespace headroom::messages {

enum class Format : std::uint8_t { openai, responses, anthropic, gemini, converse, vercel };
std::string_view to_string(Format format);
std::optional<Format> parse_format(std::string_view name);
// The names that parse_format knows, in the order of the table of formats.
std::span<const std::string_view> format_names();

enum class Role : std::uint8_t { system, user, assistant, tool };
std::string_view to_string(Role role);

// An element of the list of messages (chat, Anthropic, Bedrock), of `input` (Responses) or of `contents` (Gemini).
struct Message {
  json::NodeId node;  // the element; the string itself where the whole list is one string
  Role role;          // what it carries: a user message with tool results and no text of the user's is `tool`, a call
                      // `assistant`
  int index;          // into message_list
  // The last of a run of non-assistant messages: a request of this conversation ended here. The first message after it,
  // if there is one, is the model's (or a prefill, which belongs to this request).
  bool boundary = false;
};

// A tool call as the assistant made it.
struct Call {
  std::string id, name;
  std::string arguments;  // JSON text, decoded if the format carries it in a string
  int message = 0;
  int result = -1;  // index into results of the first result that answers it
};

// What came back from a call: a message, block or item with any number of leaves, all in a row.
struct Result {
  json::NodeId node;  // the message, block or item
  int message = 0;
  std::string id;      // of the call it names, "" if the format pairs by place
  int call = -1;       // index into calls, -1 if its call is not in the list
  bool error = false;  // its own error flag
  int first_leaf = 0;  // its leaves are [first_leaf, first_leaf + leaves)
  int leaves = 0;
};

// How a leaf stands in the body: what an edit must write in its place.
enum class Part : std::uint8_t {
  content_string,  // a whole content that is one string: "content": "..."
  text_part,       // the text of a part of a content: {"type":"text","text":"..."}
  result_string,   // a whole tool result that is one string, or a string member of one
  result_text,     // the text of a part inside a tool result
  json_value,      // a JSON value that the model reads as JSON; the leaf's text is that JSON, compact
};

// A text the model reads as content. Document order.
struct Leaf {
  json::NodeId node;  // a string node; of a json_value: any value
  int message = -1;   // index into message_list; -1: outside it (a top-level system prompt)
  Role role = Role::user;
  int call = -1;        // of a tool result: index into calls, -1 if its call is not in the list
  bool error = false;   // the result's own error flag
  std::string pointer;  // RFC 6901, from the body's root
  Part part = Part::content_string;
  int result = -1;          // index into results, -1 if it is no part of one
  json::NodeId holder = 0;  // of a json_value of vercel: the object whose `type` says that it is JSON
};

// An image whose bytes stand in the request, as an element of a list of parts. Document order.
struct Image {
  json::NodeId part = 0;  // the element
  json::NodeId data = 0;  // a string node: base64, or a data: URI that ends in it
  int message = -1;       // index into message_list
  int call = -1;          // of a tool result: index into calls, -1 if its call is not in the list
  bool in_result = false;
  bool low_detail = false;       // the request asks for no more
  bool marked = false;           // the client set a cache mark on the element
  std::string pointer;           // RFC 6901, of the element
  std::string_view text_before;  // what a text beside it is written between: {"type":"text","text":  and  }
};

// headroom_retrieve, or what clients call it: *__headroom_retrieve, mcp_*_headroom_retrieve; any case.
bool is_our_tool(std::string_view name);

// What the request says of the calls that the model may make.
enum class ToolChoice : std::uint8_t {
  free,     // absent, auto, any, required: the model picks
  none,     // no call at all
  forced,   // one named tool
  limited,  // a list of allowed tools; see our_tool_allowed
};

// Why a body is sent as it came.
enum class Refusal : std::uint8_t { not_json, duplicate_key, too_deep, too_large, encoding, no_messages };

struct Conversation {
  json::Document doc;  // over the body, which must outlive it
  Format format = Format::openai;
  json::NodeId root = 0;      // the object with the request's members; the list itself if the body is a bare list
  json::NodeId messages = 0;  // the list of messages; a string where the format allows that
  int message_count = 0;      // == message_list.size()
  std::vector<Message> message_list;
  std::vector<int> boundaries;  // indexes of the messages that are one, ascending
  std::vector<Leaf> leaves;     // those of the system prompt outside the list come first
  std::vector<Image> images;
  std::vector<Call> calls;
  std::vector<Result> results;

  std::string model;                  // as the body names it, "" if it does not
  std::optional<json::NodeId> tools;  // the list of tools
  std::vector<json::NodeId> system;   // top-level system prompts: a string, a list of parts, or an object with parts
  bool has_tools = false;             // the request offers tools
  bool has_our_tool = false;  // ...and headroom_retrieve, or an alias of it, is among them, with a parameter `hash`
  ToolChoice tool_choice = ToolChoice::free;
  bool our_tool_allowed = false;   // of `limited`: ours, or an alias, is in the list
  bool may_call_tools = true;      // tool_choice neither forbids nor prescribes a call
  bool structured_output = false;  // the answer must be JSON
  bool several_choices = false;    // more than one answer is asked for
  bool thinking = false;           // the model's turns hold signed thinking, which must come back as it was
  bool stored = false;             // Responses: `store` is not false, so a later request may leave this history out
  bool in_conversation = false;    // Responses: the history lies with the provider
};

struct ReadError {
  Refusal refusal;
  std::string message;
};

// The RFC 6901 pointer of a value; O(members and elements beside the way to it).
std::string pointer_of(const json::Document& doc, json::NodeId value);

// O(body). `format`: nullopt = by shape.
std::expected<Conversation, ReadError> read(std::string_view body, std::optional<Format> format = std::nullopt);

// The leaf's decoded text; of a json_value the JSON without white space between tokens and with plain spelling, so that
// it is the same however the client wrote it.
std::string text_of(const Conversation& conversation, const Leaf& leaf);
// The same without a copy where the body holds the text as it is (no escapes); else it is written to `buffer`.
std::string_view text_of(const Conversation& conversation, const Leaf& leaf, std::string& buffer);

// True if the request says by its shape that it is one: a list of messages, contents or items that each have what such
// an element must have. Stricter than read: rows of a table may have members of these names too.
bool is_request(std::string_view text);

}  // namespace headroom::messages
