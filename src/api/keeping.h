// Where a core keeps originals, and under which keys: the store, opened when something first needs it.
//
//   SQLite in the workspace's directory, under its master key; Redis; or this process's memory. Without a key nothing
//   may leave the process, so memory it is then, which calls are told (note()).
//
// Making keys and opening touch the disk; nothing else here does. Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api/config.h"
#include "base/result.h"
#include "pipeline/options.h"
#include "store/store.h"

namespace headroom::api {

class Keeping {
 public:
  // `config` must outlive it.
  explicit Keeping(const Config& config) : config_(config) {}

  // Do originals outlive this process?
  bool leaves_process() const { return config_.store != Config::StoreKind::memory && !for_want_of_a_key_; }
  // Is there a store? One that was never written to need not be made to be looked at.
  bool exists() const;
  Result<store::Store*> open();
  // The one that is open; null if none is.
  store::Store* opened();
  // A store with the same handles that is nobody else's.
  std::unique_ptr<store::Store> scratch();

  // For handles of a body's texts; nullopt if nothing may be lost anyway. `make`: the key file is made if there is
  // none.
  std::optional<store::WorkspaceKey> handle_key(const pipeline::Options& options, bool make);
  // Of handles that are looked up: makes nothing.
  store::WorkspaceKey lookup_key();
  // Made if there is a directory for it; nullopt if that fails.
  std::optional<store::WorkspaceKey> workspace_key();

  // What a call is told of a store that is not the one it might expect; nullopt: nothing.
  std::optional<std::string> note(const pipeline::Options& options);
  // Why originals are kept in memory against the configuration; "" if they are not.
  const std::string& why() const { return why_; }

 private:
  std::filesystem::path key_file() const;
  std::filesystem::path database() const { return config_.directory / "originals.db"; }
  store::Options store_options() const;
  // Both with the mutex held.
  Result<store::WorkspaceKey> key_of(bool make);
  store::WorkspaceKey key_or_memory(bool make);

  const Config& config_;
  std::mutex opening_;  // of `store_`: to open it may take as long as a busy disk does
  std::unique_ptr<store::Store> store_;
  std::mutex mutex_;  // of `key_`; `opening_` is taken first
  std::optional<store::WorkspaceKey> key_;
  std::atomic<bool> for_want_of_a_key_ = false;
  std::string why_;  // written before the flag is set
  std::atomic<bool> told_ = false;
};

}  // namespace headroom::api
