// The store in one SQLite file, shared by every process of a user.
//
// What holds: a handle is returned only after its transaction was committed and its content read back and compared;
// whatever fails before that leaves no entry. WAL, so readers never wait; writers wait 50 ms at most.
// `synchronous=NORMAL`: a killed process loses nothing, a power cut may lose the last commits, never the file. A file
// found damaged is renamed aside and a new one begun.
//
// Cost: docs/decisions/0006-store.md has the figures.
//
// Limits: the payload lies in clear within a 0600 file until encryption comes (the `nonce` column waits for it). Not
// for network file systems, which are refused.
#include <mutex>

#include "store/hmac.h"
#include "store/policy.h"
#include "store/sqlite_db.h"
#include "store/store.h"

namespace headroom::store {
namespace {

std::int64_t milliseconds(Clock::time_point t) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count();
}
Clock::time_point from_milliseconds(std::int64_t ms) {
  return Clock::time_point(std::chrono::duration_cast<Clock::duration>(std::chrono::milliseconds(ms)));
}

std::string_view as_bytes(const Digest& id) {
  return {reinterpret_cast<const char*>(id.data()), id.size()};
}

class SqliteStore final : public Store {
 public:
  SqliteStore(std::filesystem::path file, WorkspaceKey key, Options options)
      : db_(std::move(file)), key_(std::move(key)), options_(std::move(options)) {}

  Result<void> open() { return db_.ensure_open(); }

  std::vector<Result<Handle>> put(std::span<const Original> originals) override {
    const std::scoped_lock lock(mutex_);
    std::vector<Result<Handle>> answers(originals.size(), fail(ErrorKind::internal, "not tried"));
    std::vector<Pending> pending;
    for (std::size_t i = 0; i < originals.size(); ++i) {
      if (const auto fit = check_original(originals[i], options_); !fit) {
        answers[i] = std::unexpected(fit.error());
        continue;
      }
      const Digest id = hmac_sha256(key_.handle_key, originals[i].content);
      pending.push_back({i, &originals[i], id, handle_of_id(id), 0});
    }
    if (pending.empty()) return answers;

    auto failed = attempt(pending, answers);
    if (failed && failed->kind == ErrorKind::corrupt) failed = attempt(pending, answers);  // into a new file
    if (failed && failed->kind == ErrorKind::full && pending.size() > 1) {
      // The disk had no room for all of them together; there may be for some.
      for (Pending& one : pending) {
        if (const auto alone = attempt({&one, 1}, answers)) answers[one.index] = std::unexpected(*alone);
      }
      return answers;
    }
    if (failed) {
      for (const Pending& p : pending) answers[p.index] = std::unexpected(*failed);
    }
    return answers;
  }

  Result<Found> get(Handle handle) override {
    const std::scoped_lock lock(mutex_);
    if (const auto ready = db_.ensure_open(); !ready) return std::unexpected(ready.error());
    return checked(look_up(handle));
  }

  Result<std::uint64_t> purge(std::optional<std::chrono::seconds> older_than) override {
    const std::scoped_lock lock(mutex_);
    if (const auto ready = db_.ensure_open(); !ready) return std::unexpected(ready.error());
    return checked(remove(older_than));
  }

  Result<Stats> stats() override {
    const std::scoped_lock lock(mutex_);
    if (const auto ready = db_.ensure_open(); !ready) return std::unexpected(ready.error());
    return checked(count());
  }

 private:
  using Refusal = std::optional<Error>;

  // An original on its way in.
  struct Pending {
    std::size_t index;  // into the caller's list
    const Original* original;
    Digest id;
    Handle handle;
    std::int64_t entry;  // row, once there is one
  };

  // A row of `entries` that leaves.
  struct Leaving {
    std::int64_t entry, handle, size;
    std::string ws;
  };

  Clock::time_point now() const { return options_.now ? options_.now() : Clock::now(); }

  // Damage found while at work: the file is put aside for the next call; this one says `corrupt`. No Run may be alive.
  template <class T>
  Result<T> checked(Result<T> result) {
    if (!result && result.error().kind == ErrorKind::corrupt && damaged_) (void)db_.put_aside();
    damaged_ = false;
    return result;
  }

  Error failed(int code, std::string_view what) {
    const Error error = sqlite_error(code, what);
    damaged_ |= error.kind == ErrorKind::corrupt;
    return error;
  }

  // put:

  // One transaction for all, then reading back. nullopt: every answer is written; else nothing was stored.
  std::optional<Error> attempt(std::span<Pending> pending, std::vector<Result<Handle>>& answers) {
    if (const auto ready = db_.ensure_open(); !ready) return ready.error();
    const auto now = this->now();
    std::vector<Refusal> refused(pending.size());
    Result<void> done = begin();
    if (done) done = store_all(pending, refused, now);
    if (done) done = commit();
    if (!done) {
      db_.execute("ROLLBACK");
      return checked(Result<void>(std::unexpected(done.error()))).error();
    }
    for (std::size_t i = 0; i < pending.size(); ++i) {
      const Pending& p = pending[i];
      if (refused[i]) {
        answers[p.index] = std::unexpected(*refused[i]);
      } else if (const auto same = read_back(p); !same) {
        answers[p.index] = std::unexpected(checked(same).error());
      } else {
        answers[p.index] = p.handle;
      }
    }
    return std::nullopt;
  }

  Result<Stats> count() {
    Run run(db_, "SELECT count(*), coalesce(sum(size), 0), coalesce(sum(expires <= ?), 0) FROM entries WHERE ws = ?");
    run.bind(milliseconds(now())).text(key_.name);
    if (!run.step()) return std::unexpected(failed(run.code(), "cannot count the store"));
    return Stats{static_cast<std::uint64_t>(run.integer(0)), static_cast<std::uint64_t>(run.integer(1)),
                 static_cast<std::uint64_t>(run.integer(2))};
  }

  Result<void> begin() {
    const int code = Run(db_, "BEGIN IMMEDIATE").finish();
    if (code != SQLITE_OK) return std::unexpected(failed(code, "cannot write to the store"));
    return {};
  }

  Result<void> commit() {
    const int code = Run(db_, "COMMIT").finish();
    if (code != SQLITE_OK) return std::unexpected(failed(code, "cannot write to the store"));
    return {};
  }

  // An error undoes the transaction; a content that is refused (full, collision) leaves the others.
  Result<void> store_all(std::span<Pending> pending, std::vector<Refusal>& refused, Clock::time_point now) {
    auto bytes = total_bytes();
    if (!bytes) return std::unexpected(bytes.error());
    const std::int64_t before = *bytes;
    if (const auto swept = sweep(now, *bytes); !swept) return swept;
    for (std::size_t i = 0; i < pending.size(); ++i) {
      auto stored = store_one(pending[i], now, *bytes);
      if (!stored) return std::unexpected(stored.error());
      refused[i] = std::move(*stored);
    }
    return *bytes == before ? Result<void>() : set_total_bytes(*bytes);
  }

  Result<Refusal> store_one(Pending& p, Clock::time_point now, std::int64_t& bytes) {
    p.entry = 0;  // an earlier attempt may have been undone
    {
      Run known(db_, "SELECT entry, id FROM entries WHERE ws = ? AND handle = ?");
      known.text(key_.name).bind(static_cast<std::int64_t>(p.handle.value));
      if (known.step()) {
        if (known.bytes(1) != as_bytes(p.id)) return Error{ErrorKind::collision, "another content has this handle"};
        p.entry = known.integer(0);
      } else if (known.code() != SQLITE_OK) {
        return std::unexpected(failed(known.code(), "cannot read the store"));
      }
    }
    Result<void> done;
    if (p.entry != 0) {
      done = renew(p.entry, now);
    } else {
      const auto room = make_room(p.original->content.size(), now, bytes);
      if (!room) return std::unexpected(room.error());
      if (!*room) return Error{ErrorKind::full, "no room for another original"};
      done = add(p, now);
      bytes += static_cast<std::int64_t>(p.original->content.size());
    }
    if (!done) return std::unexpected(done.error());
    return std::nullopt;
  }

  Result<void> renew(std::int64_t entry, Clock::time_point now) {
    return written(Run(db_, "UPDATE entries SET carried = ?, expires = ? WHERE entry = ?")
                       .bind(milliseconds(now))
                       .bind(milliseconds(now + options_.ttl))
                       .bind(entry)
                       .finish());
  }

  Result<void> add(Pending& p, Clock::time_point now) {
    const Original& o = *p.original;
    const auto handle = static_cast<std::int64_t>(p.handle.value);
    auto done = written(
        Run(db_, "INSERT INTO entries(ws, handle, id, kind, created, carried, expires, size) VALUES(?,?,?,?,?,?,?,?)")
            .text(key_.name)
            .bind(handle)
            .blob(as_bytes(p.id))
            .text(o.kind)
            .bind(milliseconds(now))
            .bind(milliseconds(now))
            .bind(milliseconds(now + options_.ttl))
            .bind(static_cast<std::int64_t>(o.content.size()))
            .finish());
    if (!done) return done;
    p.entry = db_.last_row();
    const Source source = kept_source(o.source);
    done = written(Run(db_, "INSERT INTO payload(entry, tool, arguments, tokens, lines, ct) VALUES(?,?,?,?,?,?)")
                       .bind(p.entry)
                       .blob(source.tool)
                       .blob(source.arguments)
                       .bind(static_cast<std::int64_t>(o.tokens))
                       .bind(static_cast<std::int64_t>(o.lines))
                       .blob(o.content)
                       .finish());
    if (!done) return done;
    return written(Run(db_, "DELETE FROM gone WHERE ws = ? AND handle = ?").text(key_.name).bind(handle).finish());
  }

  Result<void> written(int code) {
    if (code == SQLITE_OK) return {};
    return std::unexpected(failed(code, "cannot write to the store"));
  }

  Result<void> read_back(const Pending& p) {
    Run run(db_, "SELECT ct FROM payload WHERE entry = ?");
    run.bind(p.entry);
    if (run.step() && run.bytes(0) == p.original->content) return {};
    if (run.code() != SQLITE_OK) return std::unexpected(failed(run.code(), "cannot read back from the store"));
    return fail(ErrorKind::corrupt, "the store gave back other bytes than it was given");
  }

  Result<std::int64_t> total_bytes() {
    Run run(db_, "SELECT bytes FROM totals");
    if (!run.step())
      return std::unexpected(failed(run.code() == SQLITE_OK ? SQLITE_CORRUPT : run.code(), "cannot read the store"));
    return run.integer(0);
  }

  Result<void> set_total_bytes(std::int64_t bytes) {
    return written(Run(db_, "UPDATE totals SET bytes = ?").bind(bytes).finish());
  }

  // leaving:

  // Rows of entry, handle, size, ws, until `enough` bytes are together.
  Result<std::vector<Leaving>> gather(Run&& run, std::int64_t enough) {
    std::vector<Leaving> rows;
    std::int64_t sum = 0;
    while (sum < enough && run.step()) {
      rows.push_back({run.integer(0), run.integer(1), run.integer(2), std::string(run.bytes(3))});
      sum += rows.back().size;
    }
    if (run.code() != SQLITE_OK) return std::unexpected(failed(run.code(), "cannot read the store"));
    return rows;
  }

  // Removes entries; each leaves its handle and (unless asked to forget) what to call again.
  Result<void> leave(std::span<const Leaving> rows, Clock::time_point now, std::int64_t& bytes, bool keep_hint) {
    for (const Leaving& row : rows) {
      auto done =
          written(Run(db_,
                      "INSERT OR REPLACE INTO gone(ws, handle, at, tool, arguments) "
                      "SELECT ?, ?, ?, iif(?4, tool, NULL), iif(?4, arguments, NULL) FROM payload WHERE entry = ?")
                      .text(row.ws)
                      .bind(row.handle)
                      .bind(milliseconds(now))
                      .bind(keep_hint ? 1 : 0)
                      .bind(row.entry)
                      .finish());
      if (done) done = written(Run(db_, "DELETE FROM payload WHERE entry = ?").bind(row.entry).finish());
      if (done) done = written(Run(db_, "DELETE FROM entries WHERE entry = ?").bind(row.entry).finish());
      if (!done) return done;
      bytes -= row.size;
    }
    return {};
  }

  // Takes a few expired entries and outlived traces along.
  Result<void> sweep(Clock::time_point now, std::int64_t& bytes) {
    const auto expired = gather(
        std::move(Run(db_, "SELECT entry, handle, size, ws FROM entries WHERE expires <= ? ORDER BY expires LIMIT ?")
                      .bind(milliseconds(now))
                      .bind(swept_per_put)),
        INT64_MAX);
    if (!expired) return std::unexpected(expired.error());
    if (expired->empty()) return {};
    if (const auto left = leave(*expired, now, bytes, true); !left) return left;
    return written(Run(db_, "DELETE FROM gone WHERE at <= ?").bind(milliseconds(now - gone_window)).finish());
  }

  // Expired entries leave first, then those not carried for longest; nothing leaves if that would not be enough.
  Result<bool> make_room(std::size_t size, Clock::time_point now, std::int64_t& bytes) {
    const auto capacity = static_cast<std::int64_t>(options_.capacity_bytes);
    const std::int64_t excess = bytes + static_cast<std::int64_t>(size) - capacity;
    if (excess <= 0) return true;
    const std::int64_t at = milliseconds(now), from = milliseconds(now - live_window),
                       to = milliseconds(now + live_window);
    {
      Run run(db_, "SELECT coalesce(sum(size), 0) FROM entries WHERE expires <= ? OR carried <= ? OR carried >= ?");
      run.bind(at).bind(from).bind(to);
      if (!run.step()) return std::unexpected(failed(run.code(), "cannot read the store"));
      if (run.integer(0) < excess) return false;
    }
    const auto rows = gather(
        std::move(
            Run(db_,
                "SELECT entry, handle, size, ws FROM entries WHERE expires <= ?1 OR carried <= ?2 OR carried >= ?3 "
                "ORDER BY expires > ?1, carried, handle")
                .bind(at)
                .bind(from)
                .bind(to)),
        excess);
    if (!rows) return std::unexpected(rows.error());
    if (const auto left = leave(*rows, now, bytes, true); !left) return std::unexpected(left.error());
    return true;
  }

  Result<std::uint64_t> remove(std::optional<std::chrono::seconds> older_than) {
    const auto now = this->now();
    const std::int64_t until = older_than ? milliseconds(now - *older_than) : INT64_MAX;
    Result<std::vector<Leaving>> rows;
    Result<void> done = begin();
    if (done) {
      rows = gather(std::move(Run(db_, "SELECT entry, handle, size, ws FROM entries WHERE ws = ? AND created <= ?")
                                  .text(key_.name)
                                  .bind(until)),
                    INT64_MAX);
      if (!rows) done = std::unexpected(rows.error());
    }
    auto bytes = done ? total_bytes() : Result<std::int64_t>(0);
    if (!bytes) done = std::unexpected(bytes.error());
    if (done) done = leave(*rows, now, *bytes, false);
    if (done) {
      done = written(Run(db_, "UPDATE gone SET tool = NULL, arguments = NULL WHERE ws = ? AND at <= ?")
                         .text(key_.name)
                         .bind(until)
                         .finish());
    }
    if (done) done = set_total_bytes(*bytes);
    if (done) done = commit();
    if (!done) {
      db_.execute("ROLLBACK");
      return std::unexpected(done.error());
    }
    db_.execute(
        "PRAGMA wal_checkpoint(TRUNCATE)");  // what was removed must not live on in the log; busy: the next one does it
    return rows->size();
  }

  // get:

  Result<Found> look_up(Handle handle) {
    const auto now = this->now();
    Found found;
    {
      Run run(db_,
              "SELECT e.id, e.kind, e.created, e.expires, p.tool, p.arguments, p.tokens, p.lines, p.ct "
              "FROM entries e JOIN payload p ON p.entry = e.entry WHERE e.ws = ? AND e.handle = ?");
      run.text(key_.name).bind(static_cast<std::int64_t>(handle.value));
      if (run.step()) {
        Source source{std::string(run.bytes(4)), std::string(run.bytes(5))};
        const Clock::time_point expires = from_milliseconds(run.integer(3));
        if (expires <= now - gone_window) return found;
        if (expires <= now) {
          found.status = Status::expired;
          found.hint = std::move(source);
          return found;
        }
        const std::string_view content = run.bytes(8);
        if (run.bytes(0) != as_bytes(hmac_sha256(key_.handle_key, content))) {
          return fail(ErrorKind::corrupt, "the store gave back other bytes than it was given");
        }
        found.status = Status::live;
        found.entry = Entry{.handle = handle,
                            .content = std::string(content),
                            .kind = std::string(run.bytes(1)),
                            .source = std::move(source),
                            .tokens = static_cast<std::uint64_t>(run.integer(6)),
                            .lines = static_cast<std::uint64_t>(run.integer(7)),
                            .created = from_milliseconds(run.integer(2)),
                            .expires = expires};
        return found;
      }
      if (run.code() != SQLITE_OK) return std::unexpected(failed(run.code(), "cannot read the store"));
    }
    Run run(db_, "SELECT tool, arguments FROM gone WHERE ws = ? AND handle = ? AND at > ?");
    run.text(key_.name).bind(static_cast<std::int64_t>(handle.value)).bind(milliseconds(now - gone_window));
    if (run.step()) {
      found.status = Status::expired;
      if (!run.is_null(0)) found.hint = Source{std::string(run.bytes(0)), std::string(run.bytes(1))};
    } else if (run.code() != SQLITE_OK) {
      return std::unexpected(failed(run.code(), "cannot read the store"));
    }
    return found;
  }

  Database db_;
  const WorkspaceKey key_;
  const Options options_;
  std::mutex mutex_;
  bool damaged_ = false;  // SQLite said that the file is not as it should be
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& file, WorkspaceKey key, Options options) {
  auto store = std::make_unique<SqliteStore>(file, std::move(key), std::move(options));
  if (const auto opened = store->open(); !opened) return std::unexpected(opened.error());
  return store;
}

}  // namespace headroom::store
