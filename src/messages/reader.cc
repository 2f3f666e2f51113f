#include "messages/reader.h"

#include <algorithm>

namespace headroom::messages {

using json::Kind;
using json::NodeId;

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

std::optional<NodeId> Reader::member(NodeId object, std::string_view key, Kind kind) {
  const auto value = member(object, key);
  return value && doc_.is(*value, kind) ? value : std::nullopt;
}

std::string Reader::text(NodeId object, std::string_view key) {
  const auto value = member(object, key, Kind::string);
  return value ? doc_.string(*value) : std::string();
}

bool Reader::flag(NodeId object, std::string_view key) {
  return member(object, key, Kind::true_).has_value();
}

bool Reader::is_given(NodeId object, std::string_view key) {
  const auto value = member(object, key);
  return value && !doc_.is(*value, Kind::null);
}

bool Reader::has_citations(NodeId part) {
  for (const std::string_view key : {"citations", "annotations"}) {
    const auto list = member(part, key);
    if (!list || doc_.is(*list, Kind::null) || doc_.is(*list, Kind::false_)) continue;
    const bool empty = doc_.is(*list, Kind::array) && doc_.count(*list) == 0;
    const bool off = doc_.is(*list, Kind::object) && member(*list, "enabled", Kind::false_);
    if (!empty && !off) return true;
  }
  return false;
}

void Reader::message(NodeId node, Role role) {
  message_ = c_.message_count++;
  c_.message_list.push_back({node, role, message_});
}

void Reader::call(std::string id, std::string name, std::string arguments) {
  if (!id.empty()) call_of_id_.insert_or_assign(id, static_cast<int>(c_.calls.size()));
  c_.calls.push_back({std::move(id), std::move(name), std::move(arguments), message_});
}

void Reader::begin_result(NodeId node, std::string id, int call, bool error) {
  result_ = static_cast<int>(c_.results.size());
  c_.results.push_back({node, message_, std::move(id), call, error, static_cast<int>(c_.leaves.size())});
  if (call >= 0) {
    Call& made = c_.calls[static_cast<std::size_t>(call)];
    if (made.result < 0) made.result = result_;
  }
}

void Reader::leaf(NodeId node, Role role, Part part, std::string pointer, NodeId holder) {
  Leaf leaf{node, message_, role, -1, false, std::move(pointer), part, result_, holder};
  if (result_ >= 0) {
    Result& result = c_.results[static_cast<std::size_t>(result_)];
    leaf.call = result.call;
    leaf.error = result.error;
    ++result.leaves;
  }
  c_.leaves.push_back(std::move(leaf));
}

void Reader::content(NodeId node, std::initializer_list<std::string_view> types, Role role,
                     const std::string& pointer) {
  const bool of_result = result_ >= 0;
  if (doc_.is(node, Kind::string)) {
    leaf(node, role, of_result ? Part::result_string : Part::content_string, pointer);
    return;
  }
  if (!doc_.is(node, Kind::array)) return;
  int i = 0;
  for (NodeId part : doc_.elements(node)) {
    const std::string at = pointer + '/' + std::to_string(i++);
    if (std::ranges::find(types, text(part, "type")) == types.end() || has_citations(part)) continue;
    if (const auto value = member(part, "text", Kind::string))
      leaf(*value, role, of_result ? Part::result_text : Part::text_part, at + "/text");
  }
}

void Reader::image(NodeId part, NodeId data, std::string pointer, std::string_view text_before, bool low_detail) {
  Image image{part, data, message_, -1, result_ >= 0, low_detail, false, std::move(pointer), text_before};
  image.marked = is_given(part, "cache_control");
  if (result_ >= 0) image.call = c_.results[static_cast<std::size_t>(result_)].call;
  c_.images.push_back(std::move(image));
}

int Reader::find_call(std::string_view id) const {
  const auto found = call_of_id_.find(id);
  return found == call_of_id_.end() ? -1 : found->second;
}

void Reader::tool(std::string_view name, std::optional<NodeId> schema) {
  c_.has_tools = true;
  if (!schema || !is_our_tool(name)) return;
  const auto properties = member(*schema, "properties");
  c_.has_our_tool |= properties && member(*properties, "hash");
}

void Reader::finish() {
  std::vector<bool> has_text(c_.message_list.size());
  for (const Leaf& leaf : c_.leaves) {
    if (leaf.message >= 0 && leaf.role == Role::user) has_text[static_cast<std::size_t>(leaf.message)] = true;
  }
  for (const Result& result : c_.results) {
    const auto at = static_cast<std::size_t>(result.message);
    if (!has_text[at] && c_.message_list[at].role == Role::user) c_.message_list[at].role = Role::tool;
  }
  for (std::size_t i = 0; i < c_.message_list.size(); ++i) {
    const bool last = i + 1 == c_.message_list.size();
    if (c_.message_list[i].role == Role::assistant) continue;
    if (!last && c_.message_list[i + 1].role != Role::assistant) continue;
    c_.message_list[i].boundary = true;
    c_.boundaries.push_back(static_cast<int>(i));
  }
  c_.may_call_tools =
      c_.tool_choice == ToolChoice::free || (c_.tool_choice == ToolChoice::limited && c_.our_tool_allowed);
}

bool is_our_tool(std::string_view name) {
  constexpr std::string_view ours = "headroom_retrieve";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; };
  if (name.size() < ours.size() || !std::equal(name.end() - ours.size(), name.end(), ours.begin(), same)) return false;
  const std::string_view before = name.substr(0, name.size() - ours.size());
  constexpr std::string_view mcp = "mcp_";
  if (before.empty() || before.ends_with("__")) return true;
  return before.size() > mcp.size() && before.ends_with('_') &&
         std::equal(mcp.begin(), mcp.end(), before.begin(), [&](char a, char b) { return same(b, a); });
}

std::string pointer_token(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~' || c == '/') {
      out += c == '~' ? "~0" : "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string pointer_of(const json::Document& doc, NodeId value) {
  std::string out;
  for (NodeId at = 0, next = 0; at != value; at = next) {
    const auto holds = [&](NodeId child) { return value >= child && value < doc.end_of(child); };
    if (doc.is(at, Kind::object)) {
      for (json::Member m : doc.members(at)) {
        if (!holds(m.value)) continue;
        out += '/' + pointer_token(doc.string(m.key));
        next = m.value;
      }
    } else if (doc.is(at, Kind::array)) {
      std::size_t i = 0;
      for (NodeId e : doc.elements(at)) {
        if (holds(e)) out += '/' + std::to_string(i), next = e;
        ++i;
      }
    }
    if (next == at) break;  // a key: it has no pointer
  }
  return out;
}

bool find_list(Reader& reader, std::string_view key, std::string& base) {
  Conversation& c = reader.conversation();
  if (c.doc.is(0, Kind::array)) return c.messages = 0, true;
  const auto list = reader.member(c.root, key, Kind::array);
  if (!list) return false;
  c.messages = *list;
  base += '/';
  base += key;
  return true;
}

}  // namespace headroom::messages
