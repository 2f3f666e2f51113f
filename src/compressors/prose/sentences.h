// The sentences of a paragraph: the breaks of UAX #29, less those that its rules alone cannot know to be wrong.
//
//   "See Fig. 3. It shows `a. b`, i.e. what J. Smith et al. found.\nNext!"  ->  "See Fig. 3." | "It shows ... found." |
//   "Next!"
//
// Left out: breaks behind abbreviations (of nine languages), initials and the number of an item, within back-quotes,
// and behind an ASCII stop that no blank follows (addresses, file names). Line ends are blanks. O(n).
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace headroom::compressors::prose {

struct Range {
  std::size_t begin, end;  // bytes of the text, blanks at both ends left out
  friend bool operator==(const Range&, const Range&) = default;
};

// In order; what lies between them is blanks.
std::vector<Range> split_sentences(std::string_view text, Range paragraph);

// True if the text ends in a stop, closing marks after it left out.
bool ends_in_stop(std::string_view text);

}  // namespace headroom::compressors::prose
