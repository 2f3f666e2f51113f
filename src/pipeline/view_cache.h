// Finished work kept between calls: views by what they were made from, and where a conversation stood by its prefix.
//
// A conversation comes again with every turn, longer by one. What was decided of its older part is found here, so that
// a turn costs about as much as its new bytes. Only speed: everything kept is a pure function of its key, and with an
// empty cache, or none, the same bytes come out. Least recently used entries leave when their bytes pass the cap.
// Thread-safe; what is kept is immutable and shared. Keys are 128-bit digests (XXH3), which nobody who can choose
// contents gains from colliding: it would only change what that caller is shown.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/hash.h"

namespace headroom::pipeline {

class ViewCache {
 public:
  static constexpr std::size_t default_bytes = std::size_t{24} << 20;

  explicit ViewCache(std::size_t bytes = default_bytes) : capacity_(bytes) {}

  // Null if it is not there. The type must be the one that was put under this key: callers keep kinds of keys apart by
  // what they hash.
  template <class T>
  std::shared_ptr<const T> find(Hash128 key) {
    return std::static_pointer_cast<const T>(look_up(key));
  }
  // `bytes`: about what the value holds. Replaces what stands there.
  template <class T>
  void put(Hash128 key, std::shared_ptr<const T> value, std::size_t bytes) {
    insert(key, std::static_pointer_cast<const void>(std::move(value)), bytes);
  }
  void erase(Hash128 key);
  void clear();

  std::size_t bytes() const;
  std::size_t entries() const;

 private:
  struct Entry {
    Hash128 key;
    std::shared_ptr<const void> value;
    std::size_t bytes;
  };
  // Of an entry: list node, table slot, control block, and what the allocator adds to the parts of a value. So that a
  // small conversation is counted as what the heap grows by (1,274 bytes).
  static constexpr std::size_t overhead = 480;

  std::shared_ptr<const void> look_up(Hash128 key);
  void insert(Hash128 key, std::shared_ptr<const void> value, std::size_t bytes);

  mutable std::mutex mutex_;
  const std::size_t capacity_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;  // the most recently used first
  std::unordered_map<Hash128, std::list<Entry>::iterator, Hash128Hasher> by_key_;
};

}  // namespace headroom::pipeline
