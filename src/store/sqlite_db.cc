#include "store/sqlite_db.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace headroom::store {
namespace {

constexpr std::chrono::milliseconds busy_wait{50};
constexpr int schema_version = 2, older_version = 1;
// A log longer than this is folded in at the end. The next process to come reads the whole log before its first
// statement (1 ms a MB), and cannot know how much of it was folded in before; folding in costs two syncs, so not every
// short-lived process should.
constexpr std::uintmax_t long_log = 256 << 10;
// However seldom someone folds: 32 MB, then a commit does it.
constexpr int most_log_pages = 8000;

// Payload lies apart, so that renewing an entry never rewrites its content. `carried` is when a request last carried
// the handle. `hint` and `ct` are sealed (vault.h) under the data key `key`. A record is a row with a negative handle.
// `totals` has one row: the bytes of all entries, kept inside the transactions that change them, so that no put adds
// them up.
constexpr const char* schema = R"(
CREATE TABLE entries(entry INTEGER PRIMARY KEY, ws TEXT NOT NULL, handle INTEGER NOT NULL, id BLOB NOT NULL,
  kind TEXT NOT NULL, version INTEGER NOT NULL, created INTEGER NOT NULL, carried INTEGER NOT NULL,
  expires INTEGER NOT NULL, size INTEGER NOT NULL, UNIQUE(ws, handle));
CREATE INDEX entries_expires ON entries(expires);
CREATE INDEX entries_carried ON entries(carried);
CREATE TABLE payload(entry INTEGER PRIMARY KEY, key INTEGER NOT NULL, hint BLOB NOT NULL, ct BLOB NOT NULL);
CREATE TABLE gone(ws TEXT NOT NULL, handle INTEGER NOT NULL, at INTEGER NOT NULL, key INTEGER, hint_ct BLOB,
  PRIMARY KEY(ws, handle)) WITHOUT ROWID;
CREATE INDEX gone_at ON gone(at);
CREATE TABLE data_keys(key INTEGER PRIMARY KEY, ws TEXT NOT NULL, used INTEGER NOT NULL, wrapped BLOB NOT NULL);
CREATE TABLE totals(one INTEGER PRIMARY KEY CHECK(one = 1), bytes INTEGER NOT NULL);
INSERT INTO totals VALUES(1, 0);
PRAGMA user_version=2;
)";

// The layout before encryption: its tables stay beside the new ones until each workspace has taken its rows over.
constexpr const char* set_older_tables_apart = R"(
ALTER TABLE entries RENAME TO older_entries;
ALTER TABLE payload RENAME TO older_payload;
ALTER TABLE gone RENAME TO older_gone;
DROP TABLE totals;
DROP INDEX entries_expires;
DROP INDEX gone_at;
)";

std::filesystem::path with_suffix(std::filesystem::path file, std::string_view suffix) {
  file += suffix;
  return file;
}

}  // namespace

Error sqlite_error(int code, std::string_view what) {
  ErrorKind kind = ErrorKind::unavailable;
  switch (code & 0xFF) {
    case SQLITE_FULL:
      kind = ErrorKind::full;
      break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      kind = ErrorKind::corrupt;
      break;
    case SQLITE_TOOBIG:
      kind = ErrorKind::too_large;
      break;
    default:
      break;
  }
  return {kind, std::string(what) + ": " + sqlite3_errstr(code)};
}

Result<void> Database::ensure_open() {
  if (db_ && identity(file_) == identity_) return {};
  damaged_ = false;
  auto opened = connect();
  if (!opened && opened.error().kind == ErrorKind::corrupt) {
    if (const auto aside = put_aside(); !aside) return aside;
    opened = connect();
  }
  if (!opened) close();
  return opened;
}

Result<void> Database::connect() {
  close();
  if (const auto made = make_private_directory(file_.parent_path()); !made) return made;
  const auto found = ensure_private_file(file_);
  if (!found) return std::unexpected(found.error());
  identity_ = *found;
  if (on_network_file_system(file_)) {
    return fail(ErrorKind::unavailable, "the store does not work on a network file system");
  }
  for (std::string_view suffix : {"-wal", "-shm", "-journal"}) {
    if (const auto fine = refuse_link(with_suffix(file_, suffix)); !fine) return fine;
  }
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  int code = sqlite3_open_v2(file_.c_str(), &opened, flags, nullptr);
  db_.reset(opened);
  if (code != SQLITE_OK) return std::unexpected(sqlite_error(code, "cannot open the store"));
  sqlite3_busy_handler(db_.get(), wait_a_little, this);
  // The destructor decides about that.
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (folds_apart_) sqlite3_wal_hook(db_.get(), note_log, this);
  code = execute(synchronous_ ? "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
                              : "PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;");
  if (code != SQLITE_OK) return std::unexpected(sqlite_error(code, "cannot set up the store"));
  const auto version = user_version();
  if (!version) return std::unexpected(version.error());
  Result<void> ready;
  if (*version == 0) ready = make_schema();
  if (*version == older_version) ready = upgrade();
  if (*version > schema_version) ready = fail(ErrorKind::unavailable, "the store was made by a later version");
  if (ready) ready = look_for_older_tables();
  return ready;
}

// Short sleeps, so that a lock given back is noticed soon. Only waiting counts, not the work between: a call that was
// slow to come this far still gets its share.
int Database::wait_a_little(void* self, int times) {
  auto& waited = static_cast<Database*>(self)->waited_;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(busy_wait - waited).count();
  if (left < 1) return 0;
  const auto begun = std::chrono::steady_clock::now();
  sqlite3_sleep(static_cast<int>(std::min<std::int64_t>(left, times < 8 ? 1 : 3)));
  waited += std::chrono::steady_clock::now() - begun;
  return 1;
}

int Database::note_log(void* self, sqlite3* db, const char* name, int pages) {
  static_cast<Database*>(self)->log_pages_ = pages;
  if (pages >= most_log_pages) sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  return SQLITE_OK;  // the commit stands, whatever became of that
}

void Database::fold_apart(const std::filesystem::path& file) {
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
  const int code = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
  const std::unique_ptr<sqlite3, Close> db(opened);
  if (code != SQLITE_OK) return;  // once more with the next flush
  sqlite3_db_config(db.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_exec(db.get(), "PRAGMA wal_checkpoint(PASSIVE)", nullptr, nullptr, nullptr);  // opens the log first
}

Error Database::failed(int code, std::string_view what) {
  const Error error = sqlite_error(code, what);
  damaged_ |= error.kind == ErrorKind::corrupt;
  return error;
}

int Database::write_blob(const char* table, const char* column, std::int64_t row, std::string_view bytes) {
  constexpr int to_write = 1;
  sqlite3_blob* blob = nullptr;
  int code = sqlite3_blob_open(db_.get(), "main", table, column, row, to_write, &blob);
  if (code == SQLITE_OK) code = sqlite3_blob_write(blob, bytes.data(), static_cast<int>(bytes.size()), 0);
  const int closed = sqlite3_blob_close(blob);  // null is fine
  return code == SQLITE_OK ? closed : code;
}

void Database::fold_removals() {
  if (!removed_ || !db_) return;
  // Without waiting: while others read, the log cannot be cut; it stays for the next time.
  waited_ = busy_wait;
  Run run(*this, "PRAGMA wal_checkpoint(TRUNCATE)");
  if (run.step() && run.integer(0) == 0) removed_ = false;
}

Database::~Database() {
  statements_.clear();
  std::error_code error;
  const auto log = std::filesystem::file_size(with_suffix(file_, "-wal"), error);
  removed_ |= !error && log > long_log;
  fold_removals();
}

void Database::close() {
  statements_.clear();
  db_.reset();
}

Result<std::int64_t> Database::user_version() {
  Run run(*this, "PRAGMA user_version");
  if (!run.step()) return std::unexpected(sqlite_error(run.code(), "cannot read the store"));
  return run.integer(0);
}

Result<void> Database::make_schema() {
  // Two processes may come here together: the change to WAL needs the file alone and may find it busy.
  int code = execute("PRAGMA journal_mode=WAL");
  for (int times = 0; (code & 0xFF) == SQLITE_BUSY && wait_a_little(this, times) != 0; ++times) {
    code = execute("PRAGMA journal_mode=WAL");
  }
  if (code == SQLITE_OK) code = execute("BEGIN IMMEDIATE");
  if (code != SQLITE_OK) return std::unexpected(sqlite_error(code, "cannot set up the store"));
  Result<void> done;
  const auto version = user_version();  // another process may have been first
  if (!version) {
    done = std::unexpected(version.error());
  } else if (*version == 0) {
    Run tables(*this, "SELECT count(*) FROM sqlite_schema");
    if (!tables.step()) {
      done = std::unexpected(sqlite_error(tables.code(), "cannot read the store"));
    } else if (tables.integer(0) != 0) {
      done = fail(ErrorKind::unavailable, "the store's file is a database of something else");
    }
  }
  if (done && *version == 0) {
    code = execute(schema);
    if (code == SQLITE_OK) code = execute("COMMIT");
    if (code != SQLITE_OK) done = std::unexpected(sqlite_error(code, "cannot set up the store"));
  }
  execute("ROLLBACK");  // without effect after the commit
  return done;
}

Result<void> Database::upgrade() {
  return transaction([this]() -> Result<void> {
    const auto version = user_version();  // another process may have been first
    if (!version) return std::unexpected(version.error());
    if (*version != older_version) return {};
    const auto apart = done_or_failed(execute(set_older_tables_apart), "cannot take an older store over");
    if (!apart) return apart;
    return done_or_failed(execute(schema), "cannot take an older store over");
  });
}

Result<void> Database::look_for_older_tables() {
  Run run(*this, "SELECT count(*) FROM sqlite_schema WHERE name = 'older_entries'");
  if (!run.step()) return std::unexpected(failed(run.code(), "cannot read the store"));
  older_tables_ = run.integer(0) > 0;
  return {};
}

void Database::drop_older_tables() {
  const auto dropped = transaction([this]() -> Result<void> {
    return done_or_failed(
        execute(
            "DROP TABLE IF EXISTS older_payload; DROP TABLE IF EXISTS older_gone; DROP TABLE IF EXISTS older_entries"),
        "cannot drop tables");
  });
  if (!dropped) return;  // the next process does it
  older_tables_ = false;
  note_removal();
}

Result<void> Database::put_aside() {
  close();
  const File lock(::open(with_suffix(file_, ".lock").c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (lock.fd() < 0) return std::unexpected(system_error("cannot put a damaged store aside", errno));
  if (::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorKind::unavailable, "a damaged store is being put aside");
  }
  if (identity(file_) != identity_) return {};  // another process was first
  std::filesystem::path aside;
  for (int n = 1; n < 1000; ++n) {
    aside = with_suffix(file_, ".corrupt-" + std::to_string(n));
    if (!identity(aside)) break;
  }
  // The log first: left beside a new file, it would be taken for that file's.
  for (std::string_view suffix : {"-wal", "-shm", ""}) {
    const std::filesystem::path from = with_suffix(file_, suffix);
    if (!identity(from)) continue;
    if (::rename(from.c_str(), with_suffix(aside, suffix).c_str()) != 0) {
      return std::unexpected(system_error("cannot put a damaged store aside", errno));
    }
  }
  return {};
}

sqlite3_stmt* Database::statement(const char* sql, int& code) {
  auto& kept = statements_[sql];
  if (!kept) {
    sqlite3_stmt* made = nullptr;
    code = sqlite3_prepare_v3(db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr);
    kept.reset(made);
  }
  return kept.get();
}

Run::~Run() {
  if (stmt_ == nullptr) return;
  sqlite3_reset(stmt_);
  sqlite3_clear_bindings(stmt_);
}

Run& Run::bind(std::int64_t value) {
  if (stmt_ != nullptr) note(sqlite3_bind_int64(stmt_, ++index_, value));
  return *this;
}

Run& Run::text(std::string_view value) {
  if (stmt_ != nullptr) {
    note(sqlite3_bind_text64(stmt_, ++index_, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8));
  }
  return *this;
}

Run& Run::blob(std::string_view value) {
  // A null pointer would bind NULL, not an empty blob.
  const char* data = value.empty() ? "" : value.data();
  if (stmt_ != nullptr) note(sqlite3_bind_blob64(stmt_, ++index_, data, value.size(), SQLITE_STATIC));
  return *this;
}

bool Run::step() {
  if (code_ != SQLITE_OK || stmt_ == nullptr) return false;
  const int code = sqlite3_step(stmt_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) note(code);
  return false;
}

int Run::finish() {
  while (step()) {
  }
  return code_;
}

std::int64_t Run::integer(int column) const {
  return sqlite3_column_int64(stmt_, column);
}

bool Run::is_null(int column) const {
  return sqlite3_column_type(stmt_, column) == SQLITE_NULL;
}

std::string_view Run::bytes(int column) const {
  const void* data = sqlite3_column_blob(stmt_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column))};
}

}  // namespace headroom::store
