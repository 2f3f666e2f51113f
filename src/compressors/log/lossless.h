// The lossless view of a log: templates, headings for the time, repeats; and its decoder.
//
//   [log, 6 lines, complete; T1 = pattern, its * filled by the words after it; @ = the time]
//   T1=@ web-3 worker[*]: job * done in * ms
//   -- 2026-03-01 10:
//   02:11 T1 17 a81 35
//   02:13 web-3 kernel: out of memory, killed process 17 (worker)
//   02:14 T1 19 a83 36 x3
//
// Templates come from the grouping (grouping.h); a group's pattern keeps what all its lines have in common (Yu et al.,
// "Brain: log parsing with bidirectional parallel tree", IEEE TSC 2023, calls it the longest common pattern), cut at
// the ends of runs of letters and digits. Severity words, exit codes never are holes; of a severe template the first
// line stands whole. Each template, the heading's level, letters for long values and references to equal lines are
// taken only where they save tokens.
//
// decode(encode(text)) == text, byte for byte; encode has run it. Cost: O(bytes), three passes over a group's lines. No
// view: line ends of two kinds, or nothing saved.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/lines.h"
#include "compressors/log/grouping.h"
#include "compressors/log/manner.h"

namespace headroom::compressors::log {

// `name` opens the view: "[log, 6 lines...". A view opened by another name is none.
std::optional<std::string> encode(std::string_view text, std::span<const Line> lines, const Grouping& grouping,
                                  std::string_view name = log_manner.name);
std::optional<std::string> decode(std::string_view view, std::string_view name = log_manner.name);

}  // namespace headroom::compressors::log
