// What stands around and between the tables of a view: one line for every member, tables where values have rows.
//
//   {"total": 120, "meta": {"page": {"size": 50, "next": null, "limit": 500}}, "items": [{...} x 120]}
//
//   total=120
//   -- meta.page
//   size=50
//   next=null
//   limit=500
//   --
//   items: 120 rows
//
// A path stands below the heading above it (`-- meta.page`); which headings there are is the cheapest choice in tokens,
// found by dynamic programming over the lines and the steps of their paths. O(lines x depth).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compressors/json/paths.h"

namespace headroom::compressors::records {

inline constexpr std::string_view heading_lead = "-- ";  // in front of a path
inline constexpr std::string_view no_heading = "--";     // paths are whole again

// The heading to stand above every line: the path it names, below which the line's own lies. `lines`: the lines' paths
// in document order.
std::vector<PathId> choose_headings(const Paths& paths, const std::vector<PathId>& lines);

// The path as it stands below a heading.
std::string name_below(const Paths& paths, PathId heading, PathId path);

}  // namespace headroom::compressors::records
