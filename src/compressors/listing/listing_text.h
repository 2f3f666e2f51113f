// A listing taken apart: which lines are entries, of which directory, how large and how old.
//
//   ./logs:                                         heading of a directory
//   total 12
//   -rw-r--r-- 1 app app 448 Mar  1 09:26 web-1.log entry "web-1.log" of ./logs/, 448 bytes
//
// `ls -l[aR]`, `ls -R`, `find`, `find -ls`, `tree`, `du`, `git ls-files`, `git status`, `tar -t[v]`, `unzip -l`. Is:
// one style explains 90 % of the filled lines. O(bytes).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/lines.h"
#include "compressors/listing/cells.h"

namespace headroom::compressors::listing {

enum class LineKind : std::uint8_t {
  other,    // a title, a summary, a blank line
  heading,  // names the directory of the lines below
  entry,
};

struct Entry {
  LineKind kind = LineKind::other;
  std::uint32_t directory = 0;  // of a heading: the one it opens
  std::string_view name;        // of an entry: behind its directory
  std::string_view mode, size, time;
};

struct Directory {
  std::string path;          // "" or ended by "/"
  std::uint32_t parent = 0;  // 0, the first one, is its own
};

struct Listing {
  Style style = Style::paths;
  std::vector<Line> lines;
  std::vector<Entry> entries;          // one a line
  std::vector<Directory> directories;  // the first is ""; parents stand before their children
  std::size_t entry_count = 0;
};

std::optional<Listing> read_listing(std::string_view text, bool forced = false);

// "./logs:" -> "./logs"; "" if the line is no heading of ls -R.
std::string_view heading_of(std::string_view line);
bool is_total(std::string_view line);

// The glyphs in front of a name that tree prints: bytes, and how deep it is; size 0 if there are none.
struct Glyphs {
  std::size_t size = 0, depth = 0;
};
Glyphs glyphs_of(std::string_view line);

}  // namespace headroom::compressors::listing
