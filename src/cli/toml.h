// Reads config.toml: one flat list of `key = value`, the part of TOML 1.0 that options need.
//
//   retrieval = "tool"            # strings: basic and literal
//   min_lossy = 300               # whole numbers, with _ between digits; floats; true, false
//   exclude = ["Skill", "my_*"]   # lists of these, over several lines too
//
// Tables, dates, multi-line strings, dotted keys and inline tables are refused with the line they stand on. O(n).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headroom::cli {

struct Setting {
  std::string key;
  std::string json;  // the value as JSON
  std::size_t line;  // from 1
};

Result<std::vector<Setting>> parse_toml(std::string_view text);

}  // namespace headroom::cli
