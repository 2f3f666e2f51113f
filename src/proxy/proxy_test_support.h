// For tests: a provider on loopback that does what a test tells it, a client that speaks bytes, and a proxy between
// them.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "http/body.h"
#include "http/head.h"
#include "proxy/options.h"
#include "proxy/routes.h"
#include "proxy/server.h"

namespace headroom::proxy::test {

using std::chrono::milliseconds;

// A blocking socket with patience.
class Wire {
 public:
  explicit Wire(int fd) : fd_(fd) {}
  explicit Wire(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) close();
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  Wire(Wire&& o) noexcept : fd_(std::exchange(o.fd_, -1)), in_(std::move(o.in_)) {}
  ~Wire() { close(); }

  bool good() const { return fd_ >= 0; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  // Without a farewell: the peer sees a reset.
  void reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  void send(std::string_view bytes) {
    while (!bytes.empty() && fd_ >= 0) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  // More bytes; false at the end, or when nothing came in time.
  bool fill(milliseconds patience = milliseconds(10'000)) {
    pollfd p{fd_, POLLIN, 0};
    if (fd_ < 0 || ::poll(&p, 1, static_cast<int>(patience.count())) <= 0) return timed_out_ = fd_ >= 0, false;
    char buffer[65536];
    const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0) return ended_ = true, false;
    in_.append(buffer, static_cast<std::size_t>(n));
    return true;
  }
  bool ended() const { return ended_; }
  bool timed_out() const { return timed_out_; }
  std::string& in() { return in_; }
  int fd() const { return fd_; }

 private:
  int fd_;
  std::string in_;
  bool ended_ = false, timed_out_ = false;
};

struct Message {
  http::Head head;
  std::string body;
  bool complete = false;  // head and body came as they should
};

// The next message of a connection.
inline Message read_message(Wire& wire, bool request, bool to_head = false) {
  Message m;
  for (;;) {
    auto parsed = request ? http::parse_request(wire.in()) : http::parse_response(wire.in(), to_head);
    if (!parsed) return m;
    if (*parsed) {
      m.head = std::move(**parsed);
      wire.in().erase(0, m.head.bytes().size());
      if (!request && m.head.status() == 100) continue;
      break;
    }
    if (!wire.fill()) return m;
  }
  http::BodyReader reader(m.head.framing(), m.head.length());
  for (;;) {
    const std::size_t n = reader.feed(wire.in(), [&m](std::string_view piece) { m.body += piece; });
    wire.in().erase(0, n);
    if (reader.state() == http::BodyReader::State::done) return m.complete = true, m;
    if (reader.state() == http::BodyReader::State::bad || !wire.fill()) break;
  }
  m.complete = wire.ended() && m.head.framing() == http::Framing::until_close;
  return m;
}

// A provider: each connection has a thread; `serve` answers a request and says whether the connection goes on.
class Provider {
 public:
  using Serve = std::function<bool(Wire& wire, const Message& request)>;

  explicit Provider(Serve serve) : serve_(std::move(serve)), fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(fd_, 256);
    socklen_t size = sizeof address;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { accept(); });
  }
  ~Provider() {
    done_ = true;
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    {
      const std::scoped_lock lock(mutex_);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& t : threads_) t.join();
    ::close(fd_);
  }
  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }
  int requests() const { return requests_; }
  void serve(Serve serve) {
    const std::scoped_lock lock(mutex_);
    serve_ = std::move(serve);
  }
  Message last() {
    const std::scoped_lock lock(mutex_);
    return last_;
  }

 private:
  void accept() {
    for (;;) {
      const int fd = ::accept(fd_, nullptr, nullptr);
      if (fd < 0 || done_) {
        if (fd >= 0) ::close(fd);
        return;
      }
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      ++connections_;
      const std::scoped_lock lock(mutex_);
      open_.push_back(fd);
      threads_.emplace_back([this, fd] { talk(fd); });
    }
  }
  void talk(int fd) {
    Wire wire(fd);
    for (bool more = true; more && !done_;) {
      const Message request = read_message(wire, true);
      if (!request.complete) break;
      ++requests_;
      Serve serve;
      {
        const std::scoped_lock lock(mutex_);
        last_ = request;
        serve = serve_;
      }
      more = serve(wire, request);
    }
    const std::scoped_lock lock(mutex_);
    std::erase(open_, fd);
  }

  std::mutex mutex_;
  Serve serve_;
  Message last_;
  int fd_;
  std::uint16_t port_ = 0;
  std::atomic<bool> done_{false};
  std::atomic<int> connections_{0}, requests_{0};
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread thread_;
};

inline std::string reply(std::string_view body, int status = 200, std::string_view type = "application/json",
                         std::string_view extra = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " Its Words\r\nContent-Type: " + std::string(type) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nX-Request-Id: r1\r\n" + std::string(extra) +
         "\r\n" + std::string(body);
}

class Proxy {
 public:
  explicit Proxy(std::uint16_t provider, const std::function<void(Configuration&)>& change = {}) {
    Configuration c = default_configuration();
    c.setup.port = 0;
    c.setup.loops = 2;
    c.setup.threads = 2;
    c.setup.drain = std::chrono::seconds(1);
    c.setup.client.attempts = 1;
    c.settings.core.call.retrieval = pipeline::Retrieval::auto_;
    c.settings.gate.uid = static_cast<std::int64_t>(::geteuid());
    c.settings.gate.bound_host = "127.0.0.1";
    const std::string base = "http://127.0.0.1:" + std::to_string(provider);
    for (const Provider_ p : {Provider_::anthropic, Provider_::openai, Provider_::gemini, Provider_::vertex,
                              Provider_::azure, Provider_::bedrock, Provider_::chatgpt, Provider_::cloudcode})
      EXPECT_TRUE(set_base(c, p, base));
    if (change) change(c);
    auto opened = Server::open(c.setup, std::make_shared<const Settings>(c.settings));
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    server_ = std::move(*opened);
    thread_ = std::thread([this] { server_->run(false); });
  }
  ~Proxy() { stop(); }
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }
  std::uint16_t port() const { return server_->port(); }
  App& app() { return server_->app(); }
  // Until nothing is in flight any more.
  bool calms_down() {
    for (int i = 0; i < 300; ++i) {
      const auto g = app().gauges();
      if (g.requests == 0 && g.connections == 0 && g.bytes_in_flight == 0 && g.streams == 0 && g.websockets == 0)
        return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  }
  Message ask(std::string_view bytes) const {
    Wire wire(port());
    wire.send(bytes);
    return read_message(wire, false);
  }
  using Provider_ = headroom::proxy::Provider;

 private:
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

inline std::string post(std::string_view path, std::string_view body, std::string_view extra = "x-api-key: k\r\n") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" +
         std::string(extra) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

// A request that a route which goes out takes.
inline std::string request_of(const Route& route, std::string_view body, std::string_view extra = "x-api-key: k\r\n") {
  std::string path;
  for (const char c : route.pattern) path += c == '*' ? (path.empty() ? "/x" : "x") : std::string(1, c);
  return std::string(route.method.empty() ? "POST" : route.method) + post(path, body, extra).substr(4);
}

inline bool answer_ok(Wire& wire, const Message&) {
  wire.send(reply(R"({"ok":true,"usage":{"input_tokens":3,"output_tokens":1}})"));
  return true;
}

// ---- a conversation with a large result
using Json = nlohmann::ordered_json;

inline std::string rows(int n) {
  Json list = Json::array();
  for (int i = 0; i < n; ++i)
    list.push_back({{"id", 1000 + i},
                    {"name", "item-" + std::to_string(i)},
                    {"status", i == 77 ? "error" : "ok"},
                    {"note", "line " + std::to_string(i * 7919 % 1000) + " of the table"}});
  return list.dump(1);
}

inline Json conversation(bool stream) {
  return {
      {"model", "claude-x"},
      {"max_tokens", 100},
      {"stream", stream},
      {"tools", {{{"name", "run"}, {"description", "runs"}, {"input_schema", {{"type", "object"}}}}}},
      {"messages",
       {{{"role", "user"}, {"content", "which item has an error?"}},
        {{"role", "assistant"},
         {"content", {{{"type", "tool_use"}, {"id", "t1"}, {"name", "run"}, {"input", {{"q", "all"}}}}}}},
        {{"role", "user"}, {"content", {{{"type", "tool_result"}, {"tool_use_id", "t1"}, {"content", rows(400)}}}}}}}};
}

}  // namespace headroom::proxy::test
