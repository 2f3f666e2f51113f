// Names to addresses, on threads of its own: the system's resolver blocks.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/address.h"
#include "http/loop.h"

namespace headroom::http {

class Resolver {
 public:
  using Answer = std::move_only_function<void(std::vector<Address>)>;  // empty: no such name

  ~Resolver();
  // The answer comes on `loop`, later. Threads are started with the first question.
  void resolve(Loop& loop, std::string host, std::uint16_t port, Answer answer);

 private:
  struct Question {
    Loop* loop;
    std::string host;
    std::uint16_t port;
    Answer answer;
  };
  void work();

  static constexpr std::size_t most_threads = 2;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Question> questions_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool done_ = false;
};

}  // namespace headroom::http
