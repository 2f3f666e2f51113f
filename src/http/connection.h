// A client's connection: requests in, in order, one at a time; replies out.
//
//   head --> Service::on_request --> Handler: on_body*, on_body_end --> send*, end --> next head
//
// Bytes that come while a reply is being made (pipelined requests) are kept, up to 64 KiB; then reading stops. A client
// that closes, or half-closes, while its reply is being made is gone: the handler is told at once. Deadlines: a head
// takes at most 10 s (a TLS handshake before it the same), a body may be silent for 30 s, a connection between requests
// for 120 s, and a client that takes nothing of its reply for 10 minutes is dropped.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/body.h"
#include "http/head.h"
#include "http/loop.h"
#include "http/socket.h"

namespace headroom::http {

class Connection;

// One request's handler. All calls come on the connection's loop.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void on_body(std::string_view piece) = 0;
  virtual void on_body_end() = 0;
  virtual void on_writable() {}  // what was to be written has gone down to the low mark
  virtual void on_gone() = 0;    // the connection is not there any more
};

// Who the peer is, as far as the kernel says.
struct Peer {
  bool unix_socket = false, loopback = false, tls = false;
  std::string address, local_address;  // "127.0.0.1"; "" of a Unix socket
  std::uint16_t port = 0, local_port = 0;
  std::int64_t uid = -1;  // of a Unix socket's peer
};

class Service {
 public:
  virtual ~Service() = default;
  // Null: the service has answered (or taken the connection away) itself.
  virtual std::shared_ptr<Handler> on_request(Connection& connection, Head head) = 0;
  // A head that is none: the bytes of an answer.
  virtual std::string refuse(const BadHead& bad) = 0;
  virtual void opened(Connection& /*connection*/) {}
  virtual void closed(Connection& /*connection*/) {}
};

struct ConnectionLimits {
  std::chrono::milliseconds head{10'000}, body{30'000}, idle{120'000}, stalled{600'000};
};

class Connection : public Loop::Watcher {
 public:
  static constexpr std::size_t high_mark = 256 << 10, low_mark = 64 << 10, most_pipelined = 64 << 10;

  // Owned by the loop from now on. `first`: bytes that were read before.
  static Connection* open(Loop& loop, Service& service, Socket socket, Peer peer, ConnectionLimits limits,
                          std::string first = {});
  Connection(Loop& loop, Service& service, Socket socket, Peer peer, ConnectionLimits limits);
  ~Connection() override;

  Loop& loop() { return loop_; }
  const Peer& peer() const { return peer_; }

  // ---- for the handler of the request at hand
  void send(std::string_view bytes);
  std::size_t unsent() const { return out_.size() - out_at_; }
  // The reply is complete. `keep`: the connection may go on.
  void end(bool keep);
  // The reply breaks off: no more bytes, no proper end.
  void abort();
  // No more of the request's body for now.
  void pause(bool on);
  // From here on the client's bytes are no HTTP any more: they come as body, without end.
  void become_tunnel();
  // No more requests after this one.
  void close_after() { keep_ = false; }
  bool idle() const { return state_ == State::head && in_.empty(); }
  void close();

  // Takes the socket away, with what was read and not used; the connection is dead then. For moving it elsewhere, from
  // within on_request, whose head's bytes are to be put in front again.
  std::pair<Socket, std::string> take();

  void ready(bool readable, bool writable) override;
  void after() override;
  void tick(Time now) override;

 private:
  enum class State : std::uint8_t { shaking, head, body, reply, tunnel, lingering, dead };

  void shake();
  void process();
  bool read_head();
  void read_body();
  void finish_body();
  void next_request();
  void flush();
  void want();
  void gone();
  void linger();

  Loop& loop_;
  Service& service_;
  Socket socket_;
  const Peer peer_;
  const ConnectionLimits limits_;
  State state_ = State::head;
  std::string in_, out_;
  std::size_t out_at_ = 0;
  std::shared_ptr<Handler> handler_;
  BodyReader body_;
  bool body_done_ = true, reply_done_ = false, keep_ = true, client_keeps_ = true;
  bool begun_ = false;  // something of the reply at hand was sent
  bool paused_ = false, processing_ = false, above_ = false, closing_ = false;
  std::uint32_t interest_ = 0;
  Time since_;  // of what the deadline at hand counts from
};

}  // namespace headroom::http
