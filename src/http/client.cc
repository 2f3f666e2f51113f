#include "http/client.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/hash.h"

namespace headroom::http {
namespace {

constexpr std::size_t step = 64 << 10;

std::array<char, step>& scratch() {
  static thread_local std::array<char, step> buffer;
  return buffer;
}

bool goes_past_proxy(const std::string& host, const std::vector<std::string>& no_proxy) {
  return std::ranges::any_of(no_proxy, [&](std::string_view entry) {
    if (entry == "*") return true;
    if (const auto network = parse_network(entry)) {
      const auto address = parse_address(host);
      return address && network->holds(*address);
    }
    if (entry.starts_with('.')) entry.remove_prefix(1);
    return host == entry ||
           (host.size() > entry.size() && host.ends_with(entry) && host[host.size() - entry.size() - 1] == '.');
  });
}

}  // namespace

Result<std::shared_ptr<TlsContext>> ClientShared::tls() {
  const std::scoped_lock lock(mutex_);
  if (!tls_) tls_ = TlsContext::make(options.ca_bundle);
  return *tls_;
}

// ---- one connection
// ---------------------------------------------------------------------------------------------------

class Link : public Loop::Watcher {
 public:
  Link(Client& client, const Origin& origin, std::string key, AddressPolicy policy)
      : client_(client), origin_(origin), key_(std::move(key)), policy_(std::move(policy)) {
    alive_ = std::make_shared<Link*>(this);
    deadline_ = client.loop_.now() + client.shared_.options.connect;
    const auto& o = client.shared_.options;
    if (origin.tls && o.proxy && !goes_past_proxy(origin.host, o.no_proxy)) proxy_ = o.proxy;
  }

  ~Link() override {
    if (upstream_) upstream_->link_ = nullptr;  // the loop ends with requests in flight
  }

  const std::string& key() const { return key_; }
  bool established() const { return state_ == State::established; }

  void connect_soon() {
    client_.loop_.post([weak = std::weak_ptr(alive_)] {
      if (const auto alive = weak.lock()) (*alive)->connect();
    });
  }

  void connect() {
    state_ = State::resolving;
    const Origin& target = proxy_ ? *proxy_ : origin_;
    if (const auto address = parse_address(target.host, target.port)) return resolved({*address});
    client_.shared_.resolver.resolve(client_.loop_, target.host, target.port,
                                     [weak = std::weak_ptr(alive_)](std::vector<Address> found) {
                                       if (const auto alive = weak.lock()) (*alive)->resolved(std::move(found));
                                     });
  }

  // The upstream's request is sent, and its reply read, from now on.
  void serve(Upstream* upstream) {
    upstream_ = upstream;
    any_byte_ = false;
    have_head_ = false;
    in_.clear();
    body_ = {};
    silent_since_ = client_.loop_.now();
    if (established()) client_.loop_.touch(this);
  }
  void touch() {
    if (established()) client_.loop_.touch(this);
  }

  void close() {
    if (state_ == State::closed) return;
    state_ = State::closed;
    alive_.reset();
    drop_socket();
    client_.forget(this);
    client_.loop_.retire(this);
  }

  void want() {
    if (state_ == State::closed || !socket_) return;
    std::uint32_t interest = 0;
    if (state_ == State::connecting) {
      interest = Loop::writes;
    } else if (state_ == State::shaking) {
      interest = socket_.wants_write() ? Loop::writes : Loop::reads;
    } else if (state_ == State::asking_proxy) {
      interest = Loop::reads | (ask_.empty() ? 0 : Loop::writes);
    } else {
      const bool paused = upstream_ && upstream_->paused_;
      interest = (paused ? 0 : Loop::reads) | (upstream_ && upstream_->unsent() > 0 ? Loop::writes : 0);
    }
    if (interest == interest_) return;
    interest_ = interest;
    client_.loop_.change(socket_.fd(), this, interest);
  }

  void resume() {
    want();
    silent_since_ = client_.loop_.now();
    if (socket_.has_pending() || !in_.empty()) {
      client_.loop_.post([weak = std::weak_ptr(alive_)] {
        if (const auto alive = weak.lock()) (*alive)->ready(true, false);
      });
    }
  }

  void ready(bool readable, bool writable) override {
    switch (state_) {
      case State::connecting:
        return connected();
      case State::asking_proxy:
        return ask_proxy(readable);
      case State::shaking:
        return shake();
      case State::established:
        break;
      default:
        return;
    }
    if (!upstream_) return close();  // a kept connection that speaks or ends is of no use
    if (writable) write();
    if (readable && state_ == State::established && upstream_) read();
    if (state_ == State::established) client_.loop_.touch(this);
  }

  void after() override {
    if (state_ != State::established || !upstream_) return;
    write();
    if (state_ == State::established) want();
  }

  void tick(Time now) override {
    if (state_ == State::resolving || state_ == State::connecting || state_ == State::asking_proxy ||
        state_ == State::shaking || state_ == State::waiting) {
      if (now < deadline_) return;
      return give_up(Fault::timeout);
    }
    if (!upstream_) {
      if (now - silent_since_ > client_.shared_.options.kept) close();
    } else if (!upstream_->paused_ && now - silent_since_ > client_.shared_.options.silence) {
      give_up(Fault::timeout);
    }
  }

 private:
  friend class Client;
  friend class Upstream;
  enum class State : std::uint8_t { resolving, connecting, asking_proxy, shaking, waiting, established, closed };

  void drop_socket() {
    if (!socket_) return;
    client_.loop_.remove(socket_.fd());
    socket_.close();
  }

  // Nothing more comes of this connection.
  void give_up(Fault fault) {
    Upstream* const upstream = std::exchange(upstream_, nullptr);
    close();
    if (!upstream) return;
    upstream->link_ = nullptr;
    upstream->failed(fault);
  }

  void resolved(std::vector<Address> found) {
    addresses_ = std::move(found);
    if (policy_ && !proxy_ && !std::ranges::all_of(addresses_, policy_)) return give_up(Fault::refused_address);
    next_address_ = 0;
    try_next(Fault::unreachable);
  }

  void try_next(Fault why) {
    drop_socket();
    while (next_address_ < addresses_.size()) {
      const Address& address = addresses_[next_address_++];
      const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (fd < 0) continue;
      socket_ = Socket(fd);
      set_no_delay(fd);
      if (::connect(fd, address.get(), address.size) != 0 && errno != EINPROGRESS) {
        socket_.close();
        continue;
      }
      state_ = State::connecting;
      interest_ = Loop::writes;
      client_.loop_.add(fd, this, interest_);
      return;
    }
    again_later(why);
  }

  // Another attempt, 100 ms later, then 200: nothing has been sent yet.
  void again_later(Fault why) {
    drop_socket();
    if (++attempt_ >= client_.shared_.options.attempts) return give_up(why);
    state_ = State::waiting;
    const auto wait = std::chrono::milliseconds(100 << (attempt_ - 1));
    // Spread by up to a quarter, so that many do not come back at once.
    const auto stamp = std::chrono::steady_clock::now().time_since_epoch().count();
    const auto part = static_cast<std::int64_t>(hash64(key_, static_cast<std::uint64_t>(stamp)) % 256);
    client_.loop_.at(client_.loop_.now() + wait + wait * part / 1024, [weak = std::weak_ptr(alive_)] {
      if (const auto alive = weak.lock()) (*alive)->connect();
    });
  }

  void connected() {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return try_next(Fault::unreachable);
    if (proxy_) {
      state_ = State::asking_proxy;
      std::string target = origin_.authority();
      if (origin_.port == 443) target += ":443";
      ask_ = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n";
      in_.clear();
      return want();
    }
    secured_or_open();
  }

  void ask_proxy(bool readable) {
    if (!ask_.empty()) {
      std::size_t n = 0;
      const Socket::Io io = socket_.write(ask_, n);
      if (io == Socket::Io::failed) return try_next(Fault::unreachable);
      ask_.erase(0, n);
    }
    if (readable) {
      // One byte at a time would be slow, and more could be the server's: but TLS servers wait for the client.
      std::array<char, 4096> buffer;
      std::size_t n = 0;
      const Socket::Io io = socket_.read(buffer.data(), buffer.size(), n);
      if (io == Socket::Io::closed || io == Socket::Io::failed) return try_next(Fault::unreachable);
      in_.append(buffer.data(), n);
      const auto head = parse_response(in_, true);
      if (!head) return give_up(Fault::protocol);
      if (*head) {
        if ((*head)->status() != 200 || in_.size() != (*head)->bytes().size()) return give_up(Fault::unreachable);
        in_.clear();
        return secured_or_open();
      }
    }
    want();
  }

  void secured_or_open() {
    if (!origin_.tls) return open();
    const auto context = client_.shared_.tls();
    if (!context || !socket_.start_tls(**context, origin_.host)) return give_up(Fault::tls);
    state_ = State::shaking;
    shake();
  }

  void shake() {
    switch (socket_.handshake()) {
      case Socket::Io::done:
        return open();
      case Socket::Io::again:
        return want();
      default:
        return give_up(Fault::tls);
    }
  }

  void open() {
    state_ = State::established;
    silent_since_ = client_.loop_.now();
    addresses_.clear();
    write();
    if (state_ == State::established) want();
  }

  void write() {
    if (!upstream_) return;
    Upstream& u = *upstream_;
    while (u.unsent() > 0) {
      std::size_t n = 0;
      const Socket::Io io = socket_.write(u.next_bytes(), n);
      if (io == Socket::Io::again) break;
      // A server may have answered and closed without reading all: its reply is still to be read.
      if (io != Socket::Io::done) {
        write_failed_ = true;
        u.took(u.unsent());
        break;
      }
      u.took(n);
      silent_since_ = client_.loop_.now();
    }
    // What went over a kept connection is held until a byte of the reply has come: it may have to be sent again.
    if (!u.reused_ || any_byte_) u.forget_sent();
    if (u.above_ && u.unsent() <= Upstream::low_mark) {
      u.above_ = false;
      u.handler_.on_upstream_writable();
    }
  }

  void read() {
    std::array<char, step>& buffer = scratch();
    for (int turn = 0; turn < 4 && upstream_ && state_ == State::established; ++turn) {
      if (upstream_->paused_) return;
      std::size_t n = 0;
      const Socket::Io io = socket_.read(buffer.data(), buffer.size(), n);
      if (io == Socket::Io::again) return;
      if (io != Socket::Io::done) return ended();
      silent_since_ = client_.loop_.now();
      any_byte_ = true;
      take({buffer.data(), n});
      if (n < buffer.size() && !(socket_ && socket_.has_pending())) return;
    }
    if (upstream_ && state_ == State::established && socket_.has_pending()) resume();
  }

  void take(std::string_view bytes) {
    if (!have_head_) {
      in_ += bytes;
      if (!read_head()) return;
      std::string rest = std::exchange(in_, {});
      return take_body(rest);
    }
    take_body(bytes);
  }

  // True if a reply's body may follow.
  bool read_head() {
    for (;;) {
      auto parsed = parse_response(in_, upstream_->to_head_);
      if (!parsed) return give_up(Fault::protocol), false;
      if (!*parsed) return false;
      Head head = std::move(**parsed);
      in_.erase(0, head.bytes().size());
      if (head.status() < 200 && head.status() != 101) continue;  // interim: 100, 103
      have_head_ = true;
      keeps_ = head.keeps_alive() && head.status() != 101;
      body_ = head.status() == 101 ? BodyReader(Framing::until_close, 0) : BodyReader(head.framing(), head.length());
      upstream_->handler_.on_reply(std::move(head));
      return upstream_ != nullptr && state_ == State::established;
    }
  }

  void take_body(std::string_view bytes) {
    const std::weak_ptr<Link*> weak = alive_;
    std::size_t taken = 0;
    if (body_.state() == BodyReader::State::open) {
      taken = body_.feed(bytes, [&](std::string_view piece) {
        if (upstream_) upstream_->handler_.on_reply_body(piece);
      });
    }
    if (weak.expired() || !upstream_ || state_ != State::established) return;
    if (body_.state() == BodyReader::State::bad) return give_up(Fault::protocol);
    if (body_.state() == BodyReader::State::done) complete(taken == bytes.size());
  }

  void complete(bool nothing_left) {
    Upstream* const upstream = std::exchange(upstream_, nullptr);
    upstream->link_ = nullptr;
    upstream->done_ = true;
    const bool reusable = keeps_ && nothing_left && upstream->sent_all_ && upstream->unsent() == 0 && !write_failed_;
    if (reusable) {
      silent_since_ = client_.loop_.now();
      interest_ == Loop::reads ? void() : want();
      client_.keep(this);
    } else {
      close();
    }
    upstream->handler_.on_reply_end();
  }

  void ended() {
    if (have_head_ && body_.may_end()) {
      keeps_ = false;
      return complete(true);
    }
    // A kept connection that its server had closed already: once more, over a new one.
    if (upstream_->reused_ && !any_byte_ && !upstream_->tried_again_) {
      Upstream* const upstream = std::exchange(upstream_, nullptr);
      close();
      upstream->link_ = nullptr;
      upstream->tried_again_ = true;
      upstream->out_at_ = upstream->last_at_ = 0;
      return upstream->start();
    }
    give_up(Fault::protocol);
  }

  Client& client_;
  const Origin origin_;
  const std::string key_;
  const AddressPolicy policy_;
  std::optional<Origin> proxy_;
  std::shared_ptr<Link*> alive_;
  State state_ = State::resolving;
  Socket socket_;
  std::uint32_t interest_ = 0;
  std::vector<Address> addresses_;
  std::size_t next_address_ = 0;
  int attempt_ = 0;
  Time deadline_, silent_since_;
  std::string ask_;  // of a proxy
  Upstream* upstream_ = nullptr;
  std::string in_;
  BodyReader body_;
  bool have_head_ = false, any_byte_ = false, keeps_ = false, write_failed_ = false;
};

// ---- the pool
// ---------------------------------------------------------------------------------------------------------

Link* Client::take(const std::string& key) {
  const auto at = kept_.find(key);
  if (at == kept_.end() || at->second.empty()) return nullptr;
  Link* const link = at->second.back();  // the one used last is the likeliest to live
  at->second.pop_back();
  return link;
}

void Client::keep(Link* link) {
  std::vector<Link*>& kept = kept_[link->key()];
  if (kept.size() >= shared_.options.most_kept) return link->close();
  kept.push_back(link);
}

void Client::forget(Link* link) {
  const auto at = kept_.find(link->key());
  if (at != kept_.end()) std::erase(at->second, link);
}

std::size_t Client::kept() const {
  std::size_t n = 0;
  for (const auto& [key, links] : kept_) n += links.size();
  return n;
}

void Client::drop_kept() {
  const auto all = std::exchange(kept_, {});
  for (const auto& [key, links] : all) {
    for (Link* const link : links) link->close();
  }
}

// ---- one request
// ------------------------------------------------------------------------------------------------------

Upstream::Upstream(Client& client, Origin origin, UpstreamHandler& handler, bool to_head, AddressPolicy policy)
    : client_(client), origin_(std::move(origin)), handler_(handler), to_head_(to_head), policy_(std::move(policy)) {
  key_ = (policy_ ? "policed " : "") + std::string(origin_.tls ? "s " : "- ") + origin_.host + " " +
         std::to_string(origin_.port);
}

Upstream::~Upstream() {
  if (!link_) return;
  link_->upstream_ = nullptr;
  link_->close();
}

void Upstream::start() {
  started_ = true;
  Link* link = streamed_ || tried_again_ ? nullptr : client_.take(key_);
  reused_ = link != nullptr;
  if (!link) link = client_.loop_.own(std::make_unique<Link>(client_, origin_, key_, policy_));
  link_ = link;
  link->serve(this);
  // Never from within the caller's send(): what fails at once is told later too.
  if (!reused_) link->connect_soon();
}

void Upstream::failed(Fault fault) {
  done_ = true;
  handler_.on_fault(fault);
}

void Upstream::send(std::string_view bytes) {
  if (done_) return;
  if (!last_.empty() && !bytes.empty()) {  // it was not the last, then: a provider that speaks of its own accord
    out_ += last_;
    out_at_ += std::exchange(last_at_, 0);
    last_ = {};
  }
  out_ += bytes;
  if (unsent() > high_mark) above_ = true;
  if (!started_) return start();
  if (link_) link_->touch();
}

void Upstream::send(std::string&& bytes) {
  if (out_.empty() && last_.empty() && !done_) {
    out_ = std::move(bytes);
    if (unsent() > high_mark) above_ = true;
    if (!started_) return start();
    if (link_) link_->touch();
    return;
  }
  send(std::string_view(bytes));
}

void Upstream::send_last(SharedText bytes) {
  if (done_) return;
  last_ = std::move(bytes);
  last_at_ = 0;
  send(std::string_view());
}

void Upstream::end() {
  sent_all_ = true;
}

std::string_view Upstream::next_bytes() const {
  if (out_at_ < out_.size()) return std::string_view(out_).substr(out_at_);
  return last_.view().substr(last_at_);
}

void Upstream::took(std::size_t n) {
  const std::size_t first = std::min(n, out_.size() - out_at_);
  out_at_ += first;
  last_at_ += n - first;
}

// All of it, or so much that moving the rest is worth its while.
void Upstream::forget_sent() {
  if (unsent() == 0) {
    out_ = {};
    last_ = {};
    out_at_ = last_at_ = 0;
  } else if (out_at_ > high_mark) {
    out_.erase(0, out_at_);
    out_at_ = 0;
  }
}

void Upstream::pause(bool on) {
  if (paused_ == on) return;
  paused_ = on;
  if (!link_ || !link_->established()) return;
  if (on) {
    link_->want();
  } else {
    link_->resume();
  }
}

}  // namespace headroom::http
