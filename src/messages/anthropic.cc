// Anthropic messages: tool results are blocks of user messages; calls are blocks of assistant messages.
//
//   {"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"run","input":{"cmd":"ls"}}]}
//   {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"..." or
//   [{"type":"text","text":"..."}]}]}
//
// Images are no leaves, but may become smaller. Thinking, documents, citations, server-run tools and their results, and
// unknown blocks are never leaves.
#include "messages/reader.h"

namespace headroom::messages {
namespace {

using json::Kind;
using json::NodeId;

// {"type":"image","source":{"type":"base64","media_type":"image/png","data":"..."}}
void read_image(Reader& reader, NodeId block, const std::string& pointer) {
  const auto source = reader.member(block, "source", Kind::object);
  if (!source || reader.text(*source, "type") != "base64") return;
  if (const auto data = reader.member(*source, "data", Kind::string)) reader.image(block, *data, pointer, typed_text);
}

void read_images(Reader& reader, NodeId list, const std::string& pointer) {
  if (!reader.doc().is(list, Kind::array)) return;
  int i = 0;
  for (NodeId block : reader.doc().elements(list)) {
    const std::string at = pointer + '/' + std::to_string(i++);
    if (reader.text(block, "type") == "image") read_image(reader, block, at);
  }
}

void read_block(Reader& reader, NodeId block, Role role, const std::string& pointer) {
  const std::string type = reader.text(block, "type");
  if (type == "text") {
    if (reader.has_citations(block)) return;
    if (const auto text = reader.member(block, "text", Kind::string))
      reader.leaf(*text, role, Part::text_part, pointer + "/text");
  } else if (type == "tool_use") {
    const auto input = reader.member(block, "input");
    reader.call(reader.text(block, "id"), reader.text(block, "name"),
                input ? std::string(reader.doc().raw(*input)) : "");
  } else if (type == "tool_result") {
    const std::string id = reader.text(block, "tool_use_id");
    reader.begin_result(block, id, reader.find_call(id), reader.flag(block, "is_error"));
    if (const auto content = reader.member(block, "content")) {
      reader.content(*content, {"text"}, Role::tool, pointer + "/content");
      read_images(reader, *content, pointer + "/content");
    }
    reader.end_result();
  } else if (type == "image") {
    read_image(reader, block, pointer);
  }
}

void read_message(Reader& reader, NodeId message, const std::string& pointer) {
  const std::string name = reader.text(message, "role");
  const Role role = name == "assistant" ? Role::assistant : name == "system" ? Role::system : Role::user;
  reader.message(message, role);
  const auto content = reader.member(message, "content");
  if (!content) return;
  if (!reader.doc().is(*content, Kind::array)) {
    reader.content(*content, {}, role, pointer + "/content");
    return;
  }
  int i = 0;
  for (NodeId block : reader.doc().elements(*content)) {
    read_block(reader, block, role, pointer + "/content/" + std::to_string(i++));
  }
}

void read_request(Reader& reader) {
  Conversation& c = reader.conversation();
  if (const auto tools = reader.member(c.root, "tools", Kind::array)) {
    c.tools = tools;
    for (NodeId tool : reader.doc().elements(*tools))
      reader.tool(reader.text(tool, "name"), reader.member(tool, "input_schema"));
  }
  if (const auto choice = reader.member(c.root, "tool_choice")) {
    const std::string type = reader.text(*choice, "type");
    if (type == "none") c.tool_choice = ToolChoice::none;
    if (type == "tool") c.tool_choice = ToolChoice::forced;
  }
  if (const auto thinking = reader.member(c.root, "thinking", Kind::object))
    c.thinking = reader.text(*thinking, "type") != "disabled";
  c.structured_output = reader.is_given(c.root, "output_format");
  if (const auto output = reader.member(c.root, "output_config", Kind::object))
    c.structured_output |= reader.is_given(*output, "format");
  if (const auto system = reader.member(c.root, "system")) {
    c.system.push_back(*system);
    reader.content(*system, {"text"}, Role::system, "/system");
  }
}

}  // namespace

// Content blocks that only this format has, or its top-level members, decide; the rest reads alike in chat.
bool looks_anthropic(const json::Document& doc) {
  NodeId list = 0;
  if (doc.is(0, Kind::object)) {
    const auto messages = doc.member(0, "messages");
    if (!messages) return false;
    if (doc.member(0, "system") || doc.member(0, "anthropic_version")) return true;
    list = *messages;
  }
  if (!doc.is(list, Kind::array)) return false;
  for (NodeId message : doc.elements(list)) {
    const auto content = doc.member(message, "content");
    if (!content || !doc.is(*content, Kind::array)) continue;
    for (NodeId block : doc.elements(*content)) {
      const auto type = doc.member(block, "type");
      if (!type || !doc.is(*type, Kind::string)) continue;
      if (doc.string_is(*type, "image") && doc.member(block, "source")) return true;
      for (const std::string_view t : {"tool_use", "tool_result", "thinking", "redacted_thinking", "server_tool_use"}) {
        if (doc.string_is(*type, t)) return true;
      }
    }
  }
  return false;
}

bool read_anthropic(Reader& reader) {
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
