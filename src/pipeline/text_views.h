// Views of JSON whose long strings are texts: each gets the view of its own kind, and stands below the JSON as lines.
//
//   {"output": "a.c:3: x\na.c:9: y\n...", "code": 0}
//
//   [json, texts below, complete]
//   {"output": "[text 1]", "code": 0}
//   [text 1]
//   [search, 2 matches in 1 file, complete; ...]
//   ...
//
// A text that no kind makes smaller stands as it is, without its escapes. Every text but the last says how many lines
// it takes ("[text 1: 40 lines]"), so nothing in it can be taken for an end. The grammar: docs/formats/json-texts.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/block.h"

namespace headroom::pipeline {

struct TextViews {
  std::vector<compressors::View> views;  // at most one lossless and one reversible
  bool holds_code = false;               // a text is code that stays raw until an epoch
  bool lossless_left_out = false;        // as the reversible view is ahead of it
  Tokens lossless_least;                 // fewer no lossless view of the JSON as a whole has, or is likely to
  bool own_the_loss = false;             // the JSON is a frame around a few texts: what to leave out is theirs to say
};
TextViews text_views(const BlockRequest& request, const Options& options, tokens::Witnesses& counters);

// The original of a lossless view made here; nullopt if `view` is none. `levels`: of views in views.
std::optional<std::string> decode_texts(std::string_view view, int levels);

}  // namespace headroom::pipeline
