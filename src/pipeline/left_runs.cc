#include "pipeline/left_runs.h"

#include <algorithm>
#include <utility>

namespace headroom::pipeline {

std::vector<LeftRun> left_runs(const Standing& s) {
  // Messages that left, by run; and the entries that stand in each.
  std::vector<std::pair<int, int>> gone;
  for (const Left& l : s.left) {
    if (!l.content) gone.emplace_back(l.unit.first, l.unit.end);
  }
  std::sort(gone.begin(), gone.end());
  std::vector<LeftRun> runs;
  for (const auto& [first, end] : gone) {
    if (!runs.empty() && runs.back().end == first) {
      runs.back().end = end;
    } else {
      runs.push_back({first, end, ""});
    }
  }
  std::size_t next = 0;
  for (LeftRun& run : runs) {
    const std::size_t begin = next;
    while (next < s.entries.size() && s.entries[next].first < run.end) ++next;
    run.text = history::run_text(s.entries, begin, next);
  }
  return runs;
}

}  // namespace headroom::pipeline
