// Any bytes from a client, over a real socket and in any pieces: no request is answered twice or not at all, nothing is
// told to a handler that is gone, and the replies do not depend on how the bytes were cut.
//
// The first byte seeds the pieces. What a handler does is told by its request's target: its length modulo six.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/connection.h"

namespace {

namespace http = headroom::http;

void require(bool good) {
  if (!good) std::abort();
}

enum class Way : std::uint8_t { at_end, later, paused, early, abort, tunnel };

struct Log {
  int requests = 0, told_gone = 0, open = 0;
  bool alike = true;  // no handler whose answer may depend on what has come so far
};

class Handler final : public http::Handler, public std::enable_shared_from_this<Handler> {
 public:
  Handler(http::Connection& connection, http::Head head, Log& log)
      : connection_(&connection),
        loop_(connection.loop()),
        head_(std::move(head)),
        way_(static_cast<Way>(head_.target().size() % 6)),
        log_(log) {}

  // Null of a request that is answered before its body.
  std::shared_ptr<http::Handler> begin() {
    log_.alike = log_.alike && way_ < Way::early;
    if (way_ == Way::early) return answer(), nullptr;
    if (way_ == Way::tunnel) {
      connection_->become_tunnel();
    } else if (way_ == Way::paused) {
      connection_->pause(true);
      loop_.post([weak = weak_from_this()] {
        if (const auto self = weak.lock(); self && self->connection_) self->connection_->pause(false);
      });
    }
    return shared_from_this();
  }

  void on_body(std::string_view piece) override {
    require(connection_ && !ended_ && !piece.empty());
    size_ += piece.size();
    if (way_ == Way::tunnel) connection_->send(piece.substr(0, 64));
  }
  void on_body_end() override {
    require(connection_ && !ended_);
    ended_ = true;
    if (way_ == Way::abort) return std::exchange(connection_, nullptr)->abort();
    if (way_ != Way::later) return answer();
    loop_.post([weak = weak_from_this()] {
      if (const auto self = weak.lock(); self && self->connection_) self->answer();
    });
  }
  void on_gone() override {
    require(!gone_);
    gone_ = true;
    ++log_.told_gone;
    connection_ = nullptr;
  }

 private:
  void answer() {
    const std::string body = std::string(head_.method()) + " " + std::to_string(size_);
    connection_->send("HTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    std::exchange(connection_, nullptr)->end(true);
  }

  http::Connection* connection_;
  http::Loop& loop_;
  const http::Head head_;
  const Way way_;
  Log& log_;
  std::size_t size_ = 0;
  bool ended_ = false, gone_ = false;
};

class Service final : public http::Service {
 public:
  explicit Service(Log& log) : log_(log) {}
  std::shared_ptr<http::Handler> on_request(http::Connection& connection, http::Head head) override {
    ++log_.requests;
    return std::make_shared<Handler>(connection, std::move(head), log_)->begin();
  }
  std::string refuse(const http::BadHead&) override { return "HTTP/1.1 400 Bad\r\ncontent-length: 0\r\n\r\n"; }
  void opened(http::Connection&) override { ++log_.open; }
  void closed(http::Connection&) override { --log_.open; }

 private:
  Log& log_;
};

// Writes a piece, lets the loop look at it, takes what came back; and waits for the rest until nothing comes any more:
// a request in a row of pipelined ones takes a few rounds of the loop.
class Client {
 public:
  Client(http::Loop& loop, int fd, std::vector<std::string_view> pieces, const Log& log)
      : loop_(loop), fd_(fd), pieces_(std::move(pieces)), log_(log) {}
  void go_on() {
    const std::size_t before = got.size();
    char buffer[4096];
    for (ssize_t n = 0; (n = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT)) > 0;)
      got.append(buffer, static_cast<std::size_t>(n));
    const bool quiet = got.size() == before && log_.requests == std::exchange(requests_, log_.requests);
    quiet_ = quiet ? quiet_ + 1 : 0;
    if (next_ == pieces_.size()) {
      if (quiet_ == most_quiet) return loop_.stop();
    } else if (turns_++ % 3 == 0) {
      const std::string_view piece = pieces_[next_++];
      (void)!::send(fd_, piece.data(), piece.size(), MSG_NOSIGNAL);
      quiet_ = 0;
    }
    loop_.post([this] { go_on(); });
  }
  std::string got;

 private:
  static constexpr int most_quiet = 6;  // a handler answers after two rounds at most

  http::Loop& loop_;
  const int fd_;
  const std::vector<std::string_view> pieces_;
  const Log& log_;
  std::size_t next_ = 0;
  int turns_ = 0, quiet_ = 0, requests_ = 0;
};

struct Played {
  std::string got;
  Log log;
};

Played play(std::vector<std::string_view> pieces) {
  Played played;
  int ends[2];
  require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  Service service(played.log);
  {
    http::Loop loop;
    http::Connection::open(loop, service, http::Socket(ends[0]), {}, {});
    Client client(loop, ends[1], std::move(pieces), played.log);
    loop.post([&client] { client.go_on(); });
    loop.run();
    played.got = std::move(client.got);
    loop.clear();
  }
  ::close(ends[1]);
  require(played.log.open == 0);
  constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";  // not where the body is there already
  for (std::size_t at = 0; (at = played.got.find(go_on, at)) != played.got.npos;) played.got.erase(at, go_on.size());
  return played;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 32 << 10) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Played whole = play({bytes});
  require(whole.log.told_gone <= whole.log.requests);
  std::vector<std::string_view> pieces;
  unsigned seed = data[0];
  for (std::size_t at = 0; at < bytes.size();) {
    seed = seed * 1103515245u + 12345u;
    const std::size_t n = pieces.size() == 12 ? bytes.size() - at : 1 + (seed >> 16) % (1 + bytes.size() / 4);
    pieces.push_back(bytes.substr(at, n));
    at += pieces.back().size();
  }
  const Played cut = play(std::move(pieces));
  if (whole.log.alike && cut.log.alike) require(whole.got == cut.got && whole.log.requests == cut.log.requests);
  return 0;
}
