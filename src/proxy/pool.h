// Threads that rewrite, at a lower priority than those that move bytes. Small jobs go first: a large body must not make
// a small one wait, and waiting costs it little.
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
  static constexpr std::size_t small = 64 << 10;

  explicit Pool(unsigned threads) : most_(threads == 0 ? 1 : threads) {}
  ~Pool() { stop(); }
  // Drops what waits, and waits for what runs.
  void stop();
  // `size`: of what it works on. Threads are started as they are needed.
  void submit(std::size_t size, Job job);
  std::size_t waiting() const;
  // Jobs that ended in an exception.
  std::uint64_t failed() const { return failed_.load(std::memory_order_relaxed); }

 private:
  void work();

  const unsigned most_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> small_, large_;
  std::vector<std::thread> threads_;
  unsigned idle_ = 0;
  bool done_ = false;
  std::atomic<std::uint64_t> failed_{0};
};

}  // namespace headroom::proxy
