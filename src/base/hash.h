// Fast, non-cryptographic digests (XXH3) for caches and for finding equal texts. Never an identity that leaves the
// process: that is the store's HMAC.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace headroom {

struct Hash128 {
  std::uint64_t low = 0, high = 0;
  friend constexpr auto operator<=>(Hash128, Hash128) = default;
};

Hash128 hash128(std::string_view bytes);
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

struct Hash128Hasher {
  std::size_t operator()(Hash128 h) const { return h.low; }
};

// For unordered containers keyed by text: transparent, so that a string_view looks up a std::string.
struct TextHasher {
  using is_transparent = void;
  std::size_t operator()(std::string_view s) const { return hash64(s); }
};

}  // namespace headroom
