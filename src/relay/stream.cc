#include "relay/stream.h"

#include "relay/usage.h"

namespace headroom::relay {

std::string StreamState::total(std::string_view round_usage) const {
  return earlier_usage_.empty() ? std::string(round_usage) : sum_usage(earlier_usage_, round_usage);
}

void StreamState::count_round(std::string_view round_usage) {
  if (!round_usage.empty()) earlier_usage_ = total(round_usage);
}

std::int64_t StreamState::place_of(std::int64_t index) {
  if (shifted_) return next_index_++;
  if (index >= 0 && index < most_index) next_index_ = index + 1;
  return index;
}

}  // namespace headroom::relay
