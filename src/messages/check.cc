#include "messages/check.h"

#include <algorithm>

#include "messages/texts_changed.h"

namespace headroom::messages {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;

// Two documents side by side. Depth is bounded by the parser.
class Comparison {
 public:
  Comparison(const Conversation& before, const Document& after, const Plan& plan)
      : before_(before), a_(before.doc), b_(after), plan_(plan) {}

  bool same(NodeId x, NodeId y) const {
    if (std::ranges::binary_search(plan_.changed, x)) return true;
    if (a_[x].kind() != b_[y].kind()) return false;
    // What is equal byte for byte needs no look inside; most of a body is.
    if (!touched(x)) return a_.raw(x) == b_.raw(y);
    switch (a_[x].kind()) {
      case Kind::object:
        return same_members(x, y);
      case Kind::array:
        return x == before_.messages && !plan_.left.empty() ? same_messages(x, y) : same_elements(x, y);
      default:
        return a_.raw(x) == b_.raw(y);
    }
  }

 private:
  // Something in the subtree was meant to change.
  bool touched(NodeId x) const {
    const auto inside = [&](const std::vector<NodeId>& nodes) {
      const auto first = std::ranges::lower_bound(nodes, x);
      return first != nodes.end() && *first < a_.end_of(x);
    };
    const bool holds_list = x <= before_.messages && before_.messages < a_.end_of(x);
    return inside(plan_.changed) || inside(plan_.appended) || inside(plan_.followed) ||
           (holds_list && !plan_.left.empty());
  }

  bool same_members(NodeId x, NodeId y) const {
    NodeId p = Document::first_child(x), q = Document::first_child(y);
    while (p != a_.end_of(x) && q != b_.end_of(y)) {
      if (!same(p, q) || !same(p + 1, q + 1)) return false;  // a key, its value
      p = a_.end_of(p + 1);
      q = b_.end_of(q + 1);
    }
    return p == a_.end_of(x) && (q == b_.end_of(y) || std::ranges::binary_search(plan_.appended, x));
  }

  bool same_elements(NodeId x, NodeId y) const {
    NodeId p = Document::first_child(x), q = Document::first_child(y);
    while (p != a_.end_of(x) && q != b_.end_of(y)) {
      if (!same(p, q)) return false;
      q = b_.end_of(q);
      if (std::ranges::binary_search(plan_.followed, p)) {
        if (q == b_.end_of(y)) return false;
        q = b_.end_of(q);
      }
      p = a_.end_of(p);
    }
    return p == a_.end_of(x) && (q == b_.end_of(y) || std::ranges::binary_search(plan_.appended, x));
  }

  // Runs that left are one message each.
  bool same_messages(NodeId x, NodeId y) const {
    NodeId p = Document::first_child(x), q = Document::first_child(y);
    auto run = plan_.left.begin();
    int index = 0;
    while (p != a_.end_of(x) && (q != b_.end_of(y) || run != plan_.left.end())) {
      if (run != plan_.left.end() && index == run->first) {
        if (run->replaced && (q == b_.end_of(y) || !is_user_message(q))) return false;
        for (; index <= run->last && p != a_.end_of(x); ++index) p = a_.end_of(p);
        if (!(run++)->replaced) continue;
      } else {
        if (q == b_.end_of(y)) return false;
        if (!same(p, q)) return false;
        p = a_.end_of(p);
        ++index;
      }
      q = b_.end_of(q);
    }
    return p == a_.end_of(x) && run == plan_.left.end() &&
           (q == b_.end_of(y) || std::ranges::binary_search(plan_.appended, x));
  }

  bool is_user_message(NodeId y) const {
    const auto role = b_.member(y, "role");
    return role && b_.string_is(*role, "user");
  }

  const Conversation& before_;
  const Document &a_, &b_;
  const Plan& plan_;
};

class Left {
 public:
  explicit Left(const std::vector<LeftRun>& runs) : runs_(runs) {}
  bool has(int message) const {
    return std::ranges::any_of(runs_, [&](const LeftRun& r) { return message >= r.first && message <= r.last; });
  }

 private:
  const std::vector<LeftRun>& runs_;
};

// Calls and results leave together.
bool pairs_hold(const Conversation& c, const Left& left) {
  for (const Result& r : c.results) {
    if (r.call >= 0 && left.has(r.message) != left.has(c.calls[static_cast<std::size_t>(r.call)].message)) return false;
  }
  return true;
}

bool first_user_stays(const Conversation& c, const Left& left) {
  for (const Message& m : c.message_list) {
    if (m.role == Role::user) return !left.has(m.index);
  }
  return true;
}

// Every call that stayed, in order, with its id, name and whether it has a result.
std::optional<std::string> calls_hold(const Conversation& a, const Conversation& b, const Left& left) {
  std::size_t k = 0;
  for (const Call& call : a.calls) {
    if (left.has(call.message)) continue;
    if (k == b.calls.size()) return "a call is missing";
    const Call& now = b.calls[k++];
    if (now.id != call.id || now.name != call.name) return "a call has another id or name";
    if ((now.result >= 0) != (call.result >= 0)) return "a call lost its result";
  }
  if (k != b.calls.size()) return "there is a call that was not there";
  return std::nullopt;
}

std::optional<std::string> results_hold(const Conversation& a, const Conversation& b, const Left& left) {
  std::size_t k = 0;
  for (const Result& r : a.results) {
    if (left.has(r.message)) continue;
    if (k == b.results.size()) return "a result is missing";
    const Result& now = b.results[k++];
    if (now.id != r.id || now.error != r.error) return "a result has another id or flag";
  }
  if (k != b.results.size()) return "there is a result that was not there";
  return std::nullopt;
}

int messages_left(const Plan& plan) {
  int n = 0;
  for (const LeftRun& r : plan.left) n += r.last - r.first + !r.replaced;
  return n;
}

void sort_nodes(Plan& plan) {
  std::ranges::sort(plan.changed);
  std::ranges::sort(plan.appended);
  std::ranges::sort(plan.followed);
}

// The nodes of the plan are sorted.
std::optional<std::string> wrong_as_read(const Conversation& before, std::string_view after, const Plan& plan) {
  const auto now = read(after, before.format);
  if (!now) return "the result does not read: " + now.error().message;
  if (!Comparison(before, now->doc, plan).same(0, 0)) return "bytes changed that were not meant to";
  const int messages = before.message_count - messages_left(plan);
  const bool grows = std::ranges::binary_search(plan.appended, before.messages);
  if (now->message_count != messages && !(grows && now->message_count > messages)) return "the number of messages";
  const Left left(plan.left);
  if (!pairs_hold(before, left)) return "a call left without its result, or a result without its call";
  if (!first_user_stays(before, left)) return "the first user message left";
  if (auto wrong = calls_hold(before, *now, left)) return wrong;
  return results_hold(before, *now, left);
}

}  // namespace

std::optional<std::string> violation(const Conversation& before, std::string_view after, Plan plan) {
  sort_nodes(plan);
  if (only_texts_changed(before, after, plan)) return std::nullopt;
  return wrong_as_read(before, after, plan);
}

std::optional<std::string> violation_by_reading(const Conversation& before, std::string_view after, Plan plan) {
  sort_nodes(plan);
  return wrong_as_read(before, after, plan);
}

void plan_leaf(const Conversation& c, const Leaf& leaf, Plan& plan) {
  if (leaf.part == Part::json_value) {
    if (c.format == Format::converse) plan.changed.push_back(leaf.node - 1);  // its key
    if (leaf.holder != 0) {
      if (const auto type = c.doc.member(leaf.holder, "type")) plan.changed.push_back(*type);
    }
  }
  plan.changed.push_back(leaf.node);
}

}  // namespace headroom::messages
