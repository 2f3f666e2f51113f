// One content -> the view that stands for it: detect, candidates, choice.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compressors/compressor.h"
#include "pipeline/options.h"
#include "pipeline/skip.h"
#include "tokens/counter.h"

namespace headroom::pipeline {

struct BlockRequest {
  std::string_view text;
  Tokens tokens;  // of the text
  const search::Query& query;
  std::optional<Tokens> token_budget;  // of a reversible view
  bool reversible = false;             // this caller can redeem a handle
  bool line_preserving_only = false;   // text that is quoted back in edits
  std::string_view kind;               // forced kind, or empty
  std::string_view path = {};          // of the file that the text was read from, if known
  std::string_view label = {};         // of the fence that the text stood in
  // What stays raw until an epoch (source code) may change: no part of a conversation, or an epoch.
  bool at_epoch = true;
  bool is_no_code = false;        // that was looked at...
  bool holds_no_code = false;     // ...and of every part of it, too
  bool all_code = false;          // that was looked at: no other kind is asked
  bool* may_hold_code = nullptr;  // set if it, or a part of it, may be code; null: nobody asks
  int level = 0;                  // inside so many other contents: a span, a string
  const compressors::prose::SentenceScorer* scorer = nullptr;  // null: the default
  Tokens lossless_least = {};                                  // fewer no lossless view has, or is likely to
};

// What the marker of a reversible view costs in tokens does not depend on the handle's digits: it is priced with zeros.
std::string with_marker(const compressors::View& view, std::string_view handle);

struct Choice {
  compressors::View view;
  std::string_view kind;
  Tokens tokens;  // as it will stand: marker included
};

struct BlockResult {
  std::optional<Choice> best;       // who must have a lossless one asks without `reversible`
  Reason reason = Reason::no_gain;  // why there is no best; code_recent also if what has one holds code that stays raw
  bool may_hold_code = false;
  bool all_code = false;    // it is source code as a whole: raw until an epoch
  bool not_judged = false;  // the scorer of sentences gave up on it, or on a part of it
};

// By the kinds' own compressors, the whole text as one.
BlockResult compress_simple(const BlockRequest& request, const Options& options, tokens::Witnesses& counters);

// The same, and if no kind accepts the whole, span by span.
BlockResult compress_block(const BlockRequest& request, const Options& options, tokens::Witnesses& counters);

// True if the text is a view of ours, or holds a marker of ours on a line of its own: it is left as it is.
bool is_own_output(std::string_view text);

}  // namespace headroom::pipeline
