// The items of one array as selection sees them, and which of them a reversible view shows.
//
//   500 rows, 3 of them severe, one outlier, budget 900 tokens
//   -> shown 0-4, 17, 60, ..., 499; nothing that must stay visible is missing
//
// What must stay visible (severe items, outliers, rare values, what the query asks for) is shown even beyond the
// budget. Severe items that are more than 20 % of all, or alone dearer than the budget, are grouped: of each kind the
// first stands verbatim, the others by count and coordinates. O(n log n).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "salience/selection.h"
#include "salience/severity.h"
#include "search/query.h"

namespace headroom::compressors::records {

struct SevereItem {
  std::uint32_t item;
  std::uint64_t kind;  // equal for items whose evidence has the same shape
  salience::Severity severity;
  bool weak;  // only by a word deep in a long text, or against the item's own level
};

struct Items {
  std::vector<std::uint32_t> cost;  // tokens when shown
  salience::FeatureLists features;  // what coverage counts when items are chosen
  salience::FeatureLists classes;   // coarser: what the knee is found on; empty: the features
  std::vector<SevereItem> severe;   // by item, rising
  // These two in order of importance: shown, at least six of each, as long as what must be shown is within the budget;
  // the caller says of the others where they are.
  std::vector<std::uint32_t> outliers;
  std::vector<std::uint32_t> rare;
  std::vector<std::uint32_t> pinned;    // whatever else must be shown, whatever it costs
  std::vector<std::uint32_t> notable;   // worth showing: changes of level, what is rare but frequent
  std::vector<std::uint32_t> anchored;  // by the query: exact matches
  std::vector<std::uint32_t> asked;     // by the query: hits, best first
  std::size_t strong_hits = 0;          // the first so many of `asked` are shown whatever they cost
  std::size_t size() const { return cost.size(); }
};

// Fills `anchored`, `asked` and `strong_hits` from a ranking of the items' texts.
void ask(Items& items, const search::Query& query, const std::vector<std::string_view>& texts,
         const std::vector<std::string_view>& ignored);

// Tokens that the items are worth: the cost at the knee of their coverage.
struct Worth {
  double all = 0;   // of all items
  double knee = 0;  // where more stops to pay
};
Worth worth(const Items& items, double limit);

struct Group {
  std::uint32_t exemplar;
  std::vector<std::uint32_t> others;  // not shown
};

struct Choice {
  std::vector<std::uint32_t> shown;                           // rising
  std::vector<Group> groups;                                  // severe or matching items left out, by kind
  std::vector<Group> matches;                                 // exact matches of the query beyond the first twenty
  std::size_t errors = 0, outliers = 0, rare = 0, asked = 0;  // shown of each
  std::vector<std::uint32_t> hidden_severe;                   // rising
  std::vector<std::uint32_t> hidden_rare;                     // rising
};
// `gap_cost`: what a line for a gap costs; a gap that costs no less than its items is closed.
Choice choose(const Items& items, double budget, double gap_cost);

// "0-5, 17, 20-22, ..." with at most `limit` ranges.
std::string some_ranges(const std::vector<std::uint32_t>& sorted, std::size_t limit);

}  // namespace headroom::compressors::records
