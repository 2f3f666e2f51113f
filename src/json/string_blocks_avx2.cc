#include <immintrin.h>

#include "json/string_blocks.h"
#include "json/string_blocks_loop.h"

namespace headroom::json {
namespace {

inline std::uint64_t bits(__m256i low, __m256i high) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(low)) |
         static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(high))) << 32;
}

inline BlockMasks read_block(const char* bytes) {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + 32));
  const auto is = [](__m256i x, char c) { return _mm256_cmpeq_epi8(x, _mm256_set1_epi8(c)); };
  const auto is_control = [](__m256i x) {
    const __m256i below = _mm256_set1_epi8(0x1F);
    return _mm256_cmpeq_epi8(_mm256_max_epu8(x, below), below);
  };
  const auto is_letter = [&](__m256i x) { return _mm256_or_si256(is(x, 'n'), is(x, 't')); };
  return {bits(is(low, '"'), is(high, '"')), bits(is(low, '\\'), is(high, '\\')),
          bits(is_control(low), is_control(high)), bits(is_letter(low), is_letter(high))};
}

}  // namespace

std::size_t skip_blocks_avx2(const char* text, std::size_t size, std::size_t at, bool& escaped) {
  return skip_blocks_by<read_block>(text, size, at, escaped);
}

}  // namespace headroom::json
