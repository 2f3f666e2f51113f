// How a line of the source stands in the reversible view: its number, then its text.
#pragma once

#include <cstddef>

namespace headroom::compressors::log {

constexpr std::size_t kWholeLine =
    1200;  // bytes; of a longer line its head and tail stand, with what is missing between
constexpr std::size_t kLongHead = 700, kLongTail = 200;

}  // namespace headroom::compressors::log
