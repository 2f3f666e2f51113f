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

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>
#include <vector>

#include "store/store.h"
#include "store/test_directory.h"
#include "store/test_faulty_disk.h"

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

// Who flushes folds the log in, not who puts; what was put is there before that, whatever becomes of the process.
TEST_F(SqliteFaults, ALongLogWaitsForWhoFlushes) {
  Options options;
  options.folds_in_flush = true;
  auto store = open(options);
  ASSERT_TRUE(put(**store, "first"));
  ASSERT_TRUE((*store)->flush());
  const auto before = fs::file_size(file());
  const fs::path log = file().string() + "-wal";
  std::vector<Handle> handles;
  for (int n = 0; n < 12; ++n) handles.push_back(put(**store, content_of(n, 1 << 20)).value());
  EXPECT_EQ(fs::file_size(file()), before) << "a put folded the log in";
  EXPECT_GT(fs::file_size(log), 12u << 20);

  // As a process that is killed leaves it.
  const fs::path left = directory_.path() / "left";
  fs::create_directory(left);
  fs::permissions(left, fs::perms::owner_all);
  for (const char* suffix : {"", "-wal"})
    fs::copy_file(file().string() + suffix, left / ("originals.db" + std::string(suffix)));
  {
    auto other = open_sqlite(left / "originals.db", key, {});
    ASSERT_TRUE(other) << other.error().message;
    for (int n = 0; n < 12; ++n)
      EXPECT_TRUE(holds(**other, handles[static_cast<std::size_t>(n)], content_of(n, 1 << 20)));
  }

  ASSERT_TRUE((*store)->flush());
  EXPECT_GT(fs::file_size(file()), before + (12u << 20));
  for (int n = 0; n < 12; ++n)
    EXPECT_TRUE(holds(**store, handles[static_cast<std::size_t>(n)], content_of(n, 1 << 20)));
  ASSERT_TRUE(put(**store, content_of(100)));
  const auto folded = fs::file_size(log);
  for (int n = 200; n < 204; ++n) ASSERT_TRUE(put(**store, content_of(n)));
  EXPECT_EQ(fs::file_size(log), folded) << "the log is not begun anew";
}

TEST_F(SqliteFaults, ALogThatNobodyFoldsInStaysBounded) {
  Options options;
  options.folds_in_flush = true;
  auto store = open(options);
  for (int n = 0; n < 60; ++n) ASSERT_TRUE(put(**store, content_of(n, 1 << 20)));
  EXPECT_LT(fs::file_size(file().string() + "-wal"), 40u << 20);
}

TEST_F(SqliteFaults, PutsGoOnWhileTheLogIsFoldedIn) {
  Options options;
  options.folds_in_flush = true;
  auto store = open(options);
  std::atomic<bool> done = false;
  std::thread keeper([&] {
    while (!done) EXPECT_TRUE((*store)->flush());
  });
  std::vector<Handle> handles;
  for (int n = 0; n < 60; ++n) {
    const auto handle = put(**store, content_of(n, 300'000));
    EXPECT_TRUE(handle) << handle.error().message;
    if (handle) handles.push_back(*handle);
  }
  done = true;
  keeper.join();
  ASSERT_EQ(handles.size(), 60u);
  for (int n = 0; n < 60; ++n)
    EXPECT_TRUE(holds(**store, handles[static_cast<std::size_t>(n)], content_of(n, 300'000)));
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

// --- a disk that fails
// Each n-th write, sync, opening and lock failing, once or from then on: what was returned before or after must resolve
// in a healthy process, and what failed must have been said.
TEST_F(SqliteFaults, NoHandleWithoutContentWhateverOperationFails) {
  struct Run {
    std::map<Handle, std::string> given;
    std::array<int, 4> calls{};
    bool opened = false;
    int refused = 0;
  };
  // Originals by twos, one of them again, carried, one taken out, a record, the end.
  const auto work = [&](const fs::path& place, const DiskPlan& plan) {
    Run run;
    const FaultyDisk faults;
    disk_plan = plan;
    {
      auto store = open_sqlite(place, key, {});
      run.opened = store.has_value();
      for (int i = 0; store && i < 4; ++i) {
        const std::string a = content_of(2 * i, 9000), b = content_of(2 * i + 1, 9000);
        const Original two[] = {{a, "slot", {}, 1, 1}, {b, "slot", {}, 1, 1}};
        const auto answers = (*store)->put(two);
        if (answers[0]) run.given[*answers[0]] = a;
        if (answers[1]) run.given[*answers[1]] = b;
        run.refused += !answers[0] + !answers[1];
        if (i == 1 && answers[0] && (*store)->erase(*answers[0])) run.given.erase(*answers[0]);
        std::vector<Handle> all;
        for (const auto& [handle, content] : run.given) all.push_back(handle);
        static_cast<void>((*store)->renew(all));
        const std::string version = "version " + std::to_string(i);
        static_cast<void>((*store)->put_record({"notes", version, "agent", {}}));
      }
      if (store) static_cast<void>((*store)->flush());
    }
    run.calls = disk_plan.calls;
    return run;
  };
  const TestDirectory calm;
  const Run healthy = work(calm.path() / "originals.db", {});
  ASSERT_EQ(healthy.given.size(), 7u);
  for (const int n : healthy.calls) ASSERT_GT(n, 0);
  std::size_t runs = 0, given = 0, refused = 0;
  for (const DiskFault& fault : disk_faults) {
    for (const bool once : {true, false}) {
      // A lock that nobody gets is waited for, 50 ms at most: not each of those, for the sake of the test's time.
      const int step = fault.code == SQLITE_BUSY && fault.call == DiskCall::lock && !once ? 9 : 1;
      for (int n = 0; n < healthy.calls[static_cast<std::size_t>(fault.call)]; n += step) {
        SCOPED_TRACE(std::string(fault.name) + ", number " + std::to_string(n) + (once ? ", once" : ""));
        const TestDirectory directory;
        const fs::path place = directory.path() / "originals.db";
        const Run run = work(place, {.call = fault.call, .countdown = n, .code = fault.code, .once = once});
        ASSERT_FALSE(run.opened && n == 0 && !once && fault.call != DiskCall::sync);  // the shim is really in between
        auto again = open_sqlite(place, key, {});
        ASSERT_TRUE(again) << again.error().message;
        for (const auto& [handle, content] : run.given) ASSERT_TRUE(holds(**again, handle, content));
        ++runs, given += run.given.size(), refused += static_cast<std::size_t>(run.refused);
      }
    }
  }
  std::printf("%zu runs (%d writes, %d syncs, %d openings, %d locks in a healthy one): %zu handles held, %zu refused\n",
              runs, healthy.calls[0], healthy.calls[1], healthy.calls[2], healthy.calls[3], given, refused);
  EXPECT_GT(refused, 100u);
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
