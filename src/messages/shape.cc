// Is a text a request at all? For callers that take both requests and other text, JSON documents among it.
#include <algorithm>

#include "messages/conversation.h"

namespace headroom::messages {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;

constexpr std::string_view roles[] = {"system", "developer", "user", "assistant", "tool", "function", "model"};

bool has_string(const Document& doc, NodeId object, std::string_view key) {
  const auto value = doc.member(object, key);
  return value && doc.is(*value, Kind::string);
}

bool has_role(const Document& doc, NodeId object) {
  return has_string(doc, object, "role");
}

// Rows of a table may have a role too: it must be one of a conversation, beside a content.
bool is_message(const Document& doc, NodeId object) {
  const auto role = doc.member(object, "role");
  if (!role || !doc.is(*role, Kind::string)) return false;
  if (std::ranges::none_of(roles, [&](std::string_view r) { return doc.string_is(*role, r); })) return false;
  return doc.member(object, "content") || doc.member(object, "tool_calls");
}

bool is_content(const Document& doc, NodeId object) {
  const auto parts = doc.member(object, "parts");
  return parts && doc.is(*parts, Kind::array);
}

bool is_item(const Document& doc, NodeId object) {
  const auto type = doc.member(object, "type");
  if (!type || !doc.is(*type, Kind::string)) return is_message(doc, object);
  const std::string name = doc.string(*type);
  if (name == "message") return is_message(doc, object);
  const bool known =
      name == "reasoning" || name == "item_reference" || name.ends_with("_call") || name.ends_with("_output");
  return known &&
         (has_string(doc, object, "call_id") || has_string(doc, object, "id") || doc.member(object, "summary"));
}

// Beside a model's name this is enough.
bool may_be_item(const Document& doc, NodeId object) {
  return has_role(doc, object) || has_string(doc, object, "type");
}

bool all(const Document& doc, NodeId list, bool (*is)(const Document&, NodeId)) {
  if (!doc.is(list, Kind::array)) return false;
  for (NodeId e : doc.elements(list)) {
    if (!doc.is(e, Kind::object) || !is(doc, e)) return false;
  }
  return true;
}

bool is_object_request(const Document& doc) {
  if (const auto messages = doc.member(0, "messages")) return all(doc, *messages, has_role);
  if (const auto input = doc.member(0, "input"))
    return has_string(doc, 0, "model") && (doc.is(*input, Kind::string) || all(doc, *input, may_be_item));
  if (const auto prompt = doc.member(0, "prompt")) return all(doc, *prompt, is_message);
  if (const auto contents = doc.member(0, "contents")) return all(doc, *contents, is_content);
  for (const std::string_view key : {"request", "generateContentRequest"}) {
    const auto inner = doc.member(0, key);
    const auto contents = inner ? doc.member(*inner, "contents") : std::nullopt;
    if (contents) return all(doc, *contents, is_content);
  }
  return false;
}

}  // namespace

bool is_request(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '[')) return false;
  const auto doc = Document::parse(text);
  if (!doc) return false;
  if (doc->is(0, Kind::object)) return is_object_request(*doc);
  return all(*doc, 0, is_message) || all(*doc, 0, is_content) || all(*doc, 0, is_item);
}

}  // namespace headroom::messages
