// One thread's event loop over epoll: descriptors, work posted from other threads, and a tick for deadlines.
//
//   Loop loop; loop.own(std::make_unique<Listener>(...)); std::jthread t([&] { loop.run(); }); loop.post([] {...});
//
// Level-triggered, so that a watcher reads what it wants and no more. What a callback writes is flushed once, when the
// callback is over (`after`). Watchers are owned here and die between callbacks, never inside one. Deadlines are looked
// at every tenth of a second: none of ours is finer. Linux only; docs/decisions/0014 says why not a library.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace headroom::http {

using Time = std::chrono::steady_clock::time_point;

class Loop {
 public:
  class Watcher {
   public:
    virtual ~Watcher() = default;
    virtual void ready(bool readable, bool writable) = 0;
    virtual void after() {}             // of touch(), when the callback at hand is over
    virtual void tick(Time /*now*/) {}  // ten times a second

   private:
    friend class Loop;
    bool touched_ = false;
  };
  using Work = std::move_only_function<void()>;
  // Work that is posted later, made where memory may run out without harm: to post it takes none.
  struct Note {
    Work work;
    std::unique_ptr<Note> next;
  };

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // From any thread.
  void post(Work work) { post(note(std::move(work))); }
  void post(std::unique_ptr<Note> note) noexcept;
  static std::unique_ptr<Note> note(Work work) { return std::make_unique<Note>(std::move(work), nullptr); }
  void stop();

  // The rest is for the loop's own thread.
  void run();
  Time now() const { return now_; }

  template <class W>
  W* own(std::unique_ptr<W> watcher) {
    W* const raw = watcher.get();
    watchers_.emplace(raw, std::move(watcher));
    return raw;
  }
  // It dies after the callback at hand; no callback reaches it any more.
  void retire(Watcher* watcher);
  // The same for anything that may be in use in the callback at hand.
  void bury(std::shared_ptr<void> thing) { graveyard_.push_back(std::move(thing)); }
  void touch(Watcher* watcher);

  static constexpr std::uint32_t reads = 1, writes = 2;
  void add(int fd, Watcher* watcher, std::uint32_t interest);
  void change(int fd, Watcher* watcher, std::uint32_t interest);
  void remove(int fd);

  // Ends all watchers and work, on any thread once run() is over: before what they refer to goes.
  void clear();

  // Once, at or after that time, to a tenth of a second.
  void at(Time time, Work work) { timers_.emplace(time, std::move(work)); }
  std::size_t size() const { return watchers_.size(); }

 private:
  void control(int operation, int fd, Watcher* watcher, std::uint32_t interest);
  std::unique_ptr<Note> take_posted();
  void run_posted();
  void settle();
  void tick();

  int epoll_ = -1, wake_ = -1;
  bool stopped_ = false;
  Time now_, next_tick_;
  std::unordered_map<Watcher*, std::shared_ptr<Watcher>> watchers_;
  std::vector<Watcher*> touched_;
  std::vector<std::shared_ptr<void>> graveyard_;
  std::multimap<Time, Work> timers_;

  std::mutex mutex_;  // of what other threads touch
  std::unique_ptr<Note> posted_;
  Note* last_posted_ = nullptr;
  bool woken_ = false;
};

}  // namespace headroom::http
