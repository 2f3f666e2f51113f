// A patch cut to its changes: every file with its counts, changes before context, the least telling hunks first to go.
//
//   [diff, 3 files +14 -2203; context cut to 1 line; 1 lock file not shown]
//   src/money.py +4 -2
//   package-lock.json +10 -2201 [lock file]
//   --- a/src/money.py
//   +++ b/src/money.py
//   @@ -10,3 +10,3 @@ def add(a, b):
//   ...
//
// 1. Messages of commits keep head, subject, first lines, what the query asks for.
// 2. Lock files, generated and minified files, hunks that change white space only: counts.
// 3. All other changes with 3, 1 or 0 lines of context, the most that stays near half of the original. All hunks shown:
// the
//    view is a patch that `git apply` takes (without context: `git apply --unidiff-zero`).
// 4. If the changes alone are too much (a budget asked for, or a very long diff): pieces of hunks by what they cover
//    (salience/selection.h); definition lines, what the query asks for and severe lines first. Headers are recomputed.
//
// O(n log n) at worst.
#pragma once

#include <optional>

#include "compressors/compressor.h"
#include "compressors/diff/diff_text.h"

namespace headroom::compressors {

std::optional<View> summarise_diff(const DiffText& diff, const Context& context, Tokens original);

}  // namespace headroom::compressors
