// The format of the tables built into the binary: one blob per vocabulary, one for the classes of code points. Written
// by tools/embed_vocabularies.cc at build time, read in place (no parsing, no copy) by vocabulary.h and char_class.h.
//
// Little-endian, 64-byte aligned sections in the order of the fields below. Only builds of the same tree read a blob,
// so it has no version; the writer checks every token against its own lookup before it writes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace headroom::tokens {

static_assert(std::endian::native == std::endian::little, "the embedded tables are little-endian");

// What the split patterns can tell apart. kUpper: Lu, Lt; kLower: Ll; kLetter: Lm, Lo; kSpace: white space but CR and
// LF.
enum class CharClass : std::uint8_t { kOther, kUpper, kLower, kLetter, kMark, kNumber, kSpace, kNewline };

struct VocabularyHeader {
  std::uint32_t tokens;        // count; a token's id is its rank
  std::uint32_t longest;       // bytes of the longest token
  std::uint32_t slots;         // hash range; the slot array is longer, so that probing never wraps
  std::uint32_t slots_stored;  // entries in the slot array
  std::uint32_t slots_at;      // byte offsets of the sections from the start of the blob
  std::uint32_t offsets_at;    // u32[tokens + 1] into the bytes
  std::uint32_t lefts_at;      // u8[tokens]: bytes of the left part of the token's last merge; 0: never made by merging
  std::uint32_t longest_by_start_at;  // u8[65536]: longest token that starts with these two bytes (first | second << 8)
  std::uint32_t
      pairs_at;  // u32[16384]: the rank of two ASCII bytes (first << 7 | second); 0xFFFFFFFF: they are no token
  std::uint32_t bytes_at;
  std::uint32_t size;
};

// A slot is a fingerprint of the hash above the id.
inline constexpr std::uint32_t kIdBits = 18;
inline constexpr std::uint32_t kIdMask = (1u << kIdBits) - 1;
inline constexpr std::uint32_t kEmptySlot = 0xFFFFFFFF;

// Code point classes in two stages: block of 256 code points -> row of 256 classes.
inline constexpr std::size_t kClassBlocks = 0x110000 >> 8;

namespace detail {
inline std::uint64_t load64(const unsigned char* p) {
  std::uint64_t v;
  std::memcpy(&v, p, 8);
  return v;
}
inline std::uint64_t load32(const unsigned char* p) {
  std::uint32_t v;
  std::memcpy(&v, p, 4);
  return v;
}
inline std::uint64_t fold_multiply(std::uint64_t a, std::uint64_t b) {
  __extension__ using u128 = unsigned __int128;
  const u128 m = static_cast<u128>(a) * b;
  return static_cast<std::uint64_t>(m) ^ static_cast<std::uint64_t>(m >> 64);
}
}  // namespace detail

// Hash of a short byte string by folded multiplication (wyhash: Wang Yi, 2019). Not keyed: the set of keys is fixed.
inline std::uint64_t piece_hash(const unsigned char* p, std::size_t n) {
  using detail::fold_multiply;
  using detail::load32;
  using detail::load64;
  constexpr std::uint64_t k0 = 0xA0761D6478BD642F, k1 = 0xE7037ED1A0B428DB;
  std::uint64_t seed = k0 ^ n;
  while (n > 16) {
    seed = fold_multiply(load64(p) ^ seed, load64(p + 8) ^ k1);
    p += 16;
    n -= 16;
  }
  std::uint64_t a, b = 0;
  if (n >= 8) {
    a = load64(p);
    b = load64(p + n - 8);
  } else if (n >= 4) {
    a = load32(p) | load32(p + n - 4) << 32;
  } else {
    a = n == 0 ? 0 : p[0] | static_cast<std::uint64_t>(p[n >> 1]) << 8 | static_cast<std::uint64_t>(p[n - 1]) << 16;
  }
  return fold_multiply(a ^ seed, b ^ k1);
}

// Where a hash starts probing, and what marks its slot.
inline std::uint32_t first_slot(std::uint64_t hash, std::uint32_t slots) {
  return static_cast<std::uint32_t>((hash >> 32) * slots >> 32);
}
inline std::uint32_t fingerprint(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash) & ~kIdMask;
}

}  // namespace headroom::tokens
