#include "compressors/json/table_reader.h"

#include <algorithm>
#include <charconv>

#include "compressors/json/cells.h"
#include "compressors/json/table.h"
#include "json/strings.h"

namespace headroom::compressors::records {
namespace {

constexpr std::size_t npos = std::string_view::npos;

}  // namespace

std::optional<std::uint64_t> read_number(std::string_view s) {
  std::uint64_t n = 0;
  const auto r = std::from_chars(s.data(), s.data() + s.size(), n);
  if (r.ec != std::errc() || r.ptr != s.data() + s.size()) return std::nullopt;
  return n;
}

std::string unquoted(std::string_view cell) {
  if (cell.size() >= 2 && cell[0] == '"') return json::unescape(cell.substr(1, cell.size() - 2));
  return std::string(cell);
}

bool TableReader::read_head() {
  for (;;) {
    if (lines_.done()) return false;
    const int is = preamble(lines_.next());
    if (is < 0) return false;
    if (is == 0) return arrange();
  }
}

bool TableReader::read(std::uint64_t count, std::string& out, std::string_view between) {
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

bool TableReader::read_line(std::string_view line, std::uint64_t& count, bool& first, std::string& out,
                            std::string_view between) {
  std::uint64_t repeats = 1;
  if (!line.empty() && line.back() >= '0' && line.back() <= '9') {
    std::size_t at = line.size();
    while (at > 0 && line[at - 1] >= '0' && line[at - 1] <= '9') --at;
    if (line.substr(0, at).ends_with(" x")) {
      const auto n = read_number(line.substr(at));
      if (n && *n > 0 && *n <= count) {
        repeats = *n;
        line = line.substr(0, at - 2);
      }
    }
  }
  if (stands_apart(line)) {
    for (; repeats > 0; --repeats, --count, first = false) {
      if (!first) out += between;
      append_apart(line, out);
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
    const auto a = read_number(cell.substr(0, dots)), b = read_number(cell.substr(dots + 2));
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

bool TableReader::stands_apart(std::string_view line) const {
  if (kind_ == RowKind::items || line.size() < 2) return false;
  return line[0] == (kind_ == RowKind::lists ? '[' : '{') && end_of_json(line, 0) == line.size();
}

void TableReader::append_apart(std::string_view line, std::string& out) const {
  out += kind_ == RowKind::keyed ? line.substr(1, line.size() - 2) : line;
}

bool TableReader::read_branch(std::string_view line, std::string& before, std::string& behind) {
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

TableReader::Col& TableReader::column(PathId path, std::string name) {
  for (Col& c : columns_) {
    if (c.path == path) return c;
  }
  Col& c = columns_.emplace_back();
  c.path = path;
  c.name = std::move(name);
  return c;
}

std::size_t TableReader::index_of(PathId path) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].path == path) return i;
  }
  return npos;
}

int TableReader::preamble(std::string_view line) {
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

bool TableReader::constants(std::string_view rest) {
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

bool TableReader::read_after(std::string_view& rest, After& after) {
  if (!rest.starts_with(", after ")) return true;
  rest.remove_prefix(8);
  const auto path = paths_.parse(rest);
  if (!path) return false;
  after.front = false;
  after.anchor = *path;
  return true;
}

bool TableReader::take_entry(std::string_view& rest, std::string_view& value) {
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

bool TableReader::lookup(PathId path, std::string name, PathId key, std::string_view rest) {
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

bool TableReader::letters(Col& c, std::string_view rest) {
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

bool TableReader::header(std::string_view line) {
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

bool TableReader::arrange() {
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

std::string TableReader::spelled(const Col& c, std::string_view cell, bool& literal) const {
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

bool TableReader::fill(const Col& c, const std::string& own, const std::vector<std::string_view>& cells,
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

bool TableReader::append_value(const Col& c, std::string_view cell, const std::vector<std::string_view>& cells,
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

bool TableReader::append_found(const Col& c, const std::vector<std::string_view>& cells, std::string& out) const {
  if (c.constant) {
    out += c.json;
    return true;
  }
  if (c.derived) {
    std::string value;
    if (!fill(c, {}, cells, value)) return false;
    out += json::quote(value);
    return true;
  }
  std::string_view cell;
  if (c.shown && c.cell < cells.size()) {
    cell = cells[c.cell];
  } else if (c.by != npos) {
    const std::size_t at = columns_[c.by].cell;
    if (at >= cells.size()) return false;
    const auto it = c.lookup.find(std::string(cells[at]));
    if (it == c.lookup.end()) return false;
    cell = it->second;
  }
  return !cell.empty() && append_value(c, cell, cells, out);
}

bool TableReader::row(const std::vector<std::string_view>& cells, std::string& out) {
  if (kind_ == RowKind::items) {
    if (columns_.size() != 1 || cells.empty() || cells[0].empty()) return false;
    return append_value(columns_[0], cells[0], cells, out);
  }
  std::size_t next = 0;
  if (kind_ == RowKind::keyed) {
    const std::size_t begin = out.size();
    if (columns_.empty() || !append_found(columns_[next++], cells, out) || out[begin] != '"') return false;
    out += ':';
  }
  ObjectBuilder builder(paths_);
  builder.begin(out, kind_ == RowKind::lists);
  for (; next < columns_.size(); ++next) {
    const Col& c = columns_[next];
    if (c.rows_below) {
      builder.add(out, c.path, "[]");
      split_ = out.size() - 1;
      continue;
    }
    if (c.shown && (c.cell >= cells.size() || cells[c.cell].empty())) continue;  // missing
    builder.key(out, c.path);
    const std::size_t begin = out.size();
    if (!append_found(c, cells, out)) return false;
    if (leave != nullptr && out[begin] == '"') (*leave)[c.name] = unquoted(std::string_view(out).substr(begin));
  }
  return builder.end(out);
}

}  // namespace headroom::compressors::records
