// Figures for people: "12,345", "7.8 %", columns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/units.h"

namespace headroom::cli {

std::string counted(std::int64_t n);                            // "12,345"
std::string percent(Tokens part, Tokens whole);                 // "7.8 %"
std::string padded(std::string_view text, std::size_t width);   // to the left; longer texts are cut with "..."
std::string aligned(std::string_view text, std::size_t width);  // to the right
// Lines of at most `width` columns, each begun with `indent` spaces, each ended.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace headroom::cli
