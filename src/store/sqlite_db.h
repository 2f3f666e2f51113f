// The SQLite file as an owned value: opened with its schema, put aside when damaged, its statements prepared once; and
// one execution of a statement. Result codes become our errors here.
#pragma once

#include <sqlite3.h>

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
  explicit Database(std::filesystem::path file) : file_(std::move(file)) {}
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  // Folds a long log into the file first.
  ~Database();

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
  Result<std::int64_t> user_version();
  void close();

  const std::filesystem::path file_;
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
