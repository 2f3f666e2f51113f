// OpenAI Responses: `input` is a string or a list of items; a call and what came back are items of their own.
//
//   {"type":"function_call","call_id":"c1","name":"run","arguments":"{\"cmd\":\"ls\"}"}
//   {"type":"function_call_output","call_id":"c1","output":"..." or [{"type":"input_text","text":"..."}]}
//   {"type":"shell_call_output","call_id":"c2","output":[{"stdout":"...","stderr":"...","outcome":{"type":"exit",...}}]}
//
// Reasoning, encrypted items, server-run calls (web search, MCP, code interpreter, computer...), and item types that
// are not listed here are never leaves.
#include <algorithm>

#include "messages/reader.h"

namespace headroom::messages {
namespace {

using json::Kind;
using json::NodeId;

// An item that is a call: where its name and arguments are.
struct CallRow {
  std::string_view type;
  std::string_view name;       // of the tool; "" = the member `name`
  std::string_view arguments;  // the member
};
constexpr CallRow calls[] = {
    {"function_call", "", "arguments"},
    {"custom_tool_call", "", "input"},
    {"local_shell_call", "local_shell", "action"},
    {"shell_call", "shell", "action"},
    {"apply_patch_call", "apply_patch", "operation"},
};

constexpr std::string_view outputs[] = {"function_call_output", "custom_tool_call_output", "local_shell_call_output",
                                        "apply_patch_call_output", "shell_call_output"};

// {"stdout":"...","stderr":"...","outcome":{"type":"exit","exit_code":0}}
bool has_failed(Reader& reader, NodeId chunk) {
  const auto outcome = reader.member(chunk, "outcome", Kind::object);
  if (!outcome) return false;
  if (reader.text(*outcome, "type") == "timeout") return true;
  const auto code = reader.member(*outcome, "exit_code", Kind::number);
  return code && reader.doc().raw(*code) != "0";
}

// {"type":"input_image","image_url":"data:image/png;base64,...","detail":"high"}
void read_images(Reader& reader, NodeId content, const std::string& pointer) {
  if (!reader.doc().is(content, Kind::array)) return;
  int i = 0;
  for (NodeId part : reader.doc().elements(content)) {
    const std::string at = pointer + '/' + std::to_string(i++);
    if (reader.text(part, "type") != "input_image") continue;
    if (const auto url = reader.member(part, "image_url", Kind::string))
      reader.image(part, *url, at, input_text, reader.text(part, "detail") == "low");
  }
}

void read_output(Reader& reader, NodeId item, std::string_view type, const std::string& pointer) {
  std::string id = reader.text(item, "call_id");
  if (id.empty()) id = reader.text(item, "id");  // local_shell_call_output has no other
  const std::string status = reader.text(item, "status");
  bool error = status == "incomplete" || status == "failed";
  const auto output = reader.member(item, "output");
  const bool chunks = type == "shell_call_output" && output && reader.doc().is(*output, Kind::array);
  if (chunks) {
    for (NodeId chunk : reader.doc().elements(*output)) error |= has_failed(reader, chunk);
  }
  reader.begin_result(item, id, reader.find_call(id), error);
  if (chunks) {
    int i = 0;
    for (NodeId chunk : reader.doc().elements(*output)) {
      const std::string at = pointer + "/output/" + std::to_string(i++);
      for (const std::string_view stream : {"stdout", "stderr"}) {
        if (const auto text = reader.member(chunk, stream, Kind::string))
          reader.leaf(*text, Role::tool, Part::result_string, at + '/' + std::string(stream));
      }
    }
  } else if (output) {
    reader.content(*output, {"input_text"}, Role::tool, pointer + "/output");
    if (type == "function_call_output" || type == "custom_tool_call_output")
      read_images(reader, *output, pointer + "/output");
  }
  reader.end_result();
}

void read_message(Reader& reader, NodeId item, const std::string& pointer) {
  const std::string name = reader.text(item, "role");
  const Role role = name == "assistant"                       ? Role::assistant
                    : name == "system" || name == "developer" ? Role::system
                                                              : Role::user;
  reader.message(item, role);
  if (const auto content = reader.member(item, "content")) {
    reader.content(*content, {"input_text", "output_text"}, role, pointer + "/content");
    read_images(reader, *content, pointer + "/content");
  }
}

void read_item(Reader& reader, NodeId item, const std::string& pointer) {
  const std::string type = reader.text(item, "type");
  if (type == "message" || (type.empty() && reader.member(item, "role"))) return read_message(reader, item, pointer);
  if (std::ranges::find(outputs, type) != std::end(outputs)) {
    reader.message(item, Role::tool);
    return read_output(reader, item, type, pointer);
  }
  // What is not known is the client's if it is an output or an answer, else the model's.
  const bool clients = type.ends_with("_output") || type == "mcp_approval_response";
  reader.message(item, clients ? Role::tool : Role::assistant);
  for (const CallRow& row : calls) {
    if (row.type != type) continue;
    const auto arguments = reader.member(item, row.arguments);
    const bool text = arguments && reader.doc().is(*arguments, Kind::string);
    reader.call(reader.text(item, "call_id"), row.name.empty() ? reader.text(item, "name") : std::string(row.name),
                text        ? reader.doc().string(*arguments)
                : arguments ? std::string(reader.doc().raw(*arguments))
                            : std::string());
  }
}

// "auto", {"type":"function","name":...},
// {"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":...}]}
void read_choice(Reader& reader, NodeId choice) {
  Conversation& c = reader.conversation();
  if (reader.doc().is(choice, Kind::string)) {
    if (reader.doc().string_is(choice, "none")) c.tool_choice = ToolChoice::none;
    return;
  }
  if (!reader.doc().is(choice, Kind::object)) return;
  c.tool_choice = ToolChoice::forced;
  if (reader.text(choice, "type") != "allowed_tools") return;
  c.tool_choice = ToolChoice::limited;
  if (const auto tools = reader.member(choice, "tools", Kind::array)) {
    for (NodeId tool : reader.doc().elements(*tools)) c.our_tool_allowed |= is_our_tool(reader.text(tool, "name"));
  }
}

void read_request(Reader& reader) {
  Conversation& c = reader.conversation();
  const json::Document& doc = reader.doc();
  if (const auto tools = reader.member(c.root, "tools", Kind::array)) {
    c.tools = tools;
    for (NodeId tool : doc.elements(*tools)) reader.tool(reader.text(tool, "name"), reader.member(tool, "parameters"));
  }
  if (const auto choice = reader.member(c.root, "tool_choice")) read_choice(reader, *choice);
  if (const auto text = reader.member(c.root, "text", Kind::object)) {
    if (const auto format = reader.member(*text, "format", Kind::object))
      c.structured_output = reader.text(*format, "type").starts_with("json");
  }
  if (const auto reasoning = reader.member(c.root, "reasoning", Kind::object))
    c.thinking = reader.text(*reasoning, "effort") != "none";
  c.stored = !reader.member(c.root, "store", Kind::false_);
  c.in_conversation = reader.is_given(c.root, "conversation");
  if (const auto instructions = reader.member(c.root, "instructions", Kind::string)) {
    c.system.push_back(*instructions);
    reader.leaf(*instructions, Role::system, Part::content_string, "/instructions");
  }
}

}  // namespace

bool looks_responses(const json::Document& doc) {
  if (doc.is(0, Kind::object)) return doc.member(0, "input").has_value() && !doc.member(0, "messages");
  if (!doc.is(0, Kind::array)) return false;
  for (NodeId item : doc.elements(0)) {
    if (const auto type = doc.member(item, "type"); type && doc.is(*type, Kind::string)) return true;
    const auto content = doc.member(item, "content");
    if (!content || !doc.is(*content, Kind::array)) continue;
    for (NodeId part : doc.elements(*content)) {
      const auto type = doc.member(part, "type");
      if (type && (doc.string_is(*type, "input_text") || doc.string_is(*type, "output_text"))) return true;
    }
  }
  return false;
}

bool read_responses(Reader& reader) {
  Conversation& c = reader.conversation();
  const json::Document& doc = reader.doc();
  std::string base;
  if (doc.is(0, Kind::array)) {
    c.messages = 0;
  } else {
    const auto input = reader.member(c.root, "input");
    if (!input || (!doc.is(*input, Kind::array) && !doc.is(*input, Kind::string))) return false;
    c.messages = *input;
    base = "/input";
    read_request(reader);
  }
  if (doc.is(c.messages, Kind::string)) {
    reader.message(c.messages, Role::user);
    reader.leaf(c.messages, Role::user, Part::content_string, base);
    return true;
  }
  int i = 0;
  for (NodeId item : doc.elements(c.messages)) read_item(reader, item, base + '/' + std::to_string(i++));
  return true;
}

}  // namespace headroom::messages
