#include "compressors/json/decode.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <vector>

#include "compressors/json/cells.h"
#include "compressors/json/paths.h"
#include "compressors/json/pattern.h"
#include "compressors/json/spelling.h"
#include "compressors/json/table.h"
#include "json/document.h"
#include "json/strings.h"

namespace headroom::compressors::records {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::uint64_t max_rows = std::uint64_t{1} << 26;

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  bool done() const { return ended_; }
  // The next line, not taken.
  std::string_view peek() const { return rest_.substr(0, rest_.find('\n')); }
  std::string_view next() {
    const std::size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    if (end == npos) {
      ended_ = true;
      rest_ = {};
    } else {
      rest_.remove_prefix(end + 1);
    }
    return line;
  }

 private:
  std::string_view rest_;
  bool ended_ = false;
};

std::optional<std::uint64_t> number(std::string_view s) {
  std::uint64_t n = 0;
  const auto r = std::from_chars(s.data(), s.data() + s.size(), n);
  if (r.ec != std::errc() || r.ptr != s.data() + s.size()) return std::nullopt;
  return n;
}

std::string unquoted(std::string_view cell) {
  if (cell.size() >= 2 && cell[0] == '"') return json::unescape(cell.substr(1, cell.size() - 2));
  return std::string(cell);
}

struct Letter {
  char name;
  std::string front, back;
  bool hole;
};

struct Col {
  std::string name;
  PathId path = root_path;
  bool text = false;
  bool shown = false;       // has cells
  std::size_t cell = 0;     // shown: its index among the cells
  std::string raw_pattern;  // as printed
  bool has_pattern = false;
  Pattern pattern;
  bool constant = false;
  std::string json;  // constant: its JSON text
  bool derived = false;
  std::vector<Letter> letters;
  std::size_t by = npos;
  std::unordered_map<std::string, std::string> lookup;
  bool rows_below = false;  // no cells: the rows below the row
};

// One table: preamble, header line, rows.
class TableReader {
 public:
  TableReader(Lines& lines, bool list) : lines_(lines), list_(list) {}

  // Preamble and header line.
  bool read_head() {
    for (;;) {
      if (lines_.done()) return false;
      const int is = preamble(lines_.next());
      if (is < 0) return false;
      if (is == 0) return arrange();
    }
  }

  // Appends `count` rows as JSON values with `between` between them.
  bool read(std::uint64_t count, std::string& out, std::string_view between) {
    if (!read_head()) return false;
    bool first = true;
    while (count > 0) {
      if (lines_.done()) return false;
      const std::string_view line = lines_.next();
      if (line.starts_with("-- ") && has_heading_) {
        heading_ = line.substr(3);
        continue;
      }
      if (!read_line(line, count, first, out, between)) return false;
    }
    return true;
  }

  // The rows that one line stands for.
  bool read_line(std::string_view line, std::uint64_t& count, bool& first, std::string& out, std::string_view between) {
    std::uint64_t repeats = 1;
    if (!line.empty() && line.back() >= '0' && line.back() <= '9') {
      std::size_t at = line.size();
      while (at > 0 && line[at - 1] >= '0' && line[at - 1] <= '9') --at;
      if (line.substr(0, at).ends_with(" x")) {
        const auto n = number(line.substr(at));
        if (n && *n > 0 && *n <= count) {
          repeats = *n;
          line = line.substr(0, at - 2);
        }
      }
    }
    if (!list_ && line.starts_with('{') && end_of_json(line, 0) == line.size()) {
      for (; repeats > 0; --repeats, --count, first = false) {
        if (!first) out += between;
        out += line;
      }
      return true;
    }
    auto cells = split_cells(line, shown_.size(), separator_);
    if (!cells) return false;
    // At most one cell is a range of rows.
    std::size_t ranged = npos;
    std::uint64_t from = 0, to = 0;
    std::size_t width = 0;
    for (std::size_t i = 0; i < cells->size(); ++i) {
      const std::string_view cell = (*cells)[i];
      if (cell.empty() || cell[0] < '0' || cell[0] > '9') continue;
      const std::size_t dots = cell.find("..");
      if (dots == npos) continue;
      const auto a = number(cell.substr(0, dots)), b = number(cell.substr(dots + 2));
      if (!a || !b || *b <= *a || *b - *a >= count) continue;
      ranged = i;
      from = *a;
      to = *b;
      width = cell[0] == '0' ? dots : 0;
      break;
    }
    if (ranged == npos) {
      for (; repeats > 0; --repeats, --count, first = false) {
        if (!first) out += between;
        if (!row(*cells, out)) return false;
      }
      return true;
    }
    for (std::uint64_t n = from; n <= to; ++n, --count, first = false) {
      std::string digits = std::to_string(n);
      if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
      (*cells)[ranged] = digits;
      if (!first) out += between;
      if (!row(*cells, out)) return false;
    }
    return true;
  }

  // A row that has rows below it: its text up to and behind the array that holds them.
  bool read_branch(std::string_view line, std::string& before, std::string& behind) {
    if (line.ends_with(" x1")) line.remove_suffix(3);
    const auto cells = split_cells(line, shown_.size(), separator_);
    if (!cells || below_ == npos) return false;
    std::string text;
    split_ = npos;
    if (!row(*cells, text) || split_ == npos) return false;
    before = text.substr(0, split_);
    behind = text.substr(split_);
    return true;
  }
  bool has_rows_below() const { return below_ != npos; }

  bool nested = false;
  // For {..}: the values one row up, by column name; where this reader's rows leave theirs.
  using Values = std::unordered_map<std::string, std::string>;
  const Values* above = nullptr;
  Values* leave = nullptr;

 private:
  Col& column(PathId path, std::string name) {
    for (Col& c : columns_) {
      if (c.path == path) return c;
    }
    Col& c = columns_.emplace_back();
    c.path = path;
    c.name = std::move(name);
    return c;
  }
  std::size_t index_of(PathId path) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].path == path) return i;
    }
    return npos;
  }

  // 1: a preamble line was read; 0: it was the header line; -1: malformed.
  int preamble(std::string_view line) {
    if (columns_.size() > 2 * max_columns) return -1;
    std::string_view rest = line;
    if (line.starts_with("all rows") && (line.substr(8).starts_with(": ") || line.substr(8).starts_with(", after "))) {
      rest.remove_prefix(8);
      return constants(rest) ? 1 : -1;
    }
    if (nested && (line.starts_with("below: ") || line.starts_with("below, after "))) {
      std::string_view probe = line.substr(5);
      After after;
      if (!read_after(probe, after) || !probe.starts_with(": ")) return -1;
      probe.remove_prefix(2);
      const std::string name(probe);
      const auto path = paths_.parse(probe);
      if (!path || !probe.empty()) return -1;
      column(*path, name).rows_below = true;
      after.columns.push_back(*path);
      afters_.push_back(std::move(after));
      return 1;
    }
    const auto path = paths_.parse(rest);
    if (!path) return -1;
    const std::string name(line.substr(0, line.size() - rest.size()));
    if (rest.starts_with(" by ")) {
      std::string_view probe = rest.substr(4);
      const auto key = paths_.parse(probe);
      if (key && (probe.starts_with(": ") || probe.starts_with(", "))) {
        return lookup(*path, name, *key, probe) ? 1 : -1;
      }
    }
    if (rest.starts_with(": ")) return letters(column(*path, name), rest.substr(2)) ? 1 : -1;
    std::string_view probe = rest;
    const bool text = probe.starts_with(":text");
    if (text) probe.remove_prefix(5);
    if (probe.starts_with(" is ")) {
      Col& c = column(*path, name);
      const std::string_view pattern = probe.substr(4);
      if (pattern.size() >= 2 && pattern.front() == '"' && end_of_json(pattern, 0) == pattern.size()) {
        c.raw_pattern = json::unescape(pattern.substr(1, pattern.size() - 2));
      } else {
        c.raw_pattern = pattern;
      }
      c.has_pattern = true;
      c.text |= text;
      return 1;
    }
    return header(line) ? 0 : -1;
  }

  bool constants(std::string_view rest) {
    After after;
    if (!read_after(rest, after)) return false;
    if (!rest.starts_with(": ")) return false;
    rest.remove_prefix(2);
    while (!rest.empty()) {
      if (columns_.size() > 2 * max_columns) return false;
      std::string_view before = rest;
      const auto path = paths_.parse(rest);
      if (!path || !rest.starts_with('=')) return false;
      const std::string name(before.substr(0, before.size() - rest.size()));
      rest.remove_prefix(1);
      std::string_view value;
      if (!take_entry(rest, value)) return false;
      Col& c = column(*path, name);
      if (c.constant) return false;
      c.constant = true;
      c.raw_pattern = value;
      after.columns.push_back(*path);
    }
    afters_.push_back(std::move(after));
    return true;
  }

  struct After {
    bool front = true;
    PathId anchor = root_path;
    std::vector<PathId> columns;
  };

  bool read_after(std::string_view& rest, After& after) {
    if (!rest.starts_with(", after ")) return true;
    rest.remove_prefix(8);
    const auto path = paths_.parse(rest);
    if (!path) return false;
    after.front = false;
    after.anchor = *path;
    return true;
  }

  // A value up to "; " or the end; removes it and the "; ".
  static bool take_entry(std::string_view& rest, std::string_view& value) {
    std::size_t end;
    if (!rest.empty() && (rest[0] == '"' || rest[0] == '[' || rest[0] == '{')) {
      // A pattern may begin with {column}: JSON objects begin with {" or {}.
      const bool pattern = rest[0] == '{' && !rest.starts_with("{}") && !rest.starts_with("{\"");
      end = pattern ? std::min(rest.find(';'), rest.size()) : end_of_json(rest, 0);
      if (end == npos) return false;
    } else {
      end = std::min(rest.find(';'), rest.size());
    }
    value = rest.substr(0, end);
    rest.remove_prefix(end);
    if (rest.empty()) return true;
    if (!rest.starts_with("; ")) return false;
    rest.remove_prefix(2);
    return true;
  }

  bool lookup(PathId path, std::string name, PathId key, std::string_view rest) {
    After after;
    if (rest.starts_with(", first")) {
      rest.remove_prefix(7);
    } else {
      if (!read_after(rest, after)) return false;
      if (after.front) {
        after.front = false;
        after.anchor = key;
      }
    }
    if (!rest.starts_with(": ")) return false;
    rest.remove_prefix(2);
    Col& c = column(path, std::move(name));
    c.by = key;  // a path for now
    while (!rest.empty()) {
      std::size_t end;
      if (rest[0] == '"' || rest[0] == '[' || rest[0] == '{') {
        end = end_of_json(rest, 0);
      } else {
        end = rest.find('=');
      }
      if (end == npos || end >= rest.size() || rest[end] != '=') return false;
      const std::string word(rest.substr(0, end));
      rest.remove_prefix(end + 1);
      std::string_view value;
      if (!take_entry(rest, value)) return false;
      c.lookup.emplace(word, value);
    }
    after.columns.push_back(path);
    afters_.push_back(std::move(after));
    return true;
  }

  bool letters(Col& c, std::string_view rest) {
    while (!rest.empty()) {
      if (rest.size() < 2 || rest[0] < 'A' || rest[0] > 'Z' || rest[1] != '=') return false;
      const char name = rest[0];
      rest.remove_prefix(2);
      std::string_view value;
      if (!take_entry(rest, value)) return false;
      const std::string body = unquoted(value);
      const std::size_t star = body.find('*');
      c.letters.push_back({name, body.substr(0, star), star == npos ? "" : body.substr(star + 1), star != npos});
    }
    return true;
  }

  bool header(std::string_view line) {
    std::string_view rest = line;
    for (std::size_t i = 0;; ++i) {
      if (i > max_columns) return false;
      const std::string_view before = rest;
      const auto path = paths_.parse(rest);
      if (!path) return i == 0 && line.empty();
      Col& c = column(*path, std::string(before.substr(0, before.size() - rest.size())));
      if (c.shown) return false;
      c.shown = true;
      c.cell = i;
      shown_.push_back(*path);
      if (rest.starts_with(":text")) {
        c.text = true;
        rest.remove_prefix(5);
      }
      if (rest.starts_with('=')) {
        const std::size_t end = std::min(rest.find_first_of("|, \t"), rest.size());
        c.raw_pattern = rest.substr(1, end - 1);
        c.has_pattern = true;
        rest.remove_prefix(end);
      }
      if (rest.empty()) return true;
      if (std::string_view("|, \t").find(rest[0]) == npos || (i > 0 && rest[0] != separator_)) return false;
      separator_ = rest[0];
      rest.remove_prefix(1);
    }
  }

  // Puts the columns in order and reads the patterns, now that all names are known.
  bool arrange() {
    std::vector<PathId> order = shown_;
    // Anchors may be columns that another line brings: repeat until nothing is left.
    std::vector<bool> placed(afters_.size());
    for (std::size_t left = afters_.size(); left > 0;) {
      const std::size_t before = left;
      for (std::size_t i = 0; i < afters_.size(); ++i) {
        if (placed[i]) continue;
        const After& a = afters_[i];
        auto at = order.begin();
        if (!a.front) {
          at = std::find(order.begin(), order.end(), a.anchor);
          if (at == order.end()) continue;
          ++at;
        }
        order.insert(at, a.columns.begin(), a.columns.end());
        placed[i] = true;
        --left;
      }
      if (left == before) return false;
    }
    std::vector<Col> sorted;
    for (const PathId path : order) {
      const std::size_t i = index_of(path);
      if (i == npos || columns_[i].path == ~PathId{0}) return false;
      sorted.push_back(std::move(columns_[i]));
      columns_[i].path = ~PathId{0};
    }
    for (const Col& c : columns_) {
      if (c.path != ~PathId{0}) return false;
    }
    columns_ = std::move(sorted);
    std::unordered_map<std::string_view, std::size_t> names;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].shown) names.emplace(columns_[i].name, i);
    }
    const auto named = [&](std::string_view name) {
      const auto it = names.find(name);
      return it == names.end() ? npos : it->second;
    };
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].rows_below) below_ = i;
    }
    for (Col& c : columns_) {
      if (c.by != npos) {
        c.by = index_of(static_cast<PathId>(c.by));
        if (c.by == npos || !columns_[c.by].shown) return false;
      }
      if (c.constant) {
        const bool json = !c.raw_pattern.empty() && (c.raw_pattern[0] == '"' || c.raw_pattern[0] == '[' ||
                                                     c.raw_pattern.starts_with("{\"") || c.raw_pattern == "{}");
        if (!json) {
          c.pattern = Pattern::parse(c.raw_pattern, named);
          if (std::any_of(c.pattern.pieces.begin(), c.pattern.pieces.end(),
                          [](const Piece& p) { return p.kind != Piece::Kind::text; })) {
            c.constant = false;
            c.derived = true;
            continue;
          }
        }
        if (!append_cell_json(c.json, c.raw_pattern, false)) return false;
      } else if (c.has_pattern) {
        c.pattern = Pattern::parse(c.raw_pattern, named);
        has_heading_ |= c.pattern.has(Piece::Kind::heading);
      }
    }
    return true;
  }

  // What a cell prints with its letter spelled out; sets `literal` if it is JSON or a scalar word.
  std::string spelled(const Col& c, std::string_view cell, bool& literal) const {
    literal = cell[0] == '"' || cell[0] == '[' || cell[0] == '{' || cell == "null" || cell == "true" || cell == "false";
    if (literal) return {};
    if (cell[0] >= 'A' && cell[0] <= 'Z') {
      for (const Letter& l : c.letters) {
        if (l.name != cell[0]) continue;
        if (cell.size() == 1 && !l.hole) return l.front;
        if (cell.size() > 1 && l.hole && cell[1] >= '0' && cell[1] <= '9')
          return l.front + std::string(cell.substr(1)) + l.back;
        if (cell.size() > 2 && l.hole && cell[1] == ' ') return l.front + std::string(cell.substr(2)) + l.back;
      }
    }
    return std::string(cell);
  }

  bool fill(const Col& c, const std::string& own, const std::vector<std::string_view>& cells,
            std::string& value) const {
    for (const Piece& p : c.pattern.pieces) {
      switch (p.kind) {
        case Piece::Kind::text:
          value += p.text;
          break;
        case Piece::Kind::cell:
          value += own;
          break;
        case Piece::Kind::heading:
          value += heading_;
          break;
        case Piece::Kind::parent: {
          if (above == nullptr) return false;
          const auto it = above->find(c.name);
          if (it == above->end()) return false;
          value += it->second;
          break;
        }
        case Piece::Kind::column: {
          const Col& other = columns_[p.column];
          if (other.cell >= cells.size() || cells[other.cell].empty()) return false;
          bool literal = false;
          const std::string_view cell = cells[other.cell];
          const std::string word = spelled(other, cell, literal);
          value += literal ? unquoted(cell) : word;
          break;
        }
      }
    }
    return true;
  }

  // A cell's JSON: its letter spelled out, its pattern filled.
  bool append_value(const Col& c, std::string_view cell, const std::vector<std::string_view>& cells,
                    std::string& out) const {
    bool literal = false;
    std::string word = spelled(c, cell, literal);
    if (literal) {
      out += cell;
      return true;
    }
    if (c.has_pattern) {
      std::string value;
      if (!fill(c, word, cells, value)) return false;
      word = std::move(value);
    }
    const bool scalar = !c.text && is_scalar(word);
    if (scalar) {
      out += word;
    } else {
      out += json::quote(word);
    }
    return true;
  }

  bool row(const std::vector<std::string_view>& cells, std::string& out) {
    if (list_) {
      if (columns_.size() != 1 || cells.empty() || cells[0].empty()) return false;
      return append_value(columns_[0], cells[0], cells, out);
    }
    ObjectBuilder builder(paths_);
    builder.begin(out);
    for (const Col& c : columns_) {
      if (c.rows_below) {
        builder.add(out, c.path, "[]");
        split_ = out.size() - 1;
        continue;
      }
      if (c.constant) {
        builder.add(out, c.path, c.json);
        if (leave != nullptr && c.json[0] == '"') (*leave)[c.name] = unquoted(c.json);
        continue;
      }
      std::string_view cell;
      if (c.shown) {
        if (c.cell >= cells.size()) continue;
        cell = cells[c.cell];
        if (cell.empty()) continue;
      } else if (c.by != npos) {
        const std::size_t at = columns_[c.by].cell;
        if (at >= cells.size()) return false;
        const auto it = c.lookup.find(std::string(cells[at]));
        if (it == c.lookup.end()) return false;
        cell = it->second;
      }
      builder.key(out, c.path);
      const std::size_t begin = out.size();
      if (c.derived) {
        std::string value;
        if (!fill(c, {}, cells, value)) return false;
        out += json::quote(value);
      } else if (!append_value(c, cell, cells, out)) {
        return false;
      }
      if (leave != nullptr && out[begin] == '"') (*leave)[c.name] = unquoted(std::string_view(out).substr(begin));
    }
    builder.end(out);
    return true;
  }

  Lines& lines_;
  bool list_;
  Paths paths_;
  std::vector<Col> columns_;
  std::vector<PathId> shown_;
  std::vector<After> afters_;
  char separator_ = '|';
  bool has_heading_ = false;
  std::size_t below_ = npos;  // the column of the rows below
  std::size_t split_ = npos;  // where they go in the row last built
  std::string heading_;
};

struct Count {
  std::uint64_t n;
  bool list;
  bool nested;
};

// "300 rows", "300 items" or "300 nested rows".
std::optional<Count> count_of(std::string_view s) {
  bool nested = false;
  if (s.ends_with(" nested rows")) {
    nested = true;
    s.remove_suffix(5);
    s.remove_suffix(7);
    const auto n = number(s);
    if (!n || *n == 0 || *n > max_rows) return std::nullopt;
    return Count{*n, false, nested};
  }
  const bool rows = s.ends_with(" rows"), items = s.ends_with(" items");
  if (!rows && !items) return std::nullopt;
  const auto n = number(s.substr(0, s.size() - (rows ? 5 : 6)));
  if (!n || *n == 0 || *n > max_rows) return std::nullopt;
  return Count{*n, items, false};
}

// Rows below rows: up to three classes' preambles, then the rows, each one blank deeper than the row it belongs to.
bool read_nested(Lines& lines, std::uint64_t count, const TableReader::Values& enclosing, std::string& out) {
  std::optional<TableReader> with, without, below;
  for (;;) {
    const std::string_view title = lines.peek();
    std::optional<TableReader>* reader = title == "with rows below:" ? &with
                                         : title == "without:"       ? &without
                                         : title == "below:"         ? &below
                                                                     : nullptr;
    if (reader == nullptr) break;
    if (*reader) return false;
    lines.next();
    reader->emplace(lines, false);
    (*reader)->nested = reader == &with;
    if (!(*reader)->read_head()) return false;
  }
  if (!with) return false;
  struct Open {
    std::string behind;
    TableReader::Values values;
    bool first = true;
  };
  std::vector<Open> open;  // the rows that the next line may be below
  bool first = true;
  const auto depth_of = [](std::string_view line) {
    std::size_t n = 0;
    while (n < line.size() && line[n] == ' ') ++n;
    return n;
  };
  while (count > 0) {
    if (lines.done()) return false;
    std::string_view line = lines.next();
    const std::size_t depth = depth_of(line);
    line.remove_prefix(depth);
    if (depth > open.size() || depth > static_cast<std::size_t>(json::max_depth)) return false;
    while (open.size() > depth) {
      out += open.back().behind;
      open.pop_back();
    }
    const TableReader::Values& above = open.empty() ? enclosing : open.back().values;
    bool& first_here = open.empty() ? first : open.back().first;
    if (!lines.done() && count > 1 && depth_of(lines.peek()) == depth + 1) {
      Open row;
      std::string before;
      with->above = &above;
      with->leave = &row.values;
      if (!with->read_branch(line, before, row.behind)) return false;
      if (!first_here) out += ',';
      first_here = false;
      out += before;
      --count;
      open.push_back(std::move(row));
      continue;
    }
    std::optional<TableReader>& reader = depth > 0 && below ? below : without;
    if (!reader || (line.starts_with('{') && end_of_json(line, 0) == line.size())) {
      if (!line.starts_with('{')) return false;
      if (!first_here) out += ',';
      first_here = false;
      out += line;
      --count;
      continue;
    }
    reader->above = &above;
    if (!reader->read_line(line, count, first_here, out, ",")) return false;
  }
  while (!open.empty()) {
    out += open.back().behind;
    open.pop_back();
  }
  return true;
}

bool read_members(Lines& lines, std::string& out) {
  Paths paths;
  std::unordered_map<PathId, std::string> values;
  ObjectBuilder builder(paths);
  builder.begin(out);
  while (!lines.done()) {
    const std::string_view line = lines.next();
    std::string_view rest = line;
    const auto path = paths.parse(rest);
    if (!path) return false;
    if (rest.starts_with('=')) {
      rest.remove_prefix(1);
      std::string json;
      if (!append_cell_json(json, rest, false)) return false;
      if (json[0] == '"') values[*path] = unquoted(json);
      builder.add(out, *path, json);
    } else if (rest.starts_with(": ")) {
      const auto count = count_of(rest.substr(2));
      if (!count) return false;
      builder.key(out, *path);
      out += '[';
      if (count->nested) {
        // Names are those of the object that holds the rows: of its own members, without its path.
        TableReader::Values enclosing;
        const PathId holder = paths[*path].parent;
        for (const auto& [id, value] : values) {
          if (paths[id].parent == holder)
            enclosing[paths.name(id).substr(holder == root_path ? 0 : paths.name(holder).size() + 1)] = value;
        }
        if (!read_nested(lines, count->n, enclosing, out)) return false;
      } else if (!TableReader(lines, count->list).read(count->n, out, ",")) {
        return false;
      }
      out += ']';
    } else {
      return false;
    }
  }
  builder.end(out);
  return true;
}

}  // namespace

namespace {

// "[json cut off in 2 spaced, 300 rows, complete; the last 57 bytes as they came]": the view of the whole elements,
// what closed them taken off again, and the last bytes.
std::optional<std::string> decode_cut(std::string_view view) {
  constexpr std::string_view lead = "[json cut off in ", tail = " bytes as they came]", before = "the last ";
  const std::string_view head = view.substr(0, view.find('\n'));
  if (!head.starts_with(lead) || !head.ends_with(tail)) return std::nullopt;
  const std::size_t at = head.rfind(before);
  if (at == npos || at + before.size() + tail.size() > head.size()) return std::nullopt;
  const auto size = number(head.substr(at + before.size(), head.size() - at - before.size() - tail.size()));
  if (!size || *size + head.size() + 2 > view.size()) return std::nullopt;
  std::string_view rest = head.substr(lead.size());
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const auto depth = number(rest.substr(0, digits));
  if (!depth || *depth == 0 || *depth > static_cast<std::uint64_t>(json::max_depth)) return std::nullopt;
  rest.remove_prefix(digits);
  const Spelling spelling = read_spelling(rest);
  std::string whole = "[json";
  whole += rest;
  whole += view.substr(head.size(), view.size() - head.size() - *size - 1);
  const auto json = decode(whole);
  if (!json) return std::nullopt;
  std::string out;
  respell(out, *json, spelling);
  for (std::uint64_t i = 0; i < *depth && !out.empty(); ++i) {
    out.pop_back();
    while (spelling.indent > 0 && !out.empty() && (out.back() == ' ' || out.back() == '\n')) out.pop_back();
  }
  out += view.substr(view.size() - *size);
  return out;
}

}  // namespace

std::optional<std::string> decode(std::string_view view) {
  if (view.starts_with("[json cut off in ")) return decode_cut(view);
  Lines lines(view);
  std::string_view head = lines.next();
  if (!head.starts_with("[json") || !head.ends_with(']')) return std::nullopt;
  head.remove_prefix(5);
  bool json_lines = false, ended = true;
  Spelling spelling;
  if (head.starts_with(" lines")) {
    json_lines = true;
    head.remove_prefix(6);
    spelling = read_spelling(head);
    if (head.starts_with(" unended")) {
      ended = false;
      head.remove_prefix(8);
    }
  }
  if (!head.starts_with(", ")) return std::nullopt;
  head.remove_prefix(2);
  const std::size_t complete = head.find("complete");
  if (complete == npos) return std::nullopt;
  const std::string_view what = head.substr(0, complete);
  std::string out;
  if (what.empty() && !json_lines) {
    if (!read_members(lines, out)) return std::nullopt;
    return out;
  }
  if (!what.ends_with(", ")) return std::nullopt;
  const auto count = count_of(what.substr(0, what.size() - 2));
  if (!count) return std::nullopt;
  if (!json_lines) out += '[';
  if (count->nested) {
    if (json_lines || !read_nested(lines, count->n, {}, out)) return std::nullopt;
  } else if (!TableReader(lines, count->list).read(count->n, out, json_lines ? "\n" : ",")) {
    return std::nullopt;
  }
  if (!lines.done()) return std::nullopt;
  if (!json_lines) {
    out += ']';
    return out;
  }
  if (ended) out += '\n';
  if (spelling == Spelling{}) return out;
  std::string spelled;
  respell(spelled, out, spelling);
  return spelled;
}

}  // namespace headroom::compressors::records
