#include "store/sqlite_older.h"

#include <algorithm>

namespace headroom::store {
namespace {

struct OlderRow {
  std::int64_t entry;
  EntryRow row;
  Hint hint;
  std::string content;
};

// One at a time: contents are large, and a file may hold many.
Result<std::optional<OlderRow>> next_row(Database& db, std::string_view ws) {
  Run run(db,
          "SELECT e.entry, e.handle, e.id, e.kind, e.created, e.carried, e.expires, p.tool, p.arguments, p.tokens, "
          "p.lines, p.ct FROM older_entries e JOIN older_payload p ON p.entry = e.entry WHERE e.ws = ? LIMIT 1");
  run.text(ws);
  if (run.step()) {
    OlderRow older{.entry = run.integer(0),
                   .row = {.entry = 0,
                           .handle = run.integer(1),
                           .version = 0,
                           .size = 0,
                           .id = std::string(run.bytes(2)),
                           .kind = std::string(run.bytes(3)),
                           .created = from_milliseconds(run.integer(4)),
                           .carried = from_milliseconds(run.integer(5)),
                           .expires = from_milliseconds(run.integer(6))},
                   .hint = {{std::string(run.bytes(7)), std::string(run.bytes(8))},
                            static_cast<std::uint64_t>(run.integer(9)),
                            static_cast<std::uint64_t>(run.integer(10)),
                            {}},
                   .content = std::string(run.bytes(11))};
    older.row.size = static_cast<std::int64_t>(older.content.size());
    return older;
  }
  if (run.code() != SQLITE_OK) return std::unexpected(db.failed(run.code(), "cannot read an older store"));
  return std::nullopt;
}

Result<void> move_row(Rows& rows, Vault& vault, DataKeyId key, const OlderRow& older, std::int64_t& bytes) {
  Digest id{};
  if (older.row.id.size() != id.size()) return {};
  std::copy(older.row.id.begin(), older.row.id.end(), id.begin());
  // An older row whose content is not what its handle says is left behind.
  if (vault.id_of(older.content) != id) return {};
  const auto known = rows.find(vault.workspace(), older.row.handle);
  if (!known) return std::unexpected(known.error());
  if (*known) return {};
  auto ct = vault.seal_content(key, id, older.row.kind, older.content);
  if (!ct) return std::unexpected(ct.error());
  auto hint = vault.seal_hint(key, older.row.handle, older.hint);
  if (!hint) return std::unexpected(hint.error());
  const auto used = rows.use_key(key, 2);
  if (!used) return std::unexpected(used.error());
  const auto added = rows.add(vault.workspace(), older.row, {key, std::move(*hint), std::move(*ct)});
  if (!added) return std::unexpected(added.error());
  bytes += older.row.size;
  return {};
}

Result<void> remove_older(Database& db, const char* which, std::string_view ws, std::int64_t value) {
  return db.done_or_failed(Run(db, which).text(ws).bind(value).finish(), "cannot take an older store over");
}

Result<std::int64_t> left_of_older(Database& db) {
  Run run(db, "SELECT count(*) FROM older_entries");
  if (run.step()) return run.integer(0);
  return std::unexpected(db.failed(run.code(), "cannot read an older store"));
}

Result<void> move_rows(Database& db, Rows& rows, Vault& vault, Clock::time_point now) {
  // What nobody can ask for any more.
  auto done = remove_older(db,
                           "DELETE FROM older_payload WHERE entry IN (SELECT entry FROM older_entries WHERE ?1 = ?1 "
                           "AND expires <= ?2)",
                           "", to_milliseconds(now));
  if (done)
    done = remove_older(db, "DELETE FROM older_entries WHERE ?1 = ?1 AND expires <= ?2", "", to_milliseconds(now));
  if (!done) return done;
  auto bytes = rows.total_bytes();
  if (!bytes) return std::unexpected(bytes.error());
  DataKeyId key = 0;
  for (;;) {
    const auto older = next_row(db, vault.workspace());
    if (!older) return std::unexpected(older.error());
    if (!*older) break;
    if (key == 0) {
      const auto made = vault.make_key();
      if (!made) return std::unexpected(made.error());
      if (const auto added = rows.add_key(vault.workspace(), made->id, made->wrapped); !added) return added;
      key = made->id;
    }
    if (const auto moved = move_row(rows, vault, key, **older, *bytes); !moved) return moved;
    done = remove_older(db, "DELETE FROM older_payload WHERE ?1 = ?1 AND entry = ?2", "", (*older)->entry);
    if (done)
      done =
          remove_older(db, "DELETE FROM older_entries WHERE ws = ? AND entry = ?", vault.workspace(), (*older)->entry);
    if (!done) return done;
  }
  return rows.set_total_bytes(*bytes);
}

}  // namespace

Result<void> take_over_older(Database& db, Rows& rows, Vault& vault, const Options&, Clock::time_point now) {
  if (!db.has_older_tables()) return {};
  Result<std::int64_t> left = 0;
  const auto done = db.transaction([&]() -> Result<void> {
    if (const auto still = db.look_for_older_tables(); !still) return still;
    if (!db.has_older_tables()) return {};  // another process was first
    if (const auto moved = move_rows(db, rows, vault, now); !moved) return moved;
    left = left_of_older(db);
    return left ? Result<void>() : std::unexpected(left.error());
  });
  if (!done) return done;
  db.note_removal();
  if (*left == 0) db.drop_older_tables();
  db.leave_older_tables();
  return {};
}

}  // namespace headroom::store
