// Rows of several kinds, one behind the other: a table for each kind instead of one with a hole for every key of
// another.
//
//   [{"type": "push", "n": 3}, {"type": "note", "by": "ines"}, ...]
//   -> {"push": [{"row": 0, "type": "push", "n": 3}, ...], "note": [{"row": 1, "type": "note", "by": "ines"}, ...]}
//
// Rows are told apart by a column of two to eight strings, the one that leaves the fewest holes, or, if none does, by
// their keys (kinds A, B, ...). Each row says its place among all, so the order comes back. Of the root, or of the one
// array that is most of a root object. Whether it is worth it is for who encodes both to say, in tokens. O(cells).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/document.h"

namespace headroom::compressors::records {

struct Kinds {
  std::string text;   // JSON
  std::string style;  // " by type", " by keys", " by type in events": for a view's first line
};

// nullopt if the rows are of one kind, or of too many.
std::optional<Kinds> split_kinds(const json::Document& doc);

// Takes what a style says off the front of `head`; nullopt if there is none. `member`: of the root, as JSON; "" = root.
struct KindsStyle {
  std::string member;
};
std::optional<KindsStyle> read_kinds_style(std::string_view& head);

// The rows in their order again, `separator` between those of a root array, which then has no brackets; nullopt if the
// places are not 0, 1, 2...
std::optional<std::string> join_kinds(std::string_view split, const KindsStyle& style, std::string_view separator);

}  // namespace headroom::compressors::records
