// Finds JSON values and their byte offsets; nothing is copied, unescaped or converted.
//
// A Document is a flat list of nodes in document order, 12 bytes each, over the caller's text, which must outlive it:
//
//   {"a": [1, 2], "b": "x"}
//   0 object [0,23) next=7 | 1 string "a" | 2 array next=5 | 3 number | 4 number | 5 string "b" | 6 string "x"
//
// The children of an object are key, value, key, value...; keys are string nodes. Every node knows where its subtree
// ends
// (`next`), so skipping a value is O(1). Strict RFC 8259 but for two things that real bodies hold: lone surrogate
// escapes and duplicate keys are accepted (and kept apart). Text must be valid UTF-8; depth is limited (default 256)
// without recursion. O(n); no allocation but the node list. Limits: 64 MiB of text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::json {

enum class Kind : std::uint8_t { object, array, string, number, true_, false_, null };

inline constexpr std::size_t max_text = std::size_t{64} << 20;
inline constexpr int max_depth = 256;

using NodeId = std::uint32_t;

class Node {
 public:
  Node(Kind kind, bool escaped, std::uint32_t begin, std::uint32_t size, NodeId next)
      : begin_(begin),
        packed_(static_cast<std::uint32_t>(kind) << 28 | static_cast<std::uint32_t>(escaped) << 27 | size),
        next_(next) {}
  Kind kind() const { return static_cast<Kind>(packed_ >> 28); }
  // A string with at least one backslash.
  bool escaped() const { return packed_ >> 27 & 1; }
  std::uint32_t begin() const { return begin_; }
  std::uint32_t size() const { return packed_ & 0x07FFFFFF; }
  std::uint32_t end() const { return begin_ + size(); }
  // Index of the first node after this subtree.
  NodeId next() const { return next_; }

 private:
  friend class Scanner;
  std::uint32_t begin_;
  std::uint32_t packed_;
  NodeId next_;
};
static_assert(sizeof(Node) == 12);

struct Limits {
  int depth = max_depth;
};

// Where and why a text stopped being JSON.
struct ParseError {
  std::size_t offset;
  std::string message;
  bool truncated;  // the text ended inside a value that was well-formed so far
};

class Document {
 public:
  // Exactly one value with white space around it.
  static std::expected<Document, ParseError> parse(std::string_view text, Limits limits = {});
  // The first value at or after white space; `end()` of the root says where it stopped.
  static std::expected<Document, ParseError> parse_prefix(std::string_view text, Limits limits = {});

  std::string_view text() const { return text_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& operator[](NodeId id) const { return nodes_[id]; }
  const Node& root() const { return nodes_.front(); }

  // The raw bytes of a value: a string with its quotes.
  std::string_view raw(NodeId id) const { return text_.substr(nodes_[id].begin(), nodes_[id].size()); }
  // The raw bytes between a string's quotes, escapes as written.
  std::string_view string_raw(NodeId id) const { return text_.substr(nodes_[id].begin() + 1, nodes_[id].size() - 2); }
  // A string's decoded value as WTF-8.
  std::string string(NodeId id) const;
  // True if the string's decoded value is `value` (escapes considered).
  bool string_is(NodeId id, std::string_view value) const;

  bool is(NodeId id, Kind kind) const { return nodes_[id].kind() == kind; }
  // The first child (an object's first key), or nodes()[id].next() if there is none.
  static NodeId first_child(NodeId id) { return id + 1; }
  NodeId end_of(NodeId id) const { return nodes_[id].next(); }

  // Number of elements, or of members; O(children).
  std::size_t count(NodeId id) const;
  // The value of the first member with this key, by decoded comparison; nullopt if none or not an object.
  std::optional<NodeId> member(NodeId object, std::string_view key) const;

  // Elements of an array: for (NodeId e : doc.elements(a)).
  class ElementRange;
  ElementRange elements(NodeId array) const;
  // Members of an object: for (auto [key, value] : doc.members(o)).
  class MemberRange;
  MemberRange members(NodeId object) const;

 private:
  friend class Scanner;
  std::string_view text_;
  std::vector<Node> nodes_;
};

class Document::ElementRange {
 public:
  struct Iterator {
    const Document* doc;
    NodeId id;
    NodeId operator*() const { return id; }
    Iterator& operator++() {
      id = doc->end_of(id);
      return *this;
    }
    bool operator!=(const Iterator& o) const { return id != o.id; }
  };
  ElementRange(const Document& doc, NodeId id) : doc_(&doc), id_(id) {}
  Iterator begin() const { return {doc_, first_child(id_)}; }
  Iterator end() const { return {doc_, doc_->end_of(id_)}; }

 private:
  const Document* doc_;
  NodeId id_;
};

struct Member {
  NodeId key, value;
};

class Document::MemberRange {
 public:
  struct Iterator {
    const Document* doc;
    NodeId id;
    Member operator*() const { return {id, id + 1}; }  // a key is a leaf: its value follows at once
    Iterator& operator++() {
      id = doc->end_of(id + 1);
      return *this;
    }
    bool operator!=(const Iterator& o) const { return id != o.id; }
  };
  MemberRange(const Document& doc, NodeId id) : doc_(&doc), id_(id) {}
  Iterator begin() const { return {doc_, first_child(id_)}; }
  Iterator end() const { return {doc_, doc_->end_of(id_)}; }

 private:
  const Document* doc_;
  NodeId id_;
};

inline Document::ElementRange Document::elements(NodeId array) const {
  return {*this, array};
}
inline Document::MemberRange Document::members(NodeId object) const {
  return {*this, object};
}

// True if both texts are the same JSON: structure, key order, duplicate keys, each number by its bytes, each string by
// its UTF-16 units; only white space and the spelling of escapes may differ. False if either does not parse. O(n).
bool same_tokens(std::string_view a, std::string_view b);

// The same where `valid` is known to parse: tokens are compared as they come, in constant memory.
bool same_tokens_as(std::string_view valid, std::string_view other);

}  // namespace headroom::json
