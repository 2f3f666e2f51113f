// Counts of whole texts seen lately: a conversation comes again with every turn, and an unchanged block should cost a
// hash.
//
// Keyed by a 128-bit digest and the length, 2,048 entries, 80 KiB, direct-mapped: a newcomer replaces what was in its
// place. Two texts under one key would be counted as one: by chance at 2^-128. The digest (XXH3) does not withstand
// somebody who builds collisions on purpose; what that could win is one wrong figure inside one process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/hash.h"

namespace headroom::tokens {

class BlockCache {
 public:
  // Shorter texts are counted about as fast as they are hashed and looked up.
  static constexpr std::size_t kShortest = 128;

  struct Key {
    Hash128 digest;
    std::size_t size = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };

  static Key key_of(std::string_view text) { return {hash128(text), text.size()}; }

  struct Counts {
    std::int64_t together = 0;  // of digits as the vocabulary has them
    std::int64_t apart = 0;     // as if each digit were a token
  };

  std::optional<Counts> find(const Key& key) const {
    const Entry& entry = entries_[place(key)];
    if (entry.key != key) return std::nullopt;
    return entry.counts;
  }

  void put(const Key& key, Counts counts) { entries_[place(key)] = {key, counts}; }

 private:
  struct Entry {
    Key key;  // size 0: free
    Counts counts;
  };
  static constexpr std::size_t kEntries = 2048;
  static std::size_t place(const Key& key) { return key.digest.low % kEntries; }

  std::vector<Entry> entries_ = std::vector<Entry>(kEntries);
};

}  // namespace headroom::tokens
