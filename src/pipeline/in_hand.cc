#include "pipeline/in_hand.h"

#include <utility>

namespace headroom::pipeline {

InHand::InHand(std::string_view body, std::string_view format, store::WorkspaceKey key)
    : body_(body), format_(format), key_(std::move(key)) {}

void InHand::add(std::string content, store::Source source) {
  added_.emplace_back(std::move(content), std::move(source));
  if (read_) take(conversation_->leaves.size() + added_.size() - 1, added_.back().first);
}

void InHand::take(std::size_t leaf, std::string_view content) {
  leaf_of_.try_emplace(store::handle_of(key_, content).value, leaf);
}

void InHand::index() {
  if (std::exchange(read_, true)) return;
  leaf_of_.clear();
  if (!conversation_) {
    auto conversation = messages::read(body_, messages::parse_format(format_));
    conversation_ = conversation ? std::move(*conversation) : messages::Conversation();
  }
  const auto& leaves = conversation_->leaves;
  std::string buffer;
  for (std::size_t i = 0; i < leaves.size(); ++i) take(i, messages::text_of(*conversation_, leaves[i], buffer));
  for (std::size_t i = 0; i < added_.size(); ++i) take(leaves.size() + i, added_[i].first);
}

std::string_view InHand::content(std::size_t leaf) {
  if (const auto known = decoded_.find(leaf); known != decoded_.end()) return known->second;
  std::string buffer;
  const std::string_view text = messages::text_of(*conversation_, conversation_->leaves[leaf], buffer);
  if (text.data() != buffer.data()) return text;
  return decoded_.emplace(leaf, std::move(buffer)).first->second;
}

std::optional<InHand::Original> InHand::find(store::Handle handle) {
  index();
  if (more_ && !leaf_of_.contains(handle.value)) {
    for (LeftOriginal& o : std::exchange(more_, nullptr)()) add(std::move(o.content), std::move(o.source));
  }
  const auto at = leaf_of_.find(handle.value);
  if (at == leaf_of_.end()) return std::nullopt;
  const auto& leaves = conversation_->leaves;
  if (at->second >= leaves.size()) {
    const auto& [text, source] = added_[at->second - leaves.size()];
    return Original{text, source};
  }
  Original original{content(at->second), {}};
  if (const int call = leaves[at->second].call; call >= 0) {
    const messages::Call& c = conversation_->calls[static_cast<std::size_t>(call)];
    original.source = {c.name, c.arguments};
  }
  return original;
}

Located locate(store::Handle handle, InHand* in_hand, const std::function<Result<store::Store*>()>& store) {
  Located located;
  if (in_hand != nullptr) {
    if (auto found = in_hand->find(handle)) {
      located.where = Located::Where::in_hand;
      located.content = found->content;
      located.source = std::move(found->source);
      return located;
    }
  }
  if (!store) return located;
  const auto opened = store();
  auto found = opened ? (*opened)->get(handle) : Result<store::Found>(std::unexpected(opened.error()));
  if (!found) {
    located.where = Located::Where::unreachable;
    located.error = found.error();
  } else if (found->status == store::Status::live && found->entry) {
    located.where = Located::Where::store;
    located.entry = std::move(found->entry);
    located.content = located.entry->content;
    located.source = located.entry->source;
  } else if (found->status == store::Status::expired) {
    located.where = Located::Where::gone;
    located.hint = std::move(found->hint);
  }
  return located;
}

}  // namespace headroom::pipeline
