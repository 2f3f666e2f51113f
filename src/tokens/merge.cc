// Two algorithms with one result:
//
// - count_by_merging: the definition, for short pieces. Looks for the lowest rank in a row of pairs: O(n^2), n <= 64.
// - count_by_backtracking: for long ones (runs of one letter, rulers of punctuation, sentences without spaces). Takes
//   the longest token that fits and steps back to a shorter one when two neighbours could not have come out of merging
//   side by side. Positions found to be dead ends are remembered, so each is left at most once: O(n) for a fixed
//   vocabulary; memory n / 8 bytes and one more for each token.
//   (Hendrik van Antwerpen, Alexander Neubeck: "So many tokens, so little time", GitHub blog, 2024.)
//
// Why looking at neighbours is enough: a row of tokens is the result of merging if and only if each two adjacent ones
// are, since merging left of a boundary that no merge crosses does not depend on what lies right of it.
#include "tokens/merge.h"

#include <algorithm>
#include <array>
#include <vector>

namespace headroom::tokens {
namespace {

constexpr std::uint32_t kNone = Vocabulary::kNone;
using Byte = unsigned char;

struct Token {
  std::uint32_t id = kNone;
  std::uint32_t size = 0;
};

class Backtracker {
 public:
  Backtracker(const Vocabulary& vocabulary, const Byte* p, std::size_t n)
      : vocabulary_(vocabulary), begin_(p), size_(n), alive_(n / 64 + 1, ~std::uint64_t{0}) {
    adjacent_.fill(~std::uint64_t{0});
    sizes_.reserve(n / 4);
  }

  std::int64_t count() {
    std::size_t at = 0;
    Token last, next = longest(at, size_);
    while (at < size_) {
      if (alive(at + next.size) && (sizes_.empty() || adjacent(last, next, begin_ + at))) {
        sizes_.push_back(static_cast<Byte>(next.size));
        last = next;
        at += next.size;
        if (at < size_) next = longest(at, size_ - at);
      } else if (next.size > 1) {
        next = shorter(next, at);
      } else {  // nothing fits here: another token must end before this position
        alive_[at / 64] &= ~(std::uint64_t{1} << at % 64);
        at -= last.size;
        next = last;
        sizes_.pop_back();
        if (!sizes_.empty()) last = {vocabulary_.rank(begin_ + at - sizes_.back(), sizes_.back()), sizes_.back()};
      }
    }
    return static_cast<std::int64_t>(sizes_.size());
  }

 private:
  bool alive(std::size_t at) const { return alive_[at / 64] >> at % 64 & 1; }

  // The longest token of at most `limit` > 0 bytes at position `at` that merging can make.
  Token longest(std::size_t at, std::size_t limit) const {
    const Byte* p = begin_ + at;
    if (limit > 1) {
      for (std::size_t n = std::min(limit, vocabulary_.longest_from(p)); n > 1; --n) {
        const std::uint32_t id = vocabulary_.rank(p, n);
        if (id != kNone && vocabulary_.left_length(id) != 0) return {id, static_cast<std::uint32_t>(n)};
      }
    }
    return {vocabulary_.rank(p, 1), 1};
  }

  // The next shorter token than `token`, which is more than one byte at position `at`.
  Token shorter(Token token, std::size_t at) {
    Shorter& memo = shorter_[token.id % shorter_.size()];
    if (memo.of != token.id) memo = {token.id, longest(at, token.size - 1)};
    return memo.token;
  }

  bool adjacent(Token a, Token b, const Byte* boundary) {
    const std::uint64_t key = std::uint64_t{a.id} << 32 | b.id << 1;
    std::uint64_t& memo = adjacent_[(a.id * 31 + b.id) % adjacent_.size()];
    if ((memo | 1) != (key | 1)) memo = key | (can_be_adjacent(a, b, boundary) ? 1 : 0);
    return (memo & 1) != 0;
  }

  // Whether merging can leave a and b side by side, b starting at `boundary`: undoes their merges, the latest first,
  // and looks whether one across the boundary would have come before.
  bool can_be_adjacent(Token a, Token b, const Byte* boundary) const {
    std::uint32_t limit = kNone;
    for (;;) {
      const std::uint32_t across = vocabulary_.rank(boundary - a.size, a.size + b.size);
      if (across < limit && vocabulary_.left_length(across) == a.size) return false;
      // Of equal ranks the left merge comes first, hence the + 1.
      if (a.id > b.id) {
        limit = a.id;
        if (shrink_left(a, boundary)) continue;
        limit = b.id + 1;
        if (!shrink_right(b, boundary)) return true;
      } else {
        limit = b.id + 1;
        if (shrink_right(b, boundary)) continue;
        limit = a.id;
        if (!shrink_left(a, boundary)) return true;
      }
    }
  }

  // Undo the last merge of the token before (after) the boundary; false for single bytes.
  bool shrink_left(Token& a, const Byte* boundary) const {
    const std::uint32_t left = vocabulary_.left_length(a.id);
    if (left == 0) return false;
    a.size -= left;
    a.id = vocabulary_.rank(boundary - a.size, a.size);
    return true;
  }
  bool shrink_right(Token& b, const Byte* boundary) const {
    const std::uint32_t left = vocabulary_.left_length(b.id);
    if (left == 0) return false;
    b = {vocabulary_.rank(boundary, left), left};
    return true;
  }

  const Vocabulary& vocabulary_;
  const Byte* begin_;
  std::size_t size_;
  std::vector<Byte> sizes_;           // of the tokens up to here
  std::vector<std::uint64_t> alive_;  // a bit per position: not known to be a dead end

  // What was found out lately: repetitive text asks the same again and again, about long tokens.
  struct Shorter {
    std::uint32_t of = kNone;
    Token token;
  };
  std::array<Shorter, 256> shorter_{};
  std::array<std::uint64_t, 1024> adjacent_;  // a.id << 32 | b.id << 1 | answer
};

}  // namespace

std::int64_t detail::count_by_merging(const Vocabulary& vocabulary, const Byte* p, std::size_t n) {
  // starts[i]: where part i starts; ranks[i]: the rank of the union of parts i and i + 1.
  std::uint8_t starts[kLongestByMerging + 1];
  std::uint32_t ranks[kLongestByMerging + 1];
  std::size_t parts = n;
  for (std::size_t i = 0; i <= n; ++i) starts[i] = static_cast<std::uint8_t>(i);
  for (std::size_t i = 0; i + 1 < n; ++i) ranks[i] = vocabulary.rank(p + i, 2);
  ranks[n - 1] = ranks[n] = kNone;
  const auto rank_of_pair = [&](std::size_t i) {
    return i + 1 < parts ? vocabulary.rank(p + starts[i], static_cast<std::size_t>(starts[i + 2] - starts[i])) : kNone;
  };
  while (parts > 1) {
    std::size_t best = 0;
    for (std::size_t i = 1; i + 1 < parts; ++i) best = ranks[i] < ranks[best] ? i : best;
    if (ranks[best] == kNone) break;
    for (std::size_t i = best + 1; i < parts; ++i) {
      starts[i] = starts[i + 1];
      ranks[i] = ranks[i + 1];
    }
    --parts;
    ranks[best] = rank_of_pair(best);
    if (best > 0) ranks[best - 1] = rank_of_pair(best - 1);
  }
  return static_cast<std::int64_t>(parts);
}

std::int64_t detail::count_by_backtracking(const Vocabulary& vocabulary, const Byte* p, std::size_t n) {
  return Backtracker(vocabulary, p, n).count();
}

std::int64_t count_piece(const Vocabulary& vocabulary, const Byte* p, std::size_t n) {
  if (n == 1 || vocabulary.rank(p, n) != kNone) return 1;
  return n <= detail::kLongestByMerging ? detail::count_by_merging(vocabulary, p, n)
                                        : detail::count_by_backtracking(vocabulary, p, n);
}

}  // namespace headroom::tokens
