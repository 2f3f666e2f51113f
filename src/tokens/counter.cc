#include "tokens/counter.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string>

#include "base/utf8.h"
#include "tokens/block_cache.h"
#include "tokens/merge.h"
#include "tokens/splitter.h"
#include "tokens/text.h"
#include "tokens/vocabulary.h"
#include "tokens/word_cache.h"

namespace headroom::tokens {
namespace {

constexpr std::size_t kLeastPiece = 4;  // bytes of a piece on average, or few less
constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool is_digit(unsigned char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

struct Counter::Impl {
  explicit Impl(VocabularyId which) : id(which), vocabulary(Vocabulary::embedded(which)) {}

  VocabularyId id;
  Vocabulary vocabulary;
  CharClasses classes = CharClasses::embedded();
  WordCache cache;
  BlockCache blocks;

  // The tokens of one piece; `end` is the end of its text.
  std::int64_t piece(const unsigned char* p, std::size_t n, const unsigned char* end) {
    if (n == 1) return 1;
    if (n > WordCache::kLongest) return count_piece(vocabulary, p, n);
    const WordCache::Key key = WordCache::key_of(p, n, end);
    if (const unsigned count = cache.find(key)) return count;
    const std::int64_t count = count_piece(vocabulary, p, n);
    cache.put(key, static_cast<unsigned>(count));
    return count;
  }

  // The tokens of a piece that starts with a number, if ASCII digits are tokens of their own.
  std::int64_t number_piece(const unsigned char* p, std::size_t n, const unsigned char* end) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < n;) {
      std::size_t j = i;
      while (j < n && !is_digit(p[j])) ++j;
      if (j > i) {
        count += piece(p + i, j - i, end);
      } else {
        ++count;
        ++j;
      }
      i = j;
    }
    return count;
  }

  // Stops once the count exceeds `limit`. `text` is valid UTF-8.
  template <VocabularyId kId, bool kDigitsApart>
  std::int64_t count_valid(std::string_view text, std::int64_t limit) {
    const unsigned char* p = bytes_of(text);
    const unsigned char* const end = p + text.size();
    const Splitter<kId> splitter(classes, end);
    std::int64_t count = 0;
    while (p < end && count <= limit) {
      const unsigned char* next = splitter.piece_end(p);
      const auto n = static_cast<std::size_t>(next - p);
      if (kDigitsApart && classes.at(p).kind == CharClass::kNumber) {
        count += number_piece(p, n, end);
      } else {
        count += piece(p, n, end);
      }
      p = next;
    }
    return count;
  }

  // What a piece that is no token as a whole counts as: its tokens, or no more than it has bytes.
  enum class Parts : std::uint8_t { tokens, bytes };

  // Both ways in one pass: only numbers differ. What the cache does not hold is looked up some pieces at a time.
  template <VocabularyId kId>
  BlockCache::Counts count_valid(std::string_view text, Parts parts = Parts::tokens) {
    const unsigned char* p = bytes_of(text);
    const unsigned char* const end = p + text.size();
    const Splitter<kId> splitter(classes, end);
    Missed missed;
    std::int64_t alike = 0;  // tokens of pieces that are no numbers
    BlockCache::Counts numbers;
    while (p < end) {
      const unsigned char* next = splitter.piece_end(p);
      const auto n = static_cast<std::size_t>(next - p);
      if (is_digit(*p) || (*p >= 0x80 && classes.at(p).kind == CharClass::kNumber)) {
        numbers.together += piece(p, n, end);
        numbers.apart += number_piece(p, n, end);
      } else if (n == 1) {
        ++alike;
      } else if (const unsigned held = n > WordCache::kLongest ? 0 : cache.find(WordCache::key_of(p, n, end))) {
        alike += held;
      } else {
        missed.pieces[missed.size++] = vocabulary.look_for(p, n);
        if (missed.size == missed.pieces.size()) alike += count_missed(missed, end, parts);
      }
      p = next;
    }
    alike += count_missed(missed, end, parts);
    return {alike + numbers.together, alike + numbers.apart};
  }

  // Pieces that the cache does not hold. Their tokens, if they are any, lie anywhere in the vocabulary's megabytes: all
  // are sought before the first is looked at, so that the waits for memory are one.
  struct Missed {
    std::array<Vocabulary::Sought, 16> pieces;
    std::size_t size = 0;
  };
  std::int64_t count_missed(Missed& missed, const unsigned char* end, Parts parts) {
    const std::span<Vocabulary::Sought> pieces(missed.pieces.data(), missed.size);
    for (Vocabulary::Sought& s : pieces) vocabulary.narrow(s);
    for (Vocabulary::Sought& s : pieces) vocabulary.fetch_bytes(s);
    std::int64_t sum = 0;
    for (const Vocabulary::Sought& s : pieces) {
      const bool whole = vocabulary.is_token(s);
      if (!whole && parts == Parts::bytes) {
        sum += static_cast<std::int64_t>(s.size);
        continue;
      }
      const std::int64_t count = whole ? 1 : count_by_parts(vocabulary, s.at, s.size);
      if (s.size <= WordCache::kLongest) cache.put(WordCache::key_of(s.at, s.size, end), static_cast<unsigned>(count));
      sum += count;
    }
    missed.size = 0;
    return sum;
  }
  BlockCache::Counts count(std::string_view text) {
    const std::optional<std::string> copy = well_formed_copy(text);
    if (copy) text = *copy;
    return id == VocabularyId::o200k ? count_valid<VocabularyId::o200k>(text) : count_valid<VocabularyId::cl100k>(text);
  }

  template <bool kDigitsApart>
  std::int64_t count(std::string_view text, std::int64_t limit) {
    const std::optional<std::string> copy = well_formed_copy(text);
    if (copy) text = *copy;
    return id == VocabularyId::o200k ? count_valid<VocabularyId::o200k, kDigitsApart>(text, limit)
                                     : count_valid<VocabularyId::cl100k, kDigitsApart>(text, limit);
  }

  // Texts of some length from the cache if it has them.
  BlockCache::Counts count_block(std::string_view text) {
    if (text.size() < BlockCache::kShortest) return count(text);
    const BlockCache::Key key = BlockCache::key_of(text);
    if (const auto known = blocks.find(key)) return *known;
    const BlockCache::Counts counts = count(text);
    blocks.put(key, counts);
    return counts;
  }
  std::optional<BlockCache::Counts> known(std::string_view text) const {
    return text.size() < BlockCache::kShortest ? std::nullopt : blocks.find(BlockCache::key_of(text));
  }

  template <VocabularyId kId>
  Settled settled(std::string_view text) {
    const unsigned char* const begin = bytes_of(text);
    const unsigned char* const end = begin + text.size();
    const Splitter<kId> splitter(classes, end);
    Settled settled;
    const unsigned char* before = begin;  // the two pieces in hand: [before, last) and [last, next)
    const unsigned char* last = begin;
    while (last < end) {
      const unsigned char* next = splitter.piece_end(last);
      if (next == end) break;
      if (before < last) settled.tokens += Tokens(piece(before, static_cast<std::size_t>(last - before), end));
      before = last;
      last = next;
    }
    settled.bytes = static_cast<std::size_t>(before - begin);
    return settled;
  }

  // Stops once there are more than `limit`.
  template <VocabularyId kId>
  std::int64_t pieces(std::string_view text, std::int64_t limit) const {
    const unsigned char* p = bytes_of(text);
    const unsigned char* const end = p + text.size();
    const Splitter<kId> splitter(classes, end);
    std::int64_t count = 0;
    for (; p < end && count <= limit; p = splitter.piece_end(p)) ++count;
    return count;
  }
  std::int64_t pieces(std::string_view text, std::int64_t limit) const {
    return id == VocabularyId::o200k ? pieces<VocabularyId::o200k>(text, limit)
                                     : pieces<VocabularyId::cl100k>(text, limit);
  }
};

Counter::Counter(VocabularyId id) : impl_(new Impl(id)) {}
Counter::~Counter() = default;
Counter::Counter(Counter&&) noexcept = default;
Counter& Counter::operator=(Counter&&) noexcept = default;

Tokens Counter::count(std::string_view text) {
  return Tokens(impl_->count_block(text).together);
}

Tokens Counter::count_digits_apart(std::string_view text) {
  return Tokens(impl_->count_block(text).apart);
}

Counter::Settled Counter::count_settled(std::string_view text) {
  return impl_->id == VocabularyId::o200k ? impl_->settled<VocabularyId::o200k>(text)
                                          : impl_->settled<VocabularyId::cl100k>(text);
}

bool Counter::exceeds(std::string_view text, Tokens limit, Digits digits) {
  if (const auto known = impl_->known(text))
    return (digits == Digits::apart ? known->apart : known->together) > limit.value;
  return (digits == Digits::apart ? impl_->count<true>(text, limit.value) : impl_->count<false>(text, limit.value)) >
         limit.value;
}

Tokens Counter::at_least(std::string_view text) {
  const std::optional<std::string> copy = well_formed_copy(text);
  if (copy) text = *copy;
  return Tokens(impl_->pieces(text, kNoLimit));
}

Tokens Counter::at_most(std::string_view valid) {
  if (const auto known = impl_->known(valid)) return Tokens(known->together);
  using enum Impl::Parts;
  return Tokens(impl_->id == VocabularyId::o200k ? impl_->count_valid<VocabularyId::o200k>(valid, bytes).together
                                                 : impl_->count_valid<VocabularyId::cl100k>(valid, bytes).together);
}

bool Counter::surely_exceeds(std::string_view valid, Tokens limit) const {
  return impl_->pieces(valid, limit.value) > limit.value;
}

bool Witnesses::smaller(std::string_view view, std::string_view original) {
  if (view.size() >= original.size()) return false;  // UTF-8 bytes
  if (!o200k_.exceeds(original, o200k_.count(view)) ||
      !o200k_.exceeds(original, o200k_.count_digits_apart(view), Digits::apart))
    return false;
  // No witness finds fewer tokens in the original than it has pieces, or more in the view than it has bytes: where that
  // settles it the original is split, and the vocabulary is not read, or for the view's words alone.
  const bool is_far_smaller = view.size() * kLeastPiece <= original.size();
  const bool may_be_split = view.size() * 2 <= original.size() && utf8::is_valid(original);
  const Tokens bytes(static_cast<std::int64_t>(view.size()));
  if (may_be_split && utf8::is_valid(view)) {
    if (is_far_smaller && cl100k_.surely_exceeds(original, bytes)) return true;
    if (cl100k_.surely_exceeds(original, cl100k_.at_most(view))) return true;
  }
  const Tokens in_view = cl100k_.count(view);
  if (may_be_split && cl100k_.surely_exceeds(original, in_view)) return true;
  return cl100k_.exceeds(original, in_view);
}

}  // namespace headroom::tokens
