// What of a page its reader came for, in the shape of Markdown.
//
//   Page of a shop: menu, three paragraphs, comments' form, footer  ->  "# Opening hours\nWe open at 9.\n..."
//
// Main text: what the page itself marks as main, if it marks enough; else by the number of words and the share of links
// of each block and its neighbours (Kohlschuetter, Fankhauser & Nejdl 2010, their decision tree on these features),
// with all that stands between two blocks of main text but lists of links. Title, headings, lists, tables, code, fields
// of forms. O(n).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "compressors/html/page.h"
#include "compressors/prose/document.h"

namespace headroom::compressors::html {

// Of each block: does it belong to the main text?
std::vector<bool> main_text(const Page& page);

struct Rendered {
  std::string text;
  // The same as a document: its blocks by lines, and the lines of the source that each line is made from. Terms are
  // headings, so that none is shown without its name.
  std::vector<prose::Block> blocks;
  std::vector<prose::SourceLines> source_lines;
  std::size_t headings = 0, tables = 0, code_blocks = 0;
  std::size_t hidden_blocks = 0;
  bool forges = false;  // a line of code reads as a statement of ours
};

// The blocks of the main text as Markdown; gaps with words in them say which lines of the source they are.
Rendered render(const Page& page, const std::vector<bool>& shown, std::string_view source);

}  // namespace headroom::compressors::html
