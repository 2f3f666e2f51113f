// Two algorithms with one result:
//
// - count_by_merging: the definition, for short pieces. Looks for the lowest rank in a row of pairs and merges all
// pairs that
//   have it, left to right; ranks grow with each merge (embed_vocabularies.cc checks it), so none of that rank comes
//   after. O(n x distinct ranks), n <= 64.
// - count_by_backtracking: for long ones (runs of one letter, rulers of punctuation, sentences without spaces). Takes
//   the longest token that fits and steps back to a shorter one when two neighbours could not have come out of merging
//   side by side. Positions found to be dead ends are remembered, so each is left at most once: O(n) for a fixed
//   vocabulary; memory n / 8 bytes and one more for each token.
//   (Hendrik van Antwerpen, Alexander Neubeck: "So many tokens, so little time", GitHub blog, 2024.)
//   Text that repeats itself leads into dead end after dead end, as long tokens fit everywhere. There the tokens are
//   proposed by merging a window of the text instead; they are taken if the first fits what lies before.
//
// Why looking at neighbours is enough: a row of tokens is the result of merging if and only if each two adjacent ones
// are, since merging left of a boundary that no merge crosses does not depend on what lies right of it.
#include "tokens/merge.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace headroom::tokens {
namespace {

constexpr std::uint32_t kNone = Vocabulary::kNone;
using Byte = unsigned char;

struct Token {
  std::uint32_t id = kNone;
  std::uint32_t size = 0;
};

// Merges p[0..n), n <= kCapacity, by definition. starts[0..parts]: where the tokens start, and n; returns parts.
template <std::size_t kCapacity>
std::size_t merge_all(const Vocabulary& vocabulary, const Byte* p, std::size_t n,
                      std::uint16_t (&starts)[kCapacity + 1]) {
  std::uint32_t ranks[kCapacity];  // [i]: the rank of the union of parts i and i + 1; kNone for the last part
  for (std::size_t i = 0; i <= n; ++i) starts[i] = static_cast<std::uint16_t>(i);
  for (std::size_t i = 0; i + 1 < n; ++i) ranks[i] = vocabulary.rank_of_pair(p + i);
  ranks[n - 1] = kNone;
  std::size_t parts = n;
  for (;;) {
    std::uint32_t lowest = kNone;
    for (std::size_t i = 0; i < parts; ++i) lowest = std::min(lowest, ranks[i]);
    if (lowest == kNone) return parts;
    std::size_t from = 0;
    while (ranks[from] != lowest) ++from;
    std::size_t to = from;
    for (bool merged = false; from < parts; ++to) {  // `merged`: part to - 1 is new
      const bool merge = ranks[from] == lowest;
      const std::size_t next = from + (merge ? 2 : 1);
      if (to > 0 && (merge || merged)) {
        ranks[to - 1] = vocabulary.rank(p + starts[to - 1], static_cast<std::size_t>(starts[next] - starts[to - 1]));
      }
      starts[to] = starts[from];
      ranks[to] = ranks[from];
      merged = merge;
      from = next;
    }
    parts = to;
    starts[parts] = static_cast<std::uint16_t>(n);
    ranks[parts - 1] = kNone;
  }
}

class Backtracker {
 public:
  Backtracker(const Vocabulary& vocabulary, const Byte* p, std::size_t n)
      : vocabulary_(vocabulary), begin_(p), size_(n), alive_(n / 64 + 1, ~std::uint64_t{0}) {
    adjacent_.fill(~std::uint64_t{0});
    sizes_.reserve(n / 4);
  }

  std::int64_t count() {
    bool windows = size_ > 16 && std::memcmp(begin_, begin_ + 1, 16) == 0;
    std::size_t dead_ends = 0;  // since the last window
    Token next = longest(0, size_);
    while (at_ < size_) {
      if (windows) {
        windows = take_window();
        if (windows && at_ < size_) next = longest(at_, size_ - at_);
      } else if (fits(next)) {
        push(next);
        if (at_ < size_) next = longest(at_, size_ - at_);
      } else if (next.size > 1) {
        next = shorter(next);
      } else {  // nothing fits here: another token must end before this position
        alive_[at_ / 64] &= ~(std::uint64_t{1} << at_ % 64);
        next = pop();
        if (++dead_ends == kDeadEnds && at_ >= window_after_) {
          windows = true;
          dead_ends = 0;
        }
      }
    }
    return static_cast<std::int64_t>(sizes_.size());
  }

 private:
  static constexpr std::size_t kWindow = 256, kDeadEnds = 8;

  bool alive(std::size_t at) const { return alive_[at / 64] >> at % 64 & 1; }

  // Whether `token` at position at_ may follow the tokens before.
  bool fits(Token token) { return alive(at_ + token.size) && (sizes_.empty() || adjacent(last_, token, begin_ + at_)); }

  void push(Token token) {
    sizes_.push_back(static_cast<Byte>(token.size));
    last_ = token;
    at_ += token.size;
  }

  Token pop() {
    const Token token = last_;
    at_ -= token.size;
    sizes_.pop_back();
    if (!sizes_.empty()) last_ = {vocabulary_.rank(begin_ + at_ - sizes_.back(), sizes_.back()), sizes_.back()};
    return token;
  }

  // Takes the tokens of the next window, but for its second half, where the text behind it has a say; false if they do
  // not fit. Each window starts behind the one before, so that they end.
  bool take_window() {
    const std::size_t n = std::min(kWindow, size_ - at_);
    std::uint16_t starts[kWindow + 1];
    const std::size_t parts = merge_all<kWindow>(vocabulary_, begin_ + at_, n, starts);
    window_after_ = at_ + 1;
    const std::size_t end = at_ + n == size_ ? n : n / 2;
    const Byte* const window = begin_ + at_;
    for (std::size_t i = 0; i < parts && starts[i + 1] <= end; ++i) {
      const std::uint32_t size = starts[i + 1] - starts[i];
      const Token token{vocabulary_.rank(window + starts[i], size), size};
      if (i == 0 && !fits(token)) return false;
      push(token);
    }
    return true;
  }

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

  // The next shorter token than `token`, which is more than one byte at position at_.
  Token shorter(Token token) {
    Shorter& memo = shorter_[token.id % shorter_.size()];
    if (memo.of != token.id) memo = {token.id, longest(at_, token.size - 1)};
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
  std::size_t at_ = 0;                // the tokens taken cover [0, at_)
  std::vector<Byte> sizes_;           // of those tokens
  Token last_;                        // the last of them
  std::size_t window_after_ = 0;      // where the next window may start
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
  std::uint16_t starts[kLongestByMerging + 1];
  return static_cast<std::int64_t>(merge_all<kLongestByMerging>(vocabulary, p, n, starts));
}

std::int64_t detail::count_by_backtracking(const Vocabulary& vocabulary, const Byte* p, std::size_t n) {
  return Backtracker(vocabulary, p, n).count();
}

std::int64_t count_piece(const Vocabulary& vocabulary, const Byte* p, std::size_t n) {
  return n == 1 || vocabulary.rank(p, n) != kNone ? 1 : count_by_parts(vocabulary, p, n);
}

std::int64_t count_by_parts(const Vocabulary& vocabulary, const Byte* p, std::size_t n) {
  return n <= detail::kLongestByMerging ? detail::count_by_merging(vocabulary, p, n)
                                        : detail::count_by_backtracking(vocabulary, p, n);
}

}  // namespace headroom::tokens
