// The rows of the SQLite store: each function is one statement or a few, and knows nothing of encryption. What holds
// between tables (every payload has its entry, `totals` their sum, a leaving entry its trace in `gone`) is held here.
//
// Call within a transaction where it writes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/policy.h"
#include "store/sqlite_db.h"
#include "store/vault.h"

namespace headroom::store {

std::int64_t to_milliseconds(Clock::time_point t);
Clock::time_point from_milliseconds(std::int64_t ms);

struct EntryRow {
  std::int64_t entry = 0, handle = 0, version = 0, size = 0;
  std::string id, kind;
  Clock::time_point created, carried, expires;
};

struct PayloadRow {
  DataKeyId key = 0;
  std::string hint, ct;
};

// A row of `entries` that leaves.
struct Leaving {
  std::int64_t entry, handle, size;
  std::string ws;
};

class Rows {
 public:
  explicit Rows(Database& db) : db_(db) {}

  Result<std::optional<EntryRow>> find(std::string_view ws, std::int64_t handle);
  // `with_content`: the ciphertext too, not only the hint.
  Result<std::optional<PayloadRow>> payload(std::int64_t entry, bool with_content);
  // look(key, ct) at a sealed content where it lies in the database's memory; false if there is none.
  Result<bool> look_at_content(std::int64_t entry, const std::function<void(std::int64_t, std::string_view)>& look);
  Result<std::int64_t> add(std::string_view ws, const EntryRow& row, const PayloadRow& payload);
  Result<void> replace(const EntryRow& row, const PayloadRow& payload);
  Result<void> renew(std::string_view ws, std::int64_t handle, Clock::time_point carried);
  Result<std::vector<EntryRow>> records(std::string_view ws);

  struct GoneRow {
    Clock::time_point at;
    DataKeyId key = 0;  // 0: no hint
    std::string hint;
  };
  Result<std::optional<GoneRow>> gone(std::string_view ws, std::int64_t handle);
  Result<void> forget_hints(std::string_view ws, Clock::time_point until);

  Result<std::int64_t> total_bytes();
  Result<void> set_total_bytes(std::int64_t bytes);

  // Takes a few expired entries and outlived traces along.
  Result<void> sweep(Clock::time_point now, std::int64_t& bytes);
  // Expired entries leave first, then those not carried for longest, never `keep` nor a live one. False, and nothing
  // leaves, if that would not be enough.
  Result<bool> make_room(std::int64_t size, std::int64_t capacity, Clock::time_point now, std::int64_t& bytes,
                         std::int64_t keep = 0);
  Result<std::vector<Leaving>> written_until(std::string_view ws, Clock::time_point until);
  // Each leaves its handle and (unless asked to forget) its hint.
  Result<void> leave(std::span<const Leaving> rows, Clock::time_point now, std::int64_t& bytes, bool keep_hint);

  struct KeyRow {
    DataKeyId key = 0;
    std::string wrapped;
  };
  // The data key of the workspace that has been used least, if one may be used on.
  Result<std::optional<KeyRow>> usable_key(std::string_view ws);
  Result<std::optional<KeyRow>> key(DataKeyId id);
  Result<void> add_key(std::string_view ws, DataKeyId id, std::string_view wrapped);
  // False if the key is not there (any more) or has been used up.
  Result<bool> use_key(DataKeyId id, std::int64_t times);
  Result<void> destroy_keys(std::string_view ws);

  struct Counts {
    std::uint64_t entries = 0, bytes = 0, expired = 0, records = 0;
  };
  Result<Counts> count(std::string_view ws, Clock::time_point now);
  // Those that have entries, by name.
  Result<std::vector<std::string>> workspaces();

 private:
  Result<void> written(int code) { return db_.done_or_failed(code, "cannot write to the store"); }
  std::unexpected<Error> unread(const Run& run) {
    return std::unexpected(db_.failed(run.code(), "cannot read the store"));
  }
  Result<std::vector<Leaving>> gather(Run&& run, std::int64_t enough);

  Database& db_;
};

}  // namespace headroom::store
