// Handles are twelve digits: who asks for one after another must not get far. A caller has twenty misses in a minute;
// then it is told to wait, whether its next handle exists or not.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace headroom::store {

inline constexpr std::size_t most_misses = 20;
inline constexpr std::chrono::seconds misses_window{60};

class Misses {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit Misses(std::function<Time()> now = {}) : now_(std::move(now)) {}

  bool may_ask(std::string_view caller) {
    const std::scoped_lock lock(mutex_);
    const auto at = callers_.find(caller);
    return at == callers_.end() || (drop_old(at->second), at->second.size() < most_misses);
  }
  void missed(std::string_view caller) {
    const std::scoped_lock lock(mutex_);
    constexpr std::size_t most_callers = 10'000;  // those long silent go first, when there are too many
    if (callers_.size() >= most_callers) {
      for (auto at = callers_.begin(); at != callers_.end();) {
        drop_old(at->second);
        at = at->second.empty() ? callers_.erase(at) : std::next(at);
      }
    }
    auto& times = callers_[std::string(caller)];
    drop_old(times);
    if (times.size() < most_misses) times.push_back(now());
  }

 private:
  Time now() const { return now_ ? now_() : std::chrono::steady_clock::now(); }
  void drop_old(std::deque<Time>& times) const {
    while (!times.empty() && times.front() + misses_window <= now()) times.pop_front();
  }

  const std::function<Time()> now_;
  std::mutex mutex_;
  std::map<std::string, std::deque<Time>, std::less<>> callers_;
};

}  // namespace headroom::store
