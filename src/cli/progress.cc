#include "cli/progress.h"

#include <chrono>

#include "cli/io.h"

namespace headroom::cli {

Progress::Progress(const Context& context, std::size_t bytes) {
  constexpr std::size_t never_slow = 1 << 20;  // a megabyte takes far less than a second
  if (bytes < never_slow || !is_terminal(context.err)) return;
  label_ = std::to_string(bytes >> 20) + " MiB";
  thread_ = std::thread([this, fd = context.err] { run(fd); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    done_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

// How far the work is cannot be known from outside: the bar moves to and fro, beside the seconds.
void Progress::run(int fd) {
  using namespace std::chrono_literals;
  constexpr int width = 24, block = 6;
  std::unique_lock lock(mutex_);
  if (wake_.wait_for(lock, 1s, [this] { return done_; })) return;
  for (int tick = 0;; ++tick) {
    const int span = width - block, phase = tick % (2 * span);
    const int at = phase < span ? phase : 2 * span - phase;
    std::string line = "\rheadroom: [" + std::string(static_cast<std::size_t>(at), ' ') + std::string(block, '=') +
                       std::string(static_cast<std::size_t>(span - at), ' ') + "] " + label_ + ", " +
                       std::to_string(1 + tick / 8) + " s";
    static_cast<void>(write_all(fd, {line}));
    if (wake_.wait_for(lock, 125ms, [this] { return done_; })) break;
  }
  static_cast<void>(write_all(fd, {"\r\x1b[K"}));
}

}  // namespace headroom::cli
