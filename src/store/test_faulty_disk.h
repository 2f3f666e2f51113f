// For tests: a disk that fails. An SQLite VFS in front of the system's that counts writes, syncs, openings and locks,
// and fails from the n-th on, once or for ever, as a full disk, a broken one or a busy one does.
//
//   const FaultyDisk disk;                                                   // stands in while it lives
//   disk_plan = {.call = DiskCall::write, .countdown = 7, .code = SQLITE_FULL, .once = true};
#pragma once

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace headroom::store {

enum class DiskCall : std::uint8_t { write, sync, open, lock };  // write: truncating too; lock: of the file and its log

// A way to fail: what a call of the kind answers.
struct DiskFault {
  const char* name;
  DiskCall call;
  int code;
};
constexpr DiskFault disk_faults[] = {
    {"ENOSPC at a write", DiskCall::write, SQLITE_FULL},   {"EIO at a write", DiskCall::write, SQLITE_IOERR_WRITE},
    {"BUSY at a write", DiskCall::write, SQLITE_BUSY},     {"ENOSPC at a sync", DiskCall::sync, SQLITE_FULL},
    {"EIO at a sync", DiskCall::sync, SQLITE_IOERR_FSYNC}, {"BUSY at a sync", DiskCall::sync, SQLITE_BUSY},
    {"ENOSPC at an opening", DiskCall::open, SQLITE_FULL}, {"EIO at an opening", DiskCall::open, SQLITE_CANTOPEN},
    {"BUSY at an opening", DiskCall::open, SQLITE_BUSY},   {"BUSY at a lock", DiskCall::lock, SQLITE_BUSY},
    {"EIO at a lock", DiskCall::lock, SQLITE_IOERR_LOCK},
};

struct DiskPlan {
  DiskCall call = DiskCall::write;
  int countdown = -1;  // calls of the kind until failures begin; -1: never
  int code = SQLITE_OK;
  bool once = false;
  std::array<int, 4> calls{};  // so far, by kind
  int slept = 0;               // microseconds that SQLite wanted to sleep, and did not

  int step(DiskCall kind) {
    ++calls[static_cast<std::size_t>(kind)];
    if (countdown < 0 || kind != call) return SQLITE_OK;
    if (countdown > 0) {
      --countdown;
      return SQLITE_OK;
    }
    if (once) countdown = -1;
    return code;
  }
};
inline DiskPlan disk_plan;  // of the test that is running: the VFS has no other way to know

struct FaultFile {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

inline FaultFile* fault(sqlite3_file* f) {
  return reinterpret_cast<FaultFile*>(f);
}

inline const sqlite3_io_methods fault_methods = {
    3,
    [](sqlite3_file* f) {
      sqlite3_file* r = fault(f)->real();
      return r->pMethods ? r->pMethods->xClose(r) : SQLITE_OK;
    },
    [](sqlite3_file* f, void* p, int n, sqlite3_int64 o) {
      return fault(f)->real()->pMethods->xRead(fault(f)->real(), p, n, o);
    },
    [](sqlite3_file* f, const void* p, int n, sqlite3_int64 o) {
      if (const int rc = disk_plan.step(DiskCall::write)) {
        // Half a write, as a full disk leaves it.
        fault(f)->real()->pMethods->xWrite(fault(f)->real(), p, n / 2, o);
        return rc;
      }
      return fault(f)->real()->pMethods->xWrite(fault(f)->real(), p, n, o);
    },
    [](sqlite3_file* f, sqlite3_int64 n) {
      if (const int rc = disk_plan.step(DiskCall::write)) return rc;
      return fault(f)->real()->pMethods->xTruncate(fault(f)->real(), n);
    },
    // No power is cut here: a sync that does not fail need not wait for the disk.
    [](sqlite3_file*, int) { return disk_plan.step(DiskCall::sync); },
    [](sqlite3_file* f, sqlite3_int64* n) { return fault(f)->real()->pMethods->xFileSize(fault(f)->real(), n); },
    [](sqlite3_file* f, int l) {
      if (const int rc = disk_plan.step(DiskCall::lock)) return rc;
      return fault(f)->real()->pMethods->xLock(fault(f)->real(), l);
    },
    [](sqlite3_file* f, int l) { return fault(f)->real()->pMethods->xUnlock(fault(f)->real(), l); },
    [](sqlite3_file* f, int* r) { return fault(f)->real()->pMethods->xCheckReservedLock(fault(f)->real(), r); },
    [](sqlite3_file* f, int op, void* p) { return fault(f)->real()->pMethods->xFileControl(fault(f)->real(), op, p); },
    [](sqlite3_file* f) { return fault(f)->real()->pMethods->xSectorSize(fault(f)->real()); },
    [](sqlite3_file* f) { return fault(f)->real()->pMethods->xDeviceCharacteristics(fault(f)->real()); },
    [](sqlite3_file* f, int a, int b, int c, void volatile** p) {  // opens the log's index, the first time
      if (const int rc = disk_plan.step(DiskCall::open)) return rc;
      return fault(f)->real()->pMethods->xShmMap(fault(f)->real(), a, b, c, p);
    },
    [](sqlite3_file* f, int a, int b, int c) {
      if ((c & SQLITE_SHM_LOCK) != 0) {
        if (const int rc = disk_plan.step(DiskCall::lock)) return rc;
      }
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
class FaultyDisk {
 public:
  FaultyDisk() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    vfs_.zName = "faults";
    vfs_.pNext = nullptr;
    vfs_.szOsFile = static_cast<int>(sizeof(FaultFile)) + real_->szOsFile;
    vfs_.pAppData = real_;
    vfs_.xOpen = [](sqlite3_vfs* v, const char* name, sqlite3_file* f, int flags, int* out) {
      f->pMethods = nullptr;
      if (const int rc = disk_plan.step(DiskCall::open)) return rc;
      auto* real = static_cast<sqlite3_vfs*>(v->pAppData);
      fault(f)->real()->pMethods = nullptr;
      const int rc = real->xOpen(real, name, fault(f)->real(), flags, out);
      if (rc == SQLITE_OK) f->pMethods = &fault_methods;
      return rc;
    };
    // The store's own short sleeps are slept, since it reads a clock; SQLite's, which grow up to ten seconds where an
    // index cannot be read, are only counted.
    vfs_.xSleep = [](sqlite3_vfs* v, int microseconds) {
      constexpr int longest_of_ours = 3000;
      auto* real = static_cast<sqlite3_vfs*>(v->pAppData);
      if (microseconds >= 1000 && microseconds <= longest_of_ours) return real->xSleep(real, microseconds);
      disk_plan.slept += microseconds;
      return microseconds;
    };
    disk_plan = {};
    sqlite3_vfs_register(&vfs_, 1);
  }
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;
  ~FaultyDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
    disk_plan = {};
  }

 private:
  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
};

}  // namespace headroom::store
