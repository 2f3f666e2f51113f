// Anthropic messages: tool results are blocks of user messages; calls are blocks of assistant messages.
//
//   {"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"run","input":{"cmd":"ls"}}]}
//   {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"..." or
//   [{"type":"text","text":"..."}]}]}
//
// Thinking, images, documents, citations, server-run tools and their results, and unknown blocks are never leaves.
#include "messages/reader.h"

namespace headroom::messages {
namespace {

using json::Kind;
using json::NodeId;

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
    if (const auto content = reader.member(block, "content"))
      reader.content(*content, {"text"}, Role::tool, pointer + "/content");
    reader.end_result();
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
    for (NodeId tool : reader.doc().elements(*tools)) reader.tool(reader.text(tool, "name"));
  }
  if (const auto choice = reader.member(c.root, "tool_choice")) {
    const std::string type = reader.text(*choice, "type");
    if (type == "none") c.tool_choice = ToolChoice::none;
    if (type == "tool") c.tool_choice = ToolChoice::forced;
  }
  if (const auto system = reader.member(c.root, "system")) {
    c.system.push_back(*system);
    reader.content(*system, {"text"}, Role::system, "/system");
  }
}

}  // namespace

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
