// A bar on stderr for what takes over a second, on a terminal only; nothing is shown, and no thread started, otherwise.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "cli/context.h"

namespace headroom::cli {

class Progress {
 public:
  Progress(const Context& context, std::size_t bytes);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  void run(int fd);
  std::string label_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace headroom::cli
