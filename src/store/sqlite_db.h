// The SQLite file as an owned value: opened with its schema, put aside when damaged, its statements prepared once; and
// one execution of a statement. Result codes become our errors here.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/files.h"

namespace headroom::store {

// What a result code means for the caller; `what` says what was tried. No SQL, path or content reaches the message.
Error sqlite_error(int code, std::string_view what);

class Database {
 public:
  // `folds_apart`: a log that is long is folded in by fold_apart(), not by the commit that made it so.
  explicit Database(std::filesystem::path file, bool synchronous = false, bool folds_apart = false)
      : file_(std::move(file)), synchronous_(synchronous), folds_apart_(folds_apart) {}
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  // Folds a long log into the file first.
  ~Database();

  // Begins a call of the store: from here on it waits for other processes 50 ms at most, all its steps together.
  void begin_call() { waited_ = {}; }

  // Makes sure of a connection to the file that has the name now: another process may have removed it or put it aside.
  // A damaged file is put aside here, once.
  Result<void> ensure_open();

  // Renames the file and its log to NAME.corrupt-N: never deleted, someone may want to look. One process at a time, and
  // only the very file that this connection was open on.
  Result<void> put_aside();

  // SQL without parameters or rows: SQLITE_OK or what failed.
  int execute(const char* sql) { return sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr); }

  // The prepared statement of a string literal, or null with `code` set. Kept until the connection closes.
  sqlite3_stmt* statement(const char* sql, int& code);

  // Fills the blob of a row, which has the size of `bytes` already: SQLITE_OK or what failed.
  int write_blob(const char* table, const char* column, std::int64_t row, std::string_view bytes);

  // One write transaction around `work` (a Result<void>()): committed if that succeeds, else undone.
  template <class Work>
  Result<void> transaction(Work work) {
    Result<void> done = done_or_failed(execute("BEGIN IMMEDIATE"), "cannot write to the store");
    if (!done) return done;
    done = work();
    if (done) done = done_or_failed(execute("COMMIT"), "cannot write to the store");
    if (!done) execute("ROLLBACK");
    return done;
  }

  Result<void> done_or_failed(int code, std::string_view what) {
    if (code == SQLITE_OK) return {};
    return std::unexpected(failed(code, what));
  }
  // As sqlite_error, and remembers damage.
  Error failed(int code, std::string_view what);
  // Damage found while at work: the file is put aside for the next call; this one says `corrupt`. No Run may be alive.
  template <class T>
  Result<T> checked(Result<T> result) {
    if (!result && result.error().kind == ErrorKind::corrupt && damaged_) (void)put_aside();
    damaged_ = false;
    return result;
  }

  // Something was removed: the log is folded in and cut at the next occasion, so that its pages do not live on there.
  void note_removal() { removed_ = true; }
  void fold_removals();

  // The log is long, and nobody has folded it in.
  bool log_waits() const { return log_pages_ >= long_log_pages; }
  // Folds the log in as far as nobody reads it, over a connection of its own: others write meanwhile. From any thread.
  static void fold_apart(const std::filesystem::path& file);
  const std::filesystem::path& file() const { return file_; }

  // Rows of the layout before encryption lie in tables of their own, until all workspaces have taken theirs over
  // (sqlite_older.h). Looked for when the file is opened.
  bool has_older_tables() const { return older_tables_; }
  Result<void> look_for_older_tables();
  void leave_older_tables() { older_tables_ = false; }
  void drop_older_tables();

  std::int64_t changes() const { return sqlite3_changes64(db_.get()); }
  std::int64_t last_row() const { return sqlite3_last_insert_rowid(db_.get()); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };

  Result<void> connect();
  Result<void> make_schema();
  Result<void> upgrade();
  static int wait_a_little(void* self, int times);
  static int note_log(void* self, sqlite3* db, const char* name, int pages);
  Result<std::int64_t> user_version();
  void close();

  const std::filesystem::path file_;
  const bool synchronous_, folds_apart_;
  static constexpr int long_log_pages = 1000;  // SQLite's own: 4 MB
  int log_pages_ = 0;                          // after the last commit
  bool damaged_ = false;                       // SQLite said that the file is not as it should be
  bool removed_ = false;
  bool older_tables_ = false;
  std::chrono::steady_clock::duration waited_{};  // for other processes, in this call
  FileIdentity identity_;
  std::unique_ptr<sqlite3, Close> db_;
  std::map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;  // finalized before db_ closes
};

// One execution: bind, step, read columns. The destructor resets, so no read transaction outlives its use. Bound texts
// and blobs must outlive it.
class Run {
 public:
  Run(Database& db, const char* sql) : stmt_(db.statement(sql, code_)) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run();

  Run& bind(std::int64_t value);
  Run& text(std::string_view value);
  Run& blob(std::string_view value);

  // True while there is a row. After false, `code()` is SQLITE_OK or what failed.
  bool step();
  // Runs to the end; SQLITE_OK or what failed.
  int finish();
  int code() const { return code_; }

  std::int64_t integer(int column) const;
  bool is_null(int column) const;
  // Valid until the next step.
  std::string_view bytes(int column) const;

 private:
  void note(int code) {
    if (code_ == SQLITE_OK) code_ = code;
  }
  int code_ = SQLITE_OK;
  sqlite3_stmt* stmt_;
  int index_ = 0;
};

}  // namespace headroom::store
