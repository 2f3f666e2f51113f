// The bracketed lines that are ours: one grammar for headers and gaps, so that content can be checked against forging
// them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace headroom::compressors {

// True if a whole line reads as a statement of ours: "[<kind>, ...complete...]", "[lines a-b ...]", "[rows a-b ...]",
// "[... Retrieve with hash=<12 digits>]", "[end]". A compressor that meets one in its source puts the line's coordinate
// in front, or offers no view.
bool reads_as_statement(std::string_view line);

// "0-5, 17, 20-22" from sorted indices.
std::string ranges(const std::vector<std::size_t>& sorted);

// "1 error", "3 errors".
std::string counted(std::size_t n, std::string_view noun);

// The first line without its line feed, taken off the front of `text` together with it.
std::string_view take_line(std::string_view& text);

}  // namespace headroom::compressors
