// Long phrases that stand again and again in a view are said once and named by a letter behind a mark.
//
//   "-L /srv/a/target/debug/deps x", "-L /srv/a/target/debug/deps y"  ->  $A=/srv/a/target/debug/deps; "-L $A x", "-L
//   $A y"
//
// Off-line compression by greedy substitution (Apostolico & Lonardi, "Off-line compression by greedy textual
// substitution", Proc. IEEE 2000): the phrase worth most is taken, its places are gone, the next is sought, 26 at most.
// Candidates are the maximal repeats, as a suffix array over pieces (runs of letters and digits; blanks; single marks)
// gives them; so no phrase is cut inside a run. No phrase has a severity word, begins or ends with a blank, or has
// another letter in it.
//
// Cost: O(n log n) in pieces, with a bounded number of looks at places. Nothing above 2^17 pieces or parts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::compressors::log {

struct Part {
  std::size_t begin, end;  // bytes of the text in which phrases may be sought
  // A word whose whole value, if it is a phrase, is a bare letter, quotes included: its bytes; else empty.
  std::size_t word_begin = 0, word_end = 0;
};

constexpr std::string_view kPhraseMarks[] = {"$", "&", "~", "^", "\xC2\xA7", "\xC2\xA3", "\xC2\xA5"};  // $ & ~ ^ § £ ¥
constexpr std::size_t kMostPhrases = 26;
constexpr std::size_t kMostParts = 1 << 17;  // with more of them no phrase is sought

struct Phrases {
  std::string_view mark;  // occurs nowhere in the text; empty: no phrase is worth its letter
  std::vector<std::string> values;
  std::string text;  // with letters
};

// `parts` in order, apart from each other.
Phrases find_phrases(std::string_view text, const std::vector<Part>& parts);

// "$A x $B" -> "/srv/a x /srv/b"; a mark without a known letter stays. False if that grows beyond `most` bytes.
bool expand_phrases(std::string_view text, std::string_view mark, const std::vector<std::string_view>& values,
                    std::size_t most, std::string& out);

}  // namespace headroom::compressors::log
