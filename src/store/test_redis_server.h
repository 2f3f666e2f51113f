// A Redis server of a test's own: on loopback, on a free port, without a file but in the test's folder, ended by its
// id.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "store/redis_link.h"
#include "store/test_directory.h"

namespace headroom::store {

// A port nobody listens on now; below 55536, since a cluster's nodes also use the one 10,000 above it.
inline std::uint16_t free_port() {
  for (;;) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(fd);
    const std::uint16_t port = ntohs(address.sin_port);
    if (port > 1024 && port < 55536) return port;
  }
}

class RedisServer {
 public:
  explicit RedisServer(std::vector<std::string> more = {}) : port_(free_port()), more_(std::move(more)) { start(); }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;
  ~RedisServer() { stop(); }

  // The program itself, without the package that starts a service: it is one binary that goes by its name.
  static std::filesystem::path program() {
    for (const char* name : {"/usr/bin/redis-server", "/usr/local/bin/redis-server", "/usr/bin/valkey-server",
                             "/usr/bin/redis-check-rdb", "/usr/bin/valkey-check-rdb"}) {
      if (std::filesystem::exists(name)) return name;
    }
    return {};
  }

  void start() {
    const std::filesystem::path binary = program();
    std::vector<std::string> words = {"redis-server",
                                      "--port",
                                      std::to_string(port_),
                                      "--bind",
                                      "127.0.0.1",
                                      "--save",
                                      "",
                                      "--appendonly",
                                      "no",
                                      "--dir",
                                      directory_.path().string(),
                                      "--dbfilename",
                                      "dump.rdb",
                                      "--daemonize",
                                      "no"};
    words.insert(words.end(), more_.begin(), more_.end());
    pid_ = ::fork();
    if (pid_ == 0) {
      std::vector<char*> arguments;
      for (std::string& w : words) arguments.push_back(w.data());
      arguments.push_back(nullptr);
      if (::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(126);
      ::execv(binary.c_str(), arguments.data());
      ::_exit(127);
    }
    for (int i = 0; i < 200 && !answers(); ++i) ::usleep(50'000);
  }
  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

  std::uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url() const { return "redis://" + address(); }
  // A command to this server, past redirects' following: its plain answer, an error's text for an error.
  RedisReply command(const std::vector<std::string>& words) const {
    RedisLink link(*parse_redis_url(url()));
    RedisCommand command(words.begin(), words.end());
    auto replies = link.run({command});
    if (replies) return (*replies)[0];
    RedisReply failed;
    failed.kind = RedisReply::Kind::error;
    failed.text = replies.error().message;
    return failed;
  }
  // All bytes of its dump.
  std::string dump() const {
    command({"SAVE"});
    std::ifstream in(directory_.path() / "dump.rdb", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  bool answers() const { return command({"PING"}).text == "PONG"; }

  std::uint16_t port_;
  std::vector<std::string> more_;
  TestDirectory directory_;
  pid_t pid_ = -1;
};

}  // namespace headroom::store
