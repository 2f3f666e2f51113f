// Who judges how much a sentence is worth: the default, by centrality, facts and position; or a model that the user
// names. What the query asks for, facts, anchors and novelty are weighed by ranking.h and selection.h, whoever judges.
//
//   ["Backups are kept for 35 days.", "We hope you like it."]  ->  [720, 210]
//
// A scorer is a pure function of the text, known by its version: views made with another are other views
// (pipeline/compress.cc).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "compressors/prose/document.h"
#include "compressors/prose/lexrank.h"

namespace headroom::models {
class Kompress;
}

namespace headroom::compressors::prose {

// What the query asks of each unit, 0..1024 each; all empty if it finds nothing.
struct Relevance {
  std::vector<std::uint32_t> all;      // the parts below, its neighbours' and its heading's, weighed
  std::vector<std::uint32_t> own;      // of the unit's words and stems
  std::vector<std::uint32_t> passage;  // of the stretch that it stands in
  std::vector<std::uint32_t> heading;  // of the headings above it
  bool empty() const { return all.empty(); }
};

// What is known of a document's units before they are judged. Each span has one element a unit.
struct Evidence {
  const Document& document;
  const Centrality& alike;
  std::span<const std::uint8_t> facts;  // facts.h
  const Relevance& relevance;           // to the query
};

class SentenceScorer {
 public:
  virtual ~SentenceScorer() = default;
  // Names all that decides a score.
  virtual std::string_view version() const = 0;
  // True if its order counts as much as that of the query's words in what the query finds.
  virtual bool weighs_query() const { return false; }
  // Of each unit that is writing, 0..1024 (others: 0), relevance counted in. nullopt: this text cannot be judged, and
  // gets no view.
  virtual std::optional<std::vector<std::uint32_t>> score(const Evidence& evidence) const = 0;
};

// Sentences and items; code and tables are worth what leads to them.
inline bool is_writing(const Unit& u) {
  return u.kind == UnitKind::sentence || u.kind == UnitKind::item;
}

const SentenceScorer& extractive_scorer();
std::unique_ptr<SentenceScorer> model_scorer(std::shared_ptr<const models::Kompress> model);

}  // namespace headroom::compressors::prose
