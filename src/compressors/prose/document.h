// A written text as the units that a view shows or leaves out: its sentences, the items of its lists, its blocks of
// code and its tables, under the headings of their sections.
//
//   "# Use\n\nRun it. Wait:\n\n- a\n- b\n"  ->  section "Use"; units "Run it.", "Wait:", "- a", "- b" (which "Wait:"
//   leads to)
//
// O(n).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/lines.h"
#include "compressors/prose/blocks.h"

namespace headroom::compressors::prose {

enum class UnitKind : std::uint8_t { sentence, item, code, table };

inline constexpr std::uint32_t none = UINT32_MAX;

struct Unit {
  std::size_t begin, end;        // bytes of the text
  std::uint32_t first, last;     // lines, the last one counted in
  std::uint32_t block, section;  // indices; section: none before the first heading
  std::uint32_t lead = none;     // the unit without which this one says nothing: the start of its item, "as follows:"
  UnitKind kind;
  bool opens = false;          // the first of its paragraph
  std::uint32_t inset = none;  // code, table: what is shown for it (insets.h)
};

struct Section {
  std::uint32_t heading;                // block
  std::uint32_t parent;                 // section; none at the top
  std::uint32_t first_unit, units = 0;  // directly in it, not in its sections
};

struct Inset {
  std::string text;
  bool shortened = false;  // it leaves something out, and says so
  bool severe = false;     // it shows an error
};

// Lines of another text, the last one counted in.
struct SourceLines {
  std::uint32_t first, last;
};

struct Document {
  std::string_view text;
  std::vector<Line> lines;
  std::vector<Block> blocks;
  std::vector<Unit> units;
  std::vector<Section> sections;
  // Of each line: what it was made from, counted from 1. Empty: the text is its own source.
  std::vector<SourceLines> source_lines;

  std::vector<Inset> insets;

  std::string_view of(const Unit& u) const { return text.substr(u.begin, u.end - u.begin); }
  std::string_view shown_for(const Unit& u) const { return u.inset == none ? of(u) : insets[u.inset].text; }
  std::size_t line_begin(std::size_t line) const {
    return static_cast<std::size_t>(lines[line].text.data() - text.data());
  }
  std::size_t line_end(std::size_t line) const { return line_begin(line) + lines[line].text.size(); }
};

Document read_document(std::string_view text);

// The same where the blocks are known, as those of a page are, and what lines of its source they are made from.
Document read_document(std::string_view text, std::vector<Block> blocks, std::vector<SourceLines> source_lines);

// Is it writing: sentences are most of it, and they end as sentences do?
bool accepts(const Document& document);
// The same, blocks of other kinds that have not been asked for their views left out of account.
bool may_be_accepted(const Document& document);

}  // namespace headroom::compressors::prose
