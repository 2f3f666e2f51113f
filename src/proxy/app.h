// What every part of the proxy shares: settings (one snapshot, swapped as a whole by a reload), cores by workspace,
// pool, ledger, figures. main() builds it; loops and handlers get a reference.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/core.h"
#include "api/options.h"
#include "http/client.h"
#include "http/connection.h"
#include "ledger/ledger.h"
#include "ledger/views.h"
#include "proxy/budget.h"
#include "proxy/dashboard.h"
#include "proxy/gate.h"
#include "proxy/pool.h"
#include "proxy/upstreams.h"
#include "store/misses.h"

namespace headroom::proxy {

using ledger::Mode;

// What a reload may change.
struct Settings {
  GateRules gate;
  Upstreams upstreams;
  api::Settings core;  // options of the core
  Mode mode = Mode::optimize;
  int requests_per_minute = 0;  // per caller; 0: no limit
  std::int64_t budget = 0;      // micro-dollars per caller and day; 0: no limit
};

// A process that was started with our listeners and says on `ready` that it listens.
struct Successor {
  int process = -1, ready = -1;  // `ready`: a byte comes, or its end
};

// What stays from start to end.
struct Setup {
  std::string host = "127.0.0.1", uds;
  std::string tls_cert, tls_key;  // files; "": in clear
  std::uint16_t port = 8787;
  int inherited = 0;                // listening descriptors handed over by who started us, from 3 on
  unsigned threads = 0, loops = 0;  // 0: by the number of cores
  std::uint64_t max_body = 64 << 20, max_in_flight = std::uint64_t{512} << 20;
  http::ClientOptions client;
  http::ConnectionLimits limits;
  std::chrono::seconds drain{5};
  std::filesystem::path state;  // token, tokens.json, logs
  std::string log;              // directory, "-" for stderr, "" for none
  int log_days = 90;
  bool log_messages = false;  // the last requests can be looked into
  // Starts the program anew, with these listening descriptors (SIGUSR2), and is told of the process that took over.
  std::function<Result<Successor>(const std::vector<int>& listening)> succeed;
  std::function<void(int process)> succeeded;
  // Reads the configuration again; an error leaves all as it is.
  std::function<Result<std::shared_ptr<const Settings>>()> reload;
};

struct Figures {
  std::atomic<std::int64_t> requests{0}, streams{0}, websockets{0}, connections{0}, body_bytes{0};
  std::atomic<std::uint64_t> served{0}, failed_inside{0};
};

class App {
 public:
  App(Setup setup, std::shared_ptr<const Settings> settings);
  ~App();

  const Setup setup;
  Figures figures;
  http::ClientShared client;
  // `handed_over`: another process listens in our place; what is in flight is finished.
  std::atomic<bool> draining{false}, handed_over{false}, reload_refused{false};
  const std::chrono::steady_clock::time_point started;

  std::shared_ptr<const Settings> settings() const;
  Result<void> reload();
  // Workspaces are made as callers need them.
  api::Core& core(const std::string& workspace);
  void clear_caches();
  // Every few seconds, off the loops: writes what stores have gathered, and looks at their figures.
  void keep_stores();
  // With it: once nothing has been asked since the last time, and each minute under load, what earlier requests freed
  // goes back to the system.
  void give_back_memory();
  bool store_reachable() const { return store_reachable_.load(std::memory_order_relaxed); }
  // Digest of all that may change views.
  std::string view_class();

  // 12 hex digits, different for every request of this process and, but for a one in 2^16 chance, of others.
  std::string next_request_id();
  // False: the caller has had its requests of this minute.
  bool may_ask(const std::string& caller, int per_minute);

  Budget budget;
  // What an exchange cost, where there is a budget.
  void spend(const std::string& caller, const ledger::Exchange& exchange);

  // ---- what is recorded and shown
  void record(ledger::Exchange&& exchange);
  void ledger_retrieved(const ledger::Retrieval& retrieval);
  ledger::Ledger* ledger() { return ledger_.get(); }  // null: it could not be opened
  ledger::Gauges gauges() const;
  std::string retrieve_stats();
  // Of this process, per handle.
  std::int64_t count_retrieval(const std::string& handle);
  // Of the tool's definition in that format.
  std::int64_t tool_tokens(std::string_view format);
  // Opens the ledger; without it everything else works.
  Result<void> open_ledger();
  store::Misses misses;
  ledger::Views views;  // empty without --log-messages
  DashboardCodes dashboard_codes;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Settings> settings_;
  std::shared_ptr<const Settings> class_of_;  // whose class `class_` is: made once
  std::string class_;
  std::map<std::string, std::unique_ptr<api::Core>> cores_;
  std::map<std::string, std::pair<std::int64_t, int>> asked_;  // caller -> minute, requests
  std::unique_ptr<ledger::Ledger> ledger_;
  std::map<std::string, std::int64_t> retrievals_;
  std::map<std::string, std::int64_t, std::less<>> tool_tokens_;
  ledger::StoreFigures store_figures_;
  std::atomic<bool> store_reachable_{true};
  std::atomic<std::uint64_t> last_id_{0};
  std::uint64_t id_seed_ = 0;
  std::atomic<std::uint64_t> calm_at_{0}, given_back_at_{0};  // of last_id_, as the keeper of stores saw it
  std::atomic<std::int64_t> given_back_second_{0};            // of the steady clock

 public:
  Pool pool;  // last: its threads end before what they work on
};

std::string_view to_string(Mode mode);

}  // namespace headroom::proxy
