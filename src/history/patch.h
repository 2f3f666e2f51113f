// Which files a patch touches, and how: the apply_patch form of agents and unified diffs.
//
//   *** Begin Patch / *** Update File: src/a.py / *** Move to: src/b.py / ... / *** End Patch   -> edit a.py, move to
//   b.py
//   --- a/src/a.py / +++ b/src/a.py / @@ ...                                                    -> edit src/a.py
//
// Only headers are read; hunks are passed over. O(n).
#pragma once

#include <string_view>
#include <vector>

#include "history/touch.h"

namespace headroom::history {

// Appends; false if the text is no patch that this knows.
bool patch_touches(std::string_view patch, std::vector<Touch>& out);

}  // namespace headroom::history
