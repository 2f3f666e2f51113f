#include "compressors/listing/rows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <map>
#include <unordered_map>

#include "compressors/listing/ranges.h"
#include "compressors/statements.h"

namespace headroom::compressors::listing {
namespace {

constexpr std::size_t kLetters = 26;
constexpr std::size_t kLeastUses = 3;            // a value that stands less often gets no letter
constexpr std::uint64_t kMostRows = 1'000'000;   // that a view may stand for
constexpr int kRounds = 4;                       // of finding lines that the columns do not spell
constexpr std::string_view kNoDirectory = ":/";  // heading of names without a directory

enum class Kind : std::uint8_t { row, heading, total, blank, verbatim };

struct Item {
  Kind kind = Kind::verbatim;
  Cells cells;            // of a row; times as the tool spells them
  std::string_view text;  // of the others: heading without its colon, the total, the line
};

bool has_sections(Style style) {
  return style == Style::ls;
}
bool has_paths(Style style) {
  return style != Style::ls && style != Style::zip;
}

// ---- spelling: items -> lines of the tool
// -----------------------------------------------------------------------------------

std::size_t width_of(std::string_view s) {
  return static_cast<std::size_t>(
      std::count_if(s.begin(), s.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

using Widths = std::array<std::size_t, kCells>;

void spell_row(std::string& out, const Cells& cells, std::span<const Column> columns, Widths& widths) {
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const Column& column = columns[k];
    const std::string_view cell = cells[column.cell];
    std::size_t size = width_of(cell);
    if (column.align == 'j') size += 1 + width_of(cells[columns[k + 1].cell]);
    std::size_t& width = widths[column.cell];
    if (column.width > 0) width = std::max(width, size);  // wider from here on
    const std::size_t blanks = column.width != 0 && width > size ? width - size : 0;
    if (column.align == 'r') out.append(blanks, ' ');
    out += cell;
    if (column.align != 'r') out.append(blanks, ' ');
    out += column.after;
  }
}

// The widths of a directory's columns.
Widths widths_at(const std::vector<Item>& items, std::size_t from, std::span<const Column> columns) {
  Widths widths{};
  for (const Column& column : columns)
    widths[column.cell] = column.width > 0 ? static_cast<std::size_t>(column.width) : 0;
  for (std::size_t i = from; i < items.size() && (i == from || items[i].kind != Kind::heading); ++i) {
    if (items[i].kind != Kind::row) continue;
    for (const Column& column : columns) {
      if (column.width < 0) widths[column.cell] = std::max(widths[column.cell], width_of(items[i].cells[column.cell]));
    }
  }
  return widths;
}

// Every item as its line.
template <class Each>
void spell(const std::vector<Item>& items, Style style, Each each) {
  const std::span<const Column> columns = columns_of(style);
  Widths widths = widths_at(items, 0, columns);
  std::string line;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Item& item = items[i];
    line.clear();
    if (item.kind == Kind::row) {
      spell_row(line, item.cells, columns, widths);
    } else if (item.kind == Kind::heading) {
      if (has_sections(style)) widths = widths_at(items, i, columns);
      line.append(item.text).append(":");
    } else {
      line = item.text;
    }
    each(i, line);
  }
}

// ---- letters
// ----------------------------------------------------------------------------------------------------------------

std::string attributes_of(const Cells& cells) {
  std::string out;
  for (const Cell c : {kMode, kLinks, kOwner, kGroup}) {
    if (cells[c].empty()) continue;
    if (!out.empty()) out += ' ';
    out += cells[c];
  }
  return out;
}

struct Letters {
  std::string common;  // attributes of the rows without a letter; "" if all have one or are spelled out
  std::map<std::string, char> attributes, times;
};

Letters choose_letters(const std::vector<Item>& items) {
  std::map<std::string, std::size_t> attributes, times;
  for (const Item& item : items) {
    if (item.kind != Kind::row) continue;
    if (std::string a = attributes_of(item.cells); !a.empty()) ++attributes[std::move(a)];
    if (!item.cells[kTime].empty()) ++times[short_time(item.cells[kTime])];
  }
  Letters out;
  std::size_t most = 1;
  for (const auto& [value, count] : attributes) {
    if (count > most) most = count, out.common = value;
  }
  struct Candidate {
    std::size_t gain;
    const std::string* value;
    bool is_time;
  };
  std::vector<Candidate> candidates;
  for (const auto& [value, count] : attributes) {
    if (count >= kLeastUses && value != out.common) candidates.push_back({(count - 1) * value.size(), &value, false});
  }
  for (const auto& [value, count] : times) {
    if (count >= kLeastUses) candidates.push_back({(count - 1) * value.size(), &value, true});
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return a.gain != b.gain ? a.gain > b.gain : *a.value < *b.value;
  });
  if (candidates.size() > kLetters) candidates.resize(kLetters);
  char next = 'A';
  for (const Candidate& c : candidates) (c.is_time ? out.times : out.attributes)[*c.value] = next++;
  return out;
}

// ---- writing
// ----------------------------------------------------------------------------------------------------------------

std::string row_text(const Item& item, std::string_view name, const Letters& letters) {
  const Cells& c = item.cells;
  std::string out;
  for (const Cell k : {kInode, kBlocks}) {
    if (!c[k].empty()) out.append(c[k]).append(" ");
  }
  if (const std::string a = attributes_of(c); !a.empty() && a != letters.common) {
    const auto found = letters.attributes.find(a);
    found == letters.attributes.end() ? out.append(a) : out.append(1, found->second);
    out += ' ';
  }
  out.append(c[kSize]).append(" ");
  if (!c[kTime].empty()) {
    const std::string time = short_time(c[kTime]);
    const auto found = letters.times.find(time);
    found == letters.times.end() ? out.append(time) : out.append(1, found->second);
    out += ' ';
  }
  return out.append(name);
}

// ---- reading
// ----------------------------------------------------------------------------------------------------------------

// What a view's row says, texts owned: cells are pieces of the view and of its legend.
struct Legend {
  std::string common;
  std::map<char, std::string> values;
};

// Splits "-rw-r--r-- 1 app app" into the style's cells; false if it has others.
bool take_attributes(std::string_view& rest, Style style, Cells& cells) {
  for (const Column& column : columns_of(style)) {
    if (column.cell != kMode && column.cell != kLinks && column.cell != kOwner && column.cell != kGroup) continue;
    cells.text[column.cell] = take_word(rest);
    if (cells[column.cell].empty()) return false;
  }
  return true;
}

char letter_at(std::string_view rest) {
  return rest.size() > 1 && rest[0] >= 'A' && rest[0] <= 'Z' && rest[1] == ' ' ? rest[0] : '\0';
}

// A row of a view; its name is what is left. False if it is none.
bool read_row(std::string_view line, Style style, const Legend& legend, Cells& cells, std::string_view& name) {
  std::string_view rest = line;
  bool attributes = false, numbers = false, time = false;
  for (const Column& column : columns_of(style)) {
    attributes |= column.cell == kMode;
    numbers |= column.cell == kInode;
    time |= column.cell == kTime;
  }
  if (numbers) {
    cells.text[kInode] = take_word(rest);
    cells.text[kBlocks] = take_word(rest);
  }
  if (attributes) {
    if (const char letter = letter_at(rest)) {
      const auto found = legend.values.find(letter);
      if (found == legend.values.end()) return false;
      std::string_view value = found->second;
      if (!take_attributes(value, style, cells) || !value.empty()) return false;
      rest.remove_prefix(2);
    } else if (is_mode(rest.substr(0, rest.find(' ')))) {
      if (!take_attributes(rest, style, cells)) return false;
    } else {
      std::string_view value = legend.common;
      if (value.empty() || !take_attributes(value, style, cells) || !value.empty()) return false;
    }
  }
  const std::size_t blank = rest.find(' ');
  if (blank == std::string_view::npos || blank == 0 || rest[0] < '0' || rest[0] > '9') return false;
  cells.text[kSize] = rest.substr(0, blank);
  if (rest[blank - 1] == '|') return false;  // "12| text"
  rest.remove_prefix(blank + 1);
  if (time) {
    if (const char letter = letter_at(rest)) {
      const auto found = legend.values.find(letter);
      if (found == legend.values.end()) return false;
      cells.text[kTime] = found->second;
      rest.remove_prefix(2);
    } else {
      cells.text[kTime] = take_time(rest);
      if (cells[kTime].empty()) return false;
    }
  }
  name = rest;
  return !name.empty();
}

std::size_t directory_size(std::string_view path) {
  if (path.size() < 2) return 0;
  const std::size_t slash = path.rfind('/', path.size() - 2);
  return slash == std::string_view::npos ? 0 : slash + 1;
}

// ---- encoding
// ---------------------------------------------------------------------------------------------------------------

std::vector<Item> items_of(const Listing& l) {
  std::vector<Item> items(l.lines.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    Item& item = items[i];
    item.text = l.lines[i].text;
    if (l.entries[i].kind == LineKind::heading) {
      item.kind = Kind::heading;
      item.text = heading_of(item.text);
    } else if (l.entries[i].kind == LineKind::entry) {
      item.kind = Kind::row;
      item.cells = *read_cells(item.text, l.style);
    } else if (item.text.empty() && i + 1 < items.size() && l.entries[i + 1].kind == LineKind::heading) {
      item.kind = Kind::blank;
    } else if (has_sections(l.style) && is_total(item.text) && (i == 0 || l.entries[i - 1].kind == LineKind::heading)) {
      item.kind = Kind::total;
    }
  }
  return items;
}

// Rows that the columns spell otherwise become verbatim; false if that does not settle.
bool settle(std::vector<Item>& items, const Listing& l) {
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::size_t> odd;
    spell(items, l.style, [&](std::size_t i, std::string_view line) {
      if (line != l.lines[i].text) odd.push_back(i);
    });
    if (odd.empty()) return true;
    for (const std::size_t i : odd) {
      items[i].kind = Kind::verbatim;
      items[i].text = l.lines[i].text;
    }
  }
  return false;
}

class Writer {
 public:
  Writer(const std::vector<Item>& items, const Listing& listing)
      : items_(items), lines_(listing.lines), style_(listing.style), letters_(choose_letters(items)) {
    legend_.common = letters_.common;
    for (const auto& [value, letter] : letters_.attributes) legend_.values[letter] = value;
    for (const auto& [value, letter] : letters_.times) legend_.values[letter] = value;
  }

  std::string run(bool crlf, bool unended) {
    for (std::size_t i = 0; i < items_.size();) i = item(i);
    std::string out = "[listing " + std::string(name_of(style_)) + ", " + std::to_string(items_.size()) + " lines";
    if (crlf) out += ", crlf";
    if (unended) out += ", unended";
    out += ", complete";
    if (!letters_.common.empty()) out += "; rows without a letter: " + letters_.common;
    out += "]\n";
    for (const auto& [letter, value] : legend_.values) out.append(1, letter).append("=").append(value).append("\n");
    return out + body_;
  }

 private:
  // Writes the item and those that are one with it; what comes next.
  std::size_t item(std::size_t i) {
    const Item& it = items_[i];
    switch (it.kind) {
      case Kind::row:
        return rows(i);
      case Kind::blank:
        return i + 1;  // a heading but the first one has a blank line above it
      case Kind::heading: {
        const bool blank_above = i > 0 && items_[i - 1].kind == Kind::blank;
        if (blank_above != (i > 0) || is_numbered(it.text)) return verbatim(i);
        body_.append(it.text).append(":");
        const bool total = i + 1 < items_.size() && items_[i + 1].kind == Kind::total;
        if (total) body_.append(" ").append(items_[i + 1].text);
        body_ += '\n';
        return i + 1 + total;
      }
      case Kind::total:
        body_.append(it.text).append("\n");
        return i + 1;
      case Kind::verbatim:
        return verbatim(i);
    }
    return i + 1;
  }

  std::size_t verbatim(std::size_t i) {
    body_.append(std::to_string(i + 1))
        .append("| ")
        .append(items_[i].kind == Kind::row ? lines_[i].text : items_[i].text);
    body_ += items_[i].kind == Kind::heading ? ":\n" : "\n";
    return i + 1;
  }

  static bool is_numbered(std::string_view text) {
    const std::size_t n = text.find_first_not_of("0123456789");
    return n != 0 && n != std::string_view::npos && text[n] == '|';
  }

  std::size_t rows(std::size_t i) {
    std::string_view path = items_[i].cells[kName], name = path, directory;
    if (has_paths(style_)) {
      const std::size_t n = directory_size(path);
      directory = path.substr(0, n);
      name = path.substr(n);
    }
    const std::string text = row_text(items_[i], name, letters_);
    Cells back;
    std::string_view back_name;
    const bool reads = read_row(text, style_, legend_, back, back_name) && back_name == name && !read_range(name) &&
                       directory != kNoDirectory && !is_numbered(directory);
    if (!reads) return verbatim(i);
    if (directory != heading_) {
      body_.append(directory.empty() ? kNoDirectory : directory).append("\n");
      heading_ = directory;
    }
    const std::string lead = text.substr(0, text.size() - name.size());
    std::size_t end = i + 1;
    std::string_view last = name;
    while (end < items_.size() && items_[end].kind == Kind::row) {
      const std::string_view next = items_[end].cells[kName];
      if (!next.starts_with(directory)) break;
      const std::string_view next_name = next.substr(directory.size());
      if (next_name.find('/') != std::string_view::npos || !follows(last, next_name)) break;
      // "a8".."b9": every pair may differ elsewhere; all must be of one range with the first.
      if (end - i > 1 && !read_range(std::string(name) + ".." + std::string(next_name))) break;
      if (row_text(items_[end], {}, letters_) != lead) break;
      last = next_name;
      ++end;
    }
    if (end - i < 3 || !read_range(std::string(name) + ".." + std::string(last))) end = i + 1;
    body_ += text;
    if (end > i + 1) body_.append("..").append(last);
    body_ += '\n';
    return end;
  }

  const std::vector<Item>& items_;
  const std::vector<Line>& lines_;
  Style style_;
  Letters letters_;
  Legend legend_;
  std::string body_;
  std::string_view heading_;
};

// Takes `word` off the front.
bool take(std::string_view& rest, std::string_view word) {
  if (!rest.starts_with(word)) return false;
  rest.remove_prefix(word.size());
  return true;
}

// The lines of a view as items again. Texts that no view holds as they are live in `owned`.
class BodyReader {
 public:
  BodyReader(Style style, const Legend& legend, std::uint64_t lines) : style_(style), legend_(legend), lines_(lines) {}

  bool line(std::string_view line) {
    if (items_.size() >= lines_) return false;
    Item item;
    if (verbatim(line)) return true;
    std::string_view name;
    if (read_row(line, style_, legend_, item.cells, name)) return row(item, name);
    if (is_total(line)) return add(Kind::total, line);
    if (has_sections(style_)) return heading(line);
    if (!line.ends_with('/')) return false;
    directory_ = line == kNoDirectory ? std::string_view() : line;
    return true;
  }

  std::vector<Item>& items() { return items_; }

 private:
  bool add(Kind kind, std::string_view text) {
    items_.push_back({kind, {}, text});
    return true;
  }

  // "12| text", if this is the 12th line.
  bool verbatim(std::string_view line) {
    const std::string number = std::to_string(items_.size() + 1) + "| ";
    return line.starts_with(number) && add(Kind::verbatim, line.substr(number.size()));
  }

  bool heading(std::string_view line) {
    const std::size_t colon = line.ends_with(':') ? line.size() - 1 : line.rfind(": total ");
    if (colon == std::string_view::npos || colon == 0) return false;
    if (!items_.empty()) add(Kind::blank, {});
    add(Kind::heading, line.substr(0, colon));
    if (colon + 1 < line.size()) {
      if (!is_total(line.substr(colon + 2))) return false;
      add(Kind::total, line.substr(colon + 2));
    }
    return true;
  }

  bool row(Item& item, std::string_view name) {
    item.kind = Kind::row;
    item.cells.text[kTime] = own(long_time(item.cells[kTime]));
    const auto range = read_range(name);
    if (!range) {
      item.cells.text[kName] = own_path(name);
      items_.push_back(item);
      return true;
    }
    if (range->count() > lines_ - items_.size()) return false;
    for (std::uint64_t n = range->from; n <= range->to; ++n) {
      item.cells.text[kName] = own(std::string(directory_) + range->name(n));
      items_.push_back(item);
    }
    return true;
  }

  std::string_view own(std::string text) { return owned_.emplace_back(std::move(text)); }
  std::string_view own_path(std::string_view name) {
    return directory_.empty() ? name : own(std::string(directory_).append(name));
  }

  Style style_;
  const Legend& legend_;
  std::uint64_t lines_;
  std::string_view directory_;
  std::vector<Item> items_;
  std::deque<std::string> owned_;
};

}  // namespace

std::optional<std::string> encode_rows(const Listing& listing, std::string_view text) {
  if (columns_of(listing.style).empty()) return std::nullopt;
  const std::string_view end = listing.lines[0].end;
  const bool unended = listing.lines.back().end.empty();
  for (std::size_t i = 0; i + unended < listing.lines.size(); ++i) {
    if (listing.lines[i].end != end) return std::nullopt;
  }
  std::vector<Item> items = items_of(listing);
  if (!settle(items, listing)) return std::nullopt;
  std::string view = Writer(items, listing).run(end == "\r\n", unended);
  while (view.ends_with('\n')) view.pop_back();
  return decode_rows(view) == text ? std::optional(std::move(view)) : std::nullopt;
}

std::optional<std::string> decode_rows(std::string_view view) {
  std::string_view rest = view;
  std::string_view first = take_line(rest);
  if (!take(first, "[listing ")) return std::nullopt;
  const std::size_t comma = first.find(", ");
  const auto style = style_of(first.substr(0, comma));
  if (comma == std::string_view::npos || !style || columns_of(*style).empty()) return std::nullopt;
  first.remove_prefix(comma + 2);
  std::uint64_t lines = 0;
  const auto [after, error] = std::from_chars(first.data(), first.data() + first.size(), lines);
  if (error != std::errc{} || lines == 0 || lines > kMostRows) return std::nullopt;
  first.remove_prefix(static_cast<std::size_t>(after - first.data()));
  if (!take(first, " lines")) return std::nullopt;
  const bool crlf = take(first, ", crlf"), unended = take(first, ", unended");
  Legend legend;
  if (!take(first, ", complete")) return std::nullopt;
  if (take(first, "; rows without a letter: ")) legend.common = first.substr(0, first.size() - (first.empty() ? 0 : 1));
  while (rest.size() > 2 && rest[0] >= 'A' && rest[0] <= 'Z' && rest[1] == '=') {
    const std::string_view line = take_line(rest);
    legend.values[line[0]] = line.substr(2);
  }
  BodyReader body(*style, legend, lines);
  while (!rest.empty()) {
    if (!body.line(take_line(rest))) return std::nullopt;
  }
  if (body.items().size() != lines) return std::nullopt;
  std::string out;
  const std::string_view end = crlf ? "\r\n" : "\n";
  spell(body.items(), *style, [&](std::size_t, std::string_view line) { out.append(line).append(end); });
  if (unended) out.resize(out.size() - end.size());
  return out;
}

}  // namespace headroom::compressors::listing
