// The common lines of two short sequences, by a shortest edit script (Myers 1986, greedy forward variant).
//
//   common_runs({1,2,3,4}, {1,3,4,5}, 64)   -> {0,0,1}, {2,1,2}
//
// O((n + m) x d) time and O(d^2) memory for d edits; nullopt if more than `most_edits` are needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace headroom::history {

struct CommonRun {
  std::size_t a, b, size;
  friend bool operator==(const CommonRun&, const CommonRun&) = default;
};

std::optional<std::vector<CommonRun>> common_runs(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b,
                                                  int most_edits);

}  // namespace headroom::history
