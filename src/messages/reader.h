// What the readers of all wire formats share: messages, leaves, calls, results, and the table they stand in.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/hash.h"
#include "messages/conversation.h"

namespace headroom::messages {

class Reader {
 public:
  explicit Reader(Conversation& conversation) : c_(conversation), doc_(conversation.doc) {}

  const json::Document& doc() const { return doc_; }
  Conversation& conversation() { return c_; }
  bool duplicate_key() const { return duplicate_; }

  // The member's value; a key that stands twice on the way to a leaf makes the body unreadable for us.
  std::optional<json::NodeId> member(json::NodeId object, std::string_view key);
  // The same if it is of this kind.
  std::optional<json::NodeId> member(json::NodeId object, std::string_view key, json::Kind kind);
  // Its decoded string, "" if it is missing or no string.
  std::string text(json::NodeId object, std::string_view key);
  bool flag(json::NodeId object, std::string_view key);
  // There, and not null.
  bool is_given(json::NodeId object, std::string_view key);
  // Citations are on: `citations` or `annotations` is a list that is not empty, or {"enabled":true}.
  bool has_citations(json::NodeId part);

  // Messages come in order; leaves, calls and results that follow belong to the latest one.
  void message(json::NodeId node, Role role);
  void call(std::string id, std::string name, std::string arguments);
  // Leaves that follow belong to this result, until end_result. `call`: find_call(id) where the format has ids.
  void begin_result(json::NodeId node, std::string id, int call, bool error);
  void end_result() { result_ = -1; }
  void leaf(json::NodeId node, Role role, Part part, std::string pointer, json::NodeId holder = 0);
  // A content that is a string, or a list of {"type": TYPE, "text": "..."} parts; other parts are left alone.
  void content(json::NodeId node, std::initializer_list<std::string_view> types, Role role, const std::string& pointer);
  // An image in the string `data`; it belongs to the latest message, and to the result if one is open.
  void image(json::NodeId part, json::NodeId data, std::string pointer, std::string_view text_before,
             bool low_detail = false);
  // Index of the latest call with this id, -1 if there is none.
  int find_call(std::string_view id) const;

  // A tool that the request offers: its name, and the JSON schema of its arguments.
  void tool(std::string_view name, std::optional<json::NodeId> schema);
  // Boundaries, roles of messages that carry results only.
  void finish();

 private:
  Conversation& c_;
  const json::Document& doc_;
  std::unordered_map<std::string, int, TextHasher, std::equal_to<>> call_of_id_;
  int message_ = -1;
  int result_ = -1;
  bool duplicate_ = false;
};

// How a text is written beside an image, up to its string.
inline constexpr std::string_view typed_text = R"({"type":"text","text":)",
                                  input_text = R"({"type":"input_text","text":)", bare_text = R"({"text":)";

// A name as a step of a JSON pointer: ~ and / escaped.
std::string pointer_token(std::string_view name);

bool read_openai(Reader& reader);
bool read_responses(Reader& reader);
bool read_anthropic(Reader& reader);
bool read_gemini(Reader& reader);
bool read_converse(Reader& reader);
bool read_vercel(Reader& reader);

// By members that only this format has.
bool looks_responses(const json::Document& doc);
bool looks_anthropic(const json::Document& doc);
bool looks_gemini(const json::Document& doc);
bool looks_converse(const json::Document& doc);
bool looks_vercel(const json::Document& doc);

// The list at `key` of the body, or the body itself if it is a bare list; sets root and messages.
bool find_list(Reader& reader, std::string_view key, std::string& base);

}  // namespace headroom::messages
