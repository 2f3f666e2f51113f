#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#ifdef __x86_64__
#include "base/hash_avx2.h"
#include "base/processor.h"
#endif

namespace headroom {

Hash128 hash128(std::string_view bytes) {
#ifdef __x86_64__
  constexpr std::size_t least_long = 512;  // shorter ones gain nothing
  if (bytes.size() >= least_long && has_avx2()) {
    const auto [low, high] = hash128_avx2(bytes.data(), bytes.size());
    return {low, high};
  }
#endif
  const XXH128_hash_t h = XXH3_128bits(bytes.data(), bytes.size());
  return {h.low64, h.high64};
}

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace headroom
