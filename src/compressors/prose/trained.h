// The scorer that is compiled in beside the extractive one: boosted trees over integer features, trained by
// tools/train on documentation (docs/models.md: from what, and how well it does).
//
//   features {1024, 880, ...}  ->  160 trees, each a walk to a leaf  ->  a sum of integers
//
// No floating point: the same score on every machine. Trees: Friedman 2001; LambdaMART: Burges 2010. O(trees * depth)
// a sentence.
#pragma once

#include <cstdint>

#include "compressors/prose/features.h"
#include "compressors/prose/scorer.h"

namespace headroom::compressors::prose {

// What the trees make of one unit: comparable within a text.
std::int32_t trained_sum(const FeatureRow& row);

const SentenceScorer& trained_scorer();

}  // namespace headroom::compressors::prose
