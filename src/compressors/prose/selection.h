// Which units of a text to show within a budget.
//
// First what must be seen: units that hold an anchor of the query, and sentences that state facts of two kinds (in a
// text whose half they are, they count as others). Then the query's best hits up to 40 % of the budget (60 where a
// trained scorer finds half of them), then by maximal marginal relevance (Carbonell & Goldstein 1998; lambda .7): score
// less likeness to what is shown. A unit brings the headings above it and the unit that leads to it. Last, gaps that
// cost no more than the statement of them are filled. O(n log n).
#pragma once

#include <cstdint>
#include <vector>

#include "compressors/prose/document.h"
#include "compressors/prose/ranking.h"

namespace headroom::compressors::prose {

struct Selection {
  std::vector<bool> shown;     // of each unit
  std::vector<bool> headings;  // of each section: its heading is shown
};

// `cost`: tokens of each unit. `budget`: tokens; `most`: what facts may take beyond it.
Selection select_units(const Document& document, const Ranking& ranking, const std::vector<std::uint32_t>& cost,
                       std::int64_t budget, std::int64_t most);

}  // namespace headroom::compressors::prose
