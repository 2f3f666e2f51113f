// Trigrams by hash slot, and the choice of the nearest pieces by them: what the scan (pieces.cc) and the index
// (term_index.cc) share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace headroom::search {

inline constexpr std::size_t trigram_slots = 1 << 16;

// Calls fn for the slot of every trigram of lower-case ASCII bytes; others as they are.
template <class Fn>
void for_each_trigram(std::string_view text, Fn&& fn) {
  std::uint32_t window = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::uint32_t low = c >= 'A' && c <= 'Z' ? c + 32u : c;
    window = (window << 8 | low) & 0xFFFFFF;
    if (i >= 2) fn((window * 0x9E3779B1u) >> 16);
  }
}

struct ByDice {
  double dice;
  std::size_t piece;
};

// The k best, best first, ties to the earlier; of pieces that share nothing, the first.
inline std::vector<std::size_t> best_by_dice(std::vector<ByDice>& scored, std::size_t k, std::size_t pieces) {
  const std::size_t n = std::min(k, scored.size());
  std::partial_sort(
      scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(n), scored.end(),
      [](const ByDice& x, const ByDice& y) { return x.dice != y.dice ? x.dice > y.dice : x.piece < y.piece; });
  std::vector<std::size_t> best;
  best.reserve(n);
  for (std::size_t i = 0; i < n; ++i) best.push_back(scored[i].piece);
  if (best.empty() && k > 0 && pieces > 0) best.push_back(0);
  return best;
}

inline double dice(std::size_t shared, std::size_t own, std::size_t asked) {
  return 2.0 * static_cast<double>(shared) / static_cast<double>(own + asked);
}

}  // namespace headroom::search
