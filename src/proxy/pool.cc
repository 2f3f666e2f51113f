#include "proxy/pool.h"

#include <sys/resource.h>
#include <unistd.h>

#include <exception>
#include <utility>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace headroom::proxy {

void Pool::stop() {
  Queue dropped[3];  // freed without the lock
  {
    const std::scoped_lock lock(mutex_);
    done_ = true;
    dropped[0].swap(small_);
    dropped[1].swap(large_);
    dropped[2].swap(huge_);
  }
  wake_.notify_all();
  for (std::thread& t : threads_) t.join();
  threads_.clear();
}

void Pool::submit(std::size_t size, Job job, Place place) {
  {
    const std::scoped_lock lock(mutex_);
    if (done_) return;
    add(size <= small ? small_ : size <= huge ? large_ : huge_, {size, std::move(job)}, place);
  }
  wake_.notify_one();
}

void Pool::add(Queue& queue, Waiting job, Place place) {
  queue.insert(place == Place::front ? queue.begin() : queue.end(), std::move(job));
  if (queued() > idle_ && threads_.size() < most_) threads_.emplace_back([this] { work(); });
}

bool Pool::lend(Job job) {
  {
    const std::scoped_lock lock(mutex_);
    if (done_ || queued() >= idle_ + (most_ - threads_.size())) return false;
    add(large_, {small + 1, std::move(job)}, Place::back);
  }
  wake_.notify_one();
  return true;
}

bool Pool::is_wanted() const {
  const std::scoped_lock lock(mutex_);
  return queued() > idle_ + (most_ - threads_.size());
}

std::size_t Pool::waiting() const {
  const std::scoped_lock lock(mutex_);
  return queued();
}

Pool::Queue* Pool::next(bool turned) {
  const bool room = huge_running_ == 0 ||
                    (huge_running_ + 1 < most_ && !huge_.empty() && huge_bytes_ + huge_.front().size <= most_huge);
  Queue* order[] = {&small_, &large_, room ? &huge_ : nullptr};
  if (turned) std::swap(order[0], order[2]);
  for (Queue* const queue : order) {
    if (queue && !queue->empty()) return queue;
  }
  return nullptr;
}

void Pool::work() {
  // Of this thread alone (Linux): the kernel lets those that move bytes go first.
  constexpr int lower = 5;
  constexpr unsigned turned_each = 17;
  const auto self = static_cast<id_t>(::gettid());
  ::setpriority(PRIO_PROCESS, self, ::getpriority(PRIO_PROCESS, self) + lower);  // than whoever started the process
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    wake_.wait(lock, [this] { return done_ || next(false); });
    --idle_;
    if (done_) return;
    Queue& queue = *next(++taken_ % turned_each == 0);
    Waiting now = std::move(queue.front());
    queue.pop_front();
    const bool is_huge = now.size > huge;
    if (is_huge) huge_bytes_ += now.size, ++huge_running_;
    lock.unlock();
    try {
      now.job();
    } catch (const std::exception&) {
      // Memory at its end, outside of what each job catches for itself: the others go on.
      failed_.fetch_add(1, std::memory_order_relaxed);
    }
    now.job = nullptr;  // what it held is freed without the lock
#ifdef __GLIBC__
    // Small pieces of it, all over: the allocator would keep them as long as the process has anything to do.
    if (is_huge) ::malloc_trim(0);
#endif
    lock.lock();
    if (is_huge) {
      huge_bytes_ -= now.size, --huge_running_;
      if (!huge_.empty()) wake_.notify_one();
    }
  }
}

}  // namespace headroom::proxy
