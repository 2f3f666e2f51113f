// Renewals gathered: a request carries many handles, and most were carried by the request before. Written together, 5 s
// after the first, or at the 256th.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <span>

#include "store/policy.h"
#include "store/store.h"

namespace headroom::store {

inline constexpr std::chrono::seconds renewals_wait{5};
inline constexpr std::size_t renewals_together = 256;
// While a backend is out of reach they are held, not without end.
inline constexpr std::size_t most_renewals = 4096;

class Renewals {
 public:
  void note(Handle handle, Clock::time_point now) {
    if (pending_.empty()) since_ = now;
    if (pending_.size() < most_renewals || pending_.contains(handle)) pending_[handle] = now;
  }
  // Also when the clock was set back.
  bool due(Clock::time_point now) const {
    if (pending_.empty()) return false;
    return pending_.size() >= renewals_together || now - since_ >= renewals_wait || now < since_;
  }
  // When it was carried since it was last written, if it was.
  std::optional<Clock::time_point> carried(Handle handle) const {
    const auto at = pending_.find(handle);
    return at == pending_.end() ? std::nullopt : std::optional(at->second);
  }
  const std::map<Handle, Clock::time_point>& pending() const { return pending_; }
  void clear() { pending_.clear(); }
  void forget(Handle handle) { pending_.erase(handle); }

 private:
  std::map<Handle, Clock::time_point> pending_;
  Clock::time_point since_;
};

}  // namespace headroom::store
