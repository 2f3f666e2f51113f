// Does the result still say what the request said, but for what was meant to change? It is read again, unless nothing
// but texts changed (texts_changed.h).
//
// What must hold: the same bytes wherever no change was planned; the same messages in order, but for those that left,
// with the same ids, roles and names; each call with its result where it had one; the first user message still first.
// Otherwise the request goes out as it came. O(body).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/conversation.h"

namespace headroom::messages {

// Messages [first, last], by index, that left; one user message with a text stands in their place, or none does.
struct LeftRun {
  int first, last;
  bool replaced = true;
};

// What the edits were meant to change, by nodes of the request, in any order.
struct Plan {
  std::vector<json::NodeId> changed;        // values (and keys) that may be anything now
  std::vector<json::NodeId> appended;       // arrays and objects that may have more elements or members at their end
  std::vector<LeftRun> left;                // ascending
  std::vector<json::NodeId> followed = {};  // elements of arrays after which one more stands now
};

// nullopt if all of it holds; else which part does not, for the log.
std::optional<std::string> violation(const Conversation& before, std::string_view after, Plan plan);

// The same, and the result is read whatever changed: what the shorter proof is tested against.
std::optional<std::string> violation_by_reading(const Conversation& before, std::string_view after, Plan plan);

// What replacing this leaf may change.
void plan_leaf(const Conversation& conversation, const Leaf& leaf, Plan& plan);

}  // namespace headroom::messages
