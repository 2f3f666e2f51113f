#include "compressors/prose/document.h"

#include <algorithm>

#include "compressors/prose/sentences.h"
#include "detect/line_shapes.h"

namespace headroom::compressors::prose {
namespace {

constexpr std::size_t longest_whole_item = 320;  // bytes; a longer item is taken sentence by sentence

class Maker {
 public:
  Maker(std::string_view text, std::vector<Line> lines, std::vector<Block> blocks) {
    d_.text = text;
    d_.lines = std::move(lines);
    d_.blocks = std::move(blocks);
  }

  Document run() {
    for (block_ = 0; block_ < d_.blocks.size(); ++block_) {
      const Block& b = d_.blocks[block_];
      if (b.kind != BlockKind::heading && b.level > 0) leave_sections(b.level);
      switch (b.kind) {
        case BlockKind::heading:
          heading(b);
          break;
        case BlockKind::paragraph:
          paragraph(b);
          break;
        case BlockKind::item:
          item(b);
          break;
        case BlockKind::code:
          whole(b, UnitKind::code);
          break;
        case BlockKind::table:
          whole(b, UnitKind::table);
          break;
        case BlockKind::note:
          colon_ = none;
          break;
      }
    }
    return std::move(d_);
  }

 private:
  Range range_of(const Block& b) const { return {d_.line_begin(b.first), d_.line_end(b.last)}; }

  void leave_sections(std::uint8_t level) {
    while (section_ != none && d_.blocks[d_.sections[section_].heading].level >= level)
      section_ = d_.sections[section_].parent;
  }

  void heading(const Block& b) {
    leave_sections(b.level);
    const std::uint32_t parent = section_;
    section_ = static_cast<std::uint32_t>(d_.sections.size());
    d_.sections.push_back({static_cast<std::uint32_t>(block_), parent, static_cast<std::uint32_t>(d_.units.size())});
    colon_ = none;
  }

  // Line numbers of bytes that rise: a cursor instead of a search.
  std::uint32_t line_at(std::size_t offset) {
    while (line_ + 1 < d_.lines.size() && d_.line_begin(line_ + 1) <= offset) ++line_;
    return static_cast<std::uint32_t>(line_);
  }

  Unit& add(Range r, UnitKind kind, std::uint32_t lead) {
    const std::uint32_t first = line_at(r.begin), last = line_at(r.end - 1);
    d_.units.push_back({r.begin, r.end, first, last, static_cast<std::uint32_t>(block_), section_, lead, kind});
    if (section_ != none) ++d_.sections[section_].units;
    return d_.units.back();
  }

  void paragraph(const Block& b) {
    bool opens = true;
    for (const Range& r : split_sentences(d_.text, range_of(b))) {
      add(r, UnitKind::sentence, none).opens = opens;
      opens = false;
    }
    remember_colon();
  }

  void item(const Block& b) {
    const Range all = range_of(b);
    const std::vector<Range> sentences = split_sentences(d_.text, all);
    if (sentences.empty()) return;
    if (all.end - all.begin <= longest_whole_item || sentences.size() == 1) {
      add({sentences.front().begin, sentences.back().end}, UnitKind::item, colon_);
      return;
    }
    std::uint32_t lead = colon_;
    for (const Range& r : sentences) {
      add(r, UnitKind::item, lead).opens = lead == colon_;
      if (lead == colon_) lead = static_cast<std::uint32_t>(d_.units.size() - 1);
    }
  }

  void whole(const Block& b, UnitKind kind) {
    Range r = range_of(b);
    while (r.begin < r.end && (d_.text[r.begin] == ' ' || d_.text[r.begin] == '\t')) ++r.begin;
    r.begin = d_.line_begin(b.first);  // the shape of code is in its blanks
    if (r.begin < r.end) add(r, kind, colon_);
  }

  // "as follows:" leads to the list, table or code behind it.
  void remember_colon() {
    colon_ = none;
    if (d_.units.empty()) return;
    std::string_view last = d_.of(d_.units.back());
    if (last.ends_with(':') || last.ends_with("：")) colon_ = static_cast<std::uint32_t>(d_.units.size() - 1);
  }

  Document d_;
  std::size_t block_ = 0, line_ = 0;
  std::uint32_t section_ = none, colon_ = none;
};

}  // namespace

Document read_document(std::string_view text) {
  std::vector<Line> lines = split_lines(text);
  std::vector<Block> blocks = read_blocks(lines);
  return Maker(text, std::move(lines), std::move(blocks)).run();
}

Document read_document(std::string_view text, std::vector<Block> blocks, std::vector<SourceLines> source_lines) {
  Document d = Maker(text, split_lines(text), std::move(blocks)).run();
  d.source_lines = std::move(source_lines);
  return d;
}

namespace {

// A patch, or a part of one: its lines read as lists. One that prose quotes stands in a fence.
bool holds_hunk(const Document& d) {
  bool fenced = false;
  for (const Line& line : d.lines) {
    if (detect::is_fence(line.text)) fenced = !fenced;
    if (!fenced && detect::is_hunk_head(line.text)) return true;
  }
  return false;
}

}  // namespace

namespace {

bool accepts(const Document& d, bool without_blocks) {
  constexpr std::size_t least_sentences = 8;
  std::size_t writing = 0, all = 0, sentences = 0, ended = 0;
  for (const Unit& u : d.units) {
    const std::size_t size = d.shown_for(u).size();
    const bool block = u.kind == UnitKind::table || (u.kind == UnitKind::code && d.blocks[u.block].fenced);
    if (!(block && without_blocks)) all += size;
    if (u.kind != UnitKind::sentence && u.kind != UnitKind::item) continue;
    writing += size;
    ++sentences;
    ended += u.kind == UnitKind::item || ends_in_stop(d.of(u));
  }
  if (sentences < least_sentences) return false;
  // What is code and what is a list a page says itself; elsewhere their share is the evidence that this is writing.
  if (!d.source_lines.empty()) return writing * 4 >= all;
  return writing * 2 >= all && ended * 10 >= sentences * 7 && !holds_hunk(d);
}

}  // namespace

bool accepts(const Document& d) {
  return accepts(d, false);
}
bool may_be_accepted(const Document& d) {
  return accepts(d, true);
}

}  // namespace headroom::compressors::prose
