// The whole proxy: the front thread (listeners, signals, health), the loops, and how it ends.
//
//   auto server = Server::open(setup, settings);  (*server)->port();  (*server)->run();   until SIGTERM
//
// The front accepts, reads a connection's first head and answers /livez, /readyz and /health itself; any other
// connection goes to a loop, the next in turn. So health is answered however busy the loops are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/loop.h"
#include "proxy/app.h"
#include "proxy/worker.h"

namespace headroom::proxy {

class Server {
 public:
  // Listens; nothing is accepted before run(). An error says which address is busy.
  static Result<std::unique_ptr<Server>> open(Setup setup, std::shared_ptr<const Settings> settings);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Before open(), in a process that run() is to watch signals for: those that come early wait, and no thread takes
  // them.
  static void hold_signals();

  std::uint16_t port() const { return port_; }
  App& app() { return *app_; }
  // Until stop(), or until the signals that `watch_signals` catches: SIGTERM and SIGINT drain, a second one ends at
  // once, SIGHUP reads the configuration again, SIGUSR2 starts the program anew on the same listeners and finishes what
  // is in flight.
  void run(bool watch_signals);
  // From any thread: drains, then run() returns.
  void stop();
  // Called on the front thread with what people may want to know ("configuration read again").
  void on_notice(std::function<void(std::string_view)> notice) { notice_ = std::move(notice); }

 private:
  class Listener;
  class Signals;
  class Awaited;
  class Front;
  Server(std::unique_ptr<App> app);
  Result<void> load_certificate();
  Result<void> listen_tcp();
  Result<void> listen_unix();
  Result<void> listen_inherited();
  void accepted(http::Socket socket, http::Peer peer);
  void hand_over(http::Socket socket, http::Peer peer, std::string first);
  void succeed();
  void succeeded(bool ready, int process);
  void stop_listening();
  void drain();
  void check_drained();
  void signalled(int signal);
  void keep_house();
  void notice(std::string_view text) { notice_ ? notice_(text) : void(); }

  std::unique_ptr<App> app_;
  http::Loop loop_;
  std::unique_ptr<Front> front_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::pair<int, bool>> listening_;  // descriptor, is a Unix socket
  std::vector<http::Loop::Watcher*> listeners_;
  std::vector<int> listener_fds_;
  std::shared_ptr<http::TlsContext> tls_;  // null: in clear
  std::string unix_path_;
  std::uint16_t port_ = 0;
  std::size_t next_ = 0;
  http::Time drained_by_;
  enum class Phase : std::uint8_t { serving, handed_over, draining };
  Phase phase_ = Phase::serving;
  bool succeeding_ = false, cut_off_ = false, checking_ = false;
  std::function<void(std::string_view)> notice_;
};

}  // namespace headroom::proxy
