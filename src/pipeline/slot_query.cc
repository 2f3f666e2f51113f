#include "pipeline/slot_query.h"

#include <vector>

#include "json/document.h"

namespace headroom::pipeline {

std::string scalar_arguments(std::string_view arguments) {
  const auto doc = json::Document::parse(arguments);
  if (!doc) return std::string(arguments);
  std::string out;
  const auto add = [&](std::string_view s) { out.append(out.empty() ? "" : "\n").append(s); };
  // Values only: a key is followed by its value, so keys of objects are found by walking the members.
  const auto walk = [&](const auto& self, json::NodeId id) -> void {
    switch ((*doc)[id].kind()) {
      case json::Kind::object:
        for (json::Member m : doc->members(id)) self(self, m.value);
        break;
      case json::Kind::array:
        for (json::NodeId e : doc->elements(id)) self(self, e);
        break;
      case json::Kind::string:
        add(doc->string(id));
        break;
      case json::Kind::number:
        add(doc->raw(id));
        break;
      default:
        break;
    }
  };
  walk(walk, 0);
  return out;
}

search::Query query_of(const messages::Conversation& c, std::size_t leaf) {
  std::string user, arguments;
  for (std::size_t i = leaf; i-- > 0;) {
    if (c.leaves[i].role != messages::Role::user) continue;
    user = messages::text_of(c, c.leaves[i]);
    break;
  }
  const messages::Leaf& l = c.leaves[leaf];
  if (l.call >= 0) arguments = scalar_arguments(c.calls[static_cast<std::size_t>(l.call)].arguments);
  std::vector<search::QueryText> texts;
  if (!user.empty()) texts.push_back({user, 1});
  if (!arguments.empty()) texts.push_back({arguments, 2});
  return search::Query::parse(texts);
}

}  // namespace headroom::pipeline
