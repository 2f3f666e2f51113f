// Work on many texts of one request, each for itself, on this thread and on such as have nothing else to do.
//
//   side_by_side(placing, {0, 1, 4, ...}, make)   ->   made, each once, by whoever took it first
//
// A conversation that this process never saw has all its texts to be looked at. What is made of one is a pure function
// of it, so it makes no difference who does that, nor in which order. This thread takes texts until none is left, and
// before each it asks for idle threads: with none it does all itself, and is held up by nobody. A lent thread goes back
// as soon as other work waits, after the text in hand; one that comes late finds nothing to do. So a large conversation
// is sped up by what is idle, and delays others by one text at most, which is never a large one.
//
// Costs a lock for each text; a lent thread holds what making one view takes. Tests: births_test.cc.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "pipeline/placing.h"

namespace headroom::pipeline {

// Each needs memory, and what comes before and after goes on alone.
inline constexpr unsigned most_helpers = 7;

// Calls `make` for the leaves from the first on, each call with a placing for its own thread; it must write nothing
// that another call reads. What a lent thread could not do for want of memory is left: the caller knows by what `make`
// wrote.
void side_by_side(const Placing& placing, const std::vector<std::size_t>& leaves,
                  const std::function<void(const Placing& mine, std::size_t leaf)>& make);

}  // namespace headroom::pipeline
