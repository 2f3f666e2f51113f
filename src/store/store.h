// Originals within reach: put, read back, get by handle, expire. The only door through which a lossy view may be made:
// its handle comes from `put`, which has read the content back.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headroom::store {

// Twelve decimal digits: the first 8 bytes, big-endian, of HMAC-SHA-256(workspace handle key, content), mod 10^12.
struct Handle {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(Handle, Handle) = default;
};
std::string to_string(Handle handle);  // always 12 digits
std::optional<Handle> parse_handle(
    std::string_view text);  // lenient: unpadded number, a pasted marker ("...hash=0123...")

struct WorkspaceKey {
  std::string name;        // workspace
  std::string handle_key;  // 32 bytes
};

// Reads the workspace's key file, or makes it (0600, random, atomically; two processes agree on one).
Result<WorkspaceKey> load_or_make_key(const std::filesystem::path& file, std::string_view workspace = "default");

Handle handle_of(const WorkspaceKey& key, std::string_view content);

struct Source {  // where the content came from, for the head of a retrieval answer
  std::string tool;
  std::string arguments;  // cut at 200 bytes
};

struct Original {
  std::string_view content;
  std::string_view kind;  // "slot"
  Source source;
  std::uint64_t tokens = 0;
  std::uint64_t lines = 0;
};

struct Entry {
  Handle handle;
  std::string content;
  std::string kind;
  Source source;
  std::uint64_t tokens = 0, lines = 0;
  std::chrono::system_clock::time_point created, expires;
};

enum class Status { live, expired, unknown };

struct Found {
  Status status = Status::unknown;
  std::optional<Entry> entry;  // live
  std::optional<Source> hint;  // expired: what to call again
};

struct Options {
  std::chrono::seconds ttl{3600};
  std::uint64_t capacity_bytes = std::uint64_t{1} << 30;
  std::function<std::chrono::system_clock::time_point()> now;  // null: the system clock (tests hand in their own)
};

struct Stats {
  std::uint64_t entries = 0, bytes = 0, expired = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  // All in one transaction, each read back and compared before it returns: the i-th answer is for the i-th original.
  // Equal content renews. Errors: full, collision, unavailable, corrupt; an error of one leaves the others stored.
  virtual std::vector<Result<Handle>> put(std::span<const Original> originals) = 0;
  virtual Result<Found> get(Handle handle) = 0;
  virtual Result<std::uint64_t> purge(std::optional<std::chrono::seconds> older_than) = 0;  // entries removed
  virtual Result<Stats> stats() = 0;
};

// In memory, byte-capped.
std::unique_ptr<Store> open_memory(WorkspaceKey key, Options options);
// SQLite: WAL, files 0600, no symlink followed, busy wait <= 50 ms; a corrupt file is renamed aside, never deleted.
Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& file, WorkspaceKey key, Options options);

}  // namespace headroom::store
