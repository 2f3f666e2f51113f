// Anchors: what of a query must be found byte for byte, and a search for all of them in one pass.
//
//   "order 48213 fails in src/pay.cc:12 with 'card declined'"  ->  card declined | 48213 | src/pay.cc:12
//
// AnchorFinder looks at three bytes of every k-th position, k the length of the shortest anchor less 2 and at most 4,
// so no anchor can be missed (Wu and Manber 1994, with a fixed shift); a small bit table turns most positions away.
// O(n) but for texts made to resemble the anchors; those cost n x 24 x 160 at the very most.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::search {

inline constexpr std::size_t min_anchor = 3, max_anchor = 160, max_anchors = 24;

// Quoted text, UUIDs, numbers and ids with 4+ digits, e-mail addresses, paths, file:line; in order of appearance,
// quoted first, each once, appended to `anchors` up to max_anchors.
void append_anchors(std::vector<std::string>& anchors, std::string_view text);

class AnchorFinder {
 public:
  // The anchors must outlive the finder.
  explicit AnchorFinder(std::span<const std::string> anchors);

  // Bit i: anchor i is in `text`. A digit at an anchor's edge must not go on in the text: 1234 is not in 51234.
  std::uint32_t find(std::string_view text) const;
  bool empty() const { return anchors_.empty(); }

 private:
  struct Window {
    std::uint32_t bytes;
    std::uint16_t anchor, offset;
  };
  std::span<const std::string> anchors_;
  std::vector<Window> windows_;  // sorted by bytes
  std::size_t step_ = 1;
  std::array<std::uint64_t, 512> bits_{};  // 2^15 bits
};

}  // namespace headroom::search
