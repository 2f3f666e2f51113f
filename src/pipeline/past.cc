#include "pipeline/past.h"

namespace headroom::pipeline {

std::string_view Texts::operator[](std::size_t leaf) {
  if (!have_[leaf]) {
    views_[leaf] = messages::text_of(c_, c_.leaves[leaf], owned_[leaf]);
    have_[leaf] = true;
  }
  return views_[leaf];
}

std::string_view Texts::look(std::size_t leaf, std::string& buffer) const {
  return have_[leaf] ? views_[leaf] : messages::text_of(c_, c_.leaves[leaf], buffer);
}

void Texts::drop(std::size_t leaf) {
  have_[leaf] = false;
  std::string().swap(owned_[leaf]);
}

history::Role role_of(messages::Role role) {
  switch (role) {
    case messages::Role::system:
      return history::Role::system;
    case messages::Role::user:
      return history::Role::user;
    case messages::Role::assistant:
      return history::Role::assistant;
    case messages::Role::tool:
      return history::Role::tool;
  }
  return history::Role::user;
}

history::Past past_without_texts(const messages::Conversation& c, const std::vector<Tokens>& tokens,
                                 const std::vector<bool>& errors, const std::vector<bool>& slots) {
  history::Past past;
  past.messages.reserve(c.message_list.size());
  for (const messages::Message& m : c.message_list) past.messages.push_back({role_of(m.role), m.boundary});
  past.calls.reserve(c.calls.size());
  for (const messages::Call& call : c.calls) past.calls.push_back({call.name, call.arguments, call.message});
  past.blocks.reserve(c.leaves.size());
  for (std::size_t i = 0; i < c.leaves.size(); ++i) {
    const messages::Leaf& leaf = c.leaves[i];
    past.blocks.push_back({leaf.message,
                           leaf.call,
                           role_of(leaf.role),
                           {},
                           i < tokens.size() ? tokens[i] : Tokens(),
                           i < errors.size() ? bool(errors[i]) : leaf.error,
                           i < slots.size() && slots[i]});
  }
  return past;
}

std::string render_unit(history::Past& past, const history::Unit& unit, const Texts& texts) {
  const auto [first, end] = history::within(past.blocks, unit.first, unit.end);
  std::vector<std::string> buffers(end - first);
  for (std::size_t i = first; i < end; ++i) past.blocks[i].text = texts.look(i, buffers[i - first]);
  std::string rendered = history::render(past, unit);
  for (std::size_t i = first; i < end; ++i) past.blocks[i].text = {};
  return rendered;
}

}  // namespace headroom::pipeline
