// Bedrock Converse: blocks have no type; the one member they have says what they are.
//
//   {"role":"assistant","content":[{"toolUse":{"toolUseId":"t1","name":"run","input":{"cmd":"ls"}}}]}
//   {"role":"user","content":[{"toolResult":{"toolUseId":"t1","content":[{"text":"..."},{"json":{...}}],"status":"success"}}]}
//
// A `json` item is one JSON value; it becomes a `text` item when its view is no JSON. Reasoning, guarded content,
// citations, documents, images and cache points are never leaves.
#include "messages/reader.h"

namespace headroom::messages {
namespace {

using json::Kind;
using json::NodeId;

// {"image":{"format":"png","source":{"bytes":"..."}}}
void read_image(Reader& reader, NodeId block, NodeId image, const std::string& pointer) {
  const auto source = reader.member(image, "source", Kind::object);
  const auto bytes = source ? reader.member(*source, "bytes", Kind::string) : std::nullopt;
  if (bytes) reader.image(block, *bytes, pointer, bare_text);
}

void read_result(Reader& reader, NodeId block, NodeId result, const std::string& pointer) {
  const std::string id = reader.text(result, "toolUseId");
  reader.begin_result(block, id, reader.find_call(id), reader.text(result, "status") == "error");
  if (const auto content = reader.member(result, "content", Kind::array)) {
    int i = 0;
    for (NodeId item : reader.doc().elements(*content)) {
      const std::string at = pointer + "/content/" + std::to_string(i++);
      if (const auto text = reader.member(item, "text", Kind::string)) {
        reader.leaf(*text, Role::tool, Part::result_text, at + "/text");
      } else if (const auto value = reader.member(item, "json")) {
        reader.leaf(*value, Role::tool, Part::json_value, at + "/json");
      } else if (const auto image = reader.member(item, "image", Kind::object)) {
        read_image(reader, item, *image, at);
      }
    }
  }
  reader.end_result();
}

void read_block(Reader& reader, NodeId block, Role role, const std::string& pointer) {
  if (const auto text = reader.member(block, "text", Kind::string)) {
    reader.leaf(*text, role, Part::text_part, pointer + "/text");
  } else if (const auto use = reader.member(block, "toolUse", Kind::object)) {
    const auto input = reader.member(*use, "input");
    reader.call(reader.text(*use, "toolUseId"), reader.text(*use, "name"),
                input ? std::string(reader.doc().raw(*input)) : "");
  } else if (const auto result = reader.member(block, "toolResult", Kind::object)) {
    read_result(reader, block, *result, pointer + "/toolResult");
  } else if (const auto image = reader.member(block, "image", Kind::object)) {
    read_image(reader, block, *image, pointer);
  }
}

void read_blocks(Reader& reader, NodeId list, Role role, const std::string& pointer) {
  int i = 0;
  for (NodeId block : reader.doc().elements(list)) read_block(reader, block, role, pointer + '/' + std::to_string(i++));
}

void read_request(Reader& reader) {
  Conversation& c = reader.conversation();
  if (const auto config = reader.member(c.root, "toolConfig", Kind::object)) {
    if (const auto tools = reader.member(*config, "tools", Kind::array)) {
      c.tools = tools;
      for (NodeId tool : reader.doc().elements(*tools)) {
        if (const auto spec = reader.member(tool, "toolSpec", Kind::object)) {
          const auto input = reader.member(*spec, "inputSchema");
          reader.tool(reader.text(*spec, "name"), input ? reader.member(*input, "json") : std::nullopt);
        } else if (!reader.member(tool, "cachePoint")) {
          reader.tool("", std::nullopt);
        }
      }
    }
    if (const auto choice = reader.member(*config, "toolChoice"); choice && reader.member(*choice, "tool"))
      c.tool_choice = ToolChoice::forced;
  }
  if (const auto more = reader.member(c.root, "additionalModelRequestFields", Kind::object)) {
    for (const std::string_view key : {"thinking", "reasoning_config"}) {
      if (const auto thinking = reader.member(*more, key, Kind::object))
        c.thinking |= reader.text(*thinking, "type") != "disabled";
    }
  }
  if (const auto output = reader.member(c.root, "outputConfig", Kind::object))
    c.structured_output = reader.is_given(*output, "textFormat");
  if (const auto system = reader.member(c.root, "system", Kind::array)) {
    c.system.push_back(*system);
    read_blocks(reader, *system, Role::system, "/system");
  }
}

// {"text":...}, {"toolUse":...}: an object whose only names are those of Converse.
bool is_block(const json::Document& doc, NodeId block) {
  if (!doc.is(block, Kind::object) || doc.member(block, "type")) return false;
  for (const std::string_view key : {"text", "toolUse", "toolResult", "cachePoint", "image", "document",
                                     "reasoningContent", "guardContent", "video", "citationsContent", "searchResult"}) {
    if (doc.member(block, key)) return true;
  }
  return false;
}

bool has_block(const json::Document& doc, NodeId list) {
  if (!doc.is(list, Kind::array)) return false;
  for (NodeId block : doc.elements(list)) return is_block(doc, block);
  return false;
}

}  // namespace

bool looks_converse(const json::Document& doc) {
  NodeId list = 0;
  if (doc.is(0, Kind::object)) {
    const auto messages = doc.member(0, "messages");
    if (!messages) return false;
    if (doc.member(0, "toolConfig") || doc.member(0, "inferenceConfig")) return true;
    list = *messages;
  }
  if (!doc.is(list, Kind::array)) return false;
  for (NodeId message : doc.elements(list)) {
    if (const auto content = doc.member(message, "content"); content && has_block(doc, *content)) return true;
  }
  return false;
}

bool read_converse(Reader& reader) {
  std::string base;
  if (!find_list(reader, "messages", base)) return false;
  if (!base.empty()) read_request(reader);
  int i = 0;
  for (NodeId message : reader.doc().elements(reader.conversation().messages)) {
    const Role role = reader.text(message, "role") == "assistant" ? Role::assistant : Role::user;
    reader.message(message, role);
    const std::string pointer = base + '/' + std::to_string(i++) + "/content";
    if (const auto content = reader.member(message, "content", Kind::array))
      read_blocks(reader, *content, role, pointer);
  }
  return true;
}

}  // namespace headroom::messages
