// Views of mixed content: each span gets the view of its own kind, the rest stays byte for byte.
//
//   [mixed, complete; text between [span] and [end] is a view of its own]
//   Here are the orders:
//   [span]
//   [10 orders, complete; ...]
//   ...
//   [end]
//   Done.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/block.h"

namespace headroom::pipeline {

// At most one lossless and one reversible view; empty if no span of the text gains.
std::vector<compressors::View> mixed_views(const BlockRequest& request, const Options& options,
                                           tokens::Witnesses& counters);

// The original of a lossless mixed view; nullopt if `view` is none.
std::optional<std::string> decode_mixed(std::string_view view);

}  // namespace headroom::pipeline
