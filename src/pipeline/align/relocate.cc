#include "pipeline/align/relocate.h"

#include <algorithm>

#include "json/strings.h"
#include "messages/edit.h"
#include "messages/projection.h"
#include "pipeline/align/volatile.h"

namespace headroom::pipeline {
namespace {

using json::Kind;
using json::NodeId;
using messages::Conversation;
using messages::Format;
using messages::Role;

constexpr std::size_t max_values = 16;
constexpr Tokens max_tail{512};
constexpr std::string_view moved_lead = "[moved ";

// A system text: index of its leaf, and what it becomes.
struct Text {
  std::size_t leaf;
  std::string before, after;
};

std::vector<Text> system_texts(const Conversation& c) {
  std::vector<Text> out;
  for (const std::size_t i : system_leaves(c)) out.push_back({i, messages::text_of(c, c.leaves[i]), ""});
  return out;
}

bool is_wanted(Volatile kind, Relocate which) {
  return which == Relocate::all || (kind == Volatile::date) == (which == Relocate::dates);
}

// Fills in `after`; the values in the order of their numbers, none if nothing moves.
std::vector<std::string> move_values(std::vector<Text>& texts, Relocate which) {
  std::vector<std::string> values;
  if (which == Relocate::off) return values;
  for (Text& t : texts) {
    if (t.before.find(moved_lead) != std::string::npos) return {};
    std::size_t kept = 0;
    for (const VolatileValue& v : volatile_values(t.before)) {
      if (!is_wanted(v.kind, which)) continue;
      const std::string value = t.before.substr(v.begin, v.end - v.begin);
      std::size_t number = static_cast<std::size_t>(std::ranges::find(values, value) - values.begin());
      if (number == values.size()) values.push_back(value);
      if (values.size() > max_values) return {};
      t.after.append(t.before, kept, v.begin - kept).append(moved_lead).append(std::to_string(number + 1)).append("]");
      kept = v.end;
    }
    t.after.append(t.before, kept);
  }
  return values;
}

std::string tail_of(const std::vector<std::string>& values) {
  std::string out(messages::tail_lead);
  for (std::size_t i = 0; i < values.size(); ++i)
    out.append(i > 0 ? "; " : "").append(std::to_string(i + 1)).append(" = ").append(values[i]);
  return out + "]";
}

// How the text stands as a part of a content.
std::string part_of(Format format, std::string_view text) {
  const bool typed = format == Format::anthropic;
  return (typed ? R"({"type":"text","text":)" : R"({"text":)") + json::quote(text) + "}";
}

// As a message of its own, of the role that the system text has.
std::string message_of(const Conversation& c, const messages::Leaf& source, std::string_view text) {
  std::string role = c.format == Format::responses ? "developer" : "system";
  if (source.message >= 0) {
    const auto named = c.doc.member(c.message_list[static_cast<std::size_t>(source.message)].node, "role");
    if (named && c.doc.is(*named, Kind::string)) role = c.doc.string(*named);
  }
  return R"({"role":)" + json::quote(role) + R"(,"content":)" + json::quote(text) + "}";
}

class Tail {
 public:
  Tail(const Conversation& c, Relocation& out) : c_(c), doc_(c.doc), out_(out) {}

  // False if there is no place for it.
  bool place(const messages::Leaf& source) {
    switch (c_.format) {
      case Format::anthropic:
        return in_last_user_message("content");
      case Format::converse:
        return in_last_user_message("content");
      case Format::gemini:
        return in_last_user_message("parts");
      case Format::openai:
      case Format::responses:
      case Format::vercel:
        break;
    }
    return as_message(message_of(c_, source, out_.tail));
  }

 private:
  bool append(NodeId list, const std::string& value) {
    std::size_t at = 0;
    for (NodeId e : doc_.elements(list)) at = doc_[e].end();
    if (at == 0) return false;  // an empty list: nothing was said
    out_.edits.push_back({at, 0, "," + value});
    out_.plan.appended.push_back(list);
    out_.changes.push_back({messages::pointer_of(doc_, list) + "/-", -1, "", value});
    return true;
  }

  // A string becomes a list of a part with that string, as it was written, and one more.
  void wrap(NodeId string, std::string_view before, const std::string& value) {
    const json::Node node = doc_[string];
    out_.edits.push_back({node.begin(), 0, "[" + std::string(before)});
    out_.edits.push_back({node.end(), 0, "}," + value + "]"});
    out_.plan.changed.push_back(string);
    out_.changes.push_back({messages::pointer_of(doc_, string), -1, "",
                            "[" + std::string(before) + std::string(doc_.raw(string)) + "}," + value + "]"});
  }

  bool in_last_user_message(std::string_view key) {
    for (auto m = c_.message_list.rbegin(); m != c_.message_list.rend(); ++m) {
      if (m->role != Role::user && m->role != Role::tool) continue;
      const auto content = doc_.member(m->node, key);
      if (!content) return false;
      const std::string part = part_of(c_.format, out_.tail);
      if (doc_.is(*content, Kind::array)) return append(*content, part);
      if (c_.format != Format::anthropic || !doc_.is(*content, Kind::string) || doc_.string_raw(*content).empty())
        return false;
      wrap(*content, R"({"type":"text","text":)", part);
      return true;
    }
    return false;
  }

  bool as_message(const std::string& message) {
    if (doc_.is(c_.messages, Kind::array)) return append(c_.messages, message);
    if (doc_.string_raw(c_.messages).empty()) return false;
    wrap(c_.messages, R"({"role":"user","content":)", message);
    out_.plan.appended.push_back(c_.messages);
    return true;
  }

  const Conversation& c_;
  const json::Document& doc_;
  Relocation& out_;
};

}  // namespace

std::vector<std::size_t> system_leaves(const Conversation& c) {
  int first_other = c.message_count;  // the first message that is not the system's
  for (const messages::Message& m : c.message_list) {
    if (m.role == Role::system) continue;
    first_other = m.index;
    break;
  }
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < c.leaves.size(); ++i) {
    if (c.leaves[i].role == Role::system && c.leaves[i].message < first_other) out.push_back(i);
  }
  return out;
}

std::optional<Relocation> relocate(const Conversation& c, Relocate which, tokens::Counter& ruler) {
  std::vector<Text> texts = system_texts(c);
  const std::vector<std::string> values = move_values(texts, which);
  if (values.empty()) return std::nullopt;
  Relocation out;
  out.tail = tail_of(values);
  out.tokens = ruler.count(out.tail);
  if (out.tokens > max_tail) return std::nullopt;
  const auto source = std::ranges::find_if(texts, [](const Text& t) { return t.before != t.after; });
  if (!Tail(c, out).place(c.leaves[source->leaf])) return std::nullopt;
  for (const Text& t : texts) {
    if (t.before == t.after) continue;
    const messages::Leaf& leaf = c.leaves[t.leaf];
    messages::Replacement now = messages::replace_leaf(c, leaf, t.after);
    out.edits.insert(out.edits.end(), now.edits.begin(), now.edits.end());
    out.changes.push_back({std::move(now.pointer), leaf.message, t.after, ""});
    messages::plan_leaf(c, leaf, out.plan);
    out.tokens += ruler.count(t.after) - ruler.count(t.before);
  }
  return out;
}

std::vector<std::string> settled_system(const Conversation& c, Relocate which, tokens::Counter& ruler) {
  std::vector<Text> texts = system_texts(c);
  const bool moves = relocate(c, which, ruler).has_value();
  if (moves) move_values(texts, which);
  std::vector<std::string> out;
  for (Text& t : texts) out.push_back(moves ? std::move(t.after) : std::move(t.before));
  return out;
}

}  // namespace headroom::pipeline
