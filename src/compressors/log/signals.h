// What a line of a log tells a reader who asks "what went wrong": its severity, its roles, a score.
//
//   "src/a.cc:12:5: error: no match"            error, diagnostic
//   "--- FAIL: TestPool (0.02s)"                error, test_failure
//   "  File "/app/x.py", line 3, in run"        none, frame
//   "PASS tests::error_handling"                none, success      (a test's name is no event)
//   "12 passed, 0 failed"                       none, summary
//   "##[error]Process completed with exit code 1."   error, mark, exit
//
// Words come from salience/severity.h; here is only the structure that tools give their lines. The text comes without
// time and colour codes. Cost: O(line); a line beyond 4 KiB is judged by its first 4 KiB.
#pragma once

#include <cstdint>
#include <string_view>

#include "salience/severity.h"

namespace headroom::compressors::log {

enum Role : std::uint32_t {
  kMark = 1 << 0,          // ##[error], ::error, npm error, E: ... : the tool's own marking
  kDiagnostic = 1 << 1,    // a place in a file together with an error
  kTestFailure = 1 << 2,   // a failed test, suite, task, hook or step by name
  kException = 1 << 3,     // an exception's own line, a panic, a traceback's head
  kFrame = 1 << 4,         // a stack frame or a place in a file
  kRuntimeFrame = 1 << 5,  // a frame of the runtime or of an installed package
  kExpectation = 1 << 6,   // expected, received, left, right
  kSummary = 1 << 7,       // counts of outcomes
  kExit = 1 << 8,          // a non-zero exit code, a signal
  kCommand = 1 << 9,       // what was run
  kHeading = 1 << 10,      // === x ===, ___ x ___
  kCause = 1 << 11,        // Caused by
  kSuccess = 1 << 12,      // a passed test or step
  kChatter = 1 << 13,      // housekeeping of runners: [command]..., new tags, echoed scripts
  kStep = 1 << 14,         // the head of a step or task: ##[group]Run x, > Task :x
  kLevel = 1 << 16,        // a place in a file and a level behind it
  kClosing = 1 << 15,      // what runners do after the work: post-job cleaning
};

// What only tools give their lines.
inline constexpr std::uint32_t kToolRoles =
    kMark | kDiagnostic | kTestFailure | kException | kSummary | kExit | kStep | kCause | kSuccess | kChatter | kLevel;

struct Signals {
  salience::Severity severity = salience::Severity::none;
  std::uint32_t roles = 0;
  float score = 0;  // 0..9 in steps of 1/4: how much a diagnosis needs the line

  bool is(Role role) const { return roles & role; }
  bool severe() const { return severity >= salience::Severity::error; }
};

Signals read_signals(std::string_view line);

// A quick look before: false if neither the line nor one that differs from it in numbers alone has a role of tools or
// is a frame.
bool may_be_of_tool(std::string_view line);

// A frame of the runtime or of an installed package, and no test's own.
bool is_runtime_place(std::string_view line);

}  // namespace headroom::compressors::log
