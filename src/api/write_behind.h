// Work that an answer need not wait for, in order, on threads that the owner of a core lends.
//
//   add(26'000, put the original)   ->   true, and the answer goes out; the original is stored a moment later
//
// What waits is bounded: beyond that the caller does its work itself, so that a slow disk slows its own callers down
// and nothing grows. Who needs the work done (a handle is looked up, the process ends) finishes it first. Thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

namespace headroom::api {

class WriteBehind {
 public:
  using Job = std::move_only_function<void()>;
  // Runs a job soon, on another thread, or drops it: then the work waits for finish().
  using Lend = std::function<void(Job)>;

  // `lend` empty: every caller does its work itself. Must not be asked once this is gone.
  WriteBehind(Lend lend, std::size_t most_bytes) : lend_(std::move(lend)), most_bytes_(most_bytes) {}
  ~WriteBehind() { finish(); }

  // `bytes`: what the job holds. False: it was not taken, and is as it was.
  bool add(std::size_t bytes, Job& job);
  // Does what waits, and waits for what is being done.
  void finish();
  bool waits();

 private:
  struct Waiting {
    std::size_t bytes;
    Job job;
  };

  const Lend lend_;
  const std::size_t most_bytes_;
  std::mutex running_;  // one job at a time, in order; taken before `mutex_`
  std::mutex mutex_;
  std::deque<Waiting> waiting_;
  std::size_t bytes_ = 0;
  bool asked_ = false;  // a thread was asked for, and has not done all yet
};

}  // namespace headroom::api
