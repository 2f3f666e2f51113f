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

void read_block(Reader& reader, json::NodeId block, int index, Role role, const std::string& pointer) {
  const std::string type = reader.text(block, "type");
  if (type == "text") {
    if (reader.member(block, "citations")) return;
    const auto text = reader.member(block, "text");
    if (text && reader.doc().is(*text, json::Kind::string)) reader.leaf(*text, index, role, pointer + "/text");
  } else if (type == "tool_use") {
    const auto input = reader.member(block, "input");
    reader.call(reader.text(block, "id"), reader.text(block, "name"),
                input ? std::string(reader.doc().raw(*input)) : "", index);
  } else if (type == "tool_result") {
    const auto content = reader.member(block, "content");
    if (!content) return;
    reader.content(*content, {"text"}, index, Role::tool, pointer + "/content",
                   reader.find_call(reader.text(block, "tool_use_id")), reader.flag(block, "is_error"));
  }
}

}  // namespace

void read_anthropic_message(Reader& reader, json::NodeId message, int index, const std::string& pointer) {
  const std::string name = reader.text(message, "role");
  const Role role = name == "assistant" ? Role::assistant : name == "system" ? Role::system : Role::user;
  const auto content = reader.member(message, "content");
  if (!content) return;
  if (reader.doc().is(*content, json::Kind::string)) {
    reader.leaf(*content, index, role, pointer + "/content");
    return;
  }
  if (!reader.doc().is(*content, json::Kind::array)) return;
  int i = 0;
  for (json::NodeId block : reader.doc().elements(*content)) {
    read_block(reader, block, index, role, pointer + "/content/" + std::to_string(i++));
  }
}

}  // namespace headroom::messages
