// Output as programs write it for a terminal: its codes are taken off or given marks, and what is left goes to the kind
// it is.
//
//   "\e[32m+a\e[m\n..." (a coloured diff)  ->  reversible: the view that its plain text gets; lossless: marks for
//   codes,
//                                              and the view that this text gets
//
// A line of ours in front says which. Lines keep their numbers. O(n) beside the kinds' own work.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compressors/compressor.h"
#include "pipeline/block.h"
#include "pipeline/options.h"
#include "tokens/counter.h"

namespace headroom::pipeline {

// Whether there are codes to look past; where not, the text has no view here.
bool has_terminal_codes(const BlockRequest& request);

// What the screen shows in the end, reversible; and all of it with marks, lossless. nullopt: not allowed, or nothing is
// gained by looking past the codes.
std::optional<compressors::View> view_of_screen(const BlockRequest& request, const Options& options,
                                                tokens::Witnesses& counters);
std::optional<compressors::View> view_with_marks(const BlockRequest& request, const Options& options,
                                                 tokens::Witnesses& counters);

// The original of a lossless view made here; nullopt if `view` is none.
std::optional<std::string> decode_terminal(std::string_view view);

}  // namespace headroom::pipeline
