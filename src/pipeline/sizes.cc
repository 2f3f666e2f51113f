#include "pipeline/sizes.h"

#include <algorithm>

#include "pipeline/left_runs.h"

namespace headroom::pipeline {

using tokens::ContentClass;

Size Sizes::of(Tokens n, ContentClass k) const {
  const tokens::Factor& f = money_.model->factor(k);
  return {f.estimate(n).value, f.at_most(n).value};
}

ContentClass Sizes::class_of(const Standing& s, std::size_t leaf) const {
  if (s.leaves[leaf].code) return ContentClass::code;
  return c_.leaves[leaf].role == messages::Role::tool ? ContentClass::data : ContentClass::prose;
}

// What belongs to no message, the system prompt, is counted with the fixed part.
void Sizes::add(Standing& s, int message, Size size) const {
  if (message < 0) return;
  s.sizes[static_cast<std::size_t>(message)] += size;
  s.total += size;
}

void Sizes::add_call(Standing& s, std::size_t call) const {
  add(s, c_.calls[call].message, of(s.calls[call], ContentClass::data));
}

// In the model's own tokens already.
void Sizes::add_image(Standing& s, std::size_t image) const {
  add(s, c_.images[image].message, {s.images[image].value, s.images[image].value});
}

void Sizes::add_leaf(Standing& s, std::size_t leaf) const {
  add(s, c_.leaves[leaf].message, of(s.leaves[leaf].now(), class_of(s, leaf)));
}

void Sizes::measure(Standing& s) const {
  std::fill(s.sizes.begin(), s.sizes.end(), Size{});
  s.total = {};
  const std::vector<bool> gone = gone_messages(c_, s);
  const auto stays = [&](int message) { return message < 0 || !gone[static_cast<std::size_t>(message)]; };
  for (std::size_t k = 0; k < s.calls.size(); ++k) {
    if (stays(c_.calls[k].message)) add_call(s, k);
  }
  for (std::size_t i = 0; i < s.images.size(); ++i) {
    if (stays(c_.images[i].message)) add_image(s, i);
  }
  for (std::size_t i = 0; i < s.leaves.size(); ++i) add_leaf(s, i);
  for (const LeftRun& run : left_runs(s)) add(s, run.first, of(ruler_.count(run.text), ContentClass::prose));
}

Size Sizes::whole(const Standing& s) const {
  Size n = of(money_.fixed, ContentClass::data);
  return n += s.total;
}

std::vector<bool> gone_messages(const messages::Conversation& conversation, const Standing& s) {
  std::vector<bool> gone(conversation.message_list.size());
  for (const Left& l : s.left) {
    if (!l.content) std::fill(gone.begin() + l.unit.first, gone.begin() + l.unit.end, true);
  }
  return gone;
}

}  // namespace headroom::pipeline
