#include "compressors/log/phrases.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <queue>
#include <utility>

#include "base/hash.h"
#include "base/numbering.h"
#include "compressors/log/suffixes.h"
#include "salience/severity.h"
#include "tokens/counter.h"

namespace headroom::compressors::log {
namespace {

constexpr std::size_t kMostPieces = std::size_t{1} << 17;
constexpr std::size_t kLongestPart = 16384;  // bytes; longer ones are left as they are
constexpr std::size_t kMostBytes = 4096;     // of a phrase
constexpr std::int64_t kLeast = 4;           // tokens of a phrase: three and more than its letter
constexpr std::int64_t kLetter = 2;          // tokens of a letter with its mark
constexpr std::int64_t kDefinition = 4;      // tokens of "$A=" and the line's end
constexpr std::size_t kLooksPerPiece = 64;   // at places, over all candidates

std::int64_t price(std::string_view s) {
  return tokens::Counter::estimate(s).value;
}

bool is_letter(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u >= '0' && u <= '9') || ((u | 0x20) >= 'a' && (u | 0x20) <= 'z');
}

// Bytes of the piece at the front: a run of letters and digits, a run of blanks, a typographic mark (U+2000-U+206F),
// any other byte.
std::size_t piece_size(std::string_view s) {
  const auto is_typographic = [s](std::size_t i) {
    return static_cast<unsigned char>(s[i]) == 0xE2 && i + 2 < s.size() &&
           (static_cast<unsigned char>(s[i + 1]) == 0x80 || static_cast<unsigned char>(s[i + 1]) == 0x81);
  };
  const auto in_run = [&](std::size_t i) {
    return is_letter(s[i]) || (static_cast<unsigned char>(s[i]) >= 0x80 && !is_typographic(i));
  };
  if (is_typographic(0)) return 3;
  std::size_t n = 0;
  if (s[0] == ' ' || s[0] == '\t') {
    while (n < s.size() && s[n] == s[0]) ++n;
    return n;
  }
  while (n < s.size() && in_run(n)) ++n;
  return n > 0 ? n : 1;
}

struct Piece {
  std::uint32_t begin, size;
};

// What a phrase is worth in the order of choice. Greedy by savings alone, a short phrase that comes often breaks up the
// long ones around it, which save more together.
std::int64_t worth(std::int64_t saved, std::int64_t each) {
  return saved * (each + 40);
}

// A maximal repeat: the suffixes first..last begin with the same `size` pieces.
struct Candidate {
  std::int64_t worth;
  std::uint32_t first, last, size;
  std::int64_t each = 0;  // its price, once asked for
};
struct WorthLess {
  bool operator()(const Candidate& a, const Candidate& b) const {
    if (a.worth != b.worth) return a.worth < b.worth;
    return a.first != b.first ? a.first > b.first : a.size < b.size;
  }
};

// Pieces numbered in the order in which they first come; those of one byte, as half of them are, without a hash.
class PieceNumbers {
 public:
  PieceNumbers() { single_.fill(Numbering::none); }
  std::uint32_t of(std::string_view piece) {
    if (piece.size() > 1) return numbers_.number(hash64(piece));
    std::uint32_t& number = single_[static_cast<unsigned char>(piece[0])];
    if (number == Numbering::none) number = numbers_.number(hash64(piece));
    return number;
  }

 private:
  std::array<std::uint32_t, 256> single_;
  Numbering numbers_;
};

// Puts numbers below `bound` in order: a few by comparing, many by a bit for each.
class Ordering {
 public:
  explicit Ordering(std::size_t bound) : bits_(bound / 64 + 1, 0) {}

  void sort(std::vector<std::uint32_t>& numbers) {
    if (numbers.size() < kFew || numbers.size() * 8 < bits_.size()) {
      std::sort(numbers.begin(), numbers.end());
      return;
    }
    for (const std::uint32_t n : numbers) bits_[n / 64] |= std::uint64_t{1} << (n % 64);
    std::size_t at = 0;
    for (std::size_t word = 0; at < numbers.size(); ++word) {
      for (std::uint64_t left = std::exchange(bits_[word], 0); left != 0; left &= left - 1)
        numbers[at++] = static_cast<std::uint32_t>(word * 64 + static_cast<std::size_t>(std::countr_zero(left)));
    }
  }

 private:
  static constexpr std::size_t kFew = 24;
  std::vector<std::uint64_t> bits_;
};

class Finder {
 public:
  Finder(std::string_view text, const std::vector<Part>& parts) : text_(text) {
    PieceNumbers numbers;
    for (const Part& part : parts) {
      if (part.end - part.begin > kLongestPart) continue;
      const auto first = static_cast<std::uint32_t>(ids_.size());
      for (std::size_t i = part.begin; i < part.end;) {
        const std::size_t size = piece_size(text.substr(i, part.end - i));
        const std::string_view s = text.substr(i, size);
        ids_.push_back(numbers.of(s));
        if (ids_.back() == prices_.size()) prices_.push_back(s == " " ? 0 : static_cast<std::int32_t>(price(s)));
        pieces_.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(size)});
        i += size;
        if (pieces_.size() > kMostPieces) return;
      }
      if (part.word_end > 0) words_.push_back({first, static_cast<std::uint32_t>(ids_.size() - first), &part});
      ids_.push_back(kEnd);  // numbered apart below: nothing repeats across it
      pieces_.push_back({static_cast<std::uint32_t>(part.end), 0});
    }
  }

  bool fits() const { return pieces_.size() > 8 && pieces_.size() <= kMostPieces; }

  struct Place {
    std::uint32_t piece, size, phrase;
  };
  std::vector<Place> places;
  std::vector<std::string> values;

  void run() {
    // The ends of parts differ, so that no two suffixes are equal for long.
    auto next = static_cast<std::uint32_t>(prices_.size());
    for (std::uint32_t& id : ids_) {
      if (id == kEnd) id = next++;
    }
    const auto [order, rank] = sort_suffixes(ids_, next);
    rank_ = rank;
    offer_repeats(order);
    const auto n = static_cast<std::uint32_t>(ids_.size());
    free_until_.assign(n, n);
    mark_words();
    Ordering ordering(n);
    std::size_t looks = kLooksPerPiece * n;
    std::vector<std::uint32_t> at;
    while (!queue_.empty() && values.size() < kMostPhrases) {
      Candidate c = queue_.top();
      queue_.pop();
      const std::size_t cost = std::size_t{c.last - c.first} + 1;
      if (cost > looks) break;
      looks -= cost;
      const std::string_view value = text_of(order[c.first], c.size);
      if (c.each == 0) c.each = price(value);
      // What it saves at best decides on most, before their places are put in order.
      if (c.each < kLeast || most_saved(c, cost) <= 0) continue;
      at.clear();
      for (std::uint32_t k = c.first; k <= c.last; ++k) {
        if (free_until_[order[k]] >= order[k] + c.size) at.push_back(order[k]);
      }
      if (at.size() < 2 || most_saved(c, at.size()) <= 0) continue;
      ordering.sort(at);
      drop_overlaps(at, c.size);
      const std::int64_t saved = saved_by(c, at);
      if (at.size() < 2 || saved <= 0) continue;
      c.worth = worth(saved, c.each);
      if (!queue_.empty() && c.worth < queue_.top().worth) {
        queue_.push(c);
        continue;
      }
      if (salience::severity_of(value) != salience::Severity::none) continue;
      for (const std::uint32_t p : at) take({p, c.size, static_cast<std::uint32_t>(values.size())});
      values.emplace_back(value);
    }
    std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.piece < b.piece; });
  }

  // The word that these pieces are the whole value of.
  const Part* word_at(std::uint32_t piece, std::uint32_t size) const {
    const std::uint32_t k = word_of_[piece];
    return k > 0 && words_[k - 1].size == size ? words_[k - 1].part : nullptr;
  }
  std::size_t begin_of(const Place& p) const { return pieces_[p.piece].begin; }
  std::size_t end_of(const Place& p) const {
    const Piece& last = pieces_[p.piece + p.size - 1];
    return std::size_t{last.begin} + last.size;
  }

 private:
  static constexpr std::uint32_t kEnd = 0xFFFFFFFF;

  std::string_view text_of(std::size_t piece, std::size_t size) const {
    const Piece& last = pieces_[piece + size - 1];
    return text_.substr(pieces_[piece].begin, last.begin + last.size - pieces_[piece].begin);
  }
  bool is_blank(std::size_t piece) const {
    const char c = text_[pieces_[piece].begin];
    return c == ' ' || c == '\t';
  }

  void mark_words() {
    word_of_.assign(ids_.size(), 0);
    for (std::size_t k = 0; k < words_.size(); ++k) word_of_[words_[k].first] = static_cast<std::uint32_t>(k + 1);
  }

  // Each place saves the phrase but its letter; a whole word its mark, too. The phrase is said once.
  static std::int64_t most_saved(const Candidate& c, std::size_t places) {
    return static_cast<std::int64_t>(places) * (c.each - kLetter + 1) - c.each - kDefinition;
  }
  std::int64_t saved_by(const Candidate& c, const std::vector<std::uint32_t>& at) const {
    std::int64_t bare = 0;
    for (const std::uint32_t p : at) bare += word_at(p, c.size) != nullptr;
    return static_cast<std::int64_t>(at.size()) * (c.each - kLetter) + bare - c.each - kDefinition;
  }

  static void drop_overlaps(std::vector<std::uint32_t>& at, std::uint32_t size) {
    std::uint32_t end = 0;
    std::erase_if(at, [&](std::uint32_t p) {
      if (p < end) return true;
      end = p + size;
      return false;
    });
  }

  void take(const Place& place) {
    for (std::uint32_t p = place.piece; p < place.piece + place.size; ++p) free_until_[p] = p;
    for (std::uint32_t p = place.piece; p-- > 0 && free_until_[p] > place.piece;) free_until_[p] = place.piece;
    places.push_back(place);
  }

  // Maximal repeats are the intervals of the array of common prefixes (Kasai et al. 2001; Abouelhoda et al. 2004).
  void offer_repeats(const std::vector<std::uint32_t>& order) {
    const std::size_t n = ids_.size();
    std::vector<std::uint32_t> common(n + 1, 0);  // of the suffix and the one before it in order
    std::size_t h = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (rank_[i] == 0) {
        h = 0;
        continue;
      }
      const std::size_t j = order[rank_[i] - 1];
      while (i + h < n && j + h < n && ids_[i + h] == ids_[j + h]) ++h;
      common[rank_[i]] = static_cast<std::uint32_t>(h);
      if (h > 0) --h;
    }
    std::vector<std::int64_t> sums(n + 1, 0);
    for (std::size_t i = 0; i < n; ++i) sums[i + 1] = sums[i] + (ids_[i] < prices_.size() ? prices_[ids_[i]] : 0);
    struct Open {
      std::uint32_t size, first;
    };
    std::vector<Open> open;
    for (std::size_t i = 1; i <= n; ++i) {
      std::uint32_t first = static_cast<std::uint32_t>(i - 1);
      while (!open.empty() && open.back().size > common[i]) {
        offer(order, open.back().first, static_cast<std::uint32_t>(i - 1), open.back().size, sums);
        first = open.back().first;
        open.pop_back();
      }
      if (common[i] > 0 && (open.empty() || open.back().size < common[i])) open.push_back({common[i], first});
    }
  }

  void offer(const std::vector<std::uint32_t>& order, std::uint32_t first, std::uint32_t last, std::uint32_t size,
             const std::vector<std::int64_t>& sums) {
    const std::uint32_t at = order[first];
    if (is_blank(at)) return;  // the repeat without it is a candidate too
    while (size > 1 && is_blank(at + size - 1)) --size;
    if (size < 2) return;
    if (text_of(at, size).size() > kMostBytes) return;
    const std::int64_t each = sums[at + size] - sums[at];  // at least what the whole costs
    const std::int64_t count = last - first + 1;
    const std::int64_t saved = count * (each - kLetter + 1) - each - kDefinition;
    if (each >= kLeast && saved > 0) queue_.push({worth(saved, each), first, last, size});
  }

  std::string_view text_;
  std::vector<std::uint32_t> ids_;  // by piece
  std::vector<Piece> pieces_;
  struct Word {
    std::uint32_t first, size;  // pieces
    const Part* part;
  };
  std::vector<Word> words_;
  std::vector<std::uint32_t> word_of_;  // by first piece: the word's place in words_, counted from 1; else 0
  std::vector<std::int32_t> prices_;    // by id
  std::vector<std::uint32_t> rank_;
  std::vector<std::uint32_t> free_until_;  // by piece: the first taken one from there on
  std::priority_queue<Candidate, std::vector<Candidate>, WorthLess> queue_;
};

}  // namespace

Phrases find_phrases(std::string_view text, const std::vector<Part>& parts) {
  Phrases out;
  if (parts.size() > kMostParts) return out;
  std::string_view free;
  for (const std::string_view mark : kPhraseMarks) {
    if (text.find(mark) != std::string_view::npos) continue;
    free = mark;
    break;
  }
  if (free.empty() || text.size() > 0xFFFFFFF0u) return out;
  Finder finder(text, parts);
  if (!finder.fits()) return out;
  finder.run();
  if (finder.values.empty()) return out;
  out.mark = free;
  std::size_t at = 0;
  for (const auto& place : finder.places) {
    const Part* const word = finder.word_at(place.piece, place.size);
    const std::size_t begin = word ? word->word_begin : finder.begin_of(place);
    out.text += text.substr(at, begin - at);
    if (!word) out.text += free;
    out.text += static_cast<char>('A' + place.phrase);
    at = word ? word->word_end : finder.end_of(place);
  }
  out.text += text.substr(at);
  out.values = std::move(finder.values);
  return out;
}

bool expand_phrases(std::string_view text, std::string_view mark, const std::vector<std::string_view>& values,
                    std::size_t most, std::string& out) {
  std::size_t at = 0;
  while (true) {
    const std::size_t next = text.find(mark, at);
    out += text.substr(at, next == std::string_view::npos ? next : next - at);
    if (out.size() > most) return false;
    if (next == std::string_view::npos) return true;
    at = next + mark.size();
    const std::size_t k = at < text.size() ? static_cast<std::size_t>(static_cast<unsigned char>(text[at])) - 'A' : 26;
    if (k < values.size()) {
      out += values[k];
      ++at;
    } else {
      out += mark;
    }
  }
}

}  // namespace headroom::compressors::log
