// Counts of short pieces seen lately: most of a text is few words, again and again.
//
// Direct-mapped, 8,192 pieces of at most 14 bytes, 128 KiB: a newcomer replaces what was in its place. Holds what was
// counted before, so it never changes a count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tokens/tables.h"

namespace headroom::tokens {

class WordCache {
 public:
  static constexpr std::size_t kLongest = 14;

  // The piece in a register: its bytes, zeros, its length in byte 14. Byte 15 is free for the count.
  struct Key {
    std::uint64_t low, high;
  };

  // n <= kLongest; at least 16 bytes may be read at p.
  static Key key_of_padded(const unsigned char* p, std::size_t n) {
    Key key{detail::load64(p), detail::load64(p + 8)};
    if (n >= 8) {
      key.high &= (std::uint64_t{1} << 8 * (n - 8)) - 1;
    } else {
      key.low &= (std::uint64_t{1} << 8 * n) - 1;
      key.high = 0;
    }
    key.high |= static_cast<std::uint64_t>(n) << 48;
    return key;
  }

  // n <= kLongest; `end` is the end of the text that p[0..n) is in.
  static Key key_of(const unsigned char* p, std::size_t n, const unsigned char* end) {
    if (end - p >= 16) return key_of_padded(p, n);
    unsigned char copy[16] = {};
    for (std::size_t i = 0; i < n; ++i) copy[i] = p[i];
    return key_of_padded(copy, n);
  }

  // The count, or 0 if it is not held.
  unsigned find(const Key& key) const {
    const Key& entry = entries_[place(key)];
    return entry.low == key.low && (entry.high & kKeyBits) == key.high ? static_cast<unsigned>(entry.high >> 56) : 0;
  }

  void put(const Key& key, unsigned count) {
    entries_[place(key)] = {key.low, key.high | static_cast<std::uint64_t>(count) << 56};
  }

 private:
  static constexpr std::uint64_t kKeyBits = (std::uint64_t{1} << 56) - 1;
  static constexpr int kBits = 13;
  static std::size_t place(const Key& key) {
    return (key.low * 0x9E3779B97F4A7C15 ^ key.high * 0xC2B2AE3D27D4EB4F) >> (64 - kBits);
  }

  std::vector<Key> entries_ = std::vector<Key>(std::size_t{1} << kBits);
};

}  // namespace headroom::tokens
