// Shell-style globs over names: `*` stands for any characters, letters match in any case.
//
//   glob_matches("claude-*-4*", "Claude-Sonnet-4-5") == true
//
// Backtracks to the last star only, which is enough: O(pattern x name) at worst. Pure.
#pragma once

#include <string_view>

namespace headroom {

bool glob_matches(std::string_view pattern, std::string_view name);

}  // namespace headroom
