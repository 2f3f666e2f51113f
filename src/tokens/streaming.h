// Counts a text that comes in chunks: the same figure for every way to cut it, with little memory.
//
//   StreamingCounter s; s.feed("Hel"); s.feed("lo wor"); s.feed("ld"); s.finish() == Counter().count("Hello world")
//
// Holds back the pieces that more text could change: the last two (see streaming.cc), so memory is that of the longest
// piece, a few bytes on ordinary text. O(n) in all, whatever the chunks: pending text is looked at again only when it
// has doubled.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tokens/counter.h"

namespace headroom::tokens {

class StreamingCounter {
 public:
  explicit StreamingCounter(VocabularyId id = VocabularyId::o200k) : counter_(id) {}

  void feed(std::string_view chunk);

  // The count of all that was fed; then ready for the next text.
  Tokens finish();

 private:
  void settle();

  Counter counter_;
  std::string pending_;
  std::size_t settle_at_ = kSettle;  // size of pending_ that makes another look worth it
  Tokens settled_;

  static constexpr std::size_t kSettle = 4096;
};

}  // namespace headroom::tokens
