// What every kind of content offers: evidence, views, a decoder. One row per kind in table.cc; no hierarchy.
//
// A compressor sees a text and what is asked of it, never the store or the messages. It returns candidate views; the
// pipeline chooses, stores the original and adds the marker. Pure: the same text and context give the same views.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "detect/sketch.h"
#include "search/query.h"
#include "tokens/counter.h"

namespace headroom::compressors {

namespace prose {
class SentenceScorer;
}
namespace log {
struct Grouping;
}

enum class Fidelity : std::uint8_t {
  lossless,    // the kind's decoder gives the original back (bytes; JSON: the same tokens); the compressor has run it
  reversible,  // something is not shown; allowed only where a retrieval path is known to work
};

struct View {
  std::string text;  // a reversible view comes without its marker line; ends without a newline
  Fidelity fidelity = Fidelity::lossless;
  bool line_preserving = false;  // each line shown is a line of the source
  std::string_view method;       // "json_table", "log_templates"...: static; what transforms_applied shows

  // Reversible only. The marker's words without brackets and handle: "200 rows compressed to 2: rows 0, 17 kept; 1
  // error, 1 outlier kept". The pipeline appends "\n[" + statement + ". Retrieve with hash=482193075514]".
  std::string statement;
  std::int64_t shown = 0, total = 0;
  std::string_view unit;  // "rows", "lines", "files", "numbers"...
};

// The best view of a block of another kind inside a text, by that kind; nullopt: it stays as it is. `label`: of the
// fence around it.
using BlockViewer = std::function<std::optional<View>(std::string_view block, std::string_view label)>;

struct Context {
  const search::Query& query;
  tokens::Counter& ruler;              // o200k
  std::optional<Tokens> token_budget;  // the reversible view's size if the caller gave one; else the knee, 300..3000
  // Reversible views are of use to this caller. Lossless ones that a reversible one of the same kind beats by far may
  // then be left out: who needs them after all asks again without.
  bool reversible = false;
  // What is known of where the text comes from; "" if nothing: the path of the file it was read from, the label of the
  // fence it stood in.
  std::string_view path = {}, label = {};
  // How sentences are judged (prose/scorer.h); null: the default.
  const prose::SentenceScorer* scorer = nullptr;
  const BlockViewer* blocks = nullptr;  // null: blocks of other kinds are shown whole or not at all
  Tokens lossless_least = {};           // fewer no lossless view of the text has, or is likely to: long strings of JSON
  // A text whose tokens the caller has counted; none if empty.
  std::string_view counted = {};
  Tokens counted_tokens = {};
  // Set by a kind whose parser accepts the text though it may have no views for it: nothing is to be gained then, and
  // no weaker kind (prose, a log) may leave something out of what it does not know. Null: nobody asks.
  bool* owned = nullptr;
  // Where the lines' groups are kept for the next kind that asks for them (log, then rows); null: nowhere.
  std::shared_ptr<const log::Grouping>* grouping = nullptr;

  void own() const {
    if (owned != nullptr) *owned = true;
  }
};

struct Compressor {
  std::string_view kind;  // "json", "log", "search", "diff"
  // 0..100 from the sketch alone: how strongly the evidence nominates this kind. 0: not at all. The views' own parser
  // judges.
  int (*evidence)(const detect::Sketch& sketch);
  // Empty if the kind's parser does not accept the text, or nothing is gained. `forced`: the caller named the kind.
  std::vector<View> (*views)(std::string_view text, const Context& context, bool forced);
  // The original of a lossless view made by this kind; nullopt if `view` is not one.
  std::optional<std::string> (*decode)(std::string_view view);
  // As evidence, from the names in the context alone; the stronger of the two counts. Null: names say nothing.
  int (*evidence_of_name)(std::string_view path, std::string_view label) = nullptr;
  // Not null: a kind that stays raw until an epoch, in a conversation (source code). Says whether a text is of this
  // kind; its views are then not asked for, and no weaker kind's.
  bool (*claims)(std::string_view text, const Context& context) = nullptr;
  // Asked when no other kind accepted the text, nor any of its spans, whatever the sketch says; its parser is strict.
  bool asked_last = false;
};

// In order of nomination when evidence ties.
const std::vector<Compressor>& all();
const Compressor* find(std::string_view kind);

}  // namespace headroom::compressors
