#include "store/sqlite_rows.h"

namespace headroom::store {
namespace {

// From here on a content is written into its row in place: as part of the insert it would stand in memory once more.
// That writes most of its pages to the log twice, a millisecond a MB.
constexpr std::size_t large_content = std::size_t{4} << 20;

constexpr const char* entry_columns =
    "SELECT entry, handle, version, size, id, kind, created, carried, expires FROM entries WHERE ws = ? AND handle = ?";

EntryRow entry_of(const Run& run) {
  return {.entry = run.integer(0),
          .handle = run.integer(1),
          .version = run.integer(2),
          .size = run.integer(3),
          .id = std::string(run.bytes(4)),
          .kind = std::string(run.bytes(5)),
          .created = from_milliseconds(run.integer(6)),
          .carried = from_milliseconds(run.integer(7)),
          .expires = from_milliseconds(run.integer(8))};
}

}  // namespace

std::int64_t to_milliseconds(Clock::time_point t) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count();
}
Clock::time_point from_milliseconds(std::int64_t ms) {
  return Clock::time_point(std::chrono::duration_cast<Clock::duration>(std::chrono::milliseconds(ms)));
}

Result<std::optional<EntryRow>> Rows::find(std::string_view ws, std::int64_t handle) {
  Run run(db_, entry_columns);
  run.text(ws).bind(handle);
  if (run.step()) return entry_of(run);
  if (run.code() != SQLITE_OK) return unread(run);
  return std::nullopt;
}

Result<std::optional<PayloadRow>> Rows::payload(std::int64_t entry, bool with_content) {
  Run run(db_, with_content ? "SELECT key, hint, ct FROM payload WHERE entry = ?"
                            : "SELECT key, hint FROM payload WHERE entry = ?");
  run.bind(entry);
  if (run.step()) {
    return PayloadRow{run.integer(0), std::string(run.bytes(1)),
                      with_content ? std::string(run.bytes(2)) : std::string()};
  }
  if (run.code() != SQLITE_OK) return unread(run);
  return std::nullopt;
}

Result<bool> Rows::look_at_content(std::int64_t entry,
                                   const std::function<void(std::int64_t, std::string_view)>& look) {
  Run run(db_, "SELECT key, ct FROM payload WHERE entry = ?");
  run.bind(entry);
  if (run.step()) {
    look(run.integer(0), run.bytes(1));
    return true;
  }
  if (run.code() != SQLITE_OK) return unread(run);
  return false;
}

Result<std::int64_t> Rows::add(std::string_view ws, const EntryRow& row, const PayloadRow& payload) {
  auto done = written(Run(db_,
                          "INSERT INTO entries(ws, handle, id, kind, version, created, carried, expires, size) "
                          "VALUES(?,?,?,?,?,?,?,?,?)")
                          .text(ws)
                          .bind(row.handle)
                          .blob(row.id)
                          .text(row.kind)
                          .bind(row.version)
                          .bind(to_milliseconds(row.created))
                          .bind(to_milliseconds(row.carried))
                          .bind(to_milliseconds(row.expires))
                          .bind(row.size)
                          .finish());
  if (!done) return std::unexpected(done.error());
  const std::int64_t entry = db_.last_row();
  const bool large = payload.ct.size() >= large_content;
  Run run(db_, large ? "INSERT INTO payload(entry, key, hint, ct) VALUES(?,?,?,zeroblob(?))"
                     : "INSERT INTO payload(entry, key, hint, ct) VALUES(?,?,?,?)");
  run.bind(entry).bind(payload.key).blob(payload.hint);
  large ? run.bind(static_cast<std::int64_t>(payload.ct.size())) : run.blob(payload.ct);
  done = written(run.finish());
  if (done && large) done = written(db_.write_blob("payload", "ct", entry, payload.ct));
  if (done) done = written(Run(db_, "DELETE FROM gone WHERE ws = ? AND handle = ?").text(ws).bind(row.handle).finish());
  if (!done) return std::unexpected(done.error());
  return entry;
}

Result<void> Rows::replace(const EntryRow& row, const PayloadRow& payload) {
  const auto done = written(
      Run(db_, "UPDATE entries SET version = ?, created = ?, carried = ?, expires = ?, size = ? WHERE entry = ?")
          .bind(row.version)
          .bind(to_milliseconds(row.created))
          .bind(to_milliseconds(row.carried))
          .bind(to_milliseconds(row.expires))
          .bind(row.size)
          .bind(row.entry)
          .finish());
  if (!done) return done;
  return written(Run(db_, "UPDATE payload SET key = ?, hint = ?, ct = ? WHERE entry = ?")
                     .bind(payload.key)
                     .blob(payload.hint)
                     .blob(payload.ct)
                     .bind(row.entry)
                     .finish());
}

// Each keeps the time to live that it was put with: what lies between its two times.
Result<void> Rows::renew(std::string_view ws, std::int64_t handle, Clock::time_point carried) {
  return written(Run(db_,
                     "UPDATE entries SET expires = expires - carried + ?1, carried = ?1 "
                     "WHERE ws = ?2 AND handle = ?3 AND expires > ?1")
                     .bind(to_milliseconds(carried))
                     .text(ws)
                     .bind(handle)
                     .finish());
}

Result<std::vector<EntryRow>> Rows::records(std::string_view ws) {
  Run run(db_,
          "SELECT entry, handle, version, size, id, kind, created, carried, expires FROM entries "
          "WHERE ws = ? AND handle < 0 ORDER BY handle");
  run.text(ws);
  std::vector<EntryRow> rows;
  while (run.step()) rows.push_back(entry_of(run));
  if (run.code() != SQLITE_OK) return unread(run);
  return rows;
}

Result<std::optional<Rows::GoneRow>> Rows::gone(std::string_view ws, std::int64_t handle) {
  Run run(db_, "SELECT at, key, hint_ct FROM gone WHERE ws = ? AND handle = ?");
  run.text(ws).bind(handle);
  if (run.step()) return GoneRow{from_milliseconds(run.integer(0)), run.integer(1), std::string(run.bytes(2))};
  if (run.code() != SQLITE_OK) return unread(run);
  return std::nullopt;
}

Result<void> Rows::forget_hints(std::string_view ws, Clock::time_point until) {
  return written(Run(db_, "UPDATE gone SET key = NULL, hint_ct = NULL WHERE ws = ? AND at <= ?")
                     .text(ws)
                     .bind(to_milliseconds(until))
                     .finish());
}

Result<std::int64_t> Rows::total_bytes() {
  Run run(db_, "SELECT bytes FROM totals");
  if (run.step()) return run.integer(0);
  return std::unexpected(db_.failed(run.code() == SQLITE_OK ? SQLITE_CORRUPT : run.code(), "cannot read the store"));
}

Result<void> Rows::set_total_bytes(std::int64_t bytes) {
  return written(Run(db_, "UPDATE totals SET bytes = ?").bind(bytes).finish());
}

// Rows of entry, handle, size, ws, until `enough` bytes are together.
Result<std::vector<Leaving>> Rows::gather(Run&& run, std::int64_t enough) {
  std::vector<Leaving> rows;
  std::int64_t sum = 0;
  while (sum < enough && run.step()) {
    rows.push_back({run.integer(0), run.integer(1), run.integer(2), std::string(run.bytes(3))});
    sum += rows.back().size;
  }
  if (run.code() != SQLITE_OK) return unread(run);
  return rows;
}

Result<void> Rows::leave(std::span<const Leaving> rows, Clock::time_point now, std::int64_t& bytes, bool keep_hint) {
  for (const Leaving& row : rows) {
    auto done = written(Run(db_,
                            "INSERT OR REPLACE INTO gone(ws, handle, at, key, hint_ct) "
                            "SELECT ?, ?, ?, iif(?4, key, NULL), iif(?4, hint, NULL) FROM payload WHERE entry = ?")
                            .text(row.ws)
                            .bind(row.handle)
                            .bind(to_milliseconds(now))
                            .bind(keep_hint ? 1 : 0)
                            .bind(row.entry)
                            .finish());
    if (done) done = written(Run(db_, "DELETE FROM payload WHERE entry = ?").bind(row.entry).finish());
    if (done) done = written(Run(db_, "DELETE FROM entries WHERE entry = ?").bind(row.entry).finish());
    if (!done) return done;
    bytes -= row.size;
    db_.note_removal();
  }
  return {};
}

Result<void> Rows::sweep(Clock::time_point now, std::int64_t& bytes) {
  const auto expired = gather(
      std::move(Run(db_, "SELECT entry, handle, size, ws FROM entries WHERE expires <= ? ORDER BY expires LIMIT ?")
                    .bind(to_milliseconds(now))
                    .bind(swept_per_put)),
      INT64_MAX);
  if (!expired) return std::unexpected(expired.error());
  if (const auto left = leave(*expired, now, bytes, true); !left) return left;
  Run old(db_, "SELECT 1 FROM gone WHERE at <= ? LIMIT 1");
  old.bind(to_milliseconds(now - gone_window));
  if (!old.step()) return old.code() == SQLITE_OK ? Result<void>() : unread(old);
  return written(Run(db_, "DELETE FROM gone WHERE at <= ?").bind(to_milliseconds(now - gone_window)).finish());
}

Result<bool> Rows::make_room(std::int64_t size, std::int64_t capacity, Clock::time_point now, std::int64_t& bytes,
                             std::int64_t keep) {
  const std::int64_t excess = bytes + size - capacity;
  if (excess <= 0) return true;
  // In the order in which they leave; each by its index, so that a full store does not read all of its rows.
  const std::int64_t at = to_milliseconds(now), from = to_milliseconds(now - live_window),
                     to = to_milliseconds(now + live_window);
  std::vector<Leaving> leaving;
  std::int64_t sum = 0;
  const auto take = [&](Run&& run) -> Result<void> {
    const auto rows = gather(std::move(run), excess - sum);
    if (!rows) return std::unexpected(rows.error());
    for (const Leaving& row : *rows) {
      leaving.push_back(row);
      sum += row.size;
    }
    return {};
  };
  auto done = take(std::move(
      Run(db_, "SELECT entry, handle, size, ws FROM entries WHERE expires <= ? AND entry <> ? ORDER BY expires, handle")
          .bind(at)
          .bind(keep)));
  if (done && sum < excess)
    done = take(std::move(Run(db_,
                              "SELECT entry, handle, size, ws FROM entries WHERE carried <= ?2 AND expires > ?1 "
                              "AND entry <> ?3 ORDER BY carried, handle")
                              .bind(at)
                              .bind(from)
                              .bind(keep)));
  // Carried in the future: the clock was set back since.
  if (done && sum < excess)
    done = take(std::move(Run(db_,
                              "SELECT entry, handle, size, ws FROM entries WHERE carried >= ?2 AND expires > ?1 "
                              "AND entry <> ?3 ORDER BY carried, handle")
                              .bind(at)
                              .bind(to)
                              .bind(keep)));
  if (!done) return std::unexpected(done.error());
  if (sum < excess) return false;
  if (const auto left = leave(leaving, now, bytes, true); !left) return std::unexpected(left.error());
  return true;
}

Result<std::vector<Leaving>> Rows::written_until(std::string_view ws, Clock::time_point until) {
  return gather(std::move(Run(db_, "SELECT entry, handle, size, ws FROM entries WHERE ws = ? AND created <= ?")
                              .text(ws)
                              .bind(to_milliseconds(until))),
                INT64_MAX);
}

Result<std::optional<Rows::KeyRow>> Rows::usable_key(std::string_view ws) {
  Run run(db_, "SELECT key, wrapped FROM data_keys WHERE ws = ? AND used < ? ORDER BY used, key LIMIT 1");
  run.text(ws).bind(most_uses);
  if (run.step()) return KeyRow{run.integer(0), std::string(run.bytes(1))};
  if (run.code() != SQLITE_OK) return unread(run);
  return std::nullopt;
}

Result<std::optional<Rows::KeyRow>> Rows::key(DataKeyId id) {
  Run run(db_, "SELECT key, wrapped FROM data_keys WHERE key = ?");
  run.bind(id);
  if (run.step()) return KeyRow{run.integer(0), std::string(run.bytes(1))};
  if (run.code() != SQLITE_OK) return unread(run);
  return std::nullopt;
}

Result<void> Rows::add_key(std::string_view ws, DataKeyId id, std::string_view wrapped) {
  return written(Run(db_, "INSERT INTO data_keys(key, ws, used, wrapped) VALUES(?, ?, 0, ?)")
                     .bind(id)
                     .text(ws)
                     .blob(wrapped)
                     .finish());
}

Result<bool> Rows::use_key(DataKeyId id, std::int64_t times) {
  const auto done = written(Run(db_, "UPDATE data_keys SET used = used + ?1 WHERE key = ?2 AND used + ?1 <= ?3")
                                .bind(times)
                                .bind(id)
                                .bind(most_uses)
                                .finish());
  if (!done) return std::unexpected(done.error());
  return db_.changes() > 0;
}

Result<void> Rows::destroy_keys(std::string_view ws) {
  db_.note_removal();
  return written(Run(db_, "DELETE FROM data_keys WHERE ws = ?").text(ws).finish());
}

Result<Rows::Counts> Rows::count(std::string_view ws, Clock::time_point now) {
  Run run(
      db_,
      "SELECT coalesce(sum(handle >= 0), 0), coalesce(sum(size), 0), coalesce(sum(expires <= ? AND handle >= 0), 0), "
      "coalesce(sum(handle < 0), 0) FROM entries WHERE ws = ?");
  run.bind(to_milliseconds(now)).text(ws);
  if (!run.step()) return unread(run);
  return Counts{static_cast<std::uint64_t>(run.integer(0)), static_cast<std::uint64_t>(run.integer(1)),
                static_cast<std::uint64_t>(run.integer(2)), static_cast<std::uint64_t>(run.integer(3))};
}

Result<std::vector<std::string>> Rows::workspaces() {
  Run run(db_, "SELECT DISTINCT ws FROM entries ORDER BY ws");
  std::vector<std::string> names;
  while (run.step()) names.emplace_back(run.bytes(0));
  if (run.code() != SQLITE_OK) return unread(run);
  return names;
}

}  // namespace headroom::store
