// Finds JSON values and their byte offsets; nothing is copied, unescaped or converted.
//
// A Document is a flat list of nodes in document order over the caller's text, which must outlive it; 8 bytes a node,
// and 8 more for an object or array:
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

class Document;

// One node of a document, looked up as it is asked; no longer-lived than the document stays where it is.
class Node {
 public:
  Node(const Document& doc, NodeId id) : doc_(&doc), id_(id) {}
  Kind kind() const;
  // A string with at least one backslash.
  bool escaped() const;
  std::uint32_t begin() const;
  std::uint32_t size() const;
  std::uint32_t end() const { return begin() + size(); }
  // Index of the first node after this subtree.
  NodeId next() const;

 private:
  const Document* doc_;
  NodeId id_;
};

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
  std::size_t size() const { return nodes_.size(); }  // nodes
  Node operator[](NodeId id) const { return {*this, id}; }
  Node root() const { return {*this, 0}; }

  // The raw bytes of a value: a string with its quotes.
  std::string_view raw(NodeId id) const { return text_.substr(nodes_[id].begin, size_of(id)); }
  // The raw bytes between a string's quotes, escapes as written.
  std::string_view string_raw(NodeId id) const { return text_.substr(nodes_[id].begin + 1, nodes_[id].size() - 2); }
  // A string's decoded value as WTF-8.
  std::string string(NodeId id) const;
  // True if the string's decoded value is `value` (escapes considered).
  bool string_is(NodeId id, std::string_view value) const;

  bool is(NodeId id, Kind kind) const { return nodes_[id].kind() == kind; }
  // The first child (an object's first key), or end_of(id) if there is none.
  static NodeId first_child(NodeId id) { return id + 1; }
  NodeId end_of(NodeId id) const { return nodes_[id].container() ? containers_[nodes_[id].size()].next : id + 1; }

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
  friend class Node;

  // A node as it is kept: kind, escape mark and size in one word. Of a container the word holds, instead of its size,
  // its place in the list of containers.
  struct Packed {
    std::uint32_t begin;
    std::uint32_t word;
    static Packed of(Kind kind, bool escaped, std::uint32_t begin, std::uint32_t size) {
      return {begin, static_cast<std::uint32_t>(kind) << 28 | static_cast<std::uint32_t>(escaped) << 27 | size};
    }
    Kind kind() const { return static_cast<Kind>(word >> 28); }
    bool container() const { return word < std::uint32_t{2} << 28; }
    bool escaped() const { return word >> 27 & 1; }
    std::uint32_t size() const { return word & 0x07FFFFFF; }
  };
  static_assert(sizeof(Packed) == 8 && static_cast<int>(Kind::object) < 2 && static_cast<int>(Kind::array) < 2);
  struct Container {
    std::uint32_t size;
    NodeId next;
  };

  std::uint32_t size_of(NodeId id) const {
    return nodes_[id].container() ? containers_[nodes_[id].size()].size : nodes_[id].size();
  }

  std::string_view text_;
  std::vector<Packed> nodes_;
  std::vector<Container> containers_;  // in the order of their nodes
};

inline Kind Node::kind() const {
  return doc_->nodes_[id_].kind();
}
inline bool Node::escaped() const {
  return doc_->nodes_[id_].escaped();
}
inline std::uint32_t Node::begin() const {
  return doc_->nodes_[id_].begin;
}
inline std::uint32_t Node::size() const {
  return doc_->size_of(id_);
}
inline NodeId Node::next() const {
  return doc_->end_of(id_);
}

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
