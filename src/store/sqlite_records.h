// Records in an SQLite file: named texts with versions, for what agents share (a row with a negative handle, sealed as
// an original is).
//
//   write({"plan", "step 1", "builder", 0})  -> stored, version 1; refused with the current version if that is another
//   read("plan")                             -> its content, agent, version; kept a full time from now on
//
// For SqliteStore, which holds the lock and has opened the file.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/policy.h"
#include "store/sqlite_keys.h"
#include "store/sqlite_rows.h"
#include "store/store.h"
#include "store/vault.h"

namespace headroom::store {

class SqliteRecords {
 public:
  SqliteRecords(Database& db, Rows& rows, Vault& vault, SqliteKeys& keys, const Options& options, std::string workspace,
                std::function<Clock::time_point()> clock)
      : db_(db),
        rows_(rows),
        vault_(vault),
        keys_(keys),
        options_(options),
        ws_(std::move(workspace)),
        clock_(std::move(clock)) {}

  Result<RecordAnswer> write(const RecordPut& record);
  Result<std::optional<Record>> read(std::string_view name);
  Result<std::vector<Record>> list();

 private:
  Result<PayloadRow> seal(const RecordPut& record, const Digest& id, const EntryRow& row);
  Result<Record> opened(const EntryRow& row, bool with_content);

  Database& db_;
  Rows& rows_;
  Vault& vault_;
  SqliteKeys& keys_;
  const Options& options_;
  const std::string ws_;
  const std::function<Clock::time_point()> clock_;
};

}  // namespace headroom::store
