#include "http/connection.h"

#include <sys/socket.h>

#include <array>
#include <utility>

namespace headroom::http {
namespace {

constexpr std::size_t step = 64 << 10;
constexpr std::chrono::seconds linger_time{2};

// Each loop is one thread, and a read is used up before the next.
std::array<char, step>& scratch() {
  static thread_local std::array<char, step> buffer;
  return buffer;
}

}  // namespace

Connection* Connection::open(Loop& loop, Service& service, Socket socket, Peer peer, ConnectionLimits limits,
                             std::string first) {
  Connection* const c =
      loop.own(std::make_unique<Connection>(loop, service, std::move(socket), std::move(peer), limits));
  c->interest_ = Loop::reads;
  loop.add(c->socket_.fd(), c, c->interest_);
  if (!first.empty()) {
    c->in_ = std::move(first);
    c->process();
    if (c->state_ != State::dead) loop.touch(c);
  }
  return c;
}

Connection::Connection(Loop& loop, Service& service, Socket socket, Peer peer, ConnectionLimits limits)
    : loop_(loop), service_(service), socket_(std::move(socket)), peer_(std::move(peer)), limits_(limits) {
  if (socket_.is_shaking()) state_ = State::shaking;
  since_ = loop.now();
  service_.opened(*this);
}

Connection::~Connection() {
  service_.closed(*this);
  // The loop ends with requests in flight.
  if (handler_ && state_ != State::dead) std::exchange(handler_, nullptr)->on_gone();
}

void Connection::close() {
  if (state_ == State::dead) return;
  state_ = State::dead;
  if (socket_) loop_.remove(socket_.fd());
  socket_.close();
  loop_.retire(this);
  if (handler_) {
    const auto handler = std::exchange(handler_, nullptr);
    loop_.bury(handler);
    if (!reply_done_) handler->on_gone();
  }
}

void Connection::gone() {
  close();
}

std::pair<Socket, std::string> Connection::take() {
  state_ = State::dead;
  loop_.remove(socket_.fd());
  loop_.retire(this);
  return {std::move(socket_), std::move(in_)};
}

void Connection::send(std::string_view bytes) {
  if (state_ == State::dead || reply_done_) return;
  if (out_at_ == out_.size()) {
    out_.clear();
    out_at_ = 0;
    since_ = loop_.now();
  } else if (out_at_ > high_mark) {
    out_.erase(0, out_at_);
    out_at_ = 0;
  }
  out_ += bytes;
  begun_ = true;
  if (unsent() > low_mark) above_ = true;
  loop_.touch(this);
}

void Connection::end(bool keep) {
  if (state_ == State::dead || reply_done_) return;
  reply_done_ = true;
  keep_ = keep_ && keep && client_keeps_;
  loop_.touch(this);
}

void Connection::abort() {
  if (state_ == State::dead) return;
  flush();  // what came before goes out
  reply_done_ = true;
  close();
}

void Connection::pause(bool on) {
  if (paused_ == on || state_ == State::dead) return;
  paused_ = on;
  if (!on) {
    since_ = loop_.now();
    loop_.touch(this);  // what was read already goes on in after()
  }
  want();
}

void Connection::become_tunnel() {
  state_ = State::tunnel;
  body_ = BodyReader(Framing::until_close, 0);
  body_done_ = false;
  client_keeps_ = false;
  loop_.touch(this);
}

// What the poll is asked for: no reading while somebody is to be waited for.
void Connection::want() {
  if (state_ == State::dead) return;
  const bool taking = state_ == State::head || state_ == State::lingering ||
                      ((state_ == State::body || state_ == State::tunnel) && !paused_) ||
                      (state_ == State::reply && in_.size() < most_pipelined);
  if (state_ == State::shaking) {
    const std::uint32_t shaking = socket_.wants_write() ? Loop::writes : Loop::reads;
    if (shaking != interest_) loop_.change(socket_.fd(), this, interest_ = shaking);
    return;
  }
  const std::uint32_t interest = (taking ? Loop::reads : 0) | (unsent() > 0 ? Loop::writes : 0);
  if (interest == interest_) return;
  interest_ = interest;
  loop_.change(socket_.fd(), this, interest);
}

// The client's head may have come with the end of its handshake: what was read then is looked at next.
void Connection::shake() {
  switch (socket_.handshake()) {
    case Socket::Io::done:
      state_ = State::head;
      since_ = loop_.now();
      return want();
    case Socket::Io::again:
      return want();
    default:
      return gone();
  }
}

void Connection::ready(bool readable, bool writable) {
  if (state_ == State::shaking) return shake();
  if (writable) {
    flush();
    if (state_ == State::dead) return;
  }
  if (!readable) return loop_.touch(this);
  if (paused_ && (state_ == State::body || state_ == State::tunnel)) {
    if (!writable) return;  // only an error or a hang-up comes unasked
    return gone();
  }
  std::array<char, step>& buffer = scratch();
  std::size_t n = 0;
  switch (socket_.read(buffer.data(), buffer.size(), n)) {
    case Socket::Io::again:
      return loop_.touch(this);
    case Socket::Io::closed:
    case Socket::Io::failed:
      return gone();
    case Socket::Io::done:
      break;
  }
  loop_.touch(this);
  if (state_ == State::lingering) return;
  // A body that is read while nothing waits before it needs no copy.
  std::string_view bytes(buffer.data(), n);
  if ((state_ == State::body || state_ == State::tunnel) && in_.empty()) {
    since_ = loop_.now();
    const auto handler = handler_;
    bytes.remove_prefix(body_.feed(bytes, [&](std::string_view piece) {
      if (state_ != State::dead) handler->on_body(piece);
    }));
    if (state_ == State::dead) return;
    in_ = bytes;
    if (body_.state() != BodyReader::State::open) finish_body();
  } else {
    if (in_.empty() && state_ == State::head) since_ = loop_.now();
    in_ += bytes;
  }
  process();
}

void Connection::process() {
  if (std::exchange(processing_, true)) return;
  while (state_ != State::dead && state_ != State::lingering) {
    if (state_ == State::head) {
      if (in_.empty() || !read_head()) break;
    } else if (state_ == State::body || state_ == State::tunnel) {
      if (in_.empty() || paused_) break;
      read_body();
    } else if (reply_done_ && body_done_) {
      if (!keep_ || closing_) break;
      next_request();
    } else {
      break;
    }
  }
  processing_ = false;
}

bool Connection::read_head() {
  auto parsed = parse_request(in_);
  if (!parsed) {
    send(service_.refuse(parsed.error()));
    reply_done_ = true;
    keep_ = false;
    in_.clear();
    state_ = State::reply;
    body_done_ = true;
    return false;
  }
  if (!*parsed) return false;
  Head head = std::move(**parsed);
  in_.erase(0, head.bytes().size());
  client_keeps_ = head.keeps_alive();
  keep_ = true;
  reply_done_ = begun_ = false;
  paused_ = false;
  body_ = BodyReader(head.framing(), head.length());
  body_done_ = body_.state() == BodyReader::State::done;
  const bool expects = head.minor_version() >= 1 && same_name(head.get("expect"), "100-continue") && in_.empty();
  state_ = body_done_ ? State::reply : State::body;
  since_ = loop_.now();
  handler_ = service_.on_request(*this, std::move(head));
  if (state_ == State::dead) return false;
  if (!handler_ && !reply_done_) {  // answered by nobody: our bug, told as such
    reply_done_ = true;
    keep_ = false;
  }
  if (reply_done_) return true;
  if (body_done_) {
    const auto handler = handler_;
    handler->on_body_end();
  } else if (expects) {
    send("HTTP/1.1 100 Continue\r\n\r\n");
    begun_ = false;
  }
  return true;
}

void Connection::read_body() {
  std::string bytes = std::exchange(in_, {});
  const auto handler = handler_;
  const std::size_t taken = body_.feed(bytes, [&](std::string_view piece) {
    if (state_ != State::dead && handler) handler->on_body(piece);
  });
  if (state_ == State::dead) return;
  bytes.erase(0, taken);
  in_ = std::move(bytes);
  since_ = loop_.now();
  if (body_.state() != BodyReader::State::open) finish_body();
}

void Connection::finish_body() {
  if (body_.state() == BodyReader::State::bad) {
    if (!reply_done_ && !begun_) send(service_.refuse({"a body that is not chunked as it says"}));
    flush();
    return close();
  }
  body_done_ = true;
  state_ = State::reply;
  if (reply_done_ || !handler_) return;
  const auto handler = handler_;
  handler->on_body_end();
}

void Connection::next_request() {
  if (handler_) loop_.bury(std::exchange(handler_, nullptr));
  state_ = State::head;
  since_ = loop_.now();
}

void Connection::flush() {
  while (out_at_ < out_.size()) {
    std::size_t n = 0;
    const Socket::Io io = socket_.write(std::string_view(out_).substr(out_at_), n);
    if (io == Socket::Io::again) break;
    if (io != Socket::Io::done) return gone();
    out_at_ += n;
    since_ = loop_.now();
  }
  if (out_at_ == out_.size() && out_at_ > 0) {
    out_at_ = 0;
    if (out_.capacity() > high_mark) {
      out_ = {};
    } else {
      out_.clear();
    }
  }
}

void Connection::after() {
  if (state_ == State::dead) return;
  flush();
  if (state_ == State::dead) return;
  if (above_ && unsent() <= low_mark) {
    above_ = false;
    if (handler_ && !reply_done_) {
      const auto handler = handler_;
      handler->on_writable();
      if (state_ == State::dead) return;
      flush();
      if (state_ == State::dead) return;
    }
  }
  if (reply_done_ && unsent() == 0 && state_ != State::lingering) {
    if (!keep_ || !body_done_) return linger();
  }
  process();
  if (state_ == State::dead) return;
  if (unsent() > 0) flush();
  if (state_ == State::dead) return;
  if (reply_done_ && unsent() == 0 && state_ == State::reply && (!keep_ || !body_done_)) return linger();
  // The client may have read since the first of these flushes: who waits for room is told of it by another round. No
  // event would tell, since nothing is left to be written.
  if (above_ && unsent() <= low_mark) loop_.touch(this);
  want();
}

// The reply is out; what the client still sends is read and dropped for a moment, since closing with unread bytes would
// reset the connection and lose the reply.
void Connection::linger() {
  if (handler_) loop_.bury(std::exchange(handler_, nullptr));
  if (state_ == State::tunnel || (body_done_ && in_.empty() && socket_.is_tls())) return close();
  ::shutdown(socket_.fd(), SHUT_WR);
  state_ = State::lingering;
  in_.clear();
  since_ = loop_.now();
  want();
}

void Connection::tick(Time now) {
  const auto waited = now - since_;
  if (unsent() > 0) {
    if (waited > limits_.stalled) gone();
    return;
  }
  switch (state_) {
    case State::shaking:
      if (waited > limits_.head) close();
      break;
    case State::head:
      if (waited > (in_.empty() ? limits_.idle : limits_.head)) close();
      break;
    case State::body:
      if (!paused_ && !reply_done_ && waited > limits_.body) gone();
      break;
    case State::lingering:
      if (waited > linger_time) close();
      break;
    case State::reply:
    case State::tunnel:
    case State::dead:
      break;
  }
}

}  // namespace headroom::http
