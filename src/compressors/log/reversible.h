// The reversible view of a log: the lines a diagnosis needs, verbatim with their numbers, and what the gaps hide.
//
//   [log, 900 lines; each shown line stands verbatim behind its number]
//   [T1 412x, lines 3-96, 10:02:11-10:09:40]
//   3 2026-03-01 10:02:11 web-3 worker[17]: job a81 done in 35 ms
//   [lines 4-430 of 900: 3 templates, 0 errors]
//   431 2026-03-01 10:07:02 web-3 kernel: out of memory, killed process 17
//
// Where a collector put its own stamp before the tool's text, and where tools colour their text, the shown lines leave
// these out and the header says so. A line of more than 1,200 bytes shows 700 of its head and 200 of its tail around a
// statement.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "compressors/compressor.h"
#include "compressors/log/grouping.h"
#include "compressors/log/manner.h"

namespace headroom::compressors::log {

std::optional<View> reversible_view(std::string_view text, std::span<const Line> lines, const Grouping& grouping,
                                    const Context& context, const Manner& manner = log_manner);

}  // namespace headroom::compressors::log
