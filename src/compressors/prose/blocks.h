// A written text as blocks: headings, paragraphs, items of lists, and what is no writing (code, tables, markup).
//
//   "# Use\n\nRun it.\n\n- fast\n- small\n\n```sh\nmake\n```\n"  ->  heading 1, paragraph, item, item, code
//
// Markdown, reStructuredText, manual pages and plain text, by the shapes of lines: a heading is marked by `#`, by a
// line of marks under it, by capitals over indented text, or stands alone between blank lines without a stop. Lines
// that are not running text are code, whatever stands around them. O(n).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/lines.h"

namespace headroom::compressors::prose {

// note: a statement of ours in a text that is made from another one (a page's main text).
enum class BlockKind : std::uint8_t { heading, paragraph, item, code, table, note };

struct Block {
  BlockKind kind = BlockKind::paragraph;
  std::size_t first = 0, last = 0;  // lines, the last one counted in
  std::size_t text = 0;             // bytes of marks (bullet, number, quote) before the first line's text
  // Of a heading: 1 is the highest. Of another block, if not 0: it stands in no section of this level and below.
  std::uint8_t level = 0;
  bool fenced = false;      // code: its first and last line are fences
  std::uint32_t words = 0;  // note: so many words of the source it stands for
};

// In order; lines between them are blank.
std::vector<Block> read_blocks(std::span<const Line> lines);

// A heading's words: without marks and the line under it.
std::string_view heading_text(const Block& heading, std::span<const Line> lines);

}  // namespace headroom::compressors::prose
