// The longest pattern that a group of lines has in common, and each line's values for its holes.
//
//   "job 17 done in 35 ms", "job 18 done in 1204 ms"  ->  "job * done in * ms"; 17 35; 18 1204
//   "from 10.1.7.205 port 5", "from 10.1.8.9 port 6"  ->  "from 10.1.* port *"; 7.205 5; 8.9 6
//
// Lines are compared word by word (words are divided by blanks; all lines of a group have the same blanks), a word that
// differs run by run (runs of letters and digits) if its punctuation is the same, else by common prefix and suffix, cut
// where a run ends. Holes with only punctuation between them become one. Cost: O(bytes).
#pragma once

#include <string_view>
#include <vector>

#include "compressors/log/notation.h"

namespace headroom::compressors::log {

// A line as templates see it: what stands before its time and behind it; `timed` false: all of it is `after`.
struct Body {
  std::string_view before, after;
  bool timed = false;
};

// What lines of one group must agree in: number of words, their blanks, whether they are timed. `padded`: two blanks
// and more count alike, for columns that a tool fills up with blanks.
std::uint64_t layout_of(const Body& body, bool padded);

class PatternMaker {
 public:
  explicit PatternMaker(const Body& first);
  void add(const Body& body);
  // False if the lines differ in blanks and not because they are filled up to a column.
  [[nodiscard]] bool finish();
  const Pattern& pattern() const { return pattern_; }
  // The body's values for the holes, in order; same as many each time.
  void values(const Body& body, std::vector<std::string_view>& out) const;

 private:
  struct Column {
    std::string_view blanks;   // before the word, in the first line
    bool equal_blanks = true;  // in all lines
    std::size_t at = 0;        // the word's first byte in the line
    bool equal_at = true;      // in all lines
    std::string_view first;    // the word in the first line
    bool equal = true;         // in all lines
    bool same_marks = true;    // all lines have the same punctuation between runs
    std::vector<bool> run_equal;
    std::size_t prefix = 0, suffix = 0;  // common bytes
    std::size_t shortest = 0;
    // Holes: ranges of runs, or between prefix and suffix.
    std::vector<std::pair<std::size_t, std::size_t>> run_holes;
    bool affix = false;
  };
  void add_word(Column& column, std::string_view blanks, std::string_view word, std::size_t at);
  void finish_column(Column& column);
  void add_literal(std::string_view s);

  std::vector<Column> columns_;
  std::size_t words_before_ = 0;  // words in front of the time
  bool timed_ = false;
  Pattern pattern_;
};

}  // namespace headroom::compressors::log
