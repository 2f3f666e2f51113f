// OpenAI chat: tool results are messages of role "tool"; calls ride in the assistant's tool_calls.
//
//   {"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"run","arguments":"{\"cmd\":\"ls\"}"}}]}
//   {"role":"tool","tool_call_id":"c1","content":"..."}
#include "messages/reader.h"

namespace headroom::messages {
namespace {

Role role_of(std::string_view name) {
  if (name == "system" || name == "developer") return Role::system;
  if (name == "assistant") return Role::assistant;
  if (name == "tool" || name == "function") return Role::tool;
  return Role::user;
}

void read_calls(Reader& reader, json::NodeId message, int index) {
  const auto calls = reader.member(message, "tool_calls");
  if (!calls || !reader.doc().is(*calls, json::Kind::array)) return;
  for (json::NodeId call : reader.doc().elements(*calls)) {
    const auto function = reader.member(call, "function");
    if (!function) continue;
    reader.call(reader.text(call, "id"), reader.text(*function, "name"), reader.text(*function, "arguments"), index);
  }
}

}  // namespace

void read_openai_message(Reader& reader, json::NodeId message, int index, const std::string& pointer) {
  const Role role = role_of(reader.text(message, "role"));
  const int call = role == Role::tool ? reader.find_call(reader.text(message, "tool_call_id")) : -1;
  if (const auto content = reader.member(message, "content")) {
    reader.content(*content, {"text"}, index, role, pointer + "/content", call);
  }
  read_calls(reader, message, index);
}

}  // namespace headroom::messages
