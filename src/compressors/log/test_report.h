// The failures a test runner reports between headings, line by line: what each line is to its failure.
//
//   ==== FAILURES ====            (not of a failure)
//   ____ test_pool ____           heading
//       def test_pool():          excerpt
//   >       assert size() == 3    pointer
//   E       assert 2 == 3         error
//   pool.py:31: AssertionError    place
//   ==== 1 failed in 0.2s ====    (not of a failure)
//
// Most of such a report is source code around the frames, and code is full of words that mean an error elsewhere
// ("assert", "raise", "except Error"). A line is read by where it stands, not by its words. The form is pytest's, in
// its long, short and line-by-line styles. O(lines); a text without such a section is looked through for headings only.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/lines.h"
#include "compressors/log/signals.h"
#include "compressors/log/stamp.h"

namespace headroom::compressors::log {

enum class ReportPart : std::uint8_t {
  none,     // not of a failure: read like any line
  heading,  // the failed test's name
  error,    // what the assertion or exception says; of several such lines the first
  detail,   // the others
  pointer,  // the statement that failed
  near,     // source right before or behind the pointer, or below the last frame
  place,    // where it failed
  frame,    // how it came there
  excerpt,  // source code, arguments, underlinings, rules
};

// Cheap and not sure: false if no line opens such a section.
bool may_hold_report(std::span<const Line> lines);

// By line; empty if the text holds no report. `stamps` by line: what a collector or runner put before each line, and
// colour codes, are not part of it.
std::vector<ReportPart> read_report(std::span<const Line> lines, std::span<const Stamp> stamps);

// What such a line tells; `part` is not none. `text` without colour codes.
Signals signals_of(ReportPart part, std::string_view text);

}  // namespace headroom::compressors::log
