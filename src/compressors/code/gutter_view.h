// Code with line numbers, without the blanks in front of them: lossless.
//
//   "     9\tdef f():\n    10\t    pass\n"   ->   [code, lines 9-10, complete; numbers were right-aligned in 6 columns]
//                                               9\tdef f():
//                                               10\t    pass
//
// Only where every number is padded to the same width, as `cat -n` and the tools of agents do. O(n).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compressors/code/recognise.h"

namespace headroom::compressors::code {

// Byte-exact: decode_gutter(*encode_gutter(s)) is the text, and that has been checked; else nullopt.
std::optional<std::string> encode_gutter(const Recognised& source);
std::optional<std::string> decode_gutter(std::string_view view);

}  // namespace headroom::compressors::code
