#include "json/string_blocks.h"

#ifdef __SSE2__
#include <emmintrin.h>

#include "base/processor.h"
#include "json/string_blocks_loop.h"

namespace headroom::json {
namespace {

inline BlockMasks read_block(const char* bytes) {
  BlockMasks masks{};
  for (int lane = 0; lane < 4; ++lane) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + 16 * lane));
    const __m128i below = _mm_set1_epi8(0x1F);
    const auto put = [lane](std::uint64_t& mask, __m128i hits) {
      mask |= static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(hits))) << (16 * lane);
    };
    put(masks.quote, _mm_cmpeq_epi8(x, _mm_set1_epi8('"')));
    put(masks.backslash, _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
    put(masks.control, _mm_cmpeq_epi8(_mm_max_epu8(x, below), below));
    put(masks.letter, _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('n')), _mm_cmpeq_epi8(x, _mm_set1_epi8('t'))));
  }
  return masks;
}

}  // namespace

std::size_t skip_blocks_sse2(const char* text, std::size_t size, std::size_t at, bool& escaped) {
  return skip_blocks_by<read_block>(text, size, at, escaped);
}

std::size_t skip_blocks(const char* text, std::size_t size, std::size_t at, bool& escaped) {
#ifdef __x86_64__
  if (has_avx2()) return skip_blocks_avx2(text, size, at, escaped);
#endif
  return skip_blocks_sse2(text, size, at, escaped);
}

}  // namespace headroom::json
#endif
