// Stale reads: results that showed a file as it no longer is, or that a later result shows again.
//
//   3 Read src/a.py            -> 400 lines          superseded by 9: "src/a.py, whole: read again by Read src/a.py
//   below" 5 Read src/b.py 1-50       -> 50 lines           stays: an edit is no reading 7 Edit src/b.py 9 Read
//   src/a.py            -> 401 lines          stays: it is the one full view of the file
//  11 Write src/c.py ...       -> "File created"     makes earlier reads of src/c.py "overwritten"
//
// Superseded: a later successful read of the whole file; or later reads that cover the lines, with no edit between and
// the same text. Overwritten: a later successful write of the whole file. A read whose success is in doubt makes
// nothing stale; an edit whose failure is in doubt counts as done. A result is replaced only if all of it is stale
// reads.
//
// One pass in document order: what is said of a prefix does not depend on what follows, so `since` of a longer list
// equals that of a shorter one. O(bytes) + O(reads of one file squared), at most 64 open reads a file.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "history/record.h"

namespace headroom::history {

enum class Staleness : std::uint8_t { superseded, overwritten };

struct StaleRead {
  int block = 0;  // index into past.blocks
  Staleness why = Staleness::superseded;
  int later_call = 0;     // index into past.calls: the newest call that makes it stale
  int since = 0;          // index into past.messages: the first boundary at which it could be replaced
  std::string statement;  // without brackets and handle: "src/a.py, lines 1-400: read again by Read src/a.py below"
};

// What one block says of files, by itself: a function of the block and its call alone, so it may be kept by their
// digest from turn to turn. With facts at hand, stale_reads() costs microseconds a block.
struct BlockFacts;
using Facts = std::shared_ptr<const BlockFacts>;
Facts block_facts(const Past& past, const Block& block);
// About what they hold in memory.
std::size_t bytes_of(const BlockFacts& facts);

// In order of blocks. Only blocks that are slots of role tool. `through`: messages after it are not looked at, so that
// `later_call` and `statement` are those of an epoch there.
std::vector<StaleRead> stale_reads(const Past& past, int through = std::numeric_limits<int>::max());
// `facts[k]` are those of past.blocks[k]. Texts are not looked at: they may be empty.
std::vector<StaleRead> stale_reads(const Past& past, std::span<const Facts> facts,
                                   int through = std::numeric_limits<int>::max());

// The directory relative paths start at, as the conversation's first system or user text that states one says; "" if
// none does.
std::string working_directory(const Past& past);

}  // namespace headroom::history
