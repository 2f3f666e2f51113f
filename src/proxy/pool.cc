#include "proxy/pool.h"

#include <sys/resource.h>
#include <unistd.h>

#include <exception>

namespace headroom::proxy {

void Pool::stop() {
  {
    const std::scoped_lock lock(mutex_);
    done_ = true;
    small_.clear();
    large_.clear();
  }
  wake_.notify_all();
  for (std::thread& t : threads_) t.join();
  threads_.clear();
}

void Pool::submit(std::size_t size, Job job) {
  {
    const std::scoped_lock lock(mutex_);
    (size <= small ? small_ : large_).push_back(std::move(job));
    const std::size_t queued = small_.size() + large_.size();
    if (done_) return;
    if (queued > idle_ && threads_.size() < most_) threads_.emplace_back([this] { work(); });
  }
  wake_.notify_one();
}

std::size_t Pool::waiting() const {
  const std::scoped_lock lock(mutex_);
  return small_.size() + large_.size();
}

void Pool::work() {
  // Of this thread alone (Linux): the kernel lets those that move bytes go first.
  constexpr int lower = 5;
  const auto self = static_cast<id_t>(::gettid());
  ::setpriority(PRIO_PROCESS, self, ::getpriority(PRIO_PROCESS, self) + lower);  // than whoever started the process
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    wake_.wait(lock, [this] { return done_ || !small_.empty() || !large_.empty(); });
    --idle_;
    if (done_) return;
    std::deque<Job>& queue = small_.empty() ? large_ : small_;
    Job job = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    try {
      job();
    } catch (const std::exception&) {
      // Memory at its end, outside of what each job catches for itself: the others go on.
      failed_.fetch_add(1, std::memory_order_relaxed);
    }
    job = nullptr;  // what it held is freed without the lock
    lock.lock();
  }
}

}  // namespace headroom::proxy
