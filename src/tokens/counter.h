// Counts tokens exactly as the public vocabularies split text: o200k_base (the ruler of every budget and view) and
// cl100k_base.
//
// Byte-pair encoding over pieces found by the vocabulary's split pattern; only counts are made, never token ids. The
// tables are built into the binary, so opening a counter costs nothing and reads no file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/units.h"

namespace headroom::tokens {

enum class VocabularyId : std::uint8_t { o200k, cl100k };
enum class Digits : std::uint8_t { together, apart };

// Exact counts, with bounded caches of recent words and blocks (208 KiB in all): an unchanged block costs a hash. Not
// thread-safe: one per thread. Counts never depend on the caches.
class Counter {
 public:
  explicit Counter(VocabularyId id = VocabularyId::o200k);
  ~Counter();
  Counter(Counter&&) noexcept;
  Counter& operator=(Counter&&) noexcept;

  // Exact for any bytes, O(n). Ill-formed UTF-8 counts as U+FFFD, one for each ill-formed part as text.h cuts them.
  Tokens count(std::string_view text);

  // As if every ASCII digit were a token of its own: a witness for vocabularies that split numbers. Counted with the
  // other in one pass, and kept with it.
  Tokens count_digits_apart(std::string_view text);

  // Whether the count (with `apart`: count_digits_apart) is above `limit`. Exact; stops as soon as it is, so the cost
  // is that of about `limit` tokens, however long the text.
  bool exceeds(std::string_view text, Tokens limit, Digits digits = Digits::together);

  // For a text whose end is not known yet (streaming.h): the tokens of all pieces of the valid UTF-8 `text` but the
  // last two, and their bytes.
  struct Settled {
    Tokens tokens;
    std::size_t bytes = 0;
  };
  Settled count_settled(std::string_view text);

  // Within a few per cent on ordinary text, several times faster: for ranking candidates, never for a figure shown.
  static Tokens estimate(std::string_view text);

  // A bound that no count is below: the number of pieces.
  Tokens at_least(std::string_view text);
  // A bound that no count is above: a piece that is no token as a whole counts as its bytes. Exact where the text was
  // counted lately. For valid UTF-8.
  Tokens at_most(std::string_view valid);
  // Whether at_least is above `limit`; stops as soon as it is. For valid UTF-8. Reads no vocabulary.
  bool surely_exceeds(std::string_view valid, Tokens limit) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// True if `view` is smaller than `original` under all four witnesses: o200k, cl100k, o200k with each digit a token,
// UTF-8 bytes. Exact; where the original was counted lately, as callers have done, costs two counts of the view at most
// and one of the original, which is read only until it has outgrown the view, and split only where the view is far
// smaller.
class Witnesses {
 public:
  bool smaller(std::string_view view, std::string_view original);
  Counter& ruler() { return o200k_; }

 private:
  Counter o200k_{VocabularyId::o200k};
  Counter cl100k_{VocabularyId::cl100k};
};

}  // namespace headroom::tokens
