// A look at an SQLite store from outside, for who asks what is wrong: opened to be read only, nothing made, moved or
// repaired.
//
//   check_sqlite("originals.db", key)  ->  {there, bytes 81920, damage "", entries 12, key fits}
//
// Cost: SQLite's quick_check reads the whole file once (1 GiB in a few seconds).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace headroom::store {

struct StoreCheck {
  bool there = false;
  std::uint64_t bytes = 0;     // of the file and its log
  bool later_version = false;  // made by a version that knows more
  std::string damage;          // what SQLite says is wrong; "": sound
  std::uint64_t entries = 0;   // of all workspaces
  // Whether the workspace's data keys open with the key at hand; nullopt: it has none yet, or no key was given.
  std::optional<bool> key_fits;
};

// An error: the file cannot be looked at (rights, busy, not a database).
Result<StoreCheck> check_sqlite(const std::filesystem::path& file, const std::optional<WorkspaceKey>& key);

}  // namespace headroom::store
