#include "messages/texts_changed.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace headroom::messages {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;

// The nodes of leaves that stand in the body as strings and stay strings, ascending.
std::vector<NodeId> text_nodes(const Conversation& c) {
  std::vector<NodeId> out;
  out.reserve(c.leaves.size());
  for (const Leaf& leaf : c.leaves) {
    if (leaf.part != Part::json_value && c.doc.is(leaf.node, Kind::string)) out.push_back(leaf.node);
  }
  std::ranges::sort(out);
  return out;
}

bool lists_tools(const Conversation& c, NodeId list) {
  return c.tools && *c.tools <= list && list < c.doc.end_of(*c.tools) && c.doc.is(list, Kind::array);
}

// The value of this kind that begins the text: its size in bytes. A list of tools lies a few levels deep, so that what
// is this shallow is nowhere too deep for a reader.
std::optional<std::size_t> value_size(std::string_view text, Kind kind) {
  constexpr json::Limits shallow{.depth = 16};
  const auto doc = Document::parse_prefix(text, shallow);
  if (!doc || !doc->is(0, kind)) return std::nullopt;
  return (*doc)[0].end();
}

// The request and the result, read side by side from their beginnings.
class SideBySide {
 public:
  SideBySide(std::string_view before, std::string_view after) : before_(before), after_(after) {}

  // Equal bytes up to this place of the request.
  bool equal_to(std::size_t place) {
    const std::size_t n = place - at_;
    if (place < at_ || after_.substr(0, n) != before_.substr(at_, n)) return false;
    at_ = place;
    after_.remove_prefix(n);
    return true;
  }

  // A string of the request, and any string of the result.
  bool string_until(std::size_t end) {
    const auto size = value_size(after_, Kind::string);
    if (!size) return false;
    after_.remove_prefix(*size);
    at_ = end;
    return true;
  }

  // Objects behind the last element of an array.
  bool more_objects(bool empty) {
    for (bool first = empty; after_.starts_with(first ? '{' : ','); first = false) {
      if (!first) after_.remove_prefix(1);
      const auto size = value_size(after_, Kind::object);
      if (!size) return false;
      after_.remove_prefix(*size);
    }
    return true;
  }

  bool at_ends() const { return after_ == before_.substr(at_); }

 private:
  std::string_view before_, after_;  // after_: what was not read yet
  std::size_t at_ = 0;               // in before_
};

// Where the result may differ.
struct Place {
  std::size_t begin, end;  // of the string; both where an array has more elements
  bool appends = false, empty = false;
};

Place end_of_elements(const Document& doc, NodeId list) {
  std::size_t at = doc[list].begin() + std::size_t{1};
  bool empty = true;
  for (const NodeId e : doc.elements(list)) at = doc[e].end(), empty = false;
  return {at, at, true, empty};
}

std::optional<std::vector<Place>> places(const Conversation& c, const Plan& plan) {
  if (!plan.left.empty() || !plan.followed.empty()) return std::nullopt;
  std::vector<Place> out;
  out.reserve(plan.changed.size() + plan.appended.size());
  for (const NodeId list : plan.appended) {
    if (!lists_tools(c, list)) return std::nullopt;
    out.push_back(end_of_elements(c.doc, list));
  }
  const std::vector<NodeId> texts = text_nodes(c);
  if (!std::ranges::includes(texts, plan.changed)) return std::nullopt;
  for (const NodeId node : plan.changed) out.push_back({c.doc[node].begin(), c.doc[node].end()});
  std::ranges::sort(out, {}, &Place::begin);
  return out;
}

}  // namespace

bool only_texts_changed(const Conversation& before, std::string_view after, const Plan& plan) {
  const auto where = places(before, plan);
  if (!where) return false;
  SideBySide both(before.doc.text(), after);
  for (const Place& place : *where) {
    if (!both.equal_to(place.begin)) return false;
    if (place.appends ? !both.more_objects(place.empty) : !both.string_until(place.end)) return false;
  }
  return both.at_ends();
}

}  // namespace headroom::messages
