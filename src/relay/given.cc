#include "relay/given.h"

#include "messages/conversation.h"

namespace headroom::relay {

std::vector<GivenAnswer> given_answers(std::string_view request, Wire wire) {
  std::vector<GivenAnswer> found;
  const auto format = messages::parse_format(to_string(wire));
  if (!format) return found;
  const auto conversation = messages::read(request, format);
  if (!conversation) return found;
  for (const messages::Leaf& leaf : conversation->leaves) {
    if (leaf.call < 0 || leaf.role != messages::Role::tool) continue;
    const messages::Call& call = conversation->calls[static_cast<std::size_t>(leaf.call)];
    if (is_our_tool(call.name)) found.push_back({leaf.message, call.arguments, conversation->doc.string(leaf.node)});
  }
  return found;
}

void given_in(std::string_view request, Wire wire, Answers& answers) {
  for (const GivenAnswer& a : given_answers(request, wire)) answers.given(a.arguments, a.text);
}

}  // namespace headroom::relay
