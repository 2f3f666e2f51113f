// How central each sentence is among the others: LexRank (Erkan & Radev 2004), in integers.
//
//   sentences that share rare words with many others  ->  scores near 1024, loners near 150
//
// Sentences are the nodes of a graph, their similarity (cosine of tf-idf) its edges; a sentence is central if central
// sentences are like it: 20 rounds of PageRank with damping .85. Bounded: at most 32 neighbours a sentence, found
// through the rarest words they share; texts of more than 2,000 sentences are ranked in stretches of that many. No
// floating point. O(n log n).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace headroom::compressors::prose {

inline constexpr std::uint32_t full_score = 1024;

struct Neighbour {
  std::uint32_t sentence;
  std::uint32_t similarity;  // 0..1024
};

struct Centrality {
  std::vector<std::uint32_t> score;  // 0..1024, of each sentence
  std::vector<std::uint32_t> begin;  // sentences + 1: rows of the list of neighbours
  std::vector<Neighbour> neighbours;
  std::span<const Neighbour> of(std::size_t sentence) const {
    return std::span(neighbours).subspan(begin[sentence], begin[sentence + 1] - begin[sentence]);
  }
};

Centrality centrality(std::span<const std::string_view> sentences);

}  // namespace headroom::compressors::prose
