// Byte-pair encoding of one piece, counted.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tokens/vocabulary.h"

namespace headroom::tokens {

// How many tokens the n > 0 bytes at p become: merge, again and again, the adjacent pair whose union has the lowest
// rank, the leftmost of equals. A piece that is a token as a whole is one token, whatever the merges would give.
std::int64_t count_piece(const Vocabulary& vocabulary, const unsigned char* p, std::size_t n);
// The same for a piece that is no token as a whole.
std::int64_t count_by_parts(const Vocabulary& vocabulary, const unsigned char* p, std::size_t n);

namespace detail {
// The two ways (merge.cc). Both give the number of tokens after merging; exposed for the tests, which compare them.
inline constexpr std::size_t kLongestByMerging = 64;
std::int64_t count_by_merging(const Vocabulary& vocabulary, const unsigned char* p, std::size_t n);  // n <= the above
std::int64_t count_by_backtracking(const Vocabulary& vocabulary, const unsigned char* p, std::size_t n);
}  // namespace detail

}  // namespace headroom::tokens
