// Requests to an upstream and their replies, over connections that are kept and used again; one Client per loop.
//
//   Upstream u(client, origin, handler); u.send(head); u.send(body); u.end();
//     -> handler.on_reply(head), on_reply_body*, on_reply_end   or   on_fault
//
// A new connection: name -> addresses (tried in turn) -> TCP -> the proxy's CONNECT, if one is set -> TLS. Only what
// cannot have been processed is tried again: a connection that could not be made (at most `attempts` times), and, once,
// a kept connection that closed without a byte of its reply. To destroy an Upstream is to give it up: its connection
// closes.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/shared_text.h"
#include "http/address.h"
#include "http/body.h"
#include "http/head.h"
#include "http/loop.h"
#include "http/resolver.h"
#include "http/socket.h"

namespace headroom::http {

enum class Fault : std::uint8_t { unreachable, tls, protocol, timeout, refused_address };

class UpstreamHandler {
 public:
  virtual ~UpstreamHandler() = default;
  virtual void on_reply(Head head) = 0;
  virtual void on_reply_body(std::string_view piece) = 0;
  virtual void on_reply_end() = 0;
  virtual void on_fault(Fault fault) = 0;  // before or inside a reply
  virtual void on_upstream_writable() {}
};

struct ClientOptions {
  std::chrono::milliseconds connect{10'000}, silence{600'000}, kept{90'000};
  int attempts = 3;
  std::size_t most_kept = 256;  // of one origin
  std::optional<Origin> proxy;  // for https
  std::vector<std::string> no_proxy;
  std::string ca_bundle;
};

// What all clients of a process share.
class ClientShared {
 public:
  explicit ClientShared(ClientOptions o) : options(std::move(o)) {}
  // Read when it is first needed: the system's certificates take milliseconds.
  Result<std::shared_ptr<TlsContext>> tls();

  const ClientOptions options;
  Resolver resolver;

 private:
  std::mutex mutex_;
  std::optional<Result<std::shared_ptr<TlsContext>>> tls_;
};

class Link;
class Upstream;

// Which addresses may be connected to; null: any.
using AddressPolicy = std::function<bool(const Address&)>;

class Client {
 public:
  Client(Loop& loop, ClientShared& shared) : loop_(loop), shared_(shared) {}
  Loop& loop() { return loop_; }
  std::size_t kept() const;
  // No request was made for a while, or the process ends.
  void drop_kept();

 private:
  friend class Link;
  friend class Upstream;
  Link* take(const std::string& key);
  void keep(Link* link);
  void forget(Link* link);

  Loop& loop_;
  ClientShared& shared_;
  std::map<std::string, std::vector<Link*>> kept_;
};

class Upstream {
 public:
  static constexpr std::size_t high_mark = 256 << 10, low_mark = 64 << 10;

  // `policed`: connections made under a policy are not shared with others.
  Upstream(Client& client, Origin origin, UpstreamHandler& handler, bool to_head, AddressPolicy policy = nullptr);
  ~Upstream();
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  // The request is not at hand as a whole: it goes over a new connection, since it could not be sent again.
  void set_streamed() { streamed_ = true; }
  void send(std::string_view bytes);
  void send(std::string&& bytes);
  // The rest of the request, behind what was sent before: not copied, freed when it is out.
  void send_last(SharedText bytes);
  void end();
  // Stops reading the reply.
  void pause(bool on);
  std::size_t unsent() const { return out_.size() - out_at_ + last_.size() - last_at_; }
  bool reused() const { return reused_; }

 private:
  friend class Link;
  void start();
  void failed(Fault fault);
  std::string_view next_bytes() const;
  void took(std::size_t n);
  void forget_sent();

  Client& client_;
  const Origin origin_;
  UpstreamHandler& handler_;
  const bool to_head_;
  const AddressPolicy policy_;
  std::string key_;
  std::string out_;
  SharedText last_;  // behind it
  std::size_t out_at_ = 0, last_at_ = 0;
  Link* link_ = nullptr;
  bool started_ = false, sent_all_ = false, streamed_ = false, reused_ = false, tried_again_ = false;
  bool paused_ = false, above_ = false, done_ = false;
};

}  // namespace headroom::http
