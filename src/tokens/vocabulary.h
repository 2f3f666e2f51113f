// A vocabulary: which byte strings are tokens, and their ranks (the lower, the earlier byte-pair encoding makes them).
//
// A view of tables that lie in the binary (tables.h): opening one costs nothing, pages are read when first used.
// rank() is one hash, on average 1.3 probes and one comparison.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "tokens/counter.h"
#include "tokens/tables.h"

namespace headroom::tokens {

class Vocabulary {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;  // no token; above every rank

  explicit Vocabulary(const unsigned char* blob) {
    std::memcpy(&header_, blob, sizeof header_);
    slots_ = reinterpret_cast<const std::uint32_t*>(blob + header_.slots_at);
    offsets_ = reinterpret_cast<const std::uint32_t*>(blob + header_.offsets_at);
    lefts_ = blob + header_.lefts_at;
    longest_by_start_ = blob + header_.longest_by_start_at;
    pairs_ = reinterpret_cast<const std::uint32_t*>(blob + header_.pairs_at);
    bytes_ = blob + header_.bytes_at;
  }

  // The embedded one.
  static Vocabulary embedded(VocabularyId id);

  std::uint32_t size() const { return header_.tokens; }
  std::size_t longest() const { return header_.longest; }

  // The rank of p[0..n), n > 0, or kNone.
  std::uint32_t rank(const unsigned char* p, std::size_t n) const {
    if (n > header_.longest) return kNone;
    const std::uint64_t hash = piece_hash(p, n);
    return find(p, n, fingerprint(hash), slots_ + first_slot(hash, header_.slots));
  }

  // The rank of p[0], p[1]: of ASCII, most of what is asked for, by one look.
  std::uint32_t rank_of_pair(const unsigned char* p) const {
    if ((p[0] | p[1]) >= 0x80) return rank(p, 2);
    return pairs_[p[0] << 7 | p[1]];
  }

  // rank() for a piece among others, in steps each of which asks for the memory that the next one reads: look_for,
  // narrow, fetch_bytes, is_token.
  struct Sought {
    const unsigned char* at;
    std::size_t size;
    std::uint32_t mark = 0;
    const std::uint32_t* slot = nullptr;  // the next that may be its token's; null: it is no token
  };
  Sought look_for(const unsigned char* p, std::size_t n) const {
    if (n > header_.longest) return {p, n};
    const std::uint64_t hash = piece_hash(p, n);
    const std::uint32_t* const slot = slots_ + first_slot(hash, header_.slots);
    __builtin_prefetch(slot);
    return {p, n, fingerprint(hash), slot};
  }
  void narrow(Sought& s) const {
    if (s.slot == nullptr) return;
    while (*s.slot != kEmptySlot && (*s.slot & ~kIdMask) != s.mark) ++s.slot;
    if (*s.slot == kEmptySlot) {
      s.slot = nullptr;
    } else {
      __builtin_prefetch(offsets_ + (*s.slot & kIdMask));
    }
  }
  void fetch_bytes(const Sought& s) const {
    if (s.slot != nullptr) __builtin_prefetch(bytes_ + offsets_[*s.slot & kIdMask]);
  }
  bool is_token(const Sought& s) const { return s.slot != nullptr && find(s.at, s.size, s.mark, s.slot) != kNone; }

  std::string_view bytes(std::uint32_t id) const {
    return {reinterpret_cast<const char*>(bytes_) + offsets_[id], offsets_[id + 1] - offsets_[id]};
  }

  // Bytes of the left of the two tokens that the last merge of `id` joins; 0 for single bytes and for tokens that
  // merging never makes (they count only where they are a whole piece).
  std::size_t left_length(std::uint32_t id) const { return lefts_[id]; }

  // The longest token that starts with p[0], p[1].
  std::size_t longest_from(const unsigned char* p) const { return longest_by_start_[p[0] | p[1] << 8]; }

 private:
  // From `slot` on.
  std::uint32_t find(const unsigned char* p, std::size_t n, std::uint32_t mark, const std::uint32_t* slot) const {
    for (; *slot != kEmptySlot; ++slot) {
      if ((*slot & ~kIdMask) != mark) continue;
      const std::uint32_t id = *slot & kIdMask;
      const std::uint32_t at = offsets_[id];
      if (offsets_[id + 1] - at == n && std::memcmp(bytes_ + at, p, n) == 0) return id;
    }
    return kNone;
  }

  VocabularyHeader header_;
  const std::uint32_t* slots_;
  const std::uint32_t* offsets_;
  const unsigned char* lefts_;
  const unsigned char* longest_by_start_;
  const std::uint32_t* pairs_;
  const unsigned char* bytes_;
};

}  // namespace headroom::tokens
