// The SQLite store when the world fails: damaged files, links, failing disks, killed and competing processes. What must
// hold each time: a handle that was returned resolves to its content, no call hangs, nothing crashes.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "store/store.h"
#include "store/test_directory.h"

namespace headroom::store {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

const WorkspaceKey key = derive_keys(std::string(32, 'k'));

std::string content_of(int n, std::size_t size = 20000) {
  std::string text = "content " + std::to_string(n) + "\n";
  while (text.size() < size) text += text;
  return text;
}

Result<Handle> put(Store& store, std::string_view content) {
  const Original one{content, "slot", {"Bash", "make"}, 1, 1};
  return store.put({&one, 1})[0];
}

bool holds(Store& store, Handle handle, std::string_view content) {
  const auto found = store.get(handle);
  return found && found->status == Status::live && found->entry->content == content;
}

class SqliteFaults : public testing::Test {
 protected:
  fs::path file() const { return directory_.path() / "store" / "originals.db"; }
  Result<std::unique_ptr<Store>> open(Options options = {}) const { return open_sqlite(file(), key, options); }
  std::size_t set_aside() const {
    std::size_t n = 0;
    for (const auto& e : fs::directory_iterator(file().parent_path())) {
      const std::string name = e.path().filename().string();
      n += name.find(".corrupt-") != std::string::npos && !name.ends_with("-wal") && !name.ends_with("-shm");
    }
    return n;
  }
  TestDirectory directory_;
};

TEST_F(SqliteFaults, FilesAndDirectoryArePrivateWhateverTheMask) {
  const mode_t before = ::umask(0);
  {
    auto store = open();
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE(put(**store, "text"));
    EXPECT_EQ(fs::status(file().parent_path()).permissions(), fs::perms::owner_all);
    int files = 0;
    for (const auto& e : fs::directory_iterator(file().parent_path())) {
      EXPECT_EQ(e.status().permissions(), fs::perms::owner_read | fs::perms::owner_write) << e.path();
      ++files;
    }
    EXPECT_EQ(files, 3);  // database, log, shared memory
  }
  ::umask(before);
}

TEST_F(SqliteFaults, ContentsOutliveTheProcessAndAnOpenFileThatTheyFind) {
  Handle handle;
  {
    auto store = open();
    handle = put(**store, content_of(1)).value();
  }
  auto again = open();
  EXPECT_TRUE(holds(**again, handle, content_of(1)));
}

TEST_F(SqliteFaults, LinksAreNotFollowed) {
  fs::create_directories(file().parent_path());
  const fs::path elsewhere = directory_.path() / "elsewhere";
  std::ofstream(elsewhere) << "precious";
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    const fs::path link = file().string() + suffix;
    fs::create_symlink(elsewhere, link);
    EXPECT_FALSE(open()) << suffix;
    fs::remove(link);
  }
  EXPECT_EQ(fs::file_size(elsewhere), 8u);
  fs::remove_all(file().parent_path());
  fs::create_directory(directory_.path() / "real");
  fs::create_directory_symlink(directory_.path() / "real", file().parent_path());
  EXPECT_FALSE(open());
}

TEST_F(SqliteFaults, APlaceThatCannotBeWritten) {
  std::ofstream(directory_.path() / "store") << "a file where the directory should be";
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(store.error().message.find(directory_.path().string()), std::string::npos);
}

TEST_F(SqliteFaults, ADatabaseOfSomethingElseIsLeftAlone) {
  fs::create_directories(file().parent_path());
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "CREATE TABLE theirs(x); INSERT INTO theirs VALUES(1)", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(db);
  EXPECT_EQ(open().error().kind, ErrorKind::unavailable);
  EXPECT_EQ(set_aside(), 0u);
}

TEST_F(SqliteFaults, ADamagedFileIsPutAsideNotDeleted) {
  fs::create_directories(file().parent_path());
  std::ofstream(file()) << std::string(10000, 'z');
  auto store = open();
  ASSERT_TRUE(store) << store.error().message;
  const auto handle = put(**store, "text");
  ASSERT_TRUE(handle);
  EXPECT_TRUE(holds(**store, *handle, "text"));
  EXPECT_EQ(set_aside(), 1u);
}

TEST_F(SqliteFaults, DamageFoundAtWorkIsSaidAndMended) {
  Handle handle;
  {
    auto store = open();
    for (int i = 0; i < 50; ++i) handle = put(**store, content_of(i)).value();
    ASSERT_TRUE((*store)->purge(0s));  // folds the log in
    for (int i = 0; i < 50; ++i) handle = put(**store, content_of(i)).value();
  }
  fs::remove(file().string() + "-wal");
  fs::remove(file().string() + "-shm");
  {
    std::fstream f(file(), std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::streamoff>(fs::file_size(file()));
    for (std::streamoff at = 4096; at < size; at += 4096) {
      f.seekp(at);
      f.write(std::string(64, '\xff').data(), 64);
    }
  }
  auto store = open();
  ASSERT_TRUE(store) << store.error().message;
  (void)(*store)->get(handle);
  const auto fresh = put(**store, "text");
  ASSERT_TRUE(fresh) << fresh.error().message;
  EXPECT_TRUE(holds(**store, *fresh, "text"));
  EXPECT_EQ(set_aside(), 1u);
}

TEST_F(SqliteFaults, ARemovedFileIsMadeAnew) {
  auto store = open();
  ASSERT_TRUE(put(**store, "one"));
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(file().string() + suffix);
  const auto handle = put(**store, "two");
  ASSERT_TRUE(handle) << handle.error().message;
  auto other = open();
  EXPECT_TRUE(holds(**other, *handle, "two"));
}

TEST_F(SqliteFaults, AChangedPayloadIsNeverServed) {
  auto store = open();
  const auto handle = put(**store, "the content");
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "UPDATE payload SET ct = x'00'", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  const auto found = (*store)->get(*handle);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::corrupt);
  EXPECT_EQ(put(**store, "the content").error().kind, ErrorKind::corrupt);  // read back, so no handle
  EXPECT_EQ(set_aside(), 0u);
}

TEST_F(SqliteFaults, ALockedFileIsNotWaitedForLong) {
  auto store = open();
  const auto before = put(**store, "before");
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  const auto begun = std::chrono::steady_clock::now();
  const auto refused = put(**store, "after");
  const auto waited = std::chrono::steady_clock::now() - begun;
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  EXPECT_LT(waited, 500ms);                        // 50 ms, and a machine under load
  EXPECT_TRUE(holds(**store, *before, "before"));  // readers never wait
  sqlite3_close(db);
  EXPECT_TRUE(put(**store, "after"));
}

// --- a disk that fails: a VFS that counts writes, syncs, openings, and fails from the n-th on
// ---------------------------------

struct FaultPlan {
  int countdown = -1;  // calls until failures begin; -1: never
  int code = SQLITE_IOERR_WRITE;
  bool once = false;
  int calls = 0;

  int step() {
    ++calls;
    if (countdown < 0) return SQLITE_OK;
    if (countdown > 0) {
      --countdown;
      return SQLITE_OK;
    }
    if (once) countdown = -1;
    return code;
  }
};
FaultPlan plan;  // of the test that is running: the VFS has no other way to know

struct FaultFile {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

FaultFile* fault(sqlite3_file* f) {
  return reinterpret_cast<FaultFile*>(f);
}

const sqlite3_io_methods fault_methods = {
    3,
    [](sqlite3_file* f) {
      sqlite3_file* r = fault(f)->real();
      return r->pMethods ? r->pMethods->xClose(r) : SQLITE_OK;
    },
    [](sqlite3_file* f, void* p, int n, sqlite3_int64 o) {
      return fault(f)->real()->pMethods->xRead(fault(f)->real(), p, n, o);
    },
    [](sqlite3_file* f, const void* p, int n, sqlite3_int64 o) {
      if (const int rc = plan.step()) {
        // Half a write, as a full disk leaves it.
        fault(f)->real()->pMethods->xWrite(fault(f)->real(), p, n / 2, o);
        return rc;
      }
      return fault(f)->real()->pMethods->xWrite(fault(f)->real(), p, n, o);
    },
    [](sqlite3_file* f, sqlite3_int64 n) {
      if (const int rc = plan.step()) return rc;
      return fault(f)->real()->pMethods->xTruncate(fault(f)->real(), n);
    },
    [](sqlite3_file* f, int flags) {
      if (const int rc = plan.step()) return rc;
      return fault(f)->real()->pMethods->xSync(fault(f)->real(), flags);
    },
    [](sqlite3_file* f, sqlite3_int64* n) { return fault(f)->real()->pMethods->xFileSize(fault(f)->real(), n); },
    [](sqlite3_file* f, int l) { return fault(f)->real()->pMethods->xLock(fault(f)->real(), l); },
    [](sqlite3_file* f, int l) { return fault(f)->real()->pMethods->xUnlock(fault(f)->real(), l); },
    [](sqlite3_file* f, int* r) { return fault(f)->real()->pMethods->xCheckReservedLock(fault(f)->real(), r); },
    [](sqlite3_file* f, int op, void* p) { return fault(f)->real()->pMethods->xFileControl(fault(f)->real(), op, p); },
    [](sqlite3_file* f) { return fault(f)->real()->pMethods->xSectorSize(fault(f)->real()); },
    [](sqlite3_file* f) { return fault(f)->real()->pMethods->xDeviceCharacteristics(fault(f)->real()); },
    [](sqlite3_file* f, int a, int b, int c, void volatile** p) {
      return fault(f)->real()->pMethods->xShmMap(fault(f)->real(), a, b, c, p);
    },
    [](sqlite3_file* f, int a, int b, int c) {
      return fault(f)->real()->pMethods->xShmLock(fault(f)->real(), a, b, c);
    },
    [](sqlite3_file* f) { fault(f)->real()->pMethods->xShmBarrier(fault(f)->real()); },
    [](sqlite3_file* f, int d) { return fault(f)->real()->pMethods->xShmUnmap(fault(f)->real(), d); },
    [](sqlite3_file* f, sqlite3_int64 o, int n, void** p) {
      return fault(f)->real()->pMethods->xFetch(fault(f)->real(), o, n, p);
    },
    [](sqlite3_file* f, sqlite3_int64 o, void* p) {
      return fault(f)->real()->pMethods->xUnfetch(fault(f)->real(), o, p);
    },
};

// Stands in for the system's VFS while it lives.
class FaultVfs {
 public:
  FaultVfs() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    vfs_.zName = "faults";
    vfs_.pNext = nullptr;
    vfs_.szOsFile = static_cast<int>(sizeof(FaultFile)) + real_->szOsFile;
    vfs_.pAppData = real_;
    vfs_.xOpen = [](sqlite3_vfs* v, const char* name, sqlite3_file* f, int flags, int* out) {
      f->pMethods = nullptr;
      if (const int rc = plan.step()) return rc == SQLITE_FULL ? rc : SQLITE_CANTOPEN;
      auto* real = static_cast<sqlite3_vfs*>(v->pAppData);
      fault(f)->real()->pMethods = nullptr;
      const int rc = real->xOpen(real, name, fault(f)->real(), flags, out);
      if (rc == SQLITE_OK) f->pMethods = &fault_methods;
      return rc;
    };
    plan = {};
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FaultVfs() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
    plan = {};
  }

 private:
  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
};

// Every n-th operation failing, for ever or once: what was returned before or after must resolve in a healthy process.
TEST_F(SqliteFaults, NoHandleWithoutContentWhateverOperationFails) {
  for (const int code : {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_BUSY}) {
    for (const bool once : {true, false}) {
      for (int n = 0; n < 60; ++n) {
        const TestDirectory directory;
        const fs::path place = directory.path() / "originals.db";
        std::map<Handle, std::string> given;
        {
          const FaultVfs faults;
          plan = {.countdown = n, .code = code, .once = once, .calls = 0};
          auto store = open_sqlite(place, key, {});
          ASSERT_FALSE(store && n == 0 && !once);  // the shim is really in between
          if (store) {
            for (int i = 0; i < 4; ++i) {
              const std::string a = content_of(2 * i, 9000), b = content_of(2 * i + 1, 9000);
              const Original two[] = {{a, "slot", {}, 1, 1}, {b, "slot", {}, 1, 1}};
              const auto answers = (*store)->put(two);
              if (answers[0]) given[*answers[0]] = a;
              if (answers[1]) given[*answers[1]] = b;
            }
          }
        }
        auto healthy = open_sqlite(place, key, {});
        ASSERT_TRUE(healthy) << healthy.error().message << " n " << n << " code " << code;
        for (const auto& [handle, content] : given) {
          ASSERT_TRUE(holds(**healthy, handle, content)) << "n " << n << " code " << code << " once " << once;
        }
      }
    }
  }
}

TEST_F(SqliteFaults, AFullDiskRefusesAndRecovers) {
  // In a child: the limit cannot be raised again by everyone.
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    auto store = open();
    if (!store) ::_exit(1);
    const auto before = put(**store, content_of(1));
    const rlimit small{300000, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const std::string large = content_of(2, 1000000), tiny = content_of(3, 1000);
    const Original two[] = {{large, "slot", {}, 1, 1}, {tiny, "slot", {}, 1, 1}};
    const auto answers = (*store)->put(two);
    if (answers[0]) ::_exit(2);
    if (answers[1] && !holds(**store, *answers[1], tiny)) ::_exit(3);
    if (!before || !holds(**store, *before, content_of(1))) ::_exit(4);
    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &none);
    const auto after = put(**store, large);
    ::_exit(after && holds(**store, *after, large) ? 0 : 5);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0);
}

// --- several processes
// ------------------------------------------------------------------------------------------------------

// A child that puts without end and tells each handle it got, killed after a number of them.
TEST_F(SqliteFaults, AKilledProcessLosesNothingItWasTold) {
  std::size_t told_in_all = 0;
  // ./dev check kills ten thousand.
  const char* asked = std::getenv("HEADROOM_KILLS");
  const int rounds = asked != nullptr ? std::atoi(asked) : 100;
  for (int round = 0; round < rounds; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(pipe_ends[0]);
      auto store = open();
      if (!store) ::_exit(1);
      for (int i = 0; i < 10000; ++i) {
        const auto handle = put(**store, content_of(round % 500 * 100000 + i, 500 + i % 7 * 3000));
        if (!handle) continue;
        const std::int64_t message[2] = {static_cast<std::int64_t>(handle->value), i};
        if (::write(pipe_ends[1], message, sizeof message) != sizeof message) ::_exit(1);
      }
      ::_exit(0);
    }
    ::close(pipe_ends[1]);
    std::vector<std::pair<Handle, int>> told;
    std::int64_t message[2];
    const auto receive = [&] {
      if (::read(pipe_ends[0], message, sizeof message) != sizeof message) return false;
      told.emplace_back(Handle{static_cast<std::uint64_t>(message[0])}, static_cast<int>(message[1]));
      return true;
    };
    for (int i = 0; i < round % 9 + 1 && receive();) ++i;
    ::kill(child, SIGKILL);
    while (receive()) {
    }
    ::close(pipe_ends[0]);
    ::waitpid(child, nullptr, 0);
    auto store = open();
    ASSERT_TRUE(store) << store.error().message;
    for (const auto& [handle, i] : told) {
      ASSERT_TRUE(holds(**store, handle, content_of(round % 500 * 100000 + i, 500 + i % 7 * 3000)))
          << "round " << round;
    }
    told_in_all += told.size();
  }
  EXPECT_GE(told_in_all, 100u);
  EXPECT_EQ(set_aside(), 0u);
}

TEST_F(SqliteFaults, FourProcessesAtOnceFromAnEmptyDirectory) {
  constexpr int processes = 4, each = 50;
  std::vector<pid_t> children;
  for (int p = 0; p < processes; ++p) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      // Busy is an answer; a caller would go on without a handle. Here it is tried again, so that all get in.
      for (int i = 0; i < each; ++i) {
        bool done = false;
        for (int attempt = 0; attempt < 200 && !done; ++attempt) {
          auto store = open();
          if (!store) continue;
          const auto handle = put(**store, content_of(p * 1000 + i));
          done = handle && holds(**store, *handle, content_of(p * 1000 + i));
        }
        if (!done) ::_exit(1);
      }
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0);
  }
  auto store = open();
  EXPECT_EQ((*store)->stats()->entries, static_cast<std::uint64_t>(processes * each));
  for (int p = 0; p < processes; ++p) {
    for (int i = 0; i < each; ++i)
      EXPECT_TRUE(holds(**store, handle_of(key, content_of(p * 1000 + i)), content_of(p * 1000 + i)));
  }
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &db), SQLITE_OK);
  std::string verdict;
  sqlite3_exec(
      db, "PRAGMA integrity_check",
      [](void* out, int, char** values, char**) {
        *static_cast<std::string*>(out) += values[0];
        return 0;
      },
      &verdict, nullptr);
  sqlite3_close(db);
  EXPECT_EQ(verdict, "ok");
}

TEST_F(SqliteFaults, TwoProcessesMakeOneKey) {
  const fs::path keys = directory_.path() / "keys" / "workspace.key";
  std::vector<int> ends;
  for (int p = 0; p < 4; ++p) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    if (::fork() == 0) {
      const auto made = load_or_make_key(keys);
      const bool sent = made && ::write(pipe_ends[1], made->handle_key.data(), 32) == 32;
      ::_exit(sent ? 0 : 1);
    }
    ::close(pipe_ends[1]);
    ends.push_back(pipe_ends[0]);
  }
  const auto ours = load_or_make_key(keys);
  ASSERT_TRUE(ours);
  for (const int end : ends) {
    std::string theirs(32, '\0');
    EXPECT_EQ(::read(end, theirs.data(), 32), 32);
    EXPECT_EQ(theirs, ours->handle_key);
    ::close(end);
    ::wait(nullptr);
  }
}

}  // namespace
}  // namespace headroom::store
