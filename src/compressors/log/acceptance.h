// Decides whether a text is a log at all: at least half of its lines must carry evidence of one.
//
// Evidence is a time, a role that tools give a line (signals.h), a place in a report of failed tests, a package
// manager's lead, a template that three lines share, or standing behind an error or a stack frame. Changelogs,
// Markdown, listings, prose that says "error", configuration and rows of a search have none. Cost: O(lines).
#pragma once

#include <span>

#include "base/lines.h"
#include "compressors/log/grouping.h"

namespace headroom::compressors::log {

bool accepts(std::span<const Line> lines, const Grouping& grouping);

// A quick look before the lines are grouped: false if accepts() would refuse them. Most of what is no log ends here.
bool may_be_accepted(std::span<const Line> lines);

}  // namespace headroom::compressors::log
