#include "proxy/server.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "proxy/own.h"

namespace headroom::proxy {
namespace {

constexpr int backlog = 1024;
constexpr std::chrono::seconds house_every{5};

Error listen_error(const std::string& where, int error) {
  if (error == EADDRINUSE)
    return {ErrorKind::unavailable, where + " is in use by another program; --port takes another port, --port 0 any"};
  return {ErrorKind::unavailable, "cannot listen on " + where + ": " + std::strerror(error)};
}

sigset_t held_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int s : {SIGTERM, SIGINT, SIGHUP, SIGUSR2}) sigaddset(&set, s);
  return set;
}

http::Peer peer_of(int fd, bool unix_socket) {
  http::Peer peer;
  if (unix_socket) {
    peer.unix_socket = true;
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) peer.uid = credentials.uid;
    return peer;
  }
  http::Address remote, local;
  remote.size = local.size = sizeof(sockaddr_storage);
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&remote.storage), &remote.size) == 0) {
    peer.address = remote.text();
    peer.port = remote.port();
    peer.loopback = http::is_loopback(remote);
  }
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&local.storage), &local.size) == 0) {
    peer.local_address = local.text();
    peer.local_port = local.port();
  }
  return peer;
}

}  // namespace

// ---- what the front watches
// -------------------------------------------------------------------------------------------

class Server::Listener final : public http::Loop::Watcher {
 public:
  Listener(Server& server, int fd, bool unix_socket) : server_(server), fd_(fd), unix_socket_(unix_socket) {}
  ~Listener() override { ::close(fd_); }

  void ready(bool, bool) override {
    for (int i = 0; i < 64; ++i) {
      const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) {
        // No descriptor left: the queue is looked at again when some are free.
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) pause();
        return;
      }
      if (!unix_socket_) http::set_no_delay(fd);
      server_.accepted(http::Socket(fd), peer_of(fd, unix_socket_));
    }
  }
  void tick(http::Time now) override {
    if (!paused_ || now < again_) return;
    paused_ = false;
    server_.loop_.change(fd_, this, http::Loop::reads);
  }

 private:
  void pause() {
    paused_ = true;
    again_ = server_.loop_.now() + std::chrono::milliseconds(100);
    server_.loop_.change(fd_, this, 0);
  }
  Server& server_;
  const int fd_;
  const bool unix_socket_;
  bool paused_ = false;
  http::Time again_;
};

class Server::Signals final : public http::Loop::Watcher {
 public:
  Signals(Server& server, int fd) : server_(server), fd_(fd) {}
  ~Signals() override { ::close(fd_); }
  void ready(bool, bool) override {
    signalfd_siginfo info{};
    while (::read(fd_, &info, sizeof info) == static_cast<ssize_t>(sizeof info))
      server_.signalled(static_cast<int>(info.ssi_signo));
  }

 private:
  Server& server_;
  const int fd_;
};

// The process that is to take over: a byte says that it listens, the end that it did not come so far.
class Server::Awaited final : public http::Loop::Watcher {
 public:
  Awaited(Server& server, Successor successor) : server_(server), successor_(successor) {}
  ~Awaited() override { ::close(successor_.ready); }
  void ready(bool, bool) override {
    char byte = 0;
    const ssize_t n = ::read(successor_.ready, &byte, 1);
    if (n < 0) return;
    server_.loop_.remove(successor_.ready);
    server_.loop_.retire(this);
    server_.succeeded(n == 1, successor_.process);
  }

 private:
  Server& server_;
  const Successor successor_;
};

// First heads: health is answered here, all else goes to a loop with what was read.
class Server::Front final : public http::Service {
 public:
  explicit Front(Server& server) : server_(server) {}

  std::shared_ptr<http::Handler> on_request(http::Connection& connection, http::Head head) override {
    App& app = *server_.app_;
    const Prefixes prefixes = read_prefixes(head.target());
    const Route& route = find_route(head.method(), prefixes.path);
    const bool health =
        route.endpoint == Endpoint::livez || route.endpoint == Endpoint::readyz || route.endpoint == Endpoint::health;
    if (!health) {
      http::Peer peer = connection.peer();
      auto [socket, rest] = connection.take();
      server_.hand_over(std::move(socket), std::move(peer), head.bytes() + rest);
      return nullptr;
    }
    const auto settings = app.settings();
    const http::Peer& peer = connection.peer();
    const bool keep = head.framing() == http::Framing::none && !app.draining;
    const auto ask = [&peer] { return uid_of_peer(peer); };
    const Verdict verdict = judge(settings->gate, head, peer, Right::open, prefixes.token, ask);
    if (verdict.refused) {
      connection.send(error_answer(route.dialect, *verdict.refused, verdict.why, keep));
    } else {
      // Who may read figures is told more.
      const bool known = route.endpoint == Endpoint::health &&
                         !judge(settings->gate, head, peer, Right::read, prefixes.token, ask).refused;
      const OwnAnswer made = answer_health(app, route.endpoint, known);
      connection.send(own_answer(made.status, made.body, keep, made.extra, made.type));
    }
    connection.end(keep);
    return nullptr;
  }
  std::string refuse(const http::BadHead& bad) override {
    return error_answer(Dialect::own, code::invalid_request, bad.why, false);
  }
  void opened(http::Connection&) override { ++open_; }
  void closed(http::Connection&) override { --open_; }
  // Connections whose first request has not come, or is for health.
  std::size_t open() const { return open_; }

 private:
  Server& server_;
  std::size_t open_ = 0;
};

// ---- start
// ------------------------------------------------------------------------------------------------------------

Server::Server(std::unique_ptr<App> app) : app_(std::move(app)), front_(std::make_unique<Front>(*this)) {}

Server::~Server() {
  for (const auto& worker : workers_) worker->stop();
  app_->pool.stop();  // its jobs answer to loops
  loop_.clear();
  for (const auto& [fd, unix_socket] : listening_) ::close(fd);
  if (!unix_path_.empty()) ::unlink(unix_path_.c_str());
}

Result<std::unique_ptr<Server>> Server::open(Setup setup, std::shared_ptr<const Settings> settings) {
  // A server that a name cannot be written to is told by the write itself.
  ::signal(SIGPIPE, SIG_IGN);
  auto app = std::make_unique<App>(std::move(setup), std::move(settings));
  std::unique_ptr<Server> server(new Server(std::move(app)));
  const Setup& s = server->app_->setup;
  if (const auto loaded = server->load_certificate(); !loaded) return std::unexpected(loaded.error());
  const auto listening = s.inherited > 0 ? server->listen_inherited()
                         : s.uds.empty() ? server->listen_tcp()
                                         : server->listen_unix();
  if (!listening) return std::unexpected(listening.error());
  const unsigned machine = std::max(1u, std::thread::hardware_concurrency());
  const unsigned loops = server->app_->setup.loops ? server->app_->setup.loops : std::min(machine, 8u);
  for (unsigned i = 0; i < loops; ++i) server->workers_.push_back(std::make_unique<Worker>(*server->app_));
  return server;
}

Result<void> Server::load_certificate() {
  const Setup& setup = app_->setup;
  if (setup.tls_cert.empty()) return {};
  auto context = http::TlsContext::make_server(setup.tls_cert, setup.tls_key);
  if (!context) return std::unexpected(context.error());
  tls_ = std::move(*context);
  return {};
}

Result<void> Server::listen_tcp() {
  const Setup& setup = app_->setup;
  const std::string where = setup.host + ":" + std::to_string(setup.port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(setup.host.c_str(), std::to_string(setup.port).c_str(), &hints, &found) != 0 || !found)
    return fail(ErrorKind::invalid_request, "no such address to listen on: " + setup.host);
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool good = fd >= 0 && ::bind(fd, found->ai_addr, found->ai_addrlen) == 0 && ::listen(fd, backlog) == 0;
  const int error = errno;
  ::freeaddrinfo(found);
  if (!good) {
    if (fd >= 0) ::close(fd);
    return std::unexpected(listen_error(where, error));
  }
  http::Address local;
  local.size = sizeof(sockaddr_storage);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&local.storage), &local.size);
  port_ = local.port();
  listening_.emplace_back(fd, false);
  return {};
}

Result<void> Server::listen_unix() {
  const std::filesystem::path path = app_->setup.uds;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.string().size() >= sizeof address.sun_path)
    return fail(ErrorKind::invalid_request, "the path of the socket is too long");
  std::memcpy(address.sun_path, path.c_str(), path.string().size());
  std::error_code error;
  if (path.has_parent_path() && !std::filesystem::exists(path.parent_path(), error)) {
    std::filesystem::create_directories(path.parent_path(), error);
    std::filesystem::permissions(path.parent_path(), std::filesystem::perms::owner_all, error);
  }
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct stat info{};
  if (::lstat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode)) {
    // One that nobody listens on is left over.
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      ::close(fd);
      return std::unexpected(listen_error(path.string(), EADDRINUSE));
    }
    ::unlink(path.c_str());
  }
  const mode_t before = ::umask(0177);
  const bool good =
      ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 && ::listen(fd, backlog) == 0;
  const int why = errno;
  ::umask(before);
  if (!good) {
    ::close(fd);
    return std::unexpected(listen_error(path.string(), why));
  }
  unix_path_ = path;
  listening_.emplace_back(fd, true);
  return {};
}

// As systemd hands them over (sd_listen_fds(3)): bound and listening.
Result<void> Server::listen_inherited() {
  constexpr int first = 3;
  for (int fd = first; fd < first + app_->setup.inherited; ++fd) {
    http::Address local;
    local.size = sizeof(sockaddr_storage);
    int listens = 0;
    socklen_t size = sizeof listens;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&local.storage), &local.size) != 0 ||
        ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0)
      return fail(ErrorKind::invalid_request, "what was handed over is no listening socket");
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    const bool unix_socket = local.storage.ss_family == AF_UNIX;
    // A socket of ours (SIGUSR2) is ours to remove; a service manager's is not named by --uds.
    if (unix_socket) unix_path_ = app_->setup.uds;
    if (!unix_socket) port_ = local.port();
    listening_.emplace_back(fd, unix_socket);
  }
  return {};
}

void Server::hold_signals() {
  const sigset_t set = held_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void Server::run(bool watch_signals) {
  if (watch_signals) {
    const sigset_t set = held_signals();
    const int fd = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    loop_.add(fd, loop_.own(std::make_unique<Signals>(*this, fd)), http::Loop::reads);
  }
  if (const auto opened = app_->open_ledger(); !opened) notice("no log is kept: " + opened.error().message);
  for (const auto& worker : workers_) worker->start();
  for (const auto& [fd, unix_socket] : std::exchange(listening_, {})) {
    Listener* const listener = loop_.own(std::make_unique<Listener>(*this, fd, unix_socket));
    loop_.add(fd, listener, http::Loop::reads);
    listeners_.push_back(listener);
    listener_fds_.push_back(fd);
  }
  // The key is on disk: read before a loop needs it.
  app_->pool.submit(0, [app = app_.get()] { static_cast<void>(app->core("default").workspace_key()); });
  loop_.at(loop_.now() + house_every, [this] { keep_house(); });
  loop_.run();
  for (const auto& worker : workers_) worker->stop();
  app_->keep_stores();
}

// ---- while it runs
// ----------------------------------------------------------------------------------------------------

void Server::accepted(http::Socket socket, http::Peer peer) {
  if (tls_ && !peer.unix_socket) {
    if (!socket.accept_tls(*tls_)) return;
    peer.tls = true;
  }
  http::Connection::open(loop_, *front_, std::move(socket), std::move(peer), app_->setup.limits);
}

void Server::hand_over(http::Socket socket, http::Peer peer, std::string first) {
  workers_[next_++ % workers_.size()]->adopt(std::move(socket), std::move(peer), std::move(first));
}

// Every few seconds: what the stores have gathered is written, off this thread.
void Server::keep_house() {
  app_->pool.submit(0, [app = app_.get()] {
    app->keep_stores();
    app->give_back_memory();
  });
  loop_.at(loop_.now() + house_every, [this] { keep_house(); });
}

void Server::signalled(int signal) {
  if (signal == SIGHUP) {
    // The old certificate stays where the new one cannot be read.
    if (const auto loaded = load_certificate(); !loaded) notice("certificate not changed: " + loaded.error().message);
    const auto done = app_->reload();
    return notice(done ? "configuration read again" : "configuration not changed: " + done.error().message);
  }
  if (signal == SIGUSR2) return succeed();
  if (phase_ == Phase::draining) return loop_.stop();  // a second one: now
  drain();
}

void Server::stop() {
  loop_.post([this] { drain(); });
}

// The program is started anew, from the file that has its name now; until it says that it listens, all stays as it is.
void Server::succeed() {
  if (phase_ != Phase::serving || succeeding_) return notice("a new process is not started now");
  const auto successor = app_->setup.succeed ? app_->setup.succeed(listener_fds_)
                                             : fail(ErrorKind::unavailable, "there is nothing to start");
  if (!successor) return notice("no new process: " + successor.error().message);
  succeeding_ = true;
  loop_.add(successor->ready, loop_.own(std::make_unique<Awaited>(*this, *successor)), http::Loop::reads);
}

void Server::succeeded(bool ready, int process) {
  succeeding_ = false;
  if (!ready) {
    ::waitpid(process, nullptr, WNOHANG);
    return notice("the new process did not start; this one goes on");
  }
  if (phase_ != Phase::serving) return;
  phase_ = Phase::handed_over;
  app_->handed_over = app_->draining = true;
  if (app_->setup.succeeded) app_->setup.succeeded(process);
  notice("process " + std::to_string(process) + " listens now; finishing what is in flight");
  unix_path_.clear();  // the path is its
  stop_listening();
  // Kept connections end with their next reply. Those that stay silent are closed later, so that no request crosses
  // its connection's end.
  drained_by_ = loop_.now() + std::max<std::chrono::seconds>(app_->setup.drain, std::chrono::seconds(5));
  check_drained();
}

void Server::stop_listening() {
  for (http::Loop::Watcher* const listener : listeners_) loop_.retire(listener);
  listeners_.clear();
  listener_fds_.clear();
}

void Server::drain() {
  if (phase_ == Phase::draining) return;
  phase_ = Phase::draining;
  app_->draining = true;
  notice("shutting down");
  stop_listening();
  for (const auto& worker : workers_) worker->drain();
  drained_by_ = loop_.now() + app_->setup.drain;
  check_drained();
}

void Server::check_drained() {
  const auto now = std::chrono::steady_clock::now();
  const bool late = now >= drained_by_;
  const bool idle = std::ranges::all_of(workers_, [](const auto& w) { return w->busy() == 0; });
  // Who has not sent a head is waited for only where nobody is in a hurry.
  const bool nobody = phase_ == Phase::draining || late || front_->open() == 0;
  if ((idle && nobody) || (cut_off_ && now > drained_by_ + std::chrono::seconds(1))) return loop_.stop();
  if (late && phase_ == Phase::handed_over) {
    for (const auto& worker : workers_) worker->drain();
    drained_by_ = now + std::chrono::seconds(1);
  } else if (late && !cut_off_) {
    cut_off_ = true;
    for (const auto& worker : workers_) worker->cut_off();
  }
  if (std::exchange(checking_, true)) return;
  loop_.at(now + std::chrono::milliseconds(20), [this] {
    checking_ = false;
    check_drained();
  });
}

}  // namespace headroom::proxy
