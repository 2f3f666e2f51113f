// The prompt of the AI SDK's language models (libraries only; there is no such route): results are parts with an output
// whose type says how it stands.
//
//   {"role":"assistant","content":[{"type":"tool-call","toolCallId":"t1","toolName":"run","input":{"cmd":"ls"}}]}
//   {"role":"tool","content":[{"type":"tool-result","toolCallId":"t1","toolName":"run","output":{"type":"text","value":"..."}}]}
//
// An output of type `json` is one JSON value; it becomes `text` (`error-json`: `error-text`) when its view is no JSON.
// Reasoning, files, denied executions and what a provider ran itself are never leaves.
#include "messages/reader.h"

namespace headroom::messages {
namespace {

using json::Kind;
using json::NodeId;

void read_output(Reader& reader, NodeId output, const std::string& pointer) {
  const std::string type = reader.text(output, "type");
  const auto value = reader.member(output, "value");
  if (!value) return;
  if (type == "text" || type == "error-text") {
    if (reader.doc().is(*value, Kind::string)) reader.leaf(*value, Role::tool, Part::result_string, pointer);
  } else if (type == "json" || type == "error-json") {
    reader.leaf(*value, Role::tool, Part::json_value, pointer, output);
  } else if (type == "content" && reader.doc().is(*value, Kind::array)) {
    reader.content(*value, {"text"}, Role::tool, pointer);
  }
}

void read_result(Reader& reader, NodeId part, const std::string& pointer) {
  const std::string id = reader.text(part, "toolCallId");
  const auto output = reader.member(part, "output", Kind::object);
  const bool error = output && reader.text(*output, "type").starts_with("error-");
  reader.begin_result(part, id, reader.find_call(id), error);
  if (output) read_output(reader, *output, pointer + "/output/value");
  reader.end_result();
}

void read_part(Reader& reader, NodeId part, Role role, const std::string& pointer) {
  const std::string type = reader.text(part, "type");
  if (type == "text") {
    if (const auto text = reader.member(part, "text", Kind::string))
      reader.leaf(*text, role, Part::text_part, pointer + "/text");
  } else if (type == "tool-call") {
    if (reader.flag(part, "providerExecuted")) return;
    const auto input = reader.member(part, "input");
    const bool text = input && reader.doc().is(*input, Kind::string);
    reader.call(reader.text(part, "toolCallId"), reader.text(part, "toolName"),
                text    ? reader.doc().string(*input)
                : input ? std::string(reader.doc().raw(*input))
                        : std::string());
  } else if (type == "file" && reader.text(part, "mediaType").starts_with("image/")) {
    if (const auto data = reader.member(part, "data", Kind::string)) reader.image(part, *data, pointer, typed_text);
  } else if (type == "tool-result" && role == Role::tool) {
    read_result(reader, part, pointer);
  }
}

}  // namespace

bool looks_vercel(const json::Document& doc) {
  NodeId list = 0;
  if (doc.is(0, Kind::object)) {
    const auto prompt = doc.member(0, "prompt");
    if (prompt && doc.is(*prompt, Kind::array)) return true;
    const auto messages = doc.member(0, "messages");
    if (!messages) return false;
    list = *messages;
  }
  if (!doc.is(list, Kind::array)) return false;
  for (NodeId message : doc.elements(list)) {
    const auto content = doc.member(message, "content");
    if (!content || !doc.is(*content, Kind::array)) continue;
    for (NodeId part : doc.elements(*content)) {
      const auto type = doc.member(part, "type");
      if (type && (doc.string_is(*type, "tool-call") || doc.string_is(*type, "tool-result"))) return true;
    }
  }
  return false;
}

bool read_vercel(Reader& reader) {
  Conversation& c = reader.conversation();
  std::string base;
  if (!find_list(reader, "prompt", base) && !find_list(reader, "messages", base)) return false;
  if (!base.empty()) {
    if (const auto tools = reader.member(c.root, "tools", Kind::array)) {
      c.tools = tools;
      for (NodeId tool : reader.doc().elements(*tools))
        reader.tool(reader.text(tool, "name"), reader.member(tool, "inputSchema"));
    }
    if (const auto choice = reader.member(c.root, "toolChoice")) {
      const std::string type = reader.text(*choice, "type");
      if (type == "none") c.tool_choice = ToolChoice::none;
      if (type == "tool") c.tool_choice = ToolChoice::forced;
    }
    if (const auto format = reader.member(c.root, "responseFormat", Kind::object))
      c.structured_output = reader.text(*format, "type") == "json";
  }
  int i = 0;
  for (NodeId message : reader.doc().elements(c.messages)) {
    const std::string name = reader.text(message, "role");
    const Role role = name == "system"      ? Role::system
                      : name == "assistant" ? Role::assistant
                      : name == "tool"      ? Role::tool
                                            : Role::user;
    reader.message(message, role);
    const std::string pointer = base + '/' + std::to_string(i++) + "/content";
    const auto content = reader.member(message, "content");
    if (!content) continue;
    if (reader.doc().is(*content, Kind::string)) reader.leaf(*content, role, Part::content_string, pointer);
    if (!reader.doc().is(*content, Kind::array)) continue;
    int k = 0;
    for (NodeId part : reader.doc().elements(*content))
      read_part(reader, part, role, pointer + '/' + std::to_string(k++));
  }
  return true;
}

}  // namespace headroom::messages
