// A call of our tool as a model made it, in any wire format, and the bytes of calls, answers and turns in each.
//
//   anthropic  {"type":"tool_use","id":"t1","name":"headroom_retrieve","input":{"hash":"482193075514"}}
//   openai     {"id":"c1","type":"function","function":{"name":...,"arguments":"{\"hash\":...}"}}
//   responses  {"type":"function_call","call_id":"c1","name":...,"arguments":"{\"hash\":...}"}
//   gemini     {"functionCall":{"name":...,"args":{"hash":...}}}
//   converse   {"toolUse":{"toolUseId":"t1","name":...,"input":{"hash":...}}}
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "messages/conversation.h"

namespace headroom::relay {

enum class Wire : std::uint8_t { anthropic, openai, responses, gemini, converse };
std::optional<Wire> parse_wire(std::string_view name);
std::string_view to_string(Wire wire);
// By the shape of a request: `contents` is Gemini's, `input` that of Responses, toolUse and inferenceConfig Converse's.
std::optional<Wire> wire_of(std::string_view request);

struct Call {
  std::string id;         // "" where the format has none
  std::string name;       // as the model gave it: ours, or a client's alias of it
  std::string arguments;  // JSON text, or what the model wrote in its place
  std::string signature;  // Gemini's thoughtSignature
};

struct Answered {
  Call call;
  std::string text;
};

// headroom_retrieve, *__headroom_retrieve, mcp_*_headroom_retrieve; any case.
using messages::is_our_tool;
// Whether the request's own tools have it.
bool offers_our_tool(std::string_view request);

// A call as a reply has it, in any format, or {"id","name","input"|"arguments"}; nullopt if it is none.
struct ReadCall {
  Wire wire;
  Call call;
};
std::optional<ReadCall> read_call(std::string_view json);

// The block, part, item or list element that a call is in its turn.
std::string call_block(Wire wire, const Call& call);
// A turn of the assistant made of raw blocks, as elements of the list of messages. Chat's blocks are its whole message.
std::string assistant_turn(Wire wire, const std::vector<std::string>& blocks);
// One answer's block, and the turn that holds the answers, as elements of the list of messages.
std::string answer_block(Wire wire, const Answered& answered);
std::string answer_turn(Wire wire, std::span<const Answered> answers);

// The request with these elements behind its list of messages, all other bytes as they were; nullopt if it has none.
std::optional<std::string> with_turns(Wire wire, std::string_view request, std::string_view elements);

}  // namespace headroom::relay
