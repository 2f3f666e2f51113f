#include "pipeline/side_by_side.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

namespace headroom::pipeline {
namespace {

constexpr std::size_t most_lent_bytes = std::size_t{256} << 10;  // of a text: some 40 ms

// Shared with threads that may come when all is done: they touch nothing of the request then.
class Work : public std::enable_shared_from_this<Work> {
 public:
  using Make = std::function<void(const Placing&, std::size_t)>;

  Work(const Placing& placing, const std::vector<std::size_t>& leaves, const Make& make)
      : placing_(placing), make_(make), idle_(*placing.services.idle) {
    for (const std::size_t leaf : leaves) {
      decode(leaf);
      (placing.texts[leaf].size() > most_lent_bytes ? large_ : shared_).push_back(leaf);
    }
  }

  void run() {
    const Closing closing(*this);  // whatever happens: the request's memory is used until then
    for (const std::size_t leaf : large_) {
      ask_for_help();
      make_(placing_, leaf);
    }
    for (std::size_t k; (k = take()) < shared_.size();) {
      ask_for_help();
      make_(placing_, shared_[k]);
    }
  }

 private:
  struct Closing {
    explicit Closing(Work& w) : work(w) {}
    ~Closing() {
      std::unique_lock lock(work.mutex_);
      work.closed_ = true;
      work.next_ = work.shared_.size();
      work.left_.wait(lock, [this] { return work.inside_ == 0; });
    }
    Work& work;
  };

  // Goes with the job, wherever that ends: done, dropped or refused.
  class Helper {
   public:
    explicit Helper(std::shared_ptr<Work> work) : work_(std::move(work)) { ++work_->helpers_; }
    ~Helper() {
      if (work_) --work_->helpers_;
    }
    Helper(Helper&&) = default;
    Helper& operator=(Helper&&) = delete;
    void help(tokens::Witnesses& counters) const { work_->help(counters); }

   private:
    std::shared_ptr<Work> work_;
  };

  // Here, so that others only read.
  void decode(std::size_t leaf) const {
    (void)placing_.texts[leaf];
    if (const std::int32_t user = placing_.user_before[leaf]; user >= 0)
      (void)placing_.texts[static_cast<std::size_t>(user)];
  }

  std::size_t take() { return next_.fetch_add(1, std::memory_order_relaxed); }

  // Of idle threads, as many as there are texts left for.
  void ask_for_help() {
    for (unsigned asked = 0; asked < most_helpers; ++asked) {
      if (helpers_ >= most_helpers || next_ + helpers_ >= shared_.size()) return;
      try {
        if (!idle_.lend([one = Helper(shared_from_this())](tokens::Witnesses& counters) { one.help(counters); }))
          return;
      } catch (const std::exception&) {
        return;  // no memory, or no thread to be had: the work is done without
      }
    }
  }

  void help(tokens::Witnesses& counters) {
    {
      const std::scoped_lock lock(mutex_);
      if (closed_) return;
      ++inside_;
    }
    try {
      Placing mine = placing_;
      mine.counters = &counters;
      for (std::size_t k; !idle_.wanted() && (k = take()) < shared_.size();) make_(mine, shared_[k]);
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
      // Memory at its end: the text is left to the caller.
    }
    const std::scoped_lock lock(mutex_);
    --inside_;
    left_.notify_all();
  }

  const Placing& placing_;
  const Make& make_;
  const IdleThreads& idle_;
  std::vector<std::size_t> large_, shared_;
  std::atomic<std::size_t> next_{0};  // of those shared
  std::atomic<unsigned> helpers_{0};  // asked for, and not gone yet
  std::mutex mutex_;
  std::condition_variable left_;
  unsigned inside_ = 0;
  bool closed_ = false;
};

}  // namespace

void side_by_side(const Placing& placing, const std::vector<std::size_t>& leaves, const Work::Make& make) {
  if (placing.services.idle && leaves.size() > 1) {
    std::make_shared<Work>(placing, leaves, make)->run();
    return;
  }
  for (const std::size_t leaf : leaves) make(placing, leaf);
}

}  // namespace headroom::pipeline
