// What a large text holds, in a few entries: for the map in a retrieval answer.
//
//   a log -> "1 10:00:01", "120 10:05:22"; Markdown -> its headings; code -> its definitions; JSON -> its keys; a diff
//   -> its files
//
// Entries are bytes of the text, cut; the numbers are lines. O(n).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/address.h"

namespace headroom::pipeline {

struct OutlineEntry {
  std::size_t line;
  std::string text;
};

// At most `limit` entries, spread evenly over what there is; empty if nothing in the text is a landmark.
std::vector<OutlineEntry> outline_of(std::string_view text, const LineIndex& lines, std::size_t limit);

}  // namespace headroom::pipeline
