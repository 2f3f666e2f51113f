// One pass over content -> Sketch: the evidence by which kinds are recognised. Parsers are the judges.
//
// Evidence comes from at most 64 KiB each of head, middle and tail, so a sketch costs the same for any size; under 1 ms
// per MB.
#pragma once

#include <cstddef>
#include <string_view>

namespace headroom::detect {

struct Sketch {
  std::size_t bytes = 0;           // of the whole content
  char first = '\0', last = '\0';  // first and last byte that is not white space
  std::size_t lines = 0;           // sampled lines, blank ones not counted
  // Of the sampled lines, how many...
  std::size_t json_lines = 0;        // begin with { or [ and end with } or ] (a trailing comma allowed)
  std::size_t member_lines = 0;      // are members, strings or lone brackets of JSON in many lines
  std::size_t time_lines = 0;        // begin with a date or time, bracketed or not, or a syslog stamp
  std::size_t level_lines = 0;       // hold a level word in the first 80 bytes, or a CI or package-manager prefix
  std::size_t search_lines = 0;      // path:line:..., path:line:col:..., path-line-...
  std::size_t path_lines = 0;        // are a bare path, or path:count
  std::size_t path_text_lines = 0;   // path:text, without a number
  std::size_t listing_lines = 0;     // entries and headings of ls, find -ls, tree, du, tar, git status
  std::size_t diff_lines = 0;        // diff --git, ---, +++, @@, index ...
  std::size_t hunk_heads = 0;        // @@ -a,b +c,d @@ or *** a,b ****
  std::size_t diagnostic_lines = 0;  // file:line[:col]: error|warning|note...
  std::size_t report_lines = 0;      // what test runners print around and between failures
  std::size_t markdown_lines = 0;    // headings, bullets, fences, tables
  std::size_t setting_lines = 0;     // key: value, key = value, [section], list items, comments with #
  std::size_t fence_lines = 0;       // ``` or ~~~
  std::size_t code_lines = 0;        // end or begin as statements of common languages do
  std::size_t sentence_lines = 0;    // running text: words one blank apart
  std::size_t repeated_lines = 0;    // equal in shape (letters, digits masked) to an earlier sampled line
  std::size_t delimited_lines = 0;   // have as many tabs, commas, semicolons or bars as the first sampled line
  std::size_t gutter_lines = 0;      // have words two and more blanks apart, behind the first
  std::size_t digit_lines = 0;       // 60 bytes and more, all of them digits of base64
  std::size_t dense_lines = 0;       // 300 bytes and more, with fewer than 6 % blanks
  bool invalid_utf8 = false;
  bool has_escape_codes = false;  // ANSI
  bool has_nul = false;
};

Sketch sketch(std::string_view content);

}  // namespace headroom::detect
