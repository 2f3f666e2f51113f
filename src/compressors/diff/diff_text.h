// Reads patches: unified and combined diffs of git, plain unified diffs, context diffs; bare, in mails, after commit
// messages.
//
//   in:  commit 5fe4e7b... / Author: ... /     a message / diff --git a/x b/x / index ... / --- a/x / +++ b/x / @@ -1,2
//   +1,3 @@ ... out: sections in order: text (messages, what is between), and files with their head lines and hunks
//
// A hunk is one only if its counts add up: what does not is text, and counts as not explained. Every line belongs to
// exactly one section, head or hunk; nothing is copied. O(n).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/lines.h"

namespace headroom::compressors {

enum class HunkStyle : std::uint8_t { unified, combined, context };

struct Hunk {
  HunkStyle style = HunkStyle::unified;
  std::size_t head = 0;  // the "@@" line; context diffs: the line of asterisks
  std::size_t end = 0;   // one behind the last line of the body; the body begins at head + 1
  // Unified only.
  std::uint64_t old_start = 0, old_count = 0, new_start = 0, new_count = 0;
  std::string_view section;  // what stands behind the second "@@", with its blank
  std::size_t added = 0, removed = 0;
};

struct FileDiff {
  std::size_t begin = 0, head_end = 0, end = 0;  // lines; hunks follow the head
  std::string_view old_path, new_path;           // without a/ and b/; empty for /dev/null
  std::size_t first_hunk = 0, hunk_count = 0;
  std::size_t added = 0, removed = 0;
  bool binary = false;
};

enum class SectionKind : std::uint8_t { text, message, file };

struct Section {
  SectionKind kind = SectionKind::text;
  std::size_t begin = 0, end = 0;  // lines
  std::size_t file = 0;            // index into files
};

struct DiffText {
  std::vector<Line> lines;
  std::vector<Section> sections;
  std::vector<FileDiff> files;
  std::vector<Hunk> hunks;
  std::size_t explained = 0, filled = 0;  // lines that are not blank

  bool mostly_explained() const { return explained * 10 >= filled * 9; }
};

// nullopt if the text holds no file with a hunk or a git head, or if fewer than 60 % of its lines are explained.
std::optional<DiffText> read_diff(std::string_view text, bool forced = false);

// Reads one hunk from its "@@" line; nullopt if it does not add up. `lines` is what the hunk may take.
std::optional<Hunk> read_hunk(const std::vector<Line>& lines, std::size_t at);

}  // namespace headroom::compressors
