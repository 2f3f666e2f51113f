// Search results without their repetition: shared paths become headings, what many matched lines
// begin with a letter (search_leads.h).
//
//   ./api/orders.py:41:    raise ValueError("negative amount")
//   ./api/orders.py-42-    return total
//   ./api/users.py:7:    raise ValueError(f"bad id {x}")
//
//   [search, 2 matches in 2 files, complete; under ./api/; letters: how lines begin, 1 below]
//   A=    raise ValueError
//   orders.py
//   41:A("negative amount")
//   42-    return total
//   users.py
//   7:A(f"bad id {x}")
//
// The order of the lines stays. docs/formats/search.md is the format. Encoding and decoding are O(n).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compressors/search_results/grep_output.h"
#include "tokens/counter.h"

namespace headroom::compressors {

// Lines named by `whole` (one flag per line, or empty) keep their lead: what the reader asked for stays verbatim.
// Byte-exact: decode_search(*encode_search(g, text, ...)) == text, and the encoder has checked it; else nullopt.
std::optional<std::string> encode_search(const GrepOutput& output, std::string_view text,
                                         const std::vector<bool>& whole, tokens::Counter& ruler);
std::optional<std::string> decode_search(std::string_view view);

// The directory all files share, with its last separator; "" if none.
std::string_view common_directory(const std::vector<GrepFile>& files);

}  // namespace headroom::compressors
