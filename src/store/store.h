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
inline constexpr Handle no_handle{1'000'000'000'000};  // stands for no content
std::string to_string(Handle handle);                  // always 12 digits
std::optional<Handle> parse_handle(
    std::string_view text);  // lenient: unpadded number, a pasted marker ("...hash=0123...")

struct WorkspaceKey {
  std::string name;               // workspace
  std::string handle_key;         // 32 bytes; never rotated: every handle hangs on it
  std::string wrapping_key = {};  // 32 bytes; encrypts the data keys. Empty: originals may not leave the process
};

// A master key as it stands in a variable or a configuration: 64 hex digits, or 44 characters of base64.
std::optional<std::string> parse_master_key(std::string_view text);
// The master key of `file`, which is made (0600, random, atomically; two processes agree on one) if it is not there.
Result<std::string> load_or_make_master(const std::filesystem::path& file);
// A workspace's keys: HKDF-SHA-256 of the master key.
WorkspaceKey derive_keys(std::string_view master, std::string_view workspace = "default");
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
  std::chrono::seconds ttl{0};  // 0: the store's own
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

// What is known of an entry without its content.
struct EntryState {
  std::string kind;
  std::uint64_t size = 0;
  std::chrono::system_clock::time_point created, carried, expires;
};

// A record: named bytes with a version, for what processes and agents share. Its name and content are encrypted as any
// content is.
struct RecordPut {
  std::string_view name, content, agent;
  std::optional<std::uint64_t> if_version;  // stored only if this is the current version; 0: if there is none
};
struct RecordAnswer {
  bool stored = false;
  std::uint64_t version = 0;  // the current one, whether stored or refused
};
struct Record {
  std::string name, content, agent;  // `content` is empty in a list
  std::uint64_t version = 0, size = 0;
  std::chrono::system_clock::time_point written, expires;
};

struct Options {
  std::chrono::seconds ttl{3600};  // from the last request that carried the handle
  std::uint64_t capacity_bytes = std::uint64_t{1} << 30;
  bool synchronous = false;  // SQLite: every commit reaches the disk (a power cut loses nothing)
  // SQLite: someone calls flush() every few seconds. A long log is folded in there, beside what others put, and not by
  // the put that made it long.
  bool folds_in_flush = false;
  std::function<std::chrono::system_clock::time_point()> now = {};  // null: the system clock (tests hand in their own)
};

struct Stats {
  std::uint64_t entries = 0, bytes = 0, expired = 0;  // of this workspace
  std::uint64_t records = 0;
  std::uint64_t total_bytes = 0, capacity = 0;  // of all workspaces that share the store
};

struct WorkspaceStats {
  std::string name;
  Stats stats;
};

// Thread-safe. Errors: full, collision, unavailable, corrupt.
class Store {
 public:
  virtual ~Store() = default;
  // All in one transaction, each read back, decrypted and compared before it returns: the i-th answer is for the i-th
  // original. Equal content renews. An error of one leaves the others stored.
  virtual std::vector<Result<Handle>> put(std::span<const Original> originals) = 0;
  // A handle of another workspace, one that never was and one that cannot be get the same answer the same way. A live
  // entry is renewed.
  virtual Result<Found> get(Handle handle) = 0;
  // These were carried by a request. Gathered: written with the first call 5 s later, the 256th handle, or flush().
  virtual Result<void> renew(std::span<const Handle> handles) = 0;
  // False if there was none. Leaves no hint.
  virtual Result<bool> erase(Handle handle) = 0;
  // nullopt: not there, or expired.
  virtual Result<std::optional<EntryState>> stat(Handle handle) = 0;
  // Writes renewals and makes sure that what has left is overwritten. The destructor does it too; a process that lives
  // long calls it every few seconds.
  virtual Result<void> flush() = 0;
  // Entries and records removed. Without an age: all of the workspace, and its data keys with them, so that copies of
  // the file or its pages hold nothing that anyone can read.
  virtual Result<std::uint64_t> purge(std::optional<std::chrono::seconds> older_than) = 0;
  virtual Result<Stats> stats() = 0;
  // Of every workspace whose entries lie in the same file, by name; elsewhere of this one alone.
  virtual Result<std::vector<WorkspaceStats>> workspaces() = 0;

  virtual Result<RecordAnswer> put_record(const RecordPut& record) = 0;
  virtual Result<std::optional<Record>> get_record(std::string_view name) = 0;
  virtual Result<std::vector<Record>> records() = 0;  // by name, without contents
  virtual Result<bool> erase_record(std::string_view name) = 0;
};

// In memory, byte-capped.
std::unique_ptr<Store> open_memory(WorkspaceKey key, Options options);
// SQLite: encrypted, WAL, files 0600, no symlink followed, at most 50 ms of waiting a call; a corrupt file is renamed
// aside, never deleted; a file of the older layout is taken over. Needs a wrapping key.
Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& file, WorkspaceKey key, Options options);
// Redis or Valkey, one server or a cluster:
// redis[s]://[USER:PASSWORD@]HOST[:PORT][,HOST:PORT...][/DATABASE][?cacert=F]. Encrypted by us; 250 ms an exchange, a
// pause of 5 s after a failure. Opens no connection yet. Needs a wrapping key.
Result<std::unique_ptr<Store>> open_redis(std::string_view url, WorkspaceKey key, Options options);

}  // namespace headroom::store
