// Shapes of single lines: the predicates the sketch counts. Each looks at a bounded prefix, allocates nothing, and
// knows no content beyond its line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace headroom::detect {

// Length of a time or date at the front ("2026-03-01T10:02:11.123Z", "[12:00:01]", "Mar  1 10:02:11", "10:02:11,123",
// "03/01/2026 10:02", epoch seconds in brackets), brackets included; 0 if there is none.
std::size_t time_prefix(std::string_view line);

// A level word (INFO, WARN, ERROR, debug:, [error], level=...) in the first 80 bytes, or a prefix that CI runners,
// containers, compilers and package managers put before what they say ("##[group]", "npm ERR!", "   Compiling ",
// "Collecting ", "[ 12%] ").
bool has_level_or_tool_prefix(std::string_view line);

// "path:line:text", "path:line:col:text", "path-line-text". The longest path that is followed by a line number wins.
struct SearchSplit {
  std::size_t path_size;  // bytes of the path
  std::uint64_t line;
};
std::optional<SearchSplit> search_split(std::string_view line);

// A bare path, or "path:count".
bool is_path_line(std::string_view line);

// "dir/file.c:text": matched text behind its path, without a line number (grep -r).
bool has_path_prefix(std::string_view line);

// An entry as ls -l, find -ls, tar -tv, unzip -l, du, tree or git status print it, the heading of a directory, a total.
bool is_listing_line(std::string_view line);

// diff --git, ---, +++, @@, index, Index:, *** , rename/similarity lines.
bool is_diff_line(std::string_view line);
bool is_hunk_head(std::string_view line);

// "file:line[:col]: error|warning|note...", "file(line,col): error", "error[E0308]: ...", "  File "x", line 3".
bool is_diagnostic(std::string_view line);

// What test runners print around and between failures: "=== FAILURES ===", "___ test_pool ___", "E   assert 2 == 3",
// ">       assert ...", "pool.py:31: in take", "....F.. [ 13%]", "FAILED test_pool.py::test_take - ...".
bool is_test_report_line(std::string_view line);

// "# heading", "- bullet", "* bullet", "1. item", "| table |", "> quote".
bool is_markdown(std::string_view line);
bool is_fence(std::string_view line);

// "key: value", "key = value", "KEY=value", "[section]", "- item", "# comment", "FROM x", "block {" , "}". No blanks at
// its ends.
bool is_setting_line(std::string_view trimmed);

// "return x;", "if (a) {", "}", "def f(a):", "import os", "x = y", "// comment", "end", "echo $x": of no language in
// particular, and of prose seldom. The line has no blanks at its ends.
bool is_code_line(std::string_view trimmed);

// Running text: words of letters one blank apart, or a dozen characters of a script that writes no blanks. "Backups are
// kept for 35 days, not longer." but not "drwxr-xr-x 2 app app", "x = f(y)", "INFO  ready".
bool is_sentence_line(std::string_view trimmed);

// A digest of the line with letters, digits and blanks run together: equal for lines of one shape.
std::uint64_t shape_of(std::string_view line);

}  // namespace headroom::detect
