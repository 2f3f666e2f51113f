// The audit log: one JSON line for every original that was asked for; each line holds the hash of the one before, so a
// line changed, removed or moved shows. No content, no query text.
//
//   {"n":7,"time":"2026-03-01T10:00:00.000Z","principal":"uid:1000","workspace":"default","handle":"482193075514",
//    "bytes":20480,"how":"model lines","result":"live","prev":"9f..","hash":"41.."}
//
// Several processes append to one file, one at a time (flock). Cost: the last line is read, one line written; 0.05 ms.
// Limits: lines cut off at the end do not show by themselves; `verify` tells the number and hash of the last line, to
// be kept elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headroom::store {

struct AuditEvent {
  std::string_view principal, workspace, handle;
  std::uint64_t bytes = 0;  // given
  std::string_view how;     // "program whole", "model query"...
  std::string_view result;  // store, in_hand, gone, unknown, unreachable
};

class AuditLog {
 public:
  using Now = std::function<std::chrono::system_clock::time_point()>;
  explicit AuditLog(std::filesystem::path file, Now now = {}) : file_(std::move(file)), now_(std::move(now)) {}
  Result<void> append(const AuditEvent& event);

 private:
  const std::filesystem::path file_;
  const Now now_;
};

struct AuditVerdict {
  std::uint64_t lines = 0;
  std::uint64_t broken = 0;  // the first line that does not hold, counted from 1; 0: all hold
  std::string last_hash;
};
// A missing file has no lines.
Result<AuditVerdict> verify_audit(const std::filesystem::path& file);

}  // namespace headroom::store
