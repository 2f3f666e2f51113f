#include "store/redis_link.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "store/files.h"

namespace headroom::store {
namespace {

using Time = std::chrono::steady_clock;

constexpr std::chrono::milliseconds exchange_time{250};
constexpr std::chrono::seconds pause_after_failure{5};
constexpr std::size_t bytes_a_millisecond = 10'000;  // contents are large: they add to the time of their exchange
constexpr int most_redirects = 5;

Error out_of_reach(std::string_view what) {
  return {ErrorKind::unavailable, "the Redis store is out of reach: " + std::string(what)};
}

// Waits for the socket; false at the deadline.
bool ready(int fd, short events, Time::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Time::now()).count();
    if (left <= 0) return false;
    pollfd p{fd, events, 0};
    const int n = ::poll(&p, 1, static_cast<int>(std::min<std::int64_t>(left, 10'000)));
    if (n > 0) return true;
    if (n < 0 && errno != EINTR) return false;
  }
}

int open_socket(const addrinfo& a, Time::time_point deadline) {
  const int fd = ::socket(a.ai_family, a.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a.ai_protocol);
  if (fd < 0) return -1;
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(fd, a.ai_addr, a.ai_addrlen) == 0) return fd;
  int error = errno;
  if (error == EINPROGRESS && ready(fd, POLLOUT, deadline)) {
    socklen_t size = sizeof error;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0) return fd;
  }
  ::close(fd);
  return -1;
}

RedisReply converted(const redisReply& r) {
  RedisReply reply;
  switch (r.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      reply.kind = RedisReply::Kind::text;
      reply.text.assign(r.str, r.len);
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = RedisReply::Kind::error;
      reply.text.assign(r.str, r.len);
      break;
    case REDIS_REPLY_INTEGER:
      reply.kind = RedisReply::Kind::number;
      reply.number = r.integer;
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = RedisReply::Kind::list;
      for (std::size_t i = 0; i < r.elements; ++i) reply.list.push_back(converted(*r.element[i]));
      break;
    default:
      break;
  }
  return reply;
}

// "MOVED 3999 127.0.0.1:6381" -> that address; no host: the one that said it.
std::optional<RedisAddress> redirect(std::string_view text, std::string_view word, const RedisAddress& from) {
  if (!text.starts_with(word)) return std::nullopt;
  const std::size_t space = text.rfind(' '), colon = text.rfind(':');
  if (space == text.npos || colon == text.npos || colon < space) return std::nullopt;
  RedisAddress to{std::string(text.substr(space + 1, colon - space - 1)), 0};
  if (to.host.empty()) to.host = from.host;
  const std::string_view port = text.substr(colon + 1);
  if (std::from_chars(port.data(), port.data() + port.size(), to.port).ec != std::errc()) return std::nullopt;
  return to;
}

std::size_t size_of(const std::vector<RedisCommand>& commands) {
  std::size_t n = 0;
  for (const RedisCommand& c : commands) {
    for (const std::string_view word : c) n += word.size();
  }
  return n;
}

void append_command(std::string& out, const RedisCommand& command) {
  std::vector<const char*> words;
  std::vector<std::size_t> sizes;
  for (const std::string_view word : command) {
    words.push_back(word.data() != nullptr ? word.data() : "");
    sizes.push_back(word.size());
  }
  char* text = nullptr;
  const auto n = redisFormatCommandArgv(&text, static_cast<int>(words.size()), words.data(), sizes.data());
  if (n > 0) out.append(text, static_cast<std::size_t>(n));
  redisFreeCommand(text);
}

}  // namespace

// ---- one connection
// -------------------------------------------------------------------------------------------------------------
class RedisLink::Connection {
 public:
  Connection() : reader_(redisReaderCreate()) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (tls_ != nullptr) SSL_free(tls_);
    if (fd_ >= 0) ::close(fd_);
    redisReaderFree(reader_);
  }

  Result<void> open(const RedisAddress& address, const RedisUrl& url, ssl_ctx_st* tls, Deadline deadline) {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    if (::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found) != 0)
      return std::unexpected(out_of_reach("its name is not known"));
    for (const addrinfo* a = found; a != nullptr && fd_ < 0; a = a->ai_next) fd_ = open_socket(*a, deadline);
    ::freeaddrinfo(found);
    if (fd_ < 0) return std::unexpected(out_of_reach("no connection"));
    if (tls != nullptr) {
      if (const auto shaken = shake_hands(address, tls, deadline); !shaken) return shaken;
    }
    return greet(url, deadline);
  }

  // False if the server has closed it, or has said what nobody asked for.
  bool usable() const {
    pollfd p{fd_, POLLIN, 0};
    return ::poll(&p, 1, 0) == 0;
  }

  Result<std::vector<RedisReply>> exchange(std::string_view bytes, std::size_t replies, Deadline deadline) {
    if (const auto sent = send(bytes, deadline); !sent) return std::unexpected(sent.error());
    std::vector<RedisReply> list;
    while (list.size() < replies) {
      void* reply = nullptr;
      if (redisReaderGetReply(reader_, &reply) != REDIS_OK) return std::unexpected(out_of_reach("it speaks otherwise"));
      if (reply != nullptr) {
        list.push_back(converted(*static_cast<redisReply*>(reply)));
        freeReplyObject(reply);
      } else if (const auto more = receive(deadline); !more) {
        return std::unexpected(more.error());
      }
    }
    return list;
  }

 private:
  Result<void> shake_hands(const RedisAddress& address, ssl_ctx_st* context, Deadline deadline) {
    tls_ = SSL_new(context);
    if (tls_ == nullptr || SSL_set_fd(tls_, fd_) != 1 || SSL_set1_host(tls_, address.host.c_str()) != 1)
      return std::unexpected(out_of_reach("TLS does not start"));
    SSL_set_tlsext_host_name(tls_, address.host.c_str());
    for (;;) {
      const int n = SSL_connect(tls_);
      if (n == 1) return {};
      if (!wait_tls(n, deadline))
        return std::unexpected(out_of_reach("no TLS connection, or a certificate that is not its"));
    }
  }

  bool wait_tls(int n, Deadline deadline) {
    const int error = SSL_get_error(tls_, n);
    if (error == SSL_ERROR_WANT_READ) return ready(fd_, POLLIN, deadline);
    if (error == SSL_ERROR_WANT_WRITE) return ready(fd_, POLLOUT, deadline);
    return false;
  }

  Result<void> greet(const RedisUrl& url, Deadline deadline) {
    std::vector<RedisCommand> commands;
    const std::string database = std::to_string(url.database);
    if (!url.password.empty() && url.user.empty()) commands.push_back({"AUTH", url.password});
    if (!url.password.empty() && !url.user.empty()) commands.push_back({"AUTH", url.user, url.password});
    if (url.database != 0) commands.push_back({"SELECT", database});
    std::string bytes;
    for (const RedisCommand& c : commands) append_command(bytes, c);
    const auto replies = exchange(bytes, commands.size(), deadline);
    if (!replies) return std::unexpected(replies.error());
    for (const RedisReply& r : *replies) {
      if (r.is_error()) return std::unexpected(out_of_reach("it refuses the login or the database"));
    }
    return {};
  }

  Result<void> send(std::string_view bytes, Deadline deadline) {
    while (!bytes.empty()) {
      ssize_t n;
      if (tls_ != nullptr) {
        n = SSL_write(tls_, bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)));
        if (n <= 0) {
          if (!wait_tls(static_cast<int>(n), deadline))
            return std::unexpected(out_of_reach("it takes nothing in time"));
          continue;
        }
      } else {
        n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n < 0) {
          if (errno == EINTR) continue;
          if (errno != EAGAIN || !ready(fd_, POLLOUT, deadline))
            return std::unexpected(out_of_reach("it takes nothing in time"));
          continue;
        }
      }
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
  }

  // What arrives gives the rest more time: an answer may be large.
  Result<void> receive(Deadline& deadline) {
    for (;;) {
      ssize_t n;
      if (tls_ != nullptr) {
        n = SSL_read(tls_, buffer_.data(), static_cast<int>(buffer_.size()));
        if (n <= 0) {
          if (!wait_tls(static_cast<int>(n), deadline)) return std::unexpected(out_of_reach("no answer in time"));
          continue;
        }
      } else {
        n = ::recv(fd_, buffer_.data(), buffer_.size(), 0);
        if (n == 0) return std::unexpected(out_of_reach("it closed the connection"));
        if (n < 0) {
          if (errno == EINTR) continue;
          if (errno != EAGAIN || !ready(fd_, POLLIN, deadline))
            return std::unexpected(out_of_reach("no answer in time"));
          continue;
        }
      }
      deadline += std::chrono::microseconds(static_cast<std::size_t>(n) * 1000 / bytes_a_millisecond);
      if (redisReaderFeed(reader_, buffer_.data(), static_cast<std::size_t>(n)) != REDIS_OK)
        return std::unexpected(out_of_reach("it speaks otherwise"));
      return {};
    }
  }

  int fd_ = -1;
  ssl_st* tls_ = nullptr;
  redisReader* reader_;
  std::array<char, 65536> buffer_;
};

// ---- redirects
// ------------------------------------------------------------------------------------------------------------------
void RedisLink::FreeContext::operator()(ssl_ctx_st* c) const {
  SSL_CTX_free(c);
}

RedisLink::RedisLink(RedisUrl url) : url_(std::move(url)) {}
RedisLink::~RedisLink() = default;

Result<RedisLink::Connection*> RedisLink::connected(const RedisAddress& address, Deadline deadline) {
  const auto at = std::ranges::find(connections_, address, [](const auto& c) { return c.first; });
  if (at != connections_.end()) {
    if (at->second->usable()) return at->second.get();
    connections_.erase(at);
  }
  if (url_.tls && !tls_) {
    tls_.reset(SSL_CTX_new(TLS_client_method()));
    const bool trusted =
        tls_ && (url_.ca_file.empty() ? SSL_CTX_set_default_verify_paths(tls_.get())
                                      : SSL_CTX_load_verify_file(tls_.get(), url_.ca_file.c_str())) == 1;
    if (!trusted) {
      tls_.reset();
      return std::unexpected(out_of_reach("its certificate authority cannot be read"));
    }
    SSL_CTX_set_verify(tls_.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  }
  auto made = std::make_unique<Connection>();
  if (const auto opened = made->open(address, url_, tls_.get(), deadline); !opened)
    return std::unexpected(opened.error());
  connections_.emplace_back(address, std::move(made));
  return connections_.back().second.get();
}

Result<std::vector<RedisReply>> RedisLink::follow(const std::vector<RedisCommand>& commands, Deadline deadline) {
  std::vector<RedisReply> replies(commands.size());
  std::vector<std::size_t> open;  // commands without their final reply
  open.reserve(commands.size());
  for (std::size_t i = 0; i < commands.size(); ++i) open.push_back(i);
  std::optional<RedisAddress> target = home_;
  std::size_t next_seed = 0;
  bool asking = false;
  for (int round = 0; round < most_redirects && !open.empty(); ++round) {
    const RedisAddress address = target ? *target : url_.addresses[next_seed];
    auto connection = connected(address, deadline);
    if (!connection) {
      if (target) {  // where a redirect led before: ask the seeds again
        target.reset();
        home_.reset();
        asking = false;
        continue;
      }
      if (++next_seed < url_.addresses.size()) {
        --round;
        continue;
      }
      return std::unexpected(connection.error());
    }
    std::string bytes;
    for (const std::size_t i : open) {
      if (asking) append_command(bytes, {"ASKING"});
      append_command(bytes, commands[i]);
    }
    auto got = (*connection)->exchange(bytes, open.size() * (asking ? 2 : 1), deadline);
    if (!got) {
      std::erase_if(connections_, [&](const auto& c) { return c.first == address; });
      return std::unexpected(got.error());
    }
    std::vector<std::size_t> redirected;
    std::optional<RedisAddress> to;
    const bool asked = asking;
    asking = false;
    for (std::size_t n = 0; n < open.size(); ++n) {
      RedisReply& reply = (*got)[asked ? 2 * n + 1 : n];
      if (reply.is_error()) {
        if (const auto moved = redirect(reply.text, "MOVED ", address)) {
          to = home_ = *moved;
          redirected.push_back(open[n]);
          continue;
        }
        if (const auto ask = redirect(reply.text, "ASK ", address)) {
          to = *ask;
          asking = true;
          redirected.push_back(open[n]);
          continue;
        }
      }
      replies[open[n]] = std::move(reply);
    }
    open = std::move(redirected);
    target = to;
  }
  if (!open.empty()) return std::unexpected(out_of_reach("its redirects lead nowhere"));
  return replies;
}

Result<std::vector<RedisReply>> RedisLink::run(const std::vector<RedisCommand>& commands) {
  const auto now = Time::now();
  if (now < paused_until_) return std::unexpected(out_of_reach("it failed a moment ago"));
  const auto deadline = now + exchange_time + std::chrono::milliseconds(size_of(commands) / bytes_a_millisecond);
  auto replies = follow(commands, deadline);
  if (!replies) {
    connections_.clear();
    home_.reset();
    paused_until_ = Time::now() + pause_after_failure;
  }
  return replies;
}

}  // namespace headroom::store
