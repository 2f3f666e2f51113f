// Lines by the numbers that a text itself prints in front of them: "lines 229-237" of a file that was read from line
// 200 on are its lines 30-38.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "pipeline/address.h"

namespace headroom::pipeline {

// nullopt if the lines carry no numbers, or only their own, or none of what is asked for. O(n).
std::optional<std::vector<Range>> printed_ranges(std::string_view content, std::string_view asked);

}  // namespace headroom::pipeline
