// What goes into a backend that leaves the process, and what comes out: contents and hints, encrypted under a data key
// of the workspace, which is itself encrypted ("wrapped") under the workspace's wrapping key and kept in the backend.
//
//   master key (file, or handed in)
//     +- HKDF "handle key WORKSPACE"    -> ids and handles
//     +- HKDF "wrapping key WORKSPACE"  -> wraps data keys
//          +- data key (random)         -> contents, hints
//
// To destroy the wrapped data keys is to destroy everything that was encrypted under them, wherever copies lie. Sealed
// bytes are bound to format version, workspace, id and kind: moved to another row or workspace they do not open.
//
// Format: docs/security/store.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/aead.h"
#include "store/hmac.h"
#include "store/store.h"

namespace headroom::store {

// What is kept beside a content and, when the content has left, for seven days without it.
struct Hint {
  Source source;
  std::uint64_t tokens = 0, lines = 0;
  std::string name;  // of a record
  bool empty() const { return source.tool.empty() && source.arguments.empty(); }
};

using DataKeyId = std::int64_t;  // random, positive

// A data key must not see more than 2^32 random nonces; an entry takes two. Half of that is far enough from it.
inline constexpr std::int64_t most_uses = std::int64_t{1} << 31;

// Not thread-safe: one per store, under its lock.
class Vault {
 public:
  explicit Vault(WorkspaceKey keys) : keys_(std::move(keys)) {}
  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;
  ~Vault();

  const std::string& workspace() const { return keys_.name; }
  Digest id_of(std::string_view content) const { return hmac_sha256(keys_.handle_key, content); }
  // Names of records and contents have different ids even if they are equal.
  Digest id_of_record(std::string_view name) const;

  struct FreshKey {
    DataKeyId id;
    std::string wrapped;
  };
  // A new data key, already known here; what the backend has to keep.
  Result<FreshKey> make_key();
  // Unwraps a data key of the backend. `corrupt`: it was wrapped under another master key, or damaged.
  Result<void> learn(DataKeyId id, std::string_view wrapped);
  bool knows(DataKeyId id) const { return data_keys_.contains(id); }
  void forget(DataKeyId id);
  void forget_all();

  Result<std::string> seal_content(DataKeyId key, const Digest& id, std::string_view kind, std::string_view content);
  Result<std::string> open_content(DataKeyId key, std::string_view id, std::string_view kind, std::string_view sealed);
  // As open_content, for who has the content: that it is what would be given back.
  Result<void> check_content(DataKeyId key, std::string_view id, std::string_view kind, std::string_view sealed,
                             std::string_view content);
  Result<std::string> seal_hint(DataKeyId key, std::int64_t handle, const Hint& hint);
  Result<Hint> open_hint(DataKeyId key, std::int64_t handle, std::string_view sealed);

 private:
  std::string about(std::string_view what, std::string_view id) const;

  WorkspaceKey keys_;
  std::map<DataKeyId, std::string> data_keys_;
  Aead aead_;
};

// Rows of records lie beside those of contents, under numbers that no handle has.
std::int64_t row_of_record(const Digest& id);

}  // namespace headroom::store
