// One loop thread: connections, their upstreams, the exchanges in flight; and the service that gives each request its
// handler.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <thread>

#include "http/client.h"
#include "http/connection.h"
#include "http/loop.h"
#include "proxy/app.h"

namespace headroom::proxy {

class Exchange;

class Worker final : public http::Service {
 public:
  explicit Worker(App& app);
  ~Worker() override;

  App& app() { return app_; }
  http::Loop& loop() { return loop_; }
  http::Client& client() { return client_; }

  void start();
  void stop();  // and waits for its thread
  // From any thread: a connection, with what was read of it.
  void adopt(http::Socket socket, http::Peer peer, std::string first);
  // From any thread: no new requests; connections end with the request at hand, those between requests at once.
  void drain();
  // From any thread: what is still in flight is told and ended.
  void cut_off();
  // Exchanges and connections in flight.
  std::size_t busy() const { return busy_.load(std::memory_order_relaxed); }

  std::shared_ptr<http::Handler> on_request(http::Connection& connection, http::Head head) override;
  std::string refuse(const http::BadHead& bad) override;
  void opened(http::Connection& connection) override;
  void closed(http::Connection& connection) override;

  void entered(Exchange* exchange);
  void left(Exchange* exchange);
  // Waits for room among the bodies in flight.
  void wait_for_room(std::weak_ptr<Exchange> exchange);
  void room_again();

 private:
  void count_refusal(std::string_view gate);

  App& app_;
  http::Loop loop_;
  http::Client client_;
  std::set<http::Connection*> connections_;
  std::set<Exchange*> exchanges_;
  std::deque<std::weak_ptr<Exchange>> waiting_;
  std::atomic<std::size_t> busy_{0};
  std::thread thread_;
};

}  // namespace headroom::proxy
