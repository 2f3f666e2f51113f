// A text cut into the pieces that retrieval ranks, and the pieces nearest to words that none of them holds.
//
//   a diff -> file heads and hunks; a log -> records with their continuation lines; rows, if the caller knows them;
//   anything else -> runs of at most 12 lines and 1,200 bytes, ended at an empty line where there is one in their
//   second half.
//
// Pieces are in order, disjoint, and cover the text but for what stands between rows without a word in it. O(n).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace headroom::search {

struct Piece {
  std::size_t begin, end;  // bytes of the text
  friend bool operator==(const Piece&, const Piece&) = default;
};

inline constexpr std::size_t max_run_lines = 12, max_run_bytes = 1200;
// A row, hunk or record over this is cut into runs: it would not fit an answer.
inline constexpr std::size_t max_piece_bytes = 4800;

// `rows`: the rows of a table in the text, in order and disjoint; empty if it has none.
std::vector<Piece> split_pieces(std::string_view text, std::span<const Piece> rows = {});

// The end of the cell that begins at `begin`: the end of its line, or, in a line longer than max_run_bytes, a place
// between two characters.
std::size_t cell_end(std::string_view text, std::size_t begin, std::size_t end);

// The k pieces with the largest overlap of trigrams (Dice 1945: 2 |A and B| / (|A| + |B|), any case) with the query,
// best first, ties to the earlier. Pieces that share none are left out, unless that would leave nothing: then the
// first. O(n).
std::vector<std::size_t> nearest(std::string_view query, std::span<const std::string_view> pieces, std::size_t k);

}  // namespace headroom::search
