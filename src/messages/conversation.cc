#include "messages/conversation.h"

#include <algorithm>
#include <array>

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

constexpr FormatRow rows[] = {
    {Format::openai, "openai", read_openai},
    {Format::anthropic, "anthropic", read_anthropic},
};

constexpr auto names = [] {
  std::array<std::string_view, std::size(rows)> list{};
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = rows[i].name;
  return list;
}();

Format format_of(Reader& reader) {
  const json::Document& doc = reader.doc();
  const auto list = doc.is(0, Kind::array) ? std::optional<NodeId>(0) : reader.member(0, "messages", Kind::array);
  return list && looks_anthropic(reader, 0, *list) ? Format::anthropic : Format::openai;
}

}  // namespace

std::string_view to_string(Format format) {
  return rows[static_cast<std::size_t>(format)].name;
}

std::optional<Format> parse_format(std::string_view name) {
  for (const FormatRow& row : rows) {
    if (row.name == name) return row.format;
  }
  return std::nullopt;
}

std::span<const std::string_view> format_names() {
  return names;
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

std::expected<Conversation, ReadError> read(std::string_view body, std::optional<Format> format) {
  auto doc = json::Document::parse(body);
  if (!doc) return std::unexpected(refusal_of(doc.error()));
  Conversation c;
  c.doc = std::move(*doc);
  Reader reader(c);
  c.format = format ? *format : format_of(reader);
  if (!rows[static_cast<std::size_t>(c.format)].read(reader))
    return std::unexpected(ReadError{Refusal::no_messages, "no list of messages"});
  c.model = reader.text(c.root, "model");
  reader.finish();
  if (reader.duplicate_key())
    return std::unexpected(ReadError{Refusal::duplicate_key, "a key stands twice on the way to a text"});
  return c;
}

std::string text_of(const Conversation& conversation, const Leaf& leaf) {
  std::string buffer;
  return std::string(text_of(conversation, leaf, buffer));
}

std::string_view text_of(const Conversation& conversation, const Leaf& leaf, std::string& buffer) {
  const json::Document& doc = conversation.doc;
  if (leaf.part == Part::json_value) return doc.raw(leaf.node);
  if (!doc[leaf.node].escaped()) return doc.string_raw(leaf.node);
  buffer.clear();
  json::unescape_to(buffer, doc.string_raw(leaf.node));
  return buffer;
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
