// What retrieval finds out of an original once and asks for again: its lines, its table, its pieces and their terms.
//
//   ContentIndexes indexes;                          // one for a handle of the core, that is, for a server
//   answer_retrieve(request, ..., &indexes)          // the first query of an original builds it, the next find it
//
// Only speed: all of it is a pure function of the content, found again by a 128-bit digest of the content and its size.
// Kept in memory alone, least recently used out first beyond the cap, so nothing of it needs encrypting; keeping it in
// the store would cost as much to decrypt and read as to build (docs/decisions/0007-retrieval-search.md). Short
// originals are searched as fast without. Thread-safe. 1 MB of log: 7 ms to build, then a query costs
// 0.3 ms instead of 3; 8 MB of memory.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "pipeline/address.h"
#include "pipeline/view_cache.h"
#include "search/term_index.h"

namespace headroom::pipeline {

struct ContentIndex {
  explicit ContentIndex(std::string_view content);

  std::size_t size;  // of the content
  LineIndex lines;
  Table table;
  std::vector<Piece> pieces;
  search::TermIndex terms;

  std::size_t bytes() const;
};

class ContentIndexes {
 public:
  static constexpr std::size_t least_content = std::size_t{64} << 10;  // below, a scan takes 0.2 ms
  static constexpr std::size_t most_content = std::size_t{4} << 20;
  static constexpr std::size_t default_bytes = std::size_t{32} << 20;

  explicit ContentIndexes(std::size_t bytes = default_bytes) : kept_(bytes) {}

  // Null if the content is not of a size that it pays for.
  std::shared_ptr<const ContentIndex> of(std::string_view content);
  // For words that no piece holds; built when first needed.
  std::shared_ptr<const search::TrigramIndex> trigrams_of(std::string_view content,
                                                          std::span<const std::string_view> pieces);
  void clear() { kept_.clear(); }
  std::size_t bytes() const { return kept_.bytes(); }

 private:
  ViewCache kept_;
};

}  // namespace headroom::pipeline
