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

struct Mixed {
  std::vector<compressors::View> views;  // at most one lossless and one reversible; empty if no span of the text gains
  bool holds_code = false;               // a span is code that stays raw until an epoch
  bool known = false;                    // a kind accepted what a tool printed inside its frame
  bool lossless_left_out = false;        // as the reversible view is ahead of it
};
Mixed mixed_views(const BlockRequest& request, const Options& options, tokens::Witnesses& counters);

// The original of a lossless mixed view; nullopt if `view` is none. `levels`: of views in views.
std::optional<std::string> decode_mixed(std::string_view view, int levels);

}  // namespace headroom::pipeline
