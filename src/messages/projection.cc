// A block is written out as a list of (name, value) pairs, sorted by name, each with its length before it, so that no
// two different blocks are written alike; that text is digested.
#include "messages/projection.h"

#include <algorithm>
#include <utility>

#include "json/strings.h"
#include "messages/reader.h"

namespace headroom::messages {
namespace {

using json::Kind;
using json::NodeId;

// Members whose value is a block, or a list of blocks, of its own: cache marks and texts lie in them too.
constexpr std::string_view nested[] = {"content",      "output",           "toolResult",        "toolSpec",
                                       "toolUse",      "functionResponse", "function_response", "response",
                                       "functionCall", "function_call",    "function"};

bool is_mark(std::string_view key) {
  return key == "cache_control" || key == "cacheControl";
}

bool is_nested(std::string_view key) {
  return std::ranges::find(nested, key) != std::end(nested);
}

class Writer {
 public:
  explicit Writer(const json::Document& doc) : doc_(doc) {}

  void sized(std::string_view bytes) {
    std::size_t n = bytes.size();
    for (int i = 0; i < 8; ++i, n >>= 8) out_ += static_cast<char>(n & 0xFF);
    out_ += bytes;
    size_ += bytes.size();
  }
  void text(NodeId string) {
    if (doc_[string].escaped()) {
      sized(doc_.string(string));
    } else {
      sized(doc_.string_raw(string));
    }
  }

  // One text block, as a string content is one.
  void text_block(NodeId string, std::string_view type) {
    out_ += '{';
    sized("text");
    text(string);
    if (!type.empty()) {
      sized("type");
      sized(type);
    }
    out_ += '}';
  }

  // An object's members but those in `left_out`, sorted by name.
  void members(NodeId object, const std::vector<NodeId>& left_out, std::string_view text_type) {
    std::vector<std::pair<std::string, NodeId>> list;
    for (json::Member m : doc_.members(object)) {
      if (std::ranges::find(left_out, m.value) != left_out.end()) continue;
      std::string key = doc_.string(m.key);
      if (!is_mark(key)) list.emplace_back(std::move(key), m.value);
    }
    std::sort(list.begin(), list.end());
    out_ += '{';
    for (const auto& [key, value] : list) {
      sized(key);
      member(key, value, text_type);
    }
    out_ += '}';
  }

  void block(NodeId node, std::string_view text_type) {
    if (doc_.is(node, Kind::object)) {
      members(node, {}, text_type);
    } else if (doc_.is(node, Kind::string)) {
      text_block(node, text_type);
    } else {
      sized(doc_.raw(node));
    }
  }

  std::size_t size() const { return size_; }
  Hash128 digest() const { return hash128(out_); }

 private:
  void member(std::string_view key, NodeId value, std::string_view text_type) {
    if (is_nested(key)) {
      if (doc_.is(value, Kind::object)) return members(value, {}, text_type);
      out_ += '[';
      if (doc_.is(value, Kind::array)) {
        for (NodeId e : doc_.elements(value)) block(e, text_type);
      } else {
        block(value, text_type);
      }
      out_ += ']';
    } else if (doc_.is(value, Kind::string)) {
      text(value);
    } else {
      sized(doc_.raw(value));
    }
  }

  const json::Document& doc_;
  std::string out_;
  std::size_t size_ = 0;
};

class Projector {
 public:
  explicit Projector(const Conversation& c) : c_(c), doc_(c.doc) {}

  Projection run() && {
    if (c_.tools) tools(*c_.tools);
    for (NodeId system : c_.system) list_or_text(system, Section::system, -1, pointer_of(doc_, system));
    list_ = pointer_of(doc_, c_.messages);
    for (const Message& m : c_.message_list) message(m);
    drop_tail();
    return std::move(out_);
  }

 private:
  void add(Writer& w, Section section, int message, bool head, NodeId node, std::string pointer) {
    out_.push_back({w.digest(), w.size(), section, message, head, node, std::move(pointer)});
  }

  // {"cachePoint":{...}}: a mark that is a block.
  bool is_mark_block(NodeId node) const {
    if (!doc_.is(node, Kind::object) || doc_.count(node) != 1) return false;
    return doc_.member(node, "cachePoint").has_value();
  }

  void tools(NodeId list) {
    const std::string base = pointer_of(doc_, list);
    std::size_t i = 0;
    for (NodeId tool : doc_.elements(list)) {
      const std::string at = base + '/' + std::to_string(i++);
      if (is_mark_block(tool)) continue;
      std::optional<NodeId> declarations;
      std::string_view name;
      for (std::string_view key : {"functionDeclarations", "function_declarations"}) {
        const auto found = doc_.member(tool, key);
        if (found && doc_.is(*found, Kind::array)) declarations = found, name = key;
      }
      if (!declarations) {
        Writer w(doc_);
        w.block(tool, "");
        add(w, Section::tools, -1, false, tool, at);
        continue;
      }
      std::size_t k = 0;
      for (NodeId declaration : doc_.elements(*declarations)) {
        Writer w(doc_);
        w.block(declaration, "");
        add(w, Section::tools, -1, false, declaration, at + '/' + std::string(name) + '/' + std::to_string(k++));
      }
      if (doc_.count(tool) > 1) {
        Writer w(doc_);
        w.members(tool, {*declarations}, "");
        add(w, Section::tools, -1, false, tool, at);
      }
    }
  }

  // The type of the part that a string stands for as the content of a message, or as an output.
  std::string_view text_type(int message) const {
    const bool models = message >= 0 && c_.message_list[static_cast<std::size_t>(message)].role == Role::assistant;
    switch (c_.format) {
      case Format::responses:
        return models ? "output_text" : "input_text";
      case Format::gemini:
      case Format::converse:
        return "";
      case Format::openai:
      case Format::anthropic:
      case Format::vercel:
        break;
    }
    return "text";
  }

  void list_or_text(NodeId node, Section section, int message, const std::string& at) {
    if (doc_.is(node, Kind::array)) {
      std::size_t i = 0;
      for (NodeId part : doc_.elements(node)) {
        const std::string pointer = at + '/' + std::to_string(i++);
        if (is_mark_block(part)) continue;
        Writer w(doc_);
        w.block(part, text_type(message));
        add(w, section, message, false, part, pointer);
      }
      return;
    }
    if (doc_.is(node, Kind::object)) {
      if (const auto parts = doc_.member(node, "parts")) return list_or_text(*parts, section, message, at + "/parts");
    }
    Writer w(doc_);
    w.block(node, text_type(message));
    add(w, section, message, false, node, at);
  }

  // A message: its head, the parts of its content, its calls. An item without a content is one block.
  void message(const Message& m) {
    const std::string at = m.node == c_.messages ? list_ : list_ + '/' + std::to_string(m.index);
    std::vector<NodeId> lists;
    std::vector<std::string_view> keys;
    if (doc_.is(m.node, Kind::object)) {
      for (std::string_view key : {"content", "parts", "tool_calls"}) {
        const auto list = doc_.member(m.node, key);
        if (!list) continue;
        if (!doc_.is(*list, Kind::array) && !(key != "tool_calls" && doc_.is(*list, Kind::string))) continue;
        lists.push_back(*list);
        keys.push_back(key);
      }
    }
    if (lists.empty()) {
      Writer w(doc_);
      w.block(m.node, text_type(m.index));
      add(w, Section::messages, m.index, false, m.node, at);
      return;
    }
    Writer head(doc_);
    head.members(m.node, lists, "");
    add(head, Section::messages, m.index, true, m.node, at);
    for (std::size_t i = 0; i < lists.size(); ++i)
      list_or_text(lists[i], Section::messages, m.index, at + '/' + std::string(keys[i]));
  }

  // A last text that relocation wrote, and its message's head if it is all there is of it.
  void drop_tail() {
    if (out_.empty() || out_.back().section != Section::messages || out_.back().head) return;
    const NodeId node = out_.back().node;
    std::optional<NodeId> text = doc_.is(node, Kind::string) ? std::optional(node) : doc_.member(node, "text");
    if (!text || !doc_.is(*text, Kind::string)) return;
    const std::string value = doc_.string(*text);
    if (!value.starts_with(tail_lead) || !value.ends_with(']')) return;
    out_.pop_back();
    if (!out_.empty() && out_.back().head) out_.pop_back();
  }

  const Conversation& c_;
  const json::Document& doc_;
  std::string list_;  // pointer of the list of messages
  Projection out_;
};

}  // namespace

Projection project(const Conversation& conversation) {
  return Projector(conversation).run();
}

std::optional<Difference> first_difference(const Projection& a, const Projection& b) {
  std::size_t i = 0;
  while (i < a.size() && i < b.size() && a[i].digest == b[i].digest && a[i].section == b[i].section) ++i;
  if (i == a.size()) return std::nullopt;
  const ProjectedBlock& at = i < b.size() ? b[i] : a[i];
  Difference difference{i, at.pointer, at.section};
  for (std::size_t k = i; k < b.size(); ++k) difference.rewritten += b[k].bytes;
  return difference;
}

}  // namespace headroom::messages
