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

// A wire format.
struct FormatRow {
  Format format;
  std::string_view name;
  // False if there is no list of messages where the format has it.
  bool (*read)(Reader& reader);
  bool (*looks)(const json::Document& doc);  // null: it takes what no other does
};

constexpr FormatRow rows[] = {
    {Format::openai, "openai", read_openai, nullptr},
    {Format::responses, "responses", read_responses, looks_responses},
    {Format::anthropic, "anthropic", read_anthropic, looks_anthropic},
    {Format::gemini, "gemini", read_gemini, looks_gemini},
    {Format::converse, "converse", read_converse, looks_converse},
    {Format::vercel, "vercel", read_vercel, looks_vercel},
};
static_assert(std::size(rows) == static_cast<std::size_t>(Format::vercel) + 1);

constexpr auto names = [] {
  std::array<std::string_view, std::size(rows)> list{};
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = rows[i].name;
  return list;
}();

// The later rows are the more particular ones: they are asked first.
Format format_of(const json::Document& doc) {
  for (std::size_t i = std::size(rows); i-- > 0;) {
    if (rows[i].looks != nullptr && rows[i].looks(doc)) return rows[i].format;
  }
  return Format::openai;
}

// JSON without white space between its tokens, strings spelled in the one way: what a text of a JSON value is must not
// depend on how the client wrote it.
std::string compact(const json::Document& doc, NodeId value) {
  const std::string_view raw = doc.raw(value);
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size();) {
    const char c = raw[i];
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      ++i;
    } else if (c != '"') {
      out += c;
      ++i;
    } else {
      std::size_t end = i + 1;
      bool escaped = false;
      for (; raw[end] != '"'; ++end) {
        if (raw[end] == '\\') escaped = true, ++end;
      }
      const std::string_view content = raw.substr(i + 1, end - i - 1);
      out += escaped ? json::quote(json::unescape(content)) : std::string(raw.substr(i, end + 1 - i));
      i = end + 1;
    }
  }
  return out;
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
  c.format = format ? *format : format_of(c.doc);
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
  if (leaf.part == Part::json_value) return buffer = compact(doc, leaf.node);
  if (!doc[leaf.node].escaped()) return doc.string_raw(leaf.node);
  buffer.clear();
  json::unescape_to(buffer, doc.string_raw(leaf.node));
  return buffer;
}

}  // namespace headroom::messages
