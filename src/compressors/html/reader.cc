#include "compressors/html/reader.h"

#include <algorithm>
#include <cstdint>

#include "base/lines.h"
#include "compressors/statements.h"

namespace headroom::compressors::html {
namespace {

constexpr std::uint32_t most_link_words = 400;  // a list of links with more is what an index has as its main text
constexpr std::size_t longest_cell = 600;       // bytes; what is longer lays out a page
constexpr std::size_t least_gap_words = 12;     // a gap of fewer words gets no statement of its own
constexpr std::uint8_t lowest_heading = 6;      // of HTML; terms lie below
constexpr std::size_t link_list = 3;            // so many blocks of links in a row are a list of links

// A block, or the blocks of one table or list together: a cell alone says nothing.
struct Group {
  std::vector<std::size_t> blocks;
  std::uint32_t words = 0, link_words = 0;
  bool heading = false, code = false;

  // Share of link words above .333 and .556, in integers.
  bool is_linked() const { return link_words * 3 > words; }
  bool is_mostly_linked() const { return link_words * 9 > words * 5; }
};

// Those that the page does not call navigation.
std::vector<Group> groups_of(const Page& page) {
  std::vector<Group> out;
  const Block* previous = nullptr;
  for (std::size_t i = 0; i < page.blocks.size(); ++i) {
    const Block& b = page.blocks[i];
    if (b.aside) continue;
    const bool goes_on = previous != nullptr && ((b.table != 0 && b.table == previous->table) ||
                                                 (b.kind == BlockKind::item && previous->kind == BlockKind::item));
    if (!goes_on) out.emplace_back();
    Group& g = out.back();
    g.blocks.push_back(i);
    g.words += b.words;
    g.link_words += b.link_words;
    g.heading |= b.kind == BlockKind::heading;
    g.code |= b.kind == BlockKind::code && b.words > 3;
    previous = &b;
  }
  return out;
}

// The paper's tree over a group and its neighbours.
bool is_content(const Group* previous, const Group& g, const Group* next) {
  const std::uint32_t before = previous != nullptr ? previous->words : 0, after = next != nullptr ? next->words : 0;
  if (g.is_linked()) return false;
  if (previous != nullptr && previous->is_mostly_linked()) return g.words > 40 || after > 17;
  if (g.words > 16) return true;
  return after > 15 || before > 4;
}

// Where the page marks its main part, and most of its text that is no link stands there.
bool trusts_marks(const Page& page) {
  std::uint64_t within = 0, all = 0;
  for (const Block& b : page.blocks) {
    const std::uint32_t plain = b.words - std::min(b.words, b.link_words);
    if (!b.aside) all += plain;
    if (b.main && !b.aside) within += plain;
  }
  return within * 2 >= all && within > 0;
}

// From the first group of main text, or the heading above it, to the last; and beyond, while little of it is links.
// Lists of links leave.
std::vector<bool> by_density(const Page& page) {
  const std::vector<Group> groups = groups_of(page);
  std::vector<bool> out(page.blocks.size(), false);
  std::size_t first = groups.size(), last = 0;
  for (std::size_t k = 0; k < groups.size(); ++k) {
    const Group& g = groups[k];
    if (!g.code && !is_content(k > 0 ? &groups[k - 1] : nullptr, g, k + 1 < groups.size() ? &groups[k + 1] : nullptr))
      continue;
    first = std::min(first, k);
    last = k;
  }
  if (first == groups.size()) return out;
  for (std::size_t k = 0; k < first; ++k) {
    if (groups[k].heading) first = k;
  }
  while (first > 0 && !groups[first - 1].is_linked()) --first;
  while (last + 1 < groups.size() && !groups[last + 1].is_linked()) ++last;
  for (std::size_t k = first; k <= last; ++k) {
    const bool links =
        groups[k].is_mostly_linked() && groups[k].blocks.size() >= link_list && groups[k].words < most_link_words;
    for (const std::size_t i : groups[k].blocks) out[i] = !links;
  }
  return out;
}

class Renderer {
 public:
  Renderer(const Page& page, const std::vector<bool>& shown, std::string_view source)
      : page_(page), shown_(shown), source_(source) {}

  Rendered run() {
    title();
    for (std::size_t i = 0; i < page_.blocks.size();) {
      if (!shown_[i]) {
        std::size_t end = i;
        std::uint32_t words = 0;
        for (; end < page_.blocks.size() && !shown_[end]; ++end) words += page_.blocks[end].words;
        gap(i, end, words);
        i = end;
        continue;
      }
      const std::size_t end = table_end(i);
      if (end > i) {
        table(i, end);
        i = end;
      } else {
        block(page_.blocks[i++]);
      }
    }
    end_in_text();
    return std::move(out_);
  }

 private:
  void title() {
    std::string words;
    for (const char c : page_.title) {
      if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
        words += c;
      } else if (!words.empty() && words.back() != ' ') {
        words += ' ';
      }
    }
    if (!words.empty()) emit({.kind = prose::BlockKind::heading, .level = 1}, 1, 1, "# " + words + '\n');
  }

  // Lines of the source that a range of bytes touches, counted from 1.
  std::size_t line_at(std::size_t offset) {
    line_ += static_cast<std::size_t>(
        std::count(source_.begin() + static_cast<std::ptrdiff_t>(counted_),
                   source_.begin() + static_cast<std::ptrdiff_t>(std::max(offset, counted_)), '\n'));
    counted_ = std::max(counted_, offset);
    return line_;
  }

  void gap(std::size_t begin, std::size_t end, std::uint32_t words) {
    out_.hidden_blocks += end - begin;
    if (words < least_gap_words) return;
    const std::size_t first = line_at(page_.blocks[begin].begin), last = line_at(page_.blocks[end - 1].end);
    std::string statement = first == last ? "[line " + std::to_string(first)
                                          : "[lines " + std::to_string(first) + '-' + std::to_string(last);
    statement += ": " + std::to_string(words) + " words outside the main text]\n";
    emit({.kind = prose::BlockKind::note, .words = words}, first, last, statement);
  }

  // The blocks of a table of data: cells of one text each, two rows and two columns of them. `begin` if it is none.
  std::size_t table_end(std::size_t begin) const {
    const std::uint32_t id = page_.blocks[begin].table;
    if (id == 0) return begin;
    std::size_t end = begin;
    std::uint32_t columns = 0, row = 0, column = 0;
    std::size_t rows = 0;
    for (; end < page_.blocks.size() && page_.blocks[end].table == id && shown_[end]; ++end) {
      const Block& b = page_.blocks[end];
      if (b.kind != BlockKind::cell || b.text.size() > longest_cell ||
          (b.row == row && b.column == column && end > begin))
        return begin;
      rows += b.row != row;
      row = b.row;
      column = b.column;
      columns = std::max(columns, b.column);
    }
    return rows >= 2 && columns >= 2 ? end : begin;
  }

  void table(std::size_t begin, std::size_t end) {
    ++out_.tables;
    const std::size_t first = line_at(page_.blocks[begin].begin), last = line_at(page_.blocks[end - 1].end);
    std::string text;
    for (std::size_t i = begin; i < end;) {
      const std::uint32_t row = page_.blocks[i].row;
      bool heads = true;
      std::uint32_t column = 0;
      text += '|';
      for (; i < end && page_.blocks[i].row == row; ++i) {
        const Block& b = page_.blocks[i];
        for (++column; column < b.column; ++column) text += " |";
        heads &= b.header_cell;
        text += ' ' + b.text + " |";
      }
      text += '\n';
      if (heads && row == page_.blocks[begin].row) {
        text += '|';
        for (std::uint32_t c = 0; c < column; ++c) text += "---|";
        text += '\n';
      }
    }
    emit({.kind = prose::BlockKind::table, .level = level_below(page_.blocks[begin])}, first, last, text);
  }

  // A fence is longer than any in the code.
  void code(const Block& b) {
    const std::string& text = b.text;
    std::size_t longest = 2, run = 0;
    for (const char c : text) {
      run = c == '`' ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    const std::string fence(longest + 1, '`');
    for (const Line& line : split_lines(text)) out_.forges |= reads_as_statement(line.text);
    const std::size_t first = line_at(b.begin), last = line_at(b.end);
    emit({.kind = prose::BlockKind::code, .level = level_below(b), .fenced = true}, first, last,
         fence + '\n' + text + '\n' + fence + '\n');
  }

  void block(const Block& b) {
    prose::Block as{.kind = prose::BlockKind::paragraph, .level = level_below(b)};
    std::string lead;
    if (b.quoted) lead += "> ";
    switch (b.kind) {
      case BlockKind::heading:
        ++out_.headings;
        as = {.kind = prose::BlockKind::heading, .level = b.level};
        lead += std::string(b.level, '#') + ' ';
        break;
      case BlockKind::item:
        lead += std::string(2 * static_cast<std::size_t>(b.level - (b.level > 0)), ' ');
        lead += b.number > 0 ? std::to_string(b.number) + ". " : "- ";
        as.kind = prose::BlockKind::item;
        break;
      case BlockKind::term:
        as = {.kind = prose::BlockKind::heading, .level = static_cast<std::uint8_t>(lowest_heading + b.list_depth)};
        break;
      case BlockKind::code:
        ++out_.code_blocks;
        code(b);
        return;
      default:
        break;
    }
    // What would read as a statement of ours gets its line in front.
    const std::size_t first = line_at(b.begin), last = line_at(b.end);
    if (reads_as_statement(b.text)) lead += "line " + std::to_string(first) + ": ";
    as.text = lead.size();
    emit(as, first, last, lead + b.text + '\n');
  }

  // Without line ends at the end; a block may be made of them.
  void end_in_text() {
    while (!out_.text.empty() && out_.text.back() == '\n') out_.text.pop_back();
    const std::size_t lines = count_lines(out_.text);
    out_.source_lines.resize(lines);
    while (!out_.blocks.empty() && out_.blocks.back().first >= lines) out_.blocks.pop_back();
    if (!out_.blocks.empty()) out_.blocks.back().last = std::min(out_.blocks.back().last, lines - 1);
  }

  // Behind its list nothing belongs to a term.
  static std::uint8_t level_below(const Block& b) {
    return static_cast<std::uint8_t>(lowest_heading + 1 + b.list_depth);
  }

  // Whole lines, made from lines of the source.
  void emit(prose::Block as, std::size_t first, std::size_t last, const std::string& lines) {
    as.first = out_.source_lines.size();
    const auto count = static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n'));
    out_.source_lines.resize(as.first + count, {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last)});
    as.last = out_.source_lines.size() - 1;
    out_.blocks.push_back(as);
    out_.text += lines;
  }

  const Page& page_;
  const std::vector<bool>& shown_;
  std::string_view source_;
  Rendered out_;
  std::size_t line_ = 1, counted_ = 0;
};

}  // namespace

std::vector<bool> main_text(const Page& page) {
  if (page.has_main && trusts_marks(page)) {
    std::vector<bool> out(page.blocks.size());
    for (std::size_t i = 0; i < page.blocks.size(); ++i) out[i] = page.blocks[i].main && !page.blocks[i].aside;
    return out;
  }
  return by_density(page);
}

Rendered render(const Page& page, const std::vector<bool>& shown, std::string_view source) {
  return Renderer(page, shown, source).run();
}

}  // namespace headroom::compressors::html
