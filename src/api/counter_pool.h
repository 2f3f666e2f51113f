// Token counters, lent to one call at a time.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "tokens/counter.h"

namespace headroom::api {

// Counters hold large tables of recent words, so they are made once and kept. Thread-safe.
class CounterPool {
 public:
  class Lease {
   public:
    explicit Lease(CounterPool& pool) : pool_(pool), counters_(pool.take()) {}
    ~Lease() { pool_.give(std::move(counters_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    tokens::Witnesses& operator*() { return *counters_; }

   private:
    CounterPool& pool_;
    std::unique_ptr<tokens::Witnesses> counters_;
  };

  // Counters on loan keep theirs and come back later.
  void renew() {
    const std::scoped_lock lock(mutex_);
    for (auto& counters : free_) counters = std::make_unique<tokens::Witnesses>();
  }

 private:
  std::unique_ptr<tokens::Witnesses> take() {
    {
      const std::scoped_lock lock(mutex_);
      if (!free_.empty()) {
        auto last = std::move(free_.back());
        free_.pop_back();
        return last;
      }
    }
    return std::make_unique<tokens::Witnesses>();
  }
  void give(std::unique_ptr<tokens::Witnesses> counters) {
    const std::scoped_lock lock(mutex_);
    free_.push_back(std::move(counters));
  }
  std::mutex mutex_;
  std::vector<std::unique_ptr<tokens::Witnesses>> free_;
};

}  // namespace headroom::api
