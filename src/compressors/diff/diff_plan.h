// What of a patch is shown: which lines of the source, and why the others are not. The rules stand in
// diff_reversible.h.
//
//   plan.lines[i]   line i of the source is shown        plan.low[f]   "lock file": why file f is only counted
//
// O(n log n) at worst: the choice among pieces of hunks (salience/selection.h).
#pragma once

#include <string_view>
#include <vector>

#include "compressors/compressor.h"
#include "compressors/diff/diff_text.h"

namespace headroom::compressors {

struct Plan {
  std::vector<bool> lines;            // shown, by line of the source
  std::vector<bool> live;             // hunks worth showing
  std::vector<std::string_view> low;  // why a file is not shown; empty if it may be
  std::size_t blank_hunks = 0;        // that change white space only
  bool all_changes = true;            // every change of the live hunks is shown
  std::size_t context = 3;            // lines of it around changes
};

// `original`: tokens of the whole text.
Plan plan_diff(const DiffText& diff, const Context& context, Tokens original);

inline std::string_view path_of(const FileDiff& f) {
  return f.new_path.empty() ? f.old_path : f.new_path;
}
inline bool is_changed(std::string_view line) {
  return !line.empty() && (line[0] == '+' || line[0] == '-');
}

}  // namespace headroom::compressors
