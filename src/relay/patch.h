// Edits of a JSON text by its bytes: values replaced, members set or taken out; what is not named keeps its bytes.
//
//   Patch p(text); p.set(0, "index", "3"); p.text()   {"type":"x","index":1} -> {"type":"x","index":3}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/edits.h"
#include "json/document.h"

namespace headroom::relay {

using json::Document;
using json::Kind;
using json::NodeId;

// A member's value by a path of keys; nullopt if one is missing. With a key that stands twice, the last one counts, as
// it does for the parsers of the clients.
std::optional<NodeId> find(const Document& doc, NodeId object, std::initializer_list<std::string_view> keys);
// Its string, "" if it is missing or none.
std::string find_string(const Document& doc, NodeId object, std::initializer_list<std::string_view> keys);
std::optional<std::int64_t> find_integer(const Document& doc, NodeId object,
                                         std::initializer_list<std::string_view> keys);

// Edits must not touch the same value twice.
class Patch {
 public:
  explicit Patch(const Document& doc) : doc_(doc) {}

  Patch& replace(NodeId value, std::string_view raw);
  // Replaces the member's value, or adds the member at the object's end.
  Patch& set(NodeId object, std::string_view key, std::string_view raw);
  // Without these members.
  Patch& without(NodeId object, std::initializer_list<std::string_view> keys);
  // Before the closing bracket of an array or object, with the comma that it takes.
  Patch& append(NodeId container, std::string_view raw);

  bool empty() const { return edits_.empty(); }
  // The whole text, or the bytes of one value, with the edits that fall into it.
  std::string text() const { return of(doc_.text(), 0); }
  std::string value(NodeId value) const { return of(doc_.raw(value), doc_[value].begin()); }

 private:
  std::string of(std::string_view bytes, std::size_t offset) const;

  const Document& doc_;
  std::vector<Edit> edits_;
};

// Bytes of JSON values as an array's content: "a,b,c".
std::string joined(const std::vector<std::string>& values);

}  // namespace headroom::relay
