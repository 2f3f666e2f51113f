// Did a call do what it says? Read from its result, doubt counted as doubt.
//
//   "     1\timport os\n..."                          -> done
//   "File has not been read yet. Read it first"      -> failed
//   "The file was updated. 3 tests failed"           -> unsure
//
// O(result).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "history/touch.h"

namespace headroom::history {

enum class Outcome : std::uint8_t { done, unsure, failed };

// `flag`: the result's own error flag.
Outcome outcome_of(const Touches& touches, std::string_view result, bool flag);

// What a shell printed, without what a tool wraps around it: "Exit code: 0 / Output: / ...", {"output":"...",...}.
// `scratch` holds the text if it has to be unescaped.
std::string_view shell_output(std::string_view result, std::string& scratch);

// True if a line of ours or of a tool's says that part of the output is left out.
bool says_cut_off(std::string_view result);

}  // namespace headroom::history
