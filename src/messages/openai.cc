// OpenAI chat: tool results are messages of role "tool"; calls ride in the assistant's tool_calls.
//
//   {"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"run","arguments":"{\"cmd\":\"ls\"}"}}]}
//   {"role":"tool","tool_call_id":"c1","content":"..."}
//
// The legacy `functions`, `function_call` and messages of role "function" are never leaves, calls or results.
#include "messages/reader.h"

namespace headroom::messages {
namespace {

using json::Kind;
using json::NodeId;

Role role_of(std::string_view name) {
  if (name == "system" || name == "developer") return Role::system;
  if (name == "assistant") return Role::assistant;
  if (name == "tool" || name == "function") return Role::tool;
  return Role::user;
}

// Custom tools have their text in {"custom":{"name","input"}}.
void read_calls(Reader& reader, NodeId message) {
  const auto calls = reader.member(message, "tool_calls", Kind::array);
  if (!calls) return;
  for (NodeId call : reader.doc().elements(*calls)) {
    if (const auto function = reader.member(call, "function")) {
      reader.call(reader.text(call, "id"), reader.text(*function, "name"), reader.text(*function, "arguments"));
    } else if (const auto custom = reader.member(call, "custom")) {
      reader.call(reader.text(call, "id"), reader.text(*custom, "name"), reader.text(*custom, "input"));
    }
  }
}

// {"type":"image_url","image_url":{"url":"data:image/png;base64,...","detail":"high"}}
void read_images(Reader& reader, NodeId content, const std::string& pointer) {
  if (!reader.doc().is(content, Kind::array)) return;
  int i = 0;
  for (NodeId part : reader.doc().elements(content)) {
    const std::string at = pointer + '/' + std::to_string(i++);
    if (reader.text(part, "type") != "image_url") continue;
    const auto image = reader.member(part, "image_url", Kind::object);
    const auto url = image ? reader.member(*image, "url", Kind::string) : std::nullopt;
    if (url) reader.image(part, *url, at, typed_text, reader.text(*image, "detail") == "low");
  }
}

void read_message(Reader& reader, NodeId message, const std::string& pointer) {
  const std::string name = reader.text(message, "role");
  const Role role = role_of(name);
  reader.message(message, role);
  const auto content = reader.member(message, "content");
  if (role == Role::tool) {
    const std::string id = reader.text(message, "tool_call_id");
    reader.begin_result(message, id, reader.find_call(id), false);
  }
  if (content && name != "function" && !reader.has_citations(message)) {
    reader.content(*content, {"text"}, role, pointer + "/content");
    read_images(reader, *content, pointer + "/content");
  }
  reader.end_result();
  read_calls(reader, message);
}

// "auto", {"type":"function","function":{"name":...}}, {"type":"allowed_tools","allowed_tools":{"tools":[...]}}
void read_choice(Reader& reader, NodeId choice) {
  Conversation& c = reader.conversation();
  if (reader.doc().is(choice, Kind::string)) {
    if (reader.doc().string_is(choice, "none")) c.tool_choice = ToolChoice::none;
    return;
  }
  const std::string type = reader.text(choice, "type");
  if (type == "function" || type == "custom") c.tool_choice = ToolChoice::forced;
  if (type != "allowed_tools") return;
  c.tool_choice = ToolChoice::limited;
  const auto allowed = reader.member(choice, "allowed_tools", Kind::object);
  const auto tools = allowed ? reader.member(*allowed, "tools", Kind::array) : std::nullopt;
  if (!tools) return;
  for (NodeId tool : reader.doc().elements(*tools)) {
    const auto function = reader.member(tool, "function");
    c.our_tool_allowed |= is_our_tool(reader.text(function ? *function : tool, "name"));
  }
}

void read_request(Reader& reader) {
  Conversation& c = reader.conversation();
  if (const auto tools = reader.member(c.root, "tools", Kind::array)) {
    c.tools = tools;
    for (NodeId tool : reader.doc().elements(*tools)) {
      const auto function = reader.member(tool, "function");
      const NodeId named = function ? *function : tool;
      reader.tool(reader.text(named, "name"), reader.member(named, "parameters"));
    }
  }
  if (const auto choice = reader.member(c.root, "tool_choice")) read_choice(reader, *choice);
  if (const auto format = reader.member(c.root, "response_format", Kind::object))
    c.structured_output = reader.text(*format, "type").starts_with("json");
  const auto n = reader.member(c.root, "n", Kind::number);
  c.several_choices = n && reader.doc().raw(*n) != "1";
}

}  // namespace

bool read_openai(Reader& reader) {
  std::string base;
  if (!find_list(reader, "messages", base)) return false;
  if (!base.empty()) read_request(reader);
  int i = 0;
  for (NodeId message : reader.doc().elements(reader.conversation().messages)) {
    read_message(reader, message, base + '/' + std::to_string(i++));
  }
  return true;
}

}  // namespace headroom::messages
