// One line of a listing as cells, and the widths by which tools spell them.
//
//   "-rw-r--r-- 1 app app   83 Mar  1 09:26 a -> b"   ls -l: mode, links, owner, group, size, time, name
//   "     4096  4 drwxr-xr-x   2 app      app ..."    find -ls: inode and blocks in front
//   "-rw-r--r-- app/app   83 2026-03-01 09:26 a"      tar -tv
//   "       83  2026-03-01 09:26   a"                 unzip -l
//   "12\tsrc/a"                                       du
//
// A name is all that follows: blanks and " -> " belong to it. Times are said with single blanks ("Mar 1 09:26").
// O(line).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace headroom::compressors::listing {

enum class Style : std::uint8_t {
  ls,        // ls -l, ls -lR
  find_ls,   // find -ls
  tar,       // tar -tv
  zip,       // unzip -l
  du,        // du, du -a
  tree,      // tree
  names,     // ls -R
  paths,     // find, git ls-files, tar -t
  statuses,  // git status
};
std::string_view name_of(Style style);
std::optional<Style> style_of(std::string_view name);

enum Cell : std::uint8_t { kInode, kBlocks, kMode, kLinks, kOwner, kGroup, kSize, kTime, kName, kCells };

struct Cells {
  std::array<std::string_view, kCells> text;  // "" where the style has none; kTime: its words as they stand
  std::string_view operator[](Cell c) const { return text[c]; }
};

// A column of a style: how its cells are filled up.
struct Column {
  Cell cell;
  char align;              // 'l', 'r'; 'j': together with the next column, blanks between
  int width;               // 0: not filled up; < 0: as wide as the widest of the directory; > 0: at least so wide
  std::string_view after;  // what stands between it and the next
};
// Empty: the style has no columns.
std::span<const Column> columns_of(Style style);

std::optional<Cells> read_cells(std::string_view line, Style style);

// "-rw-r--r--", "drwxrwxrwt+".
bool is_mode(std::string_view word);

// "Mar  1  2024" -> "Mar 1 2024" and back.
std::string short_time(std::string_view time);
std::string long_time(std::string_view time);

// Takes a time off the front of `rest` (one blank between its words, or more), and the blank behind it.
std::string_view take_time(std::string_view& rest);

// Takes a word and the blanks behind it.
std::string_view take_word(std::string_view& rest);

}  // namespace headroom::compressors::listing
