#include "store/check.h"

#include <sqlite3.h>

#include <memory>
#include <system_error>

#include "store/files.h"
#include "store/sqlite_db.h"
#include "store/vault.h"

namespace headroom::store {
namespace {

constexpr int patience_ms = 1000, known_version = 2;

struct Close {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct Finalize {
  void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
};
using Connection = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

// The first row of a query; null at its end or on failure, with `code` set.
Statement first_row(sqlite3* db, const char* sql, int& code, std::string_view text = {}) {
  sqlite3_stmt* raw = nullptr;
  code = sqlite3_prepare_v2(db, sql, -1, &raw, nullptr);
  Statement statement(raw);
  if (code != SQLITE_OK) return nullptr;
  if (!text.empty()) sqlite3_bind_text(raw, 1, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  code = sqlite3_step(raw);
  if (code != SQLITE_ROW) return nullptr;
  code = SQLITE_OK;
  return statement;
}

bool is_damage(int code) {
  return (code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB;
}

// Does the workspace's oldest data key open?
std::optional<bool> fits(sqlite3* db, const WorkspaceKey& key) {
  int code = SQLITE_OK;
  const Statement row =
      first_row(db, "SELECT key, wrapped FROM data_keys WHERE ws = ?1 ORDER BY key LIMIT 1", code, key.name);
  if (!row) return std::nullopt;
  const auto* const bytes = static_cast<const char*>(sqlite3_column_blob(row.get(), 1));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row.get(), 1));
  Vault vault(key);
  return vault.learn(sqlite3_column_int64(row.get(), 0), {bytes, bytes ? size : 0}).has_value();
}

}  // namespace

Result<StoreCheck> check_sqlite(const std::filesystem::path& file, const std::optional<WorkspaceKey>& key) {
  StoreCheck check;
  if (!identity(file)) return check;
  check.there = true;
  if (const auto fine = refuse_link(file); !fine) return std::unexpected(fine.error());
  for (const char* const suffix : {"", "-wal"}) {
    std::filesystem::path part = file;
    part += suffix;
    std::error_code error;
    const auto size = std::filesystem::file_size(part, error);
    if (!error) check.bytes += size;
  }
  if (check.bytes == 0) return check;  // made, and not yet written to
  sqlite3* raw = nullptr;
  int code = sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  const Connection db(raw);
  if (code != SQLITE_OK) return std::unexpected(sqlite_error(code, "cannot open the store"));
  sqlite3_busy_timeout(raw, patience_ms);
  // What a log holds stays there: folding it in is for who writes.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  const auto failed = [&](int why) -> Result<StoreCheck> {
    if (!is_damage(why)) return std::unexpected(sqlite_error(why, "cannot read the store"));
    check.damage = sqlite3_errstr(why);
    return check;
  };
  const Statement version = first_row(raw, "PRAGMA user_version", code);
  if (!version) return failed(code);
  check.later_version = sqlite3_column_int64(version.get(), 0) > known_version;
  const Statement verdict = first_row(raw, "PRAGMA quick_check(1)", code);
  if (!verdict) return failed(code);
  const auto* const word = reinterpret_cast<const char*>(sqlite3_column_text(verdict.get(), 0));
  if (const std::string_view text = word ? word : ""; text != "ok") {
    check.damage = text;
    return check;
  }
  if (check.later_version) return check;
  if (const Statement n = first_row(raw, "SELECT count(*) FROM entries", code))
    check.entries = static_cast<std::uint64_t>(sqlite3_column_int64(n.get(), 0));
  if (key) check.key_fits = fits(raw, *key);
  return check;
}

}  // namespace headroom::store
