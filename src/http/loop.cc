#include "http/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace headroom::http {
namespace {

constexpr std::chrono::milliseconds tick_every{100};

}  // namespace

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  now_ = std::chrono::steady_clock::now();
  next_tick_ = now_ + tick_every;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;  // the wake-up
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
}

void Loop::clear() {
  // What dies may retire, bury and post in turn: each round ends what the one before left.
  for (int i = 0; i < 8; ++i) {
    for (auto posted = take_posted(); posted;) posted = std::move(posted->next);  // one by one: a chain may be long
    touched_.clear();
    const auto timers = std::exchange(timers_, {});
    const auto dead = std::exchange(graveyard_, {});
    const auto watchers = std::exchange(watchers_, {});
  }
}

Loop::~Loop() {
  clear();
  ::close(wake_);
  ::close(epoll_);
}

void Loop::post(std::unique_ptr<Note> note) noexcept {
  bool wake = false;
  {
    const std::scoped_lock lock(mutex_);
    Note* const added = note.get();
    (last_posted_ ? last_posted_->next : posted_) = std::move(note);
    last_posted_ = added;
    wake = !std::exchange(woken_, true);
  }
  if (wake) {
    const std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);  // fails only if it is full, and then it wakes anyway
  }
}

void Loop::stop() {
  post([this] { stopped_ = true; });
}

void Loop::control(int operation, int fd, Watcher* watcher, std::uint32_t interest) {
  epoll_event event{};
  event.events = (interest & reads ? EPOLLIN | EPOLLRDHUP : 0u) | (interest & writes ? EPOLLOUT : 0u);
  event.data.ptr = watcher;
  ::epoll_ctl(epoll_, operation, fd, &event);
}
void Loop::add(int fd, Watcher* watcher, std::uint32_t interest) {
  control(EPOLL_CTL_ADD, fd, watcher, interest);
}
void Loop::change(int fd, Watcher* watcher, std::uint32_t interest) {
  control(EPOLL_CTL_MOD, fd, watcher, interest);
}
void Loop::remove(int fd) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

void Loop::retire(Watcher* watcher) {
  const auto at = watchers_.find(watcher);
  if (at == watchers_.end()) return;
  if (watcher->touched_) std::erase(touched_, watcher);
  graveyard_.push_back(std::move(at->second));
  watchers_.erase(at);
}

void Loop::touch(Watcher* watcher) {
  if (!std::exchange(watcher->touched_, true)) touched_.push_back(watcher);
}

// What the callback left to be done: flushes, then the dead.
void Loop::settle() {
  while (!touched_.empty()) {
    Watcher* const watcher = touched_.back();
    touched_.pop_back();
    watcher->touched_ = false;
    watcher->after();
  }
}

std::unique_ptr<Loop::Note> Loop::take_posted() {
  const std::scoped_lock lock(mutex_);
  last_posted_ = nullptr;
  return std::move(posted_);
}

void Loop::run_posted() {
  {
    const std::scoped_lock lock(mutex_);
    std::uint64_t count = 0;
    (void)!::read(wake_, &count, sizeof count);
    woken_ = false;
  }
  for (auto note = take_posted(); note; note = std::move(note->next)) {
    note->work();
    settle();
  }
}

void Loop::tick() {
  next_tick_ = now_ + tick_every;
  while (!timers_.empty() && timers_.begin()->first <= now_) {
    auto node = timers_.extract(timers_.begin());
    node.mapped()();
    settle();
  }
  std::vector<Watcher*> all;
  all.reserve(watchers_.size());
  for (const auto& [watcher, owner] : watchers_) all.push_back(watcher);
  for (Watcher* const watcher : all) {
    if (!watchers_.contains(watcher)) continue;  // gone by another's tick
    watcher->tick(now_);
    settle();
  }
}

void Loop::run() {
  std::array<epoll_event, 128> events;
  while (!stopped_) {
    const bool idle = watchers_.empty() && timers_.empty();
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next_tick_ - std::chrono::steady_clock::now());
    const int timeout = idle ? -1 : static_cast<int>(std::max<std::int64_t>(wait.count(), 0));
    const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout);
    now_ = std::chrono::steady_clock::now();
    for (int i = 0; i < n; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      auto* const watcher = static_cast<Watcher*>(event.data.ptr);
      if (!watcher) {
        run_posted();
        continue;
      }
      if (!watchers_.contains(watcher)) continue;  // retired by an event of this batch
      watcher->ready(event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR),
                     event.events & (EPOLLOUT | EPOLLHUP | EPOLLERR));
      settle();
    }
    if (now_ >= next_tick_) tick();
    // The dead may hold others, which die in turn.
    while (!graveyard_.empty()) {
      const auto dead = std::exchange(graveyard_, {});
    }
  }
}

}  // namespace headroom::http
