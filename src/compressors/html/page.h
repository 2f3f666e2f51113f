// An HTML page as the blocks that a reader sees: headings, paragraphs, items, code, cells, fields of forms; each with
// its place in the source, how much of it is links, and what the page itself says of it (navigation, footer, hidden,
// main).
//
//   <nav><a href=/>Home</a></nav><main><h1>Till</h1><p>It <b>opens</b> at 9.</p></main>
//     ->  paragraph "Home" (aside, all links); heading 1 "Till" (main); paragraph "It opens at 9." (main)
//
// The tokens of tokenizer.h with a stack of open elements; ends that HTML lets one leave out are put where the standard
// puts them for p, li, dt, dd, tr, td, th, option. Text nodes are verbatim but for references and white space. O(n):
// the stack is searched 64 elements deep at most and holds 4,096.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::compressors::html {

// term: what the item behind it explains (dt).
enum class BlockKind : std::uint8_t { paragraph, heading, item, term, code, cell, field };

struct Block {
  BlockKind kind = BlockKind::paragraph;
  std::uint8_t level = 0;       // of a heading; how deep the list of an item is
  std::uint8_t list_depth = 0;  // lists around it, whatever it is
  bool main = false;            // within main, article and their like
  bool aside = false;           // the page calls it navigation, footer, menu, advertisement
  bool quoted = false;
  bool header_cell = false;
  std::uint32_t number = 0;                      // of an item of a numbered list
  std::uint32_t table = 0, row = 0, column = 0;  // table: counted from 1; 0: none
  std::size_t begin = 0, end = 0;                // bytes of the source
  std::uint32_t words = 0, link_words = 0;
  std::string text;
};

struct Page {
  std::string title;
  std::vector<Block> blocks;
  bool has_main = false;
  std::size_t tags = 0, known = 0;   // tags, and those whose names are HTML's
  std::size_t closed = 0, ends = 0;  // end tags, and those that closed something
  std::size_t scripts = 0, styles = 0, hidden = 0;
};

Page read_page(std::string_view source);

}  // namespace headroom::compressors::html
