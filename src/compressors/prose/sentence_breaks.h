// Where sentences end by the default rules of UAX #29 (Unicode Text Segmentation, Sentence Boundary Rules).
//
//   "He paid 3.5 euros. \"Why?\" she asked. 他走了。我留下。"  ->  after "euros. ", "asked. ", "了。"
//
// The rules alone know no abbreviations and break after "U.S. Army"; sentences.h adds what they lack. Ill-formed bytes
// are of no class. O(n): no rule looks beyond the next stop or letter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace headroom::compressors::prose {

enum class SentenceClass : std::uint8_t {
  other,
  cr,
  lf,
  sep,
  sp,
  lower,
  upper,
  other_letter,
  numeric,
  aterm,
  sterm,
  close,
  continues,
  extend,
};

SentenceClass sentence_class(char32_t c);

// Line ends: as UAX #29 has them, each the end of a paragraph; or blanks, for a paragraph that was broken into lines.
enum class LineEnds : std::uint8_t { paragraphs, blanks };

// The ends of all sentences in bytes, the last one text.size(); empty for "".
std::vector<std::size_t> sentence_breaks(std::string_view text, LineEnds line_ends);

}  // namespace headroom::compressors::prose
