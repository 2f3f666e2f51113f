// What one block says of files, by itself: what its call did, whether it went well, which lines it shows, which
// directory it names. All that costs time is here, and depends on nothing but the call and the block, so it can be kept
// by their digest; stale_reads() then only puts facts together.
//
//   Read {"file_path":"a.py"} + "     1\timport os\n..."   -> read a.py, done, whole, lines 1-40 and their hashes
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "history/reads_outcome.h"
#include "history/record.h"
#include "history/touch.h"

namespace headroom::history {

// The lines of a file that a result holds, where their place is known.
struct Excerpt {
  std::int64_t first = 0;
  std::vector<std::uint64_t> hashes;  // of the lines without numbers and line ends
  std::int64_t last() const { return first + static_cast<std::int64_t>(hashes.size()) - 1; }
};

struct ReadFact {
  bool whole = false;  // the result shows the file from its first line to its last
  std::optional<Excerpt> excerpt;
};

struct BlockFacts {
  // Of a tool's result.
  Touches touches;
  Outcome outcome = Outcome::unsure;
  std::vector<ReadFact> reads;  // one for each of touches.list; empty facts where that is no read
  // Of system text and blocks about the environment.
  std::optional<std::string> directory;
};

BlockFacts read_block(const Past& past, const Block& block);

}  // namespace headroom::history
