#include "messages/conversation.h"

#include <algorithm>

#include "json/strings.h"
#include "messages/reader.h"

namespace headroom::messages {
namespace {

using json::Kind;
using json::NodeId;

ReadError refusal_of(const json::ParseError& error) {
  Refusal kind = Refusal::not_json;
  if (error.message.find("deep") != std::string::npos) kind = Refusal::too_deep;
  if (error.message.find("64 MiB") != std::string::npos) kind = Refusal::too_large;
  if (error.message.find("UTF-8") != std::string::npos) kind = Refusal::encoding;
  return {kind, error.message + " at byte " + std::to_string(error.offset)};
}

// Content blocks that only Anthropic's format has, or its top-level system member, decide; the rest reads alike in
// both.
bool looks_anthropic(Reader& reader, NodeId root, NodeId messages) {
  const json::Document& doc = reader.doc();
  if (doc.is(root, Kind::object) && (reader.member(root, "system") || reader.member(root, "anthropic_version")))
    return true;
  for (NodeId message : doc.elements(messages)) {
    const auto content = reader.member(message, "content");
    if (!content || !doc.is(*content, Kind::array)) continue;
    for (NodeId block : doc.elements(*content)) {
      const std::string type = reader.text(block, "type");
      if (type == "tool_use" || type == "tool_result" || type == "thinking") return true;
    }
  }
  return false;
}

// headroom_retrieve, or what an MCP client calls it: mcp__headroom__headroom_retrieve, mcp_headroom_retrieve...
bool is_our_tool(std::string_view name) {
  constexpr std::string_view ours = "headroom_retrieve";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; };
  return name.size() >= ours.size() && std::equal(name.end() - ours.size(), name.end(), ours.begin(), same);
}

// What the request says about tools: which it offers, and whether the model may choose among them. Names stand beside
// `type` (Anthropic) or in `function` (chat).
void read_tools(Reader& reader, Conversation& c) {
  const json::Document& doc = reader.doc();
  const auto tools = reader.member(0, "tools");
  if (tools && doc.is(*tools, Kind::array)) {
    for (NodeId tool : doc.elements(*tools)) {
      c.has_tools = true;
      const auto function = reader.member(tool, "function");
      c.has_our_tool |= is_our_tool(reader.text(function ? *function : tool, "name"));
    }
  }
  const auto choice = reader.member(0, "tool_choice");
  if (!choice) return;
  const std::string word = doc.is(*choice, Kind::string) ? doc.string(*choice) : reader.text(*choice, "type");
  c.may_call_tools = word == "auto" || word == "any" || word == "required";
}

}  // namespace

std::string_view to_string(Format format) {
  return format == Format::openai ? "openai" : "anthropic";
}

std::optional<Format> parse_format(std::string_view name) {
  if (name == "openai") return Format::openai;
  if (name == "anthropic") return Format::anthropic;
  return std::nullopt;
}

std::string_view to_string(Role role) {
  switch (role) {
    case Role::system:
      return "system";
    case Role::user:
      return "user";
    case Role::assistant:
      return "assistant";
    case Role::tool:
      return "tool";
  }
  return "";
}

std::optional<NodeId> Reader::member(NodeId object, std::string_view key) {
  if (!doc_.is(object, Kind::object)) return std::nullopt;
  std::optional<NodeId> found;
  for (json::Member m : doc_.members(object)) {
    if (!doc_.string_is(m.key, key)) continue;
    if (found) duplicate_ = true;
    found = m.value;
  }
  return found;
}

std::string Reader::text(NodeId object, std::string_view key) {
  const auto value = member(object, key);
  return value && doc_.is(*value, Kind::string) ? doc_.string(*value) : std::string();
}

bool Reader::flag(NodeId object, std::string_view key) {
  const auto value = member(object, key);
  return value && doc_.is(*value, Kind::true_);
}

void Reader::leaf(NodeId node, int message, Role role, std::string pointer, int call, bool error) {
  c_.leaves.push_back({node, message, role, call, error, std::move(pointer)});
}

void Reader::content(NodeId node, std::initializer_list<std::string_view> types, int message, Role role,
                     const std::string& pointer, int call, bool error) {
  if (doc_.is(node, Kind::string)) {
    leaf(node, message, role, pointer, call, error);
    return;
  }
  if (!doc_.is(node, Kind::array)) return;
  int i = 0;
  for (NodeId part : doc_.elements(node)) {
    const std::string at = pointer + '/' + std::to_string(i++);
    const std::string type = text(part, "type");
    if (std::find(types.begin(), types.end(), type) == types.end() || member(part, "citations")) continue;
    const auto value = member(part, "text");
    if (value && doc_.is(*value, Kind::string)) leaf(*value, message, role, at + "/text", call, error);
  }
}

void Reader::call(std::string id, std::string name, std::string arguments, int message) {
  c_.calls.push_back({std::move(id), std::move(name), std::move(arguments), message});
}

int Reader::find_call(std::string_view id) const {
  for (std::size_t i = c_.calls.size(); i-- > 0;) {
    if (c_.calls[i].id == id) return static_cast<int>(i);
  }
  return -1;
}

std::expected<Conversation, ReadError> read(std::string_view body, std::optional<Format> format) {
  auto doc = json::Document::parse(body);
  if (!doc) return std::unexpected(refusal_of(doc.error()));
  Conversation c;
  c.doc = std::move(*doc);
  Reader reader(c);
  std::string base;
  if (c.doc.is(0, Kind::array)) {
    c.messages = 0;
  } else if (const auto list = reader.member(0, "messages"); list && c.doc.is(*list, Kind::array)) {
    c.messages = *list;
    base = "/messages";
  } else {
    return std::unexpected(ReadError{Refusal::no_messages, "no list of messages"});
  }
  c.format = format ? *format : looks_anthropic(reader, 0, c.messages) ? Format::anthropic : Format::openai;
  if (c.doc.is(0, Kind::object)) {
    read_tools(reader, c);
    if (const auto system = reader.member(0, "system")) reader.content(*system, {"text"}, -1, Role::system, "/system");
  }
  for (NodeId message : c.doc.elements(c.messages)) {
    const std::string pointer = base + '/' + std::to_string(c.message_count);
    (c.format == Format::openai ? read_openai_message : read_anthropic_message)(reader, message, c.message_count,
                                                                                pointer);
    ++c.message_count;
  }
  if (reader.duplicate_key())
    return std::unexpected(ReadError{Refusal::duplicate_key, "a key stands twice on the way to a text"});
  return c;
}

Edit replace_leaf(const Conversation& conversation, const Leaf& leaf, std::string_view text) {
  const json::Node& node = conversation.doc[leaf.node];
  return {node.begin(), node.size(), json::quote(text)};
}

bool same_but(const json::Document& before, std::string_view after, const std::vector<NodeId>& changed) {
  const auto doc = json::Document::parse(after);
  if (!doc || doc->nodes().size() != before.nodes().size()) return false;
  for (NodeId i = 0; i < before.nodes().size(); ++i) {
    const json::Node &a = before[i], &b = (*doc)[i];
    if (a.kind() != b.kind() || a.next() != b.next()) return false;
    const bool leaf = a.kind() != Kind::object && a.kind() != Kind::array;
    if (leaf && before.raw(i) != doc->raw(i) && !std::binary_search(changed.begin(), changed.end(), i)) return false;
  }
  return true;
}

}  // namespace headroom::messages
