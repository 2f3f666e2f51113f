// Reads the output of search tools: which file, which line number, which text every line holds.
//
//   in:  src/api/orders.py:41:    raise ValueError("negative amount")      grep -n, git grep -n, rg -n, ag
//        src/api/orders.py-42-    return total                             context (-A, -B, -C); "--" between groups
//        src/api/orders.py / 41:    raise ...                              headings (rg --heading, ag)
//        src/api/orders.py:    raise ...                                   without numbers (grep -r)
//        41:    raise ...                                                  one file (grep -n x FILE)
//        src/api/orders.py:12                                              counts (-c);  src/api/orders.py  names (-l)
//   out: one Record per line; the text itself is never copied.
//
// The longest path seen elsewhere in the output wins a split, so `C:\x.c:12:` and `app-2024-01.txt:12:` are read right.
// O(n): of a line only the first 512 bytes and 16 places to split are looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/lines.h"

namespace headroom::compressors {

enum class GrepStyle : std::uint8_t {
  numbered,    // path:12:text
  unnumbered,  // path:text
  headed,      // path, then 12:text, then a blank line
  one_file,    // 12:text
  counts,      // path:12
  names,       // path
};

enum class RecordKind : std::uint8_t {
  match,
  context,
  heading,    // a file's name on a line of its own (headed)
  item,       // a line of a list (counts, names)
  separator,  // "--" between groups of context
  blank,
  binary,  // "Binary file x matches": a file with a match that is not shown
  other,   // nothing the style explains: warnings, a tool's own remarks
};

struct Record {
  RecordKind kind = RecordKind::other;
  std::uint32_t file = 0;       // index into GrepOutput::files, if the kind has one
  std::uint32_t path_size = 0;  // bytes of the path at the front of the line; 0 where the line holds none
  std::uint32_t text_at = 0;    // where the matched text begins: behind path, number and their marks
  std::uint64_t number = 0;     // line number, or the count of an item; 0 where there is none
};

struct GrepFile {
  std::string_view path;
  std::size_t matches = 0;
};

struct GrepOutput {
  GrepStyle style = GrepStyle::numbered;
  std::vector<Line> lines;
  std::vector<Record> records;  // one per line
  std::vector<GrepFile> files;  // in order of first appearance
  std::size_t matches = 0;      // matching lines; for counts the sum of the counts
  std::size_t explained = 0;    // lines the style explains
  std::size_t filled = 0;       // lines that are not blank

  std::string_view text_of(std::size_t i) const { return lines[i].text.substr(records[i].text_at); }
  // The share of the lines that a reversible view needs.
  bool mostly_explained() const { return explained * 10 >= filled * 9; }
};

// nullopt if fewer than 60 % of the lines are search results. `forced` takes what has any.
std::optional<GrepOutput> read_grep(std::string_view text, bool forced = false);

// Bytes of `path` up to and with its last separator ('/' or '\').
std::size_t directory_size(std::string_view path);

// At least one digit, then ':' or '-', from `at`: the offset behind the mark, or 0. Sets `number` if not null.
std::size_t after_number(std::string_view line, std::size_t at, std::uint64_t* number = nullptr);

}  // namespace headroom::compressors
