#include "relay/turn.h"

#include <utility>

namespace headroom::relay {

std::vector<Trace> Turn::take() {
  hidden_ = 0;
  std::vector<Trace> now = std::exchange(pending_, {});
  if (mode_ != TraceMode::never) return now;
  return {};
}

std::vector<Trace> Turn::client_call() {
  ++client_calls_;
  if (mode_ == TraceMode::never) dropped_ += static_cast<int>(pending_.size() - hidden_);
  tracing_ = true;
  return take();
}

std::vector<Trace> Turn::other_block(bool thinking, std::size_t steps) {
  std::vector<Trace> now;
  thinking_ |= thinking;
  if (thinking && hidden_ > 0) {
    // Calls of this round wait on: it may yet be hidden itself.
    tracing_ = true;
    const auto own = pending_.begin() + static_cast<std::ptrdiff_t>(hidden_);
    std::vector<Trace> round(std::make_move_iterator(own), std::make_move_iterator(pending_.end()));
    pending_.erase(own, pending_.end());
    now = take();
    pending_ = std::move(round);
  }
  text(steps);
  return now;
}

std::vector<Trace> Turn::own_call(Call call, std::size_t at) {
  pending_.push_back({call, at, 0, false, false});
  own_.push_back(std::move(call));
  if (client_calls_ == 0) return {};
  if (mode_ == TraceMode::never) ++dropped_;
  return take();
}

void Turn::text(std::size_t bytes) {
  for (Trace& t : pending_) t.back += bytes;
}

std::vector<Trace> Turn::hidden_round() {
  if (!pending_.empty()) pending_.back().end = true;
  tracing_ |= thinking_ || mode_ == TraceMode::always;
  hidden_ = pending_.size();
  own_.clear();
  client_calls_ = 0;
  thinking_ = false;
  ++rounds_;
  return tracing_ ? take() : std::vector<Trace>();
}

void Turn::drop_round() {
  pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(hidden_), pending_.end());
  own_.clear();
}

}  // namespace headroom::relay
