// The suffixes of a list of numbers in order.
//
//   {2, 1, 2, 1, 0}  ->  4 (0), 3 (1 0), 1 (1 2 1 0), 2 (2 1 0), 0 (2 1 2 1 0)
//
// By doubling (Manber & Myers, "Suffix arrays", SIAM J. Comput. 1993), where only the groups that are not told apart
// yet are sorted again (Larsson & Sadakane, "Faster suffix sorting", TCS 2007): of a text most are after a few numbers,
// of which the first key takes as many as 64 bits hold.
// O(n log^2 n) at worst, close to O(n log n).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace headroom::compressors::log {

struct Suffixes {
  std::vector<std::uint32_t> order;  // where each suffix begins
  std::vector<std::uint32_t> rank;   // the place in `order` of the suffix that begins there
};

// All numbers are below `bound`. A suffix that ends inside another one comes before it.
Suffixes sort_suffixes(std::span<const std::uint32_t> numbers, std::uint32_t bound);

}  // namespace headroom::compressors::log
