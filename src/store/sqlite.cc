// The store in one SQLite file, shared by every process of a user.
//
// What holds: a handle is returned only after its transaction was committed and its content read back, decrypted and
// compared; whatever fails before that leaves no entry. WAL, so readers never wait; a call waits for other writers 50
// ms at most. `synchronous=NORMAL`: a killed process loses nothing, a power cut may lose the last commits, never the
// file (FULL by option). A file found damaged is renamed aside and a new one begun. Contents and hints are sealed
// (vault.h) before the transaction begins.
//
// Cost: docs/decisions/0006-store.md has the figures.
//
// Limits: not for network file systems, which are refused.
#include <algorithm>
#include <mutex>

#include "store/policy.h"
#include "store/renewals.h"
#include "store/sqlite_db.h"
#include "store/sqlite_keys.h"
#include "store/sqlite_older.h"
#include "store/sqlite_records.h"
#include "store/sqlite_rows.h"
#include "store/store.h"
#include "store/vault.h"

namespace headroom::store {
namespace {

std::string_view as_bytes(const Digest& id) {
  return {reinterpret_cast<const char*>(id.data()), id.size()};
}

class SqliteStore final : public Store {
 public:
  SqliteStore(std::filesystem::path file, WorkspaceKey key, Options options)
      : options_(std::move(options)),
        db_(std::move(file), options_.synchronous, options_.folds_in_flush),
        rows_(db_),
        vault_(std::move(key)),
        ws_(vault_.workspace()),
        keys_(rows_, vault_, ws_),
        records_(db_, rows_, vault_, keys_, options_, ws_, [this] { return now(); }) {}

  ~SqliteStore() override { static_cast<void>(write_gathered()); }

  Result<void> open() {
    db_.begin_call();
    return ready();
  }

  std::vector<Result<Handle>> put(std::span<const Original> originals) override {
    const std::scoped_lock lock(mutex_);
    db_.begin_call();
    std::vector<Result<Handle>> answers(originals.size(), fail(ErrorKind::internal, "not tried"));
    std::vector<Pending> pending;
    for (std::size_t i = 0; i < originals.size(); ++i) {
      if (const auto fit = check_original(originals[i], options_); !fit) {
        answers[i] = std::unexpected(fit.error());
        continue;
      }
      const Digest id = vault_.id_of(originals[i].content);
      pending.push_back({i, &originals[i], id, handle_of_id(id), {}, 0});
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
    return call<Found>([&] { return look_up(handle); });
  }

  Result<void> renew(std::span<const Handle> handles) override {
    const std::scoped_lock lock(mutex_);
    db_.begin_call();
    if (const auto open = ready(); !open) return open;
    const auto now = this->now();
    bool write_now = false;
    for (const Handle handle : handles) {
      const auto row = rows_.find(ws_, static_cast<std::int64_t>(handle.value));
      if (!row) return db_.checked(Result<void>(std::unexpected(row.error())));
      if (!*row || (*row)->expires <= now) continue;
      renewals_.note(handle, now);
      write_now |= long_not_carried(**row, now);
    }
    return write_now || renewals_.due(now) ? db_.checked(write_renewals()) : Result<void>();
  }

  Result<bool> erase(Handle handle) override {
    return call<bool>([&] { return erase_row(static_cast<std::int64_t>(handle.value)); });
  }

  Result<std::optional<EntryState>> stat(Handle handle) override {
    return call<std::optional<EntryState>>([&]() -> Result<std::optional<EntryState>> {
      const auto row = rows_.find(ws_, static_cast<std::int64_t>(handle.value));
      if (!row) return std::unexpected(row.error());
      if (!*row) return std::nullopt;
      const EntryRow e = renewed(**row);
      if (e.expires <= now()) return std::nullopt;
      return EntryState{e.kind, static_cast<std::uint64_t>(e.size), e.created, e.carried, e.expires};
    });
  }

  Result<void> flush() override {
    auto done = write_gathered();
    const bool log_waits = [this] {
      const std::scoped_lock lock(mutex_);
      return options_.folds_in_flush && db_.log_waits();
    }();
    // Without the lock: nobody waits for the disk's syncs.
    if (log_waits) Database::fold_apart(db_.file());
    return done;
  }

  Result<std::uint64_t> purge(std::optional<std::chrono::seconds> older_than) override {
    return call<std::uint64_t>([&] { return remove(older_than); });
  }

  Result<Stats> stats() override {
    return call<Stats>([&]() -> Result<Stats> {
      const auto counts = rows_.count(ws_, now());
      if (!counts) return std::unexpected(counts.error());
      const auto total = rows_.total_bytes();
      if (!total) return std::unexpected(total.error());
      return Stats{
          counts->entries,        counts->bytes, counts->expired, counts->records, static_cast<std::uint64_t>(*total),
          options_.capacity_bytes};
    });
  }

  Result<std::vector<WorkspaceStats>> workspaces() override {
    return call<std::vector<WorkspaceStats>>([&]() -> Result<std::vector<WorkspaceStats>> {
      const auto names = rows_.workspaces();
      const auto total = rows_.total_bytes();
      if (!names || !total) return std::unexpected(names ? total.error() : names.error());
      std::vector<WorkspaceStats> out;
      for (const std::string& name : *names) {
        const auto c = rows_.count(name, now());
        if (!c) return std::unexpected(c.error());
        out.push_back({name,
                       {c->entries, c->bytes, c->expired, c->records, static_cast<std::uint64_t>(*total),
                        options_.capacity_bytes}});
      }
      return out;
    });
  }

  Result<RecordAnswer> put_record(const RecordPut& record) override {
    return call<RecordAnswer>([&] { return records_.write(record); });
  }

  Result<std::optional<Record>> get_record(std::string_view name) override {
    return call<std::optional<Record>>([&] { return records_.read(name); });
  }

  Result<std::vector<Record>> records() override {
    return call<std::vector<Record>>([&] { return records_.list(); });
  }

  Result<bool> erase_record(std::string_view name) override {
    return call<bool>([&] { return erase_row(row_of_record(vault_.id_of_record(name))); });
  }

 private:
  using Refusal = std::optional<Error>;

  // An original on its way in.
  struct Pending {
    std::size_t index;  // into the caller's list
    const Original* original;
    Digest id;
    Handle handle;
    PayloadRow sealed;   // empty: not sealed (yet)
    std::int64_t entry;  // row, once there is one
  };

  Clock::time_point now() const { return options_.now ? options_.now() : Clock::now(); }

  Result<void> ready() {
    if (const auto open = db_.ensure_open(); !open) return open;
    return take_over_older(db_, rows_, vault_, options_, now());
  }

  template <class T, class Work>
  Result<T> call(Work work) {
    const std::scoped_lock lock(mutex_);
    db_.begin_call();
    if (const auto open = ready(); !open) return std::unexpected(open.error());
    return db_.checked(Result<T>(work()));
  }

  Result<void> write_gathered() {
    const std::scoped_lock lock(mutex_);
    db_.begin_call();
    Result<void> done;
    if (!renewals_.pending().empty()) {
      done = ready();
      if (done) done = db_.checked(write_renewals());
    }
    db_.fold_removals();
    return done;
  }

  // A row with the renewal that has not been written yet.
  EntryRow renewed(EntryRow row) const {
    const auto carried = row.handle >= 0 ? renewals_.carried(Handle{static_cast<std::uint64_t>(row.handle)})
                                         : std::optional<Clock::time_point>();
    if (carried && *carried > row.carried && *carried < row.expires) {
      row.expires += *carried - row.carried;
      row.carried = *carried;
    }
    return row;
  }

  // put:

  // Sealing comes before the transaction, where nobody waits for it; what is there already needs none.
  Result<void> seal(Pending& p) {
    const auto handle = static_cast<std::int64_t>(p.handle.value);
    const auto key = keys_.current();
    if (!key) return std::unexpected(key.error());
    const Hint hint{kept_source(p.original->source), p.original->tokens, p.original->lines, {}};
    auto ct = vault_.seal_content(*key, p.id, p.original->kind, p.original->content);
    if (!ct) return std::unexpected(ct.error());
    auto sealed_hint = vault_.seal_hint(*key, handle, hint);
    if (!sealed_hint) return std::unexpected(sealed_hint.error());
    p.sealed = {*key, std::move(*sealed_hint), std::move(*ct)};
    return {};
  }

  Result<void> seal_new(std::span<Pending> pending) {
    for (Pending& p : pending) {
      const auto known = rows_.find(ws_, static_cast<std::int64_t>(p.handle.value));
      if (!known) return std::unexpected(known.error());
      if (*known || !p.sealed.ct.empty()) continue;
      if (const auto sealed = seal(p); !sealed) return sealed;
    }
    return {};
  }

  // One transaction for all, then reading back. nullopt: every answer is written; else nothing was stored.
  std::optional<Error> attempt(std::span<Pending> pending, std::vector<Result<Handle>>& answers) {
    if (const auto open = ready(); !open) return open.error();
    const auto now = this->now();
    std::vector<Refusal> refused(pending.size());
    Result<void> done = seal_new(pending);
    bool dirty = false;
    if (done) done = nothing_to_write(pending, now, dirty);
    if (done && dirty) done = db_.transaction([&] { return store_all(pending, refused, now); });
    if (!done) {
      keys_.abandon();
      for (Pending& p : pending) p.sealed = {};
      return db_.checked(Result<void>(std::unexpected(done.error()))).error();
    }
    keys_.committed();
    if (dirty) renewals_.clear();
    // Before they are read back: both would be a second copy of all contents. An assigned string keeps its room.
    for (Pending& p : pending) std::string().swap(p.sealed.ct);
    for (std::size_t i = 0; i < pending.size(); ++i) {
      const Pending& p = pending[i];
      if (refused[i]) {
        answers[p.index] = std::unexpected(*refused[i]);
      } else if (const auto same = read_back(p); !same) {
        answers[p.index] = std::unexpected(db_.checked(same).error());
      } else {
        answers[p.index] = p.handle;
      }
    }
    return std::nullopt;
  }

  // `dirty` stays false if all are there and were renewed a moment ago: a conversation that carries the same originals
  // every second needs no transaction.
  Result<void> nothing_to_write(std::span<Pending> pending, Clock::time_point now, bool& dirty) {
    for (Pending& p : pending) {
      const auto known = rows_.find(ws_, static_cast<std::int64_t>(p.handle.value));
      if (!known) return std::unexpected(known.error());
      const bool fresh = *known && (*known)->id == as_bytes(p.id) && (*known)->carried <= now &&
                         (*known)->carried > now - renewals_wait && (*known)->expires > now;
      if (!fresh) return dirty = true, Result<void>();
      p.entry = (*known)->entry;
    }
    return {};
  }

  // An error undoes the transaction; a content that is refused (full, collision) leaves the others.
  Result<void> store_all(std::span<Pending> pending, std::vector<Refusal>& refused, Clock::time_point now) {
    auto bytes = rows_.total_bytes();
    if (!bytes) return std::unexpected(bytes.error());
    const std::int64_t before = *bytes;
    if (const auto renewed = write_renewal_rows(); !renewed) return renewed;  // before anything has to leave
    if (const auto swept = rows_.sweep(now, *bytes); !swept) return swept;
    if (const auto keyed = account_for_keys(pending); !keyed) return keyed;
    for (std::size_t i = 0; i < pending.size(); ++i) {
      auto stored = store_one(pending[i], now, *bytes);
      if (!stored) return std::unexpected(stored.error());
      refused[i] = std::move(*stored);
    }
    return *bytes == before ? Result<void>() : rows_.set_total_bytes(*bytes);
  }

  Result<void> account_for_keys(std::span<Pending> pending) {
    const auto sealed = std::ranges::count_if(pending, [](const Pending& p) { return !p.sealed.ct.empty(); });
    if (sealed == 0) return {};
    auto usable = keys_.use(sealed * uses_per_entry);
    if (!usable) return std::unexpected(usable.error());
    if (*usable) return {};
    keys_.leave();
    for (Pending& p : pending) {
      if (p.sealed.ct.empty()) continue;
      if (const auto again = seal(p); !again) return again;
    }
    usable = keys_.use(sealed * uses_per_entry);
    if (!usable) return std::unexpected(usable.error());
    if (!*usable) return fail(ErrorKind::internal, "no data key can be used");
    return {};
  }

  Result<Refusal> store_one(Pending& p, Clock::time_point now, std::int64_t& bytes) {
    const auto handle = static_cast<std::int64_t>(p.handle.value);
    const auto known = rows_.find(ws_, handle);
    if (!known) return std::unexpected(known.error());
    const auto ttl = p.original->ttl.count() > 0 ? p.original->ttl : options_.ttl;
    if (*known) {
      EntryRow row = **known;
      if (row.id != as_bytes(p.id)) return Error{ErrorKind::collision, "another content has this handle"};
      p.entry = row.entry;
      row.carried = now;
      row.expires = now + std::max<Clock::duration>(ttl, (*known)->expires - (*known)->carried);
      const auto done = set_times(row);
      return done ? Result<Refusal>(std::nullopt) : std::unexpected(done.error());
    }
    const auto size = static_cast<std::int64_t>(p.original->content.size());
    const auto room = rows_.make_room(size, static_cast<std::int64_t>(options_.capacity_bytes), now, bytes);
    if (!room) return std::unexpected(room.error());
    if (!*room) return Error{ErrorKind::full, "no room for another original"};
    if (p.sealed.ct.empty()) {  // it was there a moment ago
      if (const auto sealed = seal(p); !sealed) return std::unexpected(sealed.error());
      const auto usable = keys_.use(uses_per_entry);
      if (!usable) return std::unexpected(usable.error());
      if (!*usable) return fail(ErrorKind::unavailable, "the data key was destroyed meanwhile");
    }
    const EntryRow row{.entry = 0,
                       .handle = handle,
                       .version = 0,
                       .size = size,
                       .id = std::string(as_bytes(p.id)),
                       .kind = std::string(p.original->kind),
                       .created = now,
                       .carried = now,
                       .expires = now + ttl};
    const auto entry = rows_.add(ws_, row, p.sealed);
    if (!entry) return std::unexpected(entry.error());
    p.entry = *entry;
    bytes += size;
    return std::nullopt;
  }

  Result<void> set_times(const EntryRow& row) {
    return db_.done_or_failed(Run(db_, "UPDATE entries SET carried = ?, expires = ? WHERE entry = ?")
                                  .bind(to_milliseconds(row.carried))
                                  .bind(to_milliseconds(row.expires))
                                  .bind(row.entry)
                                  .finish(),
                              "cannot write to the store");
  }

  Result<void> read_back(const Pending& p) {
    Result<void> same;
    const auto found = rows_.look_at_content(p.entry, [&](DataKeyId key, std::string_view ct) {
      same = keys_.need(key);
      if (same) same = vault_.check_content(key, as_bytes(p.id), p.original->kind, ct, p.original->content);
    });
    if (!found) return std::unexpected(found.error());
    if (!*found) return fail(ErrorKind::unavailable, "another process has removed the original meanwhile");
    return same;
  }

  // get:

  Result<Found> look_up(Handle handle) {
    const auto now = this->now();
    const auto number = static_cast<std::int64_t>(handle.value);
    const auto known = rows_.find(ws_, number);
    if (!known) return std::unexpected(known.error());
    if (*known) return live_or_expired(handle, renewed(**known), now);
    const auto gone = rows_.gone(ws_, number);
    if (!gone) return std::unexpected(gone.error());
    Found found;
    if (*gone && (*gone)->at > now - gone_window) {
      found.status = Status::expired;
      found.hint = hint_of((*gone)->key, number, (*gone)->hint);
    }
    return found;
  }

  // A hint that does not open any more (its key was destroyed) is none.
  std::optional<Source> hint_of(DataKeyId key, std::int64_t handle, std::string_view sealed) {
    if (key == 0 || !keys_.need(key)) return std::nullopt;
    auto hint = vault_.open_hint(key, handle, sealed);
    if (!hint || hint->empty()) return std::nullopt;
    return std::move(hint->source);
  }

  Result<Found> live_or_expired(Handle handle, const EntryRow& row, Clock::time_point now) {
    Found found;
    if (row.expires <= now - gone_window) return found;
    const bool live = row.expires > now;
    const auto kept = rows_.payload(row.entry, live);
    if (!kept) return std::unexpected(kept.error());
    if (!*kept) return found;  // removed between the two reads
    if (!live) {
      found.status = Status::expired;
      found.hint = hint_of((*kept)->key, row.handle, (*kept)->hint);
      return found;
    }
    if (const auto key = keys_.need((*kept)->key); !key) return std::unexpected(key.error());
    auto content = vault_.open_content((*kept)->key, row.id, row.kind, (*kept)->ct);
    if (!content) return std::unexpected(content.error());
    auto hint = vault_.open_hint((*kept)->key, row.handle, (*kept)->hint);
    if (!hint) return std::unexpected(hint.error());
    found.status = Status::live;
    found.entry = Entry{.handle = handle,
                        .content = std::move(*content),
                        .kind = row.kind,
                        .source = std::move(hint->source),
                        .tokens = hint->tokens,
                        .lines = hint->lines,
                        .created = row.created,
                        .expires = row.expires};
    renewals_.note(handle, now);
    if (long_not_carried(row, now) || renewals_.due(now))
      static_cast<void>(write_renewals());  // if not now, then with a later call
    return found;
  }

  // life:

  // The file's time of such an entry must not lag behind: other processes decide by it what is live. Written at once,
  // so that an entry carried in the last ten minutes always has a time in the file that says so.
  static bool long_not_carried(const EntryRow& row, Clock::time_point now) {
    return row.carried <= now - live_window / 2 || row.carried > now;
  }

  Result<void> write_renewals() {
    const auto done = db_.transaction([&] { return write_renewal_rows(); });
    if (done) renewals_.clear();
    return done;
  }

  Result<void> write_renewal_rows() {
    for (const auto& [handle, carried] : renewals_.pending()) {
      const auto renewed = rows_.renew(ws_, static_cast<std::int64_t>(handle.value), carried);
      if (!renewed) return renewed;
    }
    return {};
  }

  Result<bool> erase_row(std::int64_t handle) {
    bool found = false;
    const auto done = db_.transaction([&]() -> Result<void> {
      const auto row = rows_.find(ws_, handle);
      if (!row) return std::unexpected(row.error());
      auto bytes = rows_.total_bytes();
      if (!bytes) return std::unexpected(bytes.error());
      if (!*row) return {};
      found = true;
      const Leaving leaving{(*row)->entry, handle, (*row)->size, ws_};
      if (const auto left = rows_.leave({&leaving, 1}, now(), *bytes, false); !left) return left;
      return rows_.set_total_bytes(*bytes);
    });
    if (!done) return std::unexpected(done.error());
    if (handle >= 0) renewals_.forget(Handle{static_cast<std::uint64_t>(handle)});
    db_.fold_removals();
    return found;
  }

  Result<std::uint64_t> remove(std::optional<std::chrono::seconds> older_than) {
    const auto now = this->now();
    const auto until = older_than ? now - *older_than : Clock::time_point::max();
    std::uint64_t removed = 0;
    const auto done = db_.transaction([&]() -> Result<void> {
      const auto rows = rows_.written_until(ws_, until);
      if (!rows) return std::unexpected(rows.error());
      auto bytes = rows_.total_bytes();
      if (!bytes) return std::unexpected(bytes.error());
      if (const auto left = rows_.leave(*rows, now, *bytes, false); !left) return left;
      if (const auto forgot = rows_.forget_hints(ws_, until); !forgot) return forgot;
      if (!older_than) {
        if (const auto destroyed = rows_.destroy_keys(ws_); !destroyed) return destroyed;
      }
      removed = rows->size();
      return rows_.set_total_bytes(*bytes);
    });
    if (!done) return std::unexpected(done.error());
    if (!older_than) {
      keys_.forget_all();
    }
    db_.note_removal();
    db_.fold_removals();  // busy: at the next occasion
    return removed;
  }

  const Options options_;
  std::mutex mutex_;
  Database db_;
  Rows rows_;
  Vault vault_;
  const std::string ws_;
  SqliteKeys keys_;
  SqliteRecords records_;
  Renewals renewals_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& file, WorkspaceKey key, Options options) {
  if (key.wrapping_key.size() != key_size)
    return fail(ErrorKind::unavailable, "no key to encrypt originals with: they may not leave the process");
  auto store = std::make_unique<SqliteStore>(file, std::move(key), std::move(options));
  if (const auto opened = store->open(); !opened) return std::unexpected(opened.error());
  return store;
}

}  // namespace headroom::store
