// What differs between a log and other rows that a tool printed (compressors/rows): which lines tell without saying so.
//
//   a log    grows towards its end: what stands there counts
//   a list   begins with its headings, and is often sorted: a gap says from where to where
#pragma once

#include <cstddef>
#include <string_view>

namespace headroom::compressors::log {

struct Manner {
  std::string_view name;    // opens a view: "[log, 6 lines"
  std::size_t first_lines;  // that are shown whatever they say
  std::size_t last_lines;
  bool later_counts;  // a line is worth more the later it stands
  bool words_count;   // a line of digits and marks alone is worth less
  bool names_hidden;  // a gap names its first and last line by their first word
};

inline constexpr Manner log_manner{"log", 0, 12, true, false, false};
inline constexpr Manner rows_manner{"rows", 8, 2, false, true, true};

}  // namespace headroom::compressors::log
