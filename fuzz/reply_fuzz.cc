// Any bytes from a provider, over a real connection and in any pieces: the handler hears one end or one fault and
// nothing after it, and what it hears does not depend on how the bytes were cut. Bytes beyond a reply are nobody's: the
// connection they came over is not used again.
//
// The first byte: is the request a HEAD, and does the provider close behind its bytes; the second seeds the pieces.
#include <arpa/inet.h>
#include <netinet/in.h>
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

#include "http/client.h"

namespace {

namespace http = headroom::http;

void require(bool good) {
  if (!good) std::abort();
}

// One for all runs.
struct Listener {
  Listener() : fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    require(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && ::listen(fd, 64) == 0);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
  }
  const int fd;
  std::uint16_t port = 0;
};

struct Heard {
  std::string head, body, end;
  bool kept = false;
};

class Handler final : public http::UpstreamHandler {
 public:
  void on_reply(http::Head head) override {
    require(heard.head.empty() && heard.end.empty());
    require(head.status() >= 200 || head.status() == 101);
    heard.head = head.bytes();
  }
  void on_reply_body(std::string_view piece) override {
    require(!heard.head.empty() && heard.end.empty() && !piece.empty());
    heard.body += piece;
  }
  void on_reply_end() override {
    require(!heard.head.empty() && heard.end.empty());
    heard.end = "end";
  }
  void on_fault(http::Fault fault) override {
    require(heard.end.empty());
    heard.end = "fault " + std::to_string(static_cast<int>(fault));
  }
  Heard heard;
};

// The provider: takes the connection, reads the request, says its pieces one by one, and closes or does not.
class Server {
 public:
  Server(http::Loop& loop, int listener, std::vector<std::string_view> pieces, bool closes)
      : loop_(loop), listener_(listener), pieces_(std::move(pieces)), closes_(closes) {}
  ~Server() {
    if (fd_ >= 0) ::close(fd_);
  }
  void go_on() {
    constexpr int most_turns = 400;
    if (++turns_ == most_turns) return loop_.stop();
    if (fd_ < 0 && !closed_) {
      fd_ = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    } else if (!asked_) {
      char buffer[4096];
      asked_ = ::recv(fd_, buffer, sizeof buffer, 0) > 0;
    } else if (next_ < pieces_.size()) {
      (void)!::send(fd_, pieces_[next_].data(), pieces_[next_].size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      ++next_;
    } else if (closes_ && !closed_) {
      closed_ = true;
      ::close(std::exchange(fd_, -1));
    } else if (++rest_ == 4) {
      return loop_.stop();
    }
    loop_.post([this] { go_on(); });
  }

 private:
  http::Loop& loop_;
  const int listener_;
  const std::vector<std::string_view> pieces_;
  const bool closes_;
  int fd_ = -1, turns_ = 0, rest_ = 0;
  std::size_t next_ = 0;
  bool asked_ = false, closed_ = false;
};

Heard play(const Listener& listener, std::vector<std::string_view> pieces, bool to_head, bool closes) {
  static const http::ClientOptions options = [] {
    http::ClientOptions o;
    o.attempts = 1;
    return o;
  }();
  http::ClientShared shared(options);
  http::Loop loop;
  http::Client client(loop, shared);
  Handler handler;
  {
    Server server(loop, listener.fd, std::move(pieces), closes);
    http::Upstream upstream(client, {false, "127.0.0.1", listener.port}, handler, to_head);
    upstream.send(std::string_view("GET / HTTP/1.1\r\nhost: x\r\n\r\n"));
    upstream.end();
    loop.post([&server] { server.go_on(); });
    loop.run();
  }
  handler.heard.kept = client.kept() > 0;
  client.drop_kept();
  loop.clear();
  return handler.heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Listener listener;
  if (size < 2 || size > 32 << 10) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const bool to_head = data[0] & 1, closes = data[0] & 2;
  const Heard whole = play(listener, {bytes}, to_head, closes);
  std::vector<std::string_view> pieces;
  unsigned seed = data[1];
  for (std::size_t at = 0; at < bytes.size();) {
    seed = seed * 1103515245u + 12345u;
    const std::size_t n = pieces.size() == 8 ? bytes.size() - at : 1 + (seed >> 16) % (1 + bytes.size() / 3);
    pieces.push_back(bytes.substr(at, n));
    at += pieces.back().size();
  }
  const Heard cut = play(listener, std::move(pieces), to_head, closes);
  require(whole.head == cut.head && whole.body == cut.body && whole.end == cut.end);
  if (closes) require(!whole.end.empty());
  // Kept only if the reply was all there was.
  if (whole.kept) require(!closes && whole.end == "end" && bytes.ends_with(whole.body));
  return 0;
}
