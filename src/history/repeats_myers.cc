#include "history/repeats_myers.h"

#include <algorithm>

namespace headroom::history {

std::optional<std::vector<CommonRun>> common_runs(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b,
                                                  int most_edits) {
  using Index = std::ptrdiff_t;
  const Index n = std::ssize(a), m = std::ssize(b);
  // furthest[k + offset]: how far into `a` d edits reach on diagonal k = x - y. One copy per d, for the way back.
  const Index offset = most_edits + 1;
  std::vector<Index> furthest(static_cast<std::size_t>(2 * offset + 1), 0);
  std::vector<std::vector<Index>> history;
  auto at = [offset](std::vector<Index>& v, Index k) -> Index& { return v[static_cast<std::size_t>(k + offset)]; };
  auto step_down = [&at](std::vector<Index>& v, Index k, Index d) {
    return k == -d || (k != d && at(v, k - 1) < at(v, k + 1));
  };

  Index edits = -1;
  for (Index d = 0; d <= most_edits && edits < 0; ++d) {
    history.push_back(furthest);
    for (Index k = -d; k <= d; k += 2) {
      Index x = step_down(furthest, k, d) ? at(furthest, k + 1) : at(furthest, k - 1) + 1;
      if (d == 0) x = 0;
      Index y = x - k;
      while (x < n && y < m && y >= 0 && a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(y)]) ++x, ++y;
      at(furthest, k) = x;
      if (x >= n && y >= m) {
        edits = d;
        break;
      }
    }
  }
  if (edits < 0) return std::nullopt;

  std::vector<CommonRun> runs;
  Index x = n, y = m;
  for (Index d = edits; d >= 0; --d) {
    std::vector<Index>& before = history[static_cast<std::size_t>(d)];
    const Index k = x - y;
    Index begin_x = 0, begin_y = 0;  // where the diagonal of this step starts
    if (d > 0) {
      const Index from = step_down(before, k, d) ? k + 1 : k - 1;
      const Index from_x = at(before, from), from_y = from_x - from;
      begin_x = from == k + 1 ? from_x : from_x + 1;
      begin_y = begin_x - k;
      if (x > begin_x)
        runs.push_back({static_cast<std::size_t>(begin_x), static_cast<std::size_t>(begin_y),
                        static_cast<std::size_t>(x - begin_x)});
      x = from_x;
      y = from_y;
    } else if (x > 0) {
      runs.push_back({0, 0, static_cast<std::size_t>(x)});
    }
  }
  std::ranges::reverse(runs);
  return runs;
}

}  // namespace headroom::history
