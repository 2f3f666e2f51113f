// What of a query stands in which pieces of a text: all that ranking needs, found once and scored as often as wanted.
//
//   "webhook 48213 rejected" in 900 pieces  ->  postings (piece 12: webhook x2; piece 40: rejected), how many pieces
//                                               hold each term, the words of each piece, the pieces that hold 48213
//
// Found by one scan over the pieces, which looks up only the query's terms, or from a TermIndex (term_index.h), which
// gives the same. O(bytes), or O(postings) with an index.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "search/query.h"
#include "search/terms.h"

namespace headroom::search {

struct Posting {
  std::uint32_t piece, term, count;  // term: index into the query's
  bool adjacent;                     // beside its neighbour in the query
};

struct Matches {
  std::vector<Posting> postings;                                 // by piece, then by term
  std::vector<std::uint32_t> frequency;                          // pieces that hold a term
  std::vector<std::pair<std::uint32_t, std::uint32_t>> anchors;  // piece, bits of the anchors in it
  std::shared_ptr<const std::vector<std::uint32_t>> lengths;     // words of each piece
  std::uint64_t total_length = 0;
};

Matches match(const Query& query, std::span<const std::string_view> pieces);

// The hits that `rank` of query.h gives for the same pieces.
std::vector<Hit> rank(const Query& query, const Matches& matches, const RankOptions& options = {});

// The query's terms by hash: open addressing, a power of two of at least four slots a term. The query must outlive it.
class TermTable {
 public:
  explicit TermTable(std::span<const Term> terms);
  // Index of the term whose lower-case form `text` spells, or -1.
  std::int32_t find(std::uint64_t hash, std::string_view text);

 private:
  struct Slot {
    std::uint64_t hash;
    std::int32_t term;
  };
  // The polynomial's low bits depend on the last bytes only; a multiplication spreads them over the top.
  std::size_t home(std::uint64_t hash) const { return (hash ^ hash >> 32) * 0xD6E8FEB86659FD93 >> shift_; }

  std::span<const Term> terms_;
  std::vector<Slot> slots_;
  std::size_t mask_;
  int shift_;
  std::string lower_;
};

// Counts the query's terms in one piece, told in the order of `scan` (scan.h).
class TermCounter {
 public:
  explicit TermCounter(const Query& query);
  void begin();                   // the next piece
  void word(std::int32_t term) {  // or pair; -1: none of the query's
    ++words_;
    if (previous_ >= 0 && term >= 0) see_neighbours(term);
    previous_ = term;
    if (term >= 0) count(term);
  }
  void identifier(std::int32_t term) {
    if (term >= 0) count(term);
  }
  void tell(TermKind kind, std::int32_t term) { kind == TermKind::identifier ? identifier(term) : word(term); }

  std::uint32_t words() const { return words_; }
  // The terms found, sorted.
  std::span<const std::uint32_t> touched();
  std::uint32_t count_of(std::uint32_t term) const { return count_[term]; }
  bool adjacent(std::uint32_t term) const { return adjacent_[term]; }

 private:
  void see_neighbours(std::int32_t term);
  void count(std::int32_t term) {
    if (count_[static_cast<std::size_t>(term)]++ == 0) touched_.push_back(static_cast<std::uint32_t>(term));
  }

  const Query& query_;
  std::vector<std::uint32_t> count_;
  std::vector<bool> adjacent_;
  std::vector<std::uint32_t> touched_;
  std::uint32_t words_ = 0;
  std::int32_t previous_ = -1;
};

// Scans one piece: how often each of the query's terms stands in it, and which stand beside their neighbour.
class PieceScan {
 public:
  explicit PieceScan(const Query& query) : table_(query.terms()), counter_(query) {}
  const TermCounter& scan(std::string_view piece);

 private:
  TermTable table_;
  TermCounter counter_;
};

// Matches of pieces that are told term by term, for what is no text to be scanned. Without anchors.
class MatchBuilder {
 public:
  explicit MatchBuilder(const Query& query) : counter_(query) { matches_.frequency.assign(query.terms().size(), 0); }
  TermCounter& piece() { return counter_; }
  void end_piece();
  Matches matches() &&;

 private:
  Matches matches_;
  std::vector<std::uint32_t> lengths_;
  TermCounter counter_;
};

// Adds the pieces that hold anchors of the query.
void match_anchors(const Query& query, std::span<const std::string_view> pieces, Matches& matches);

}  // namespace headroom::search
