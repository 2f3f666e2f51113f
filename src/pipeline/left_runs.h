// What stands in the place of turns that left.
//
//   turns 14 and 15 left, 16 stays, 17 left   ->   two runs: the index lines of 14 and 15, and that of 17
//
// O(turns that left).
#pragma once

#include <string>
#include <vector>

#include "pipeline/standing.h"

namespace headroom::pipeline {

struct LeftRun {
  int first = 0, end = 0;  // messages [first, end)
  std::string text;        // in their place
};

// Ascending.
std::vector<LeftRun> left_runs(const Standing& standing);

}  // namespace headroom::pipeline
