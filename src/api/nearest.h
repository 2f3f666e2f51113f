// The valid name nearest to a misspelt one, for error messages.
//
//   nearest("min_losy", {"min_lossy", "keep_code"})   "min_lossy"
//   nearest("zzz", ...)                               "" (nothing close)
//
// Optimal string alignment distance (Damerau 1964: insert, delete, replace, swap two neighbours), O(n m) per name;
// names longer than 64 bytes are not compared. '-' and '_' and upper and lower case count as equal.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace headroom::api {

// At most a third of the longer name's letters may differ; ties to the earlier name.
std::string_view nearest(std::string_view name, std::span<const std::string_view> valid);

// "unknown option \"min_losy\"; did you mean \"min_lossy\"?", or, with nothing close, "...; known: a, b, c".
std::string unknown_name(std::string_view what, std::string_view name, std::span<const std::string_view> valid);

}  // namespace headroom::api
