#include "http/resolver.h"

#include <netdb.h>

#include <cstring>
#include <utility>

namespace headroom::http {

Resolver::~Resolver() {
  {
    const std::scoped_lock lock(mutex_);
    done_ = true;
    questions_.clear();
  }
  wake_.notify_all();
  for (std::thread& t : threads_) t.join();
}

void Resolver::resolve(Loop& loop, std::string host, std::uint16_t port, Answer answer) {
  const std::scoped_lock lock(mutex_);
  questions_.push_back({&loop, std::move(host), port, std::move(answer)});
  if (idle_ == 0 && threads_.size() < most_threads) threads_.emplace_back([this] { work(); });
  wake_.notify_one();
}

void Resolver::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    wake_.wait(lock, [this] { return done_ || !questions_.empty(); });
    --idle_;
    if (done_) return;
    Question q = std::move(questions_.front());
    questions_.pop_front();
    lock.unlock();
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    std::vector<Address> addresses;
    if (::getaddrinfo(q.host.c_str(), std::to_string(q.port).c_str(), &hints, &found) == 0) {
      for (const addrinfo* a = found; a && addresses.size() < 8; a = a->ai_next) {
        Address address;
        std::memcpy(&address.storage, a->ai_addr, a->ai_addrlen);
        address.size = a->ai_addrlen;
        addresses.push_back(address);
      }
      ::freeaddrinfo(found);
    }
    lock.lock();
    if (done_) return;
    q.loop->post(
        [answer = std::move(q.answer), addresses = std::move(addresses)]() mutable { answer(std::move(addresses)); });
  }
}

}  // namespace headroom::http
