#include "proxy/app.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "base/hash.h"
#include "json/writer.h"

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
    core = std::make_unique<api::Core>(std::move(config));
  }
  return *core;
}

void App::clear_caches() {
  const std::scoped_lock lock(mutex_);
  for (auto& [name, core] : cores_) core->drop_caches();
}

void App::flush_stores() {
  std::vector<api::Core*> all;
  {
    const std::scoped_lock lock(mutex_);
    for (auto& [name, core] : cores_) all.push_back(core.get());
  }
  bool reachable = true;
  for (api::Core* const core : all) reachable = core->flush().has_value() && reachable;
  store_reachable_ = reachable;
}

std::string App::view_class() {
  const auto now = settings();
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

void App::record(ledger::Exchange&& exchange) {
  figures.served.fetch_add(1, std::memory_order_relaxed);
  static_cast<void>(exchange);
}

}  // namespace headroom::proxy
