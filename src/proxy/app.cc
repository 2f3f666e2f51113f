#include "proxy/app.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "api/tool.h"
#include "base/hash.h"
#include "json/writer.h"
#include "ledger/money.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace headroom::proxy {
namespace {

unsigned cores_of_machine() {
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

std::string_view to_string(Mode mode) {
  constexpr std::string_view names[] = {"optimize", "audit", "off"};
  return names[static_cast<std::size_t>(mode)];
}

App::App(Setup s, std::shared_ptr<const Settings> settings)
    : setup(std::move(s)),
      client(setup.client),
      started(std::chrono::steady_clock::now()),
      settings_(std::move(settings)),
      pool(setup.threads ? setup.threads : cores_of_machine()) {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  id_seed_ = static_cast<std::uint64_t>(now) ^ static_cast<std::uint64_t>(::getpid()) << 40;
}
App::~App() = default;

std::shared_ptr<const Settings> App::settings() const {
  const std::scoped_lock lock(mutex_);
  return settings_;
}

Result<void> App::reload() {
  auto next = setup.reload ? setup.reload() : fail(ErrorKind::invalid_request, "nothing to read again");
  reload_refused = !next.has_value();
  if (!next) return std::unexpected(next.error());
  const std::scoped_lock lock(mutex_);
  settings_ = std::move(*next);
  return {};
}

api::Core& App::core(const std::string& workspace) {
  const std::scoped_lock lock(mutex_);
  std::unique_ptr<api::Core>& core = cores_[workspace];
  if (!core) {
    api::Config config = settings_->core.handle;
    config.workspace = workspace;
    config.lend_thread = [this](Pool::Job job) { pool.submit(Pool::small + 1, std::move(job)); };
    config.idle_threads = {[this](Pool::Job job) { return pool.lend(std::move(job)); },
                           [this] { return pool.is_wanted(); }};
    core = std::make_unique<api::Core>(std::move(config));
  }
  return *core;
}

void App::clear_caches() {
  const std::scoped_lock lock(mutex_);
  for (auto& [name, core] : cores_) core->drop_caches();
}

void App::give_back_memory() {
  // Under steady load free pages gather between pieces that are kept: 5 MB in an hour, if none go back before a calm.
  constexpr std::int64_t busy_every = 60;  // seconds
  const auto now = last_id_.load(std::memory_order_relaxed);
  const bool calm = figures.requests.load(std::memory_order_relaxed) == 0 && calm_at_ == now;
  calm_at_ = now;
  const auto clock = std::chrono::steady_clock::now().time_since_epoch();
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(clock).count();
  const bool due = seconds - given_back_second_ >= busy_every;
  if (given_back_at_ == now || (!calm && !due)) return;
  given_back_at_ = now;
  given_back_second_ = seconds;
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

void App::keep_stores() {
  std::vector<api::Core*> all;
  {
    const std::scoped_lock lock(mutex_);
    for (auto& [name, core] : cores_) all.push_back(core.get());
  }
  bool reachable = true;
  ledger::StoreFigures figures;
  for (api::Core* const core : all) {
    reachable = core->flush().has_value() && reachable;
    const auto stats = core->store_stats();
    if (!stats) continue;
    figures.entries += static_cast<std::int64_t>(stats->entries);
    figures.bytes = std::max(figures.bytes, static_cast<std::int64_t>(stats->total_bytes));
    figures.most_bytes = std::max(figures.most_bytes, static_cast<std::int64_t>(stats->capacity));
  }
  store_reachable_ = reachable;
  const std::scoped_lock lock(mutex_);
  constexpr std::string_view kinds[] = {"memory", "sqlite", "redis"};
  figures.kind = kinds[static_cast<std::size_t>(settings_->core.handle.store)];
  figures.reachable = reachable;
  store_figures_ = figures;
}

std::string App::view_class() {
  const auto now = settings();
  {
    const std::scoped_lock lock(mutex_);
    if (class_of_ == now) return class_;
  }
  json::Writer options;
  options.object();
  api::Settings copy = now->core;
  for (const api::OptionRow& row : api::options()) {
    if (row.group == api::Group::store) continue;
    options.key(row.name);
    api::write_value(options, row, copy);
  }
  options.end();
  const auto key = core("default").workspace_key();
  const std::string all = std::string(api::version()) + "\n" + options.text() + "\n" + (key ? key->handle_key : "");
  const Hash128 digest = hash128(all);
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += "0123456789abcdef"[digest.low >> shift & 15];
  const std::scoped_lock lock(mutex_);
  class_of_ = now;
  class_ = out;
  return out;
}

std::string App::next_request_id() {
  const std::uint64_t n = last_id_.fetch_add(1, std::memory_order_relaxed);
  std::uint64_t mixed = hash64({reinterpret_cast<const char*>(&n), sizeof n}, id_seed_);
  std::string id;
  for (int i = 0; i < 12; ++i, mixed >>= 4) id += "0123456789abcdef"[mixed & 15];
  return id;
}

bool App::may_ask(const std::string& caller, int per_minute) {
  if (per_minute <= 0) return true;
  const auto minute =
      std::chrono::duration_cast<std::chrono::minutes>(std::chrono::steady_clock::now().time_since_epoch()).count();
  const std::scoped_lock lock(mutex_);
  auto& [of_minute, n] = asked_[caller];
  if (of_minute != minute) {
    of_minute = minute;
    n = 0;
  }
  return ++n <= per_minute;
}

Result<void> App::open_ledger() {
  ledger::Config config;
  config.directory = setup.log;
  config.days = setup.log_days;
  config.prices = &settings()->core.handle.price_table();
  auto opened = ledger::Ledger::open(std::move(config));
  if (!opened) return std::unexpected(opened.error());
  ledger_ = std::move(*opened);
  if (settings()->budget > 0 && !setup.log.empty() && setup.log != "-")
    budget.load(setup.log, std::chrono::system_clock::now());
  return {};
}

void App::spend(const std::string& caller, const ledger::Exchange& exchange) {
  const auto now = settings();
  if (now->budget <= 0 || exchange.rounds.empty()) return;
  const prices::Row* const prices = now->core.handle.price_table().of(exchange.row.md.view());
  std::int64_t pico = 0;
  for (const ledger::Usage& used : exchange.rounds) pico += prices ? ledger::cost_of(used.sane(), *prices) : 0;
  budget.add(caller, ledger::to_micro(pico), std::chrono::system_clock::now());
}

void App::record(ledger::Exchange&& exchange) {
  if (ledger_) ledger_->record(std::move(exchange));
}

void App::ledger_retrieved(const ledger::Retrieval& retrieval) {
  if (ledger_) ledger_->retrieved(retrieval);
}

ledger::Gauges App::gauges() const {
  ledger::Gauges g;
  g.requests = figures.requests.load(std::memory_order_relaxed);
  g.streams = figures.streams.load(std::memory_order_relaxed);
  g.websockets = figures.websockets.load(std::memory_order_relaxed);
  g.connections = figures.connections.load(std::memory_order_relaxed);
  g.bytes_in_flight = figures.body_bytes.load(std::memory_order_relaxed);
  g.waiting = static_cast<std::int64_t>(pool.waiting());
  g.uptime = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started);
  g.views = setup.log_messages;
  const std::scoped_lock lock(mutex_);
  g.store = store_figures_;
  return g;
}

std::string App::retrieve_stats() {
  return ledger_ ? ledger_->retrieve_stats(gauges()) : "{}";
}

std::int64_t App::count_retrieval(const std::string& handle) {
  constexpr std::size_t most = 10'000;
  const std::scoped_lock lock(mutex_);
  if (retrievals_.size() >= most && !retrievals_.contains(handle)) return 1;
  return ++retrievals_[handle];
}

std::int64_t App::tool_tokens(std::string_view format) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto at = tool_tokens_.find(format); at != tool_tokens_.end()) return at->second;
  }
  const auto definition = api::tool_definition(format);
  api::Input input;
  input.kind = api::Input::Kind::content;
  if (definition) input.text = *definition;
  const auto counted = core("default").count(input, "");
  const std::scoped_lock lock(mutex_);
  return tool_tokens_[std::string(format)] = counted ? counted->tokens.value : 0;
}

}  // namespace headroom::proxy
