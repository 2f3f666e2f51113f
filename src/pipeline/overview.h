// The answer when nothing is asked of a text that is too large: its beginning, its end, a line or row of every kind
// that says something failed, and a map. The beginning gets what the others leave. O(n).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/address.h"
#include "pipeline/slices.h"
#include "tokens/counter.h"

namespace headroom::pipeline {

struct Overview {
  std::string map;         // "[map by line: 1 # Setup; 40 # Usage]", "" if there are no landmarks or no room
  std::vector<Item> rest;  // what is not shown, in order
};

// Shows within what `body` has left. The content is not empty.
Overview show_overview(Slices& body, std::string_view content, const LineIndex& lines, const Table& table,
                       tokens::Counter& ruler);

// The first line of each shape (digits apart) that says something failed, in order, at most ten.
std::vector<std::size_t> error_lines(std::string_view content, const LineIndex& lines);

}  // namespace headroom::pipeline
