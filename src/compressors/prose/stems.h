// Words without their endings, so that a question finds "debugger" by "debugging" and "copies" by "copy".
//
//   "Hiding copies of compiled files"  ->  "hid copi of compil fil "
//
// Endings of English; words of other scripts stay whole, pairs of characters where no blanks are written. For ranking
// only: what a stem loses costs a place in an order, never a byte that is shown. O(n).
#pragma once

#include <string>
#include <string_view>

namespace headroom::compressors::prose {

// Appends the stem of every word of `text` and a blank behind each.
void append_stems(std::string& out, std::string_view text);

}  // namespace headroom::compressors::prose
