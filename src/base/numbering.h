// Numbers digests in the order in which they are first seen.
//
//   Numbering n;
//   n.number(0xAB);  // 0
//   n.number(0xCD);  // 1
//   n.number(0xAB);  // 0
//
// Open addressing, at most half full: one cache line a look-up, no allocation but for growth. O(1) amortised; digests
// that somebody chooses to collide cost as much as the list of them is long, so keys are hashes of texts, not numbers
// that a text names.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace headroom {

class Numbering {
 public:
  Numbering() : slots_(least) {}

  std::uint32_t number(std::uint64_t digest) {
    Slot& slot = slots_[place_of(digest)];
    if (slot.number != none) return slot.number;
    slot = {digest, used_};
    if (++used_ * 2 > slots_.size()) grow();
    return used_ - 1;
  }
  // The number of a digest seen before; none if it was not.
  std::uint32_t find(std::uint64_t digest) const { return slots_[place_of(digest)].number; }
  std::uint32_t size() const { return used_; }

  static constexpr std::uint32_t none = UINT32_MAX;

 private:
  static constexpr std::size_t least = 256;
  struct Slot {
    std::uint64_t digest = 0;
    std::uint32_t number = none;
  };

  std::size_t place_of(std::uint64_t digest) const {
    const std::size_t mask = slots_.size() - 1;
    // The high bits of the product depend on all of the digest's.
    std::size_t at = digest * 0x9E3779B97F4A7C15 >> (64 - std::bit_width(mask));
    while (slots_[at].number != none && slots_[at].digest != digest) at = (at + 1) & mask;
    return at;
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& s : old) {
      if (s.number != none) slots_[place_of(s.digest)] = s;
    }
  }

  std::vector<Slot> slots_;
  std::uint32_t used_ = 0;
};

}  // namespace headroom
