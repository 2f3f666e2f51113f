// A connection to Redis or Valkey, one server or a cluster: commands out, replies in, within a deadline.
//
// hiredis formats commands and parses replies; the socket is ours, so that a whole exchange ends in time, not each of
// its system calls, and so that TLS needs no second library. A cluster is followed by its redirects: all keys of a
// workspace lie in one slot, so one address is remembered (MOVED), and single commands go elsewhere while a slot moves
// (ASK).
//
// Limits: looking up a host's name is the system's and not within the deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct redisReader;
struct ssl_st;
struct ssl_ctx_st;

namespace headroom::store {

struct RedisAddress {
  std::string host;
  std::uint16_t port = 6379;
  friend bool operator==(const RedisAddress&, const RedisAddress&) = default;
};

// redis[s]://[USER[:PASSWORD]@]HOST[:PORT][,HOST[:PORT]...][/DATABASE][?cacert=FILE]
struct RedisUrl {
  bool tls = false;
  std::string user, password;
  std::vector<RedisAddress> addresses;  // tried in order
  int database = 0;
  std::string ca_file;  // instead of the system's
};
Result<RedisUrl> parse_redis_url(std::string_view url);
// The URL with its password as "***", for people.
std::string without_password(std::string_view url);

struct RedisReply {
  enum class Kind : std::uint8_t { nil, text, number, list, error } kind = Kind::nil;
  std::string text;  // of an error too
  std::int64_t number = 0;
  std::vector<RedisReply> list;
  bool is_error() const { return kind == Kind::error; }
};

using RedisCommand = std::vector<std::string_view>;

// Not thread-safe.
class RedisLink {
 public:
  explicit RedisLink(RedisUrl url);
  RedisLink(const RedisLink&) = delete;
  RedisLink& operator=(const RedisLink&) = delete;
  ~RedisLink();

  // Sends all commands and reads all replies. An error reply is a reply; `unavailable` means that no exchange took
  // place, and none is tried for the next 5 s.
  Result<std::vector<RedisReply>> run(const std::vector<RedisCommand>& commands);

 private:
  class Connection;
  using Deadline = std::chrono::steady_clock::time_point;

  Result<Connection*> connected(const RedisAddress& address, Deadline deadline);
  Result<std::vector<RedisReply>> follow(const std::vector<RedisCommand>& commands, Deadline deadline);

  const RedisUrl url_;
  std::vector<std::pair<RedisAddress, std::unique_ptr<Connection>>> connections_;
  std::optional<RedisAddress> home_;  // where the slot lies, once a redirect said so
  std::chrono::steady_clock::time_point paused_until_{};
  struct FreeContext {
    void operator()(ssl_ctx_st* c) const;
  };
  std::unique_ptr<ssl_ctx_st, FreeContext> tls_;
};

}  // namespace headroom::store
