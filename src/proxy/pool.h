// Threads that rewrite, at a lower priority than those that move bytes. Small jobs go first: a large body must not make
// a small one wait, and waiting costs it little; but none waits for ever.
//
// Huge bodies take turns: while one is rewritten it holds a few times its bytes, and it takes seconds. At most
// `most_huge` bytes of them are worked on at once (a larger one alone), and one thread is always left for the others.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace headroom::proxy {

class Pool {
 public:
  using Job = std::move_only_function<void()>;
  enum class Place : std::uint8_t { back, front };
  static constexpr std::size_t small = 64 << 10, huge = 8 << 20, most_huge = 32 << 20;

  explicit Pool(unsigned threads) : most_(threads == 0 ? 1 : threads) {}
  ~Pool() { stop(); }
  // Drops what waits, and waits for what runs.
  void stop();
  // `size`: of what it works on. `front`: before what waits of its kind, for what holds memory until it is done.
  // Threads are started as they are needed.
  void submit(std::size_t size, Job job, Place place = Place::back);
  // Only if a thread is idle now, or can be started, and nothing waits for it; else false, and the job is gone.
  bool lend(Job job);
  // More waits than there are idle threads: who was lent one gives it back soon.
  bool is_wanted() const;
  std::size_t waiting() const;
  // Jobs that ended in an exception.
  std::uint64_t failed() const { return failed_.load(std::memory_order_relaxed); }

 private:
  struct Waiting {
    std::size_t size;
    Job job;
  };
  using Queue = std::deque<Waiting>;

  void add(Queue& queue, Waiting job, Place place);
  void work();
  Queue* next(bool turned);  // null: there is nothing that may begin now
  std::size_t queued() const { return small_.size() + large_.size() + huge_.size(); }

  const unsigned most_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Queue small_, large_, huge_;
  std::size_t huge_bytes_ = 0;  // of those that run
  unsigned huge_running_ = 0, taken_ = 0;
  std::vector<std::thread> threads_;
  unsigned idle_ = 0;
  bool done_ = false;
  std::atomic<std::uint64_t> failed_{0};
};

}  // namespace headroom::proxy
