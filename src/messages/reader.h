// What the readers of both wire formats share: leaves, calls, and the pointer to where the reader stands.
#pragma once

#include <string>
#include <string_view>

#include "messages/conversation.h"

namespace headroom::messages {

class Reader {
 public:
  explicit Reader(Conversation& conversation) : c_(conversation), doc_(conversation.doc) {}

  const json::Document& doc() const { return doc_; }
  bool duplicate_key() const { return duplicate_; }

  // The member's value; a key that stands twice on the way to a leaf makes the body unreadable for us.
  std::optional<json::NodeId> member(json::NodeId object, std::string_view key);
  // Its decoded string, "" if it is missing or no string.
  std::string text(json::NodeId object, std::string_view key);
  bool flag(json::NodeId object, std::string_view key);
  bool is_type(json::NodeId object, std::string_view type) { return text(object, "type") == type; }

  void leaf(json::NodeId node, int message, Role role, std::string pointer, int call = -1, bool error = false);
  // A content that is a string, or a list of {"type": TYPE, "text": "..."} parts; other parts are left alone.
  void content(json::NodeId node, std::initializer_list<std::string_view> types, int message, Role role,
               const std::string& pointer, int call = -1, bool error = false);
  void call(std::string id, std::string name, std::string arguments, int message);
  // Index of the latest call with this id, -1 if there is none.
  int find_call(std::string_view id) const;

 private:
  Conversation& c_;
  const json::Document& doc_;
  bool duplicate_ = false;
};

// One message each; `pointer` is the message's own.
void read_openai_message(Reader& reader, json::NodeId message, int index, const std::string& pointer);
void read_anthropic_message(Reader& reader, json::NodeId message, int index, const std::string& pointer);

}  // namespace headroom::messages
