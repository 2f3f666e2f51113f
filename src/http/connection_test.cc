#include "http/connection.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace headroom::http {
namespace {

std::pair<int, int> pair_of_sockets() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {ends[0], ends[1]};
}

// What a socket takes in pieces as a connection writes them, until its peer reads.
std::size_t capacity() {
  const auto [here, there] = pair_of_sockets();
  const std::string bytes(4 << 20, 'x');
  std::size_t taken = 0;
  for (::ssize_t n; (n = ::write(here, bytes.data(), bytes.size() - taken)) > 0;) taken += static_cast<std::size_t>(n);
  ::close(here);
  ::close(there);
  return taken;
}

struct Calls : Handler {
  std::function<void()> body, writable;
  void on_body(std::string_view) override { body(); }
  void on_body_end() override {}
  void on_writable() override { writable(); }
  void on_gone() override {}
};

struct OneHandler : Service {
  std::shared_ptr<Handler> handler;
  std::function<void(Connection&)> opened_request;
  std::shared_ptr<Handler> on_request(Connection& connection, Head) override {
    opened_request(connection);
    return handler;
  }
  std::string refuse(const BadHead&) override { return {}; }
};

// A client that reads while its own bytes are handled, between two of the connection's writes: who waits for room must
// hear of it all the same, since no event of the poll will tell.
TEST(Connection, TellsOfRoomThatIsMadeBetweenTwoWrites) {
  const auto [ours, theirs] = pair_of_sockets();
  const std::string reply(capacity() + (100 << 10), 'r');
  OneHandler service;  // before the loop, whose end tells it of the connection's
  Loop loop;
  auto handler = std::make_shared<Calls>();
  service.handler = handler;
  Connection* connection = nullptr;
  std::size_t waited = 0;
  bool told = false;
  handler->body = [&, client = theirs] {
    waited = connection->unsent();
    std::string sink(1 << 20, ' ');
    while (::read(client, sink.data(), sink.size()) > 0) {
    }
  };
  handler->writable = [&] {
    told = true;
    loop.stop();
  };
  service.opened_request = [&](Connection& c) {
    connection = &c;
    c.pause(true);  // what comes of the body stays with the connection
    loop.post([&] {
      c.send(reply);
      c.pause(false);
    });
  };
  constexpr std::string_view request = "POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 4\r\n\r\nbo";
  ASSERT_EQ(::write(theirs, request.data(), request.size()), static_cast<::ssize_t>(request.size()));
  Connection::open(loop, service, Socket(ours), {}, {});
  loop.at(std::chrono::steady_clock::now() + std::chrono::seconds(3), [&] { loop.stop(); });
  loop.run();
  EXPECT_GT(waited, Connection::low_mark);
  EXPECT_TRUE(told);
  ::close(theirs);
}

}  // namespace
}  // namespace headroom::http
