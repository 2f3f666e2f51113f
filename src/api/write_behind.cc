#include "api/write_behind.h"

#include <exception>
#include <utility>

namespace headroom::api {

bool WriteBehind::add(std::size_t bytes, Job& job) {
  if (!lend_) return false;
  bool ask = false;
  {
    const std::scoped_lock lock(mutex_);
    if (bytes_ + bytes > most_bytes_) return false;
    waiting_.push_back({bytes, std::move(job)});
    bytes_ += bytes;
    ask = !std::exchange(asked_, true);
  }
  if (ask) lend_([this] { finish(); });
  return true;
}

bool WriteBehind::waits() {
  const std::scoped_lock lock(mutex_);
  return bytes_ > 0;
}

void WriteBehind::finish() {
  const std::scoped_lock running(running_);
  for (;;) {
    Waiting next;
    {
      const std::scoped_lock lock(mutex_);
      // Only now: what is added while this thread works needs no second one, which would but wait for it.
      if (waiting_.empty()) {
        asked_ = false;
        return;
      }
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    try {
      next.job();
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
      // Memory at its end: nobody waits for this work, and what it would have kept is in hand elsewhere.
    }
    next.job = nullptr;
    const std::scoped_lock lock(mutex_);
    bytes_ -= next.bytes;
  }
}

}  // namespace headroom::api
