// The data keys of one workspace in an SQLite file: which one seals now, how often it was used, and those that open
// what is there.
//
//   current()            -> the key of last time, else one that the file has, else a new one, not written yet
//   use(2)               -> within a transaction: counts; false if it may not be used any more
//   committed()          -> what was written with it stands
//
// A new key is written in the transaction that first uses it; if that fails, abandon() forgets it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/sqlite_rows.h"
#include "store/vault.h"

namespace headroom::store {

inline constexpr std::int64_t uses_per_entry = 2;  // content and hint

class SqliteKeys {
 public:
  SqliteKeys(Rows& rows, Vault& vault, std::string workspace) : rows_(rows), vault_(vault), ws_(std::move(workspace)) {}

  // The key to seal with.
  Result<DataKeyId> current();

  // Within the transaction: counts the uses of the sealing key. False if it may not be used any more (destroyed by
  // another process, used up): what was sealed with it is sealed anew, with another one after leave().
  Result<bool> use(std::int64_t times);
  void leave();

  // The transaction has been committed, or has failed.
  void committed() { unwritten_.reset(); }
  void abandon() {
    if (unwritten_) leave();
  }

  // Makes a key ready that something is sealed with; an error (corrupt) if it was destroyed.
  Result<void> need(DataKeyId id);

  // All were destroyed.
  void forget_all();

 private:
  Rows& rows_;
  Vault& vault_;
  const std::string ws_;
  DataKeyId current_ = 0;
  std::optional<Vault::FreshKey> unwritten_;  // made, not yet committed
};

}  // namespace headroom::store
