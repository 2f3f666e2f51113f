#include "compressors/tables/columns.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/lines.h"

namespace headroom::compressors::tables {
namespace {

constexpr std::size_t widest = 512;       // columns in which gutters are looked for
constexpr std::size_t most_above = 7;     // lines above the names
constexpr std::size_t sample_rows = 256;  // by which gutters are found
constexpr std::size_t longest_line = 8192;
constexpr std::size_t none = ~std::size_t{0};

// A line by columns: offsets of its code points.
class Ruled {
 public:
  explicit Ruled(std::string_view line) : line_(line) {
    if (width_of(line) == line.size()) return;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if ((static_cast<unsigned char>(line[i]) & 0xC0) != 0x80) at_.push_back(static_cast<std::uint32_t>(i));
    }
    at_.push_back(static_cast<std::uint32_t>(line.size()));
  }
  std::size_t size() const { return at_.empty() ? line_.size() : at_.size() - 1; }
  bool blank(std::size_t p) const { return p >= size() || line_[offset(p)] == ' '; }
  std::string_view slice(std::size_t begin, std::size_t end) const {
    begin = std::min(begin, size());
    end = std::clamp(end, begin, size());
    return line_.substr(offset(begin), offset(end) - offset(begin));
  }
  // The stretch [begin, end) without the blanks at its ends; empty: both 0.
  std::pair<std::size_t, std::size_t> trimmed(std::size_t begin, std::size_t end) const {
    end = std::min(end, size());
    while (begin < end && blank(begin)) ++begin;
    while (end > begin && blank(end - 1)) --end;
    return begin < end ? std::pair{begin, end} : std::pair<std::size_t, std::size_t>{0, 0};
  }

 private:
  std::size_t offset(std::size_t p) const { return at_.empty() ? p : at_[p]; }

  std::string_view line_;
  std::vector<std::uint32_t> at_;  // empty where every byte is a column
};

struct Span {
  std::size_t begin, end;
};

std::vector<Span> words_of(const Ruled& line) {
  std::vector<Span> out;
  for (std::size_t p = 0; p < line.size(); ++p) {
    if (line.blank(p)) continue;
    if (out.empty() || out.back().end < p) out.push_back({p, p});
    out.back().end = p + 1;
  }
  return out;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(' ') == std::string_view::npos;
}
bool is_rule(std::string_view line) {
  return line.find_first_not_of("-=+| ") == std::string_view::npos &&
         line.find_first_of("-=") != std::string_view::npos;
}
bool is_row(std::string_view line) {
  return !is_blank(line) && line.size() <= longest_line && line.find_first_of("\t\r\x1b") == std::string_view::npos;
}

// Short words, none a number or a path; data and prose have others.
bool reads_as_names(std::string_view line) {
  constexpr std::size_t longest_name = 20;
  const Ruled ruled(line);
  const std::vector<Span> words = words_of(ruled);
  if (words.size() < 2) return false;
  for (const Span& w : words) {
    const std::string_view word = ruled.slice(w.begin, w.end);
    if (word.size() > longest_name || word.find_first_of("=;{}\"\\$") != std::string_view::npos) return false;
    if (word.ends_with('.') || word.ends_with(',') || word.find("::") != std::string_view::npos) return false;
    const bool digit = word[0] >= '0' && word[0] <= '9';
    if (digit && word.find_first_not_of("0123456789KMGB-blocks") != std::string_view::npos) return false;
    if (digit && word.find_first_not_of("0123456789.") == std::string_view::npos) return false;
  }
  return true;
}

// Where the columns meet: positions that are blank in the line of names and in nine rows of ten.
class Gutters {
 public:
  Gutters(const std::vector<Line>& lines, std::size_t first_row) : occupied_(widest + 1) {
    const std::size_t n = lines.size() - first_row;
    const std::size_t stride = (n + sample_rows - 1) / sample_rows;
    for (std::size_t i = first_row; i < lines.size(); i += stride) {
      if (!is_row(lines[i].text)) continue;
      ++rows_;
      const Ruled line(lines[i].text);
      for (std::size_t p = 0; p < std::min(line.size(), widest); ++p) occupied_[p] += !line.blank(p);
    }
    // Of few rows each counts; and a row that breaks a gutter is dear.
    allowed_ = rows_ < 10 ? 0 : rows_ / 10;
  }

  std::size_t rows() const { return rows_; }
  // The emptiest position of [begin, end), the last of equals; `none` if all are occupied.
  std::size_t between(std::size_t begin, std::size_t end) const {
    std::size_t best = none;
    for (std::size_t p = begin; p < std::min(end, widest); ++p) {
      if (occupied_[p] <= allowed_ && (best == none || occupied_[p] <= occupied_[best])) best = p;
    }
    return best;
  }
  bool empty(std::size_t begin, std::size_t end) const {
    return std::all_of(occupied_.begin() + static_cast<std::ptrdiff_t>(std::min(begin, widest)),
                       occupied_.begin() + static_cast<std::ptrdiff_t>(std::min(end, widest)),
                       [](std::size_t n) { return n == 0; });
  }
  bool filled(std::size_t begin, std::size_t end) const {
    for (std::size_t p = begin; p < std::min(end, widest); ++p) {
      if (occupied_[p] * 2 > rows_) return true;
    }
    return false;
  }

 private:
  std::vector<std::size_t> occupied_;  // rows that are not blank there
  std::size_t rows_ = 0, allowed_ = 0;
};

struct Plan {
  std::vector<std::size_t> gutters;  // between the columns
  std::vector<std::string> names;
  bool names_mended = false;

  Span column(std::size_t c) const { return {c == 0 ? 0 : gutters[c - 1] + 1, c < gutters.size() ? gutters[c] : none}; }
  std::size_t size() const { return gutters.size() + 1; }
};

// Columns by the names at line `head` and the rows from `first_row` on; nullopt if they are none.
std::optional<Plan> plan_of(const std::vector<Line>& lines, std::size_t head, std::size_t first_row) {
  const Ruled names(lines[head].text);
  const std::vector<Span> words = words_of(names);
  if (words.empty() || words.size() > max_columns || words.back().end > widest) return std::nullopt;
  const Gutters gutters(lines, first_row);
  if (gutters.rows() < least_rows) return std::nullopt;
  Plan plan;
  if (words[0].begin > 0) {  // a column without a name in front
    const std::size_t p = gutters.between(1, words[0].begin);
    if (p != none && gutters.filled(0, p)) plan.gutters.push_back(p);
  }
  for (std::size_t w = 1; w < words.size(); ++w) {
    const std::size_t p = gutters.between(words[w - 1].end, words[w].begin);
    if (p == none) continue;
    // "NOMINATED NODE": a name of two words, if nothing ever stands under the second.
    const std::size_t next = w + 1 < words.size() ? words[w + 1].begin : widest;
    if (words[w].begin == words[w - 1].end + 1 && gutters.empty(p, next)) continue;
    plan.gutters.push_back(p);
  }
  if (plan.size() < 2 || plan.size() * 2 < words.size()) return std::nullopt;
  std::size_t filled = 0;
  for (std::size_t c = 0; c < plan.size(); ++c) {
    const Span span = plan.column(c);
    const auto [begin, end] = names.trimmed(span.begin, span.end);
    plan.names.emplace_back(names.slice(begin, end));
    filled += gutters.filled(span.begin, span.end);
  }
  if (filled < 2) return std::nullopt;
  plan.names_mended = mend_names(plan.names);
  return plan;
}

// Positions that count: the commonest.
class Mode {
 public:
  void add(std::size_t value) {
    const std::size_t n = ++seen_[value];
    if (n > count_ || (n == count_ && value < value_)) {
      count_ = n;
      value_ = value;
    }
  }
  std::size_t value() const { return value_; }
  std::size_t count() const { return count_; }

 private:
  std::unordered_map<std::size_t, std::size_t> seen_;
  std::size_t value_ = 0, count_ = 0;
};

// How wide each column's cells are, names too if the columns spell them.
std::vector<std::size_t> widths_of(const TextTable& table) {
  std::vector<std::size_t> out(table.names.size());
  if (table.layout.head == Head::names) {
    for (std::size_t c = 0; c < out.size(); ++c) out[c] = width_of(table.names[c]);
  }
  for (const Row& row : table.rows) {
    for (std::size_t c = 0; c < row.cells.size(); ++c) out[c] = std::max(out[c], width_of(row.cells[c]));
  }
  return out;
}

template <class Cells>
void print_row(std::string& out, const Cells& cells, const Layout& layout, const std::vector<std::size_t>& widths) {
  const std::size_t begin = out.size();
  std::size_t at = 0;      // the column that the next byte stands in
  std::int64_t field = 0;  // where the column's field begins
  for (std::size_t c = 0; c < cells.size(); ++c) {
    field += layout.gaps[c];
    const std::size_t used = width_of(cells[c]);
    if (used > 0) {
      std::int64_t to = field;
      if (layout.aligned[c] == 'r') to += static_cast<std::int64_t>(widths[c]) - static_cast<std::int64_t>(used);
      if (to > static_cast<std::int64_t>(at)) {
        out.append(static_cast<std::size_t>(to) - at, ' ');
        at = static_cast<std::size_t>(to);
      }
      out += cells[c];
      at += used;
    }
    field += static_cast<std::int64_t>(widths[c]);
  }
  if (layout.padded && field > static_cast<std::int64_t>(at)) out.append(static_cast<std::size_t>(field) - at, ' ');
  if (!layout.padded) {
    while (out.size() > begin && out.back() == ' ') out.pop_back();
  }
}

// Rows that the columns spell otherwise stay as they came.
std::size_t set_odd_rows_verbatim(TextTable& table) {
  const std::vector<std::size_t> widths = widths_of(table);
  std::string again;
  std::size_t odd = 0;
  for (Row& row : table.rows) {
    if (row.verbatim) continue;
    again.clear();
    print_row(again, row.cells, table.layout, widths);
    if (again == row.line) continue;
    row.verbatim = true;
    row.cells.clear();
    ++odd;
  }
  return odd;
}

// Where the fields begin and end, by most rows; then the gaps between them, by the widest cells.
void lay_out(TextTable& table, std::string_view head_line, const std::vector<std::string_view>& head_cells) {
  const std::size_t columns = table.names.size();
  std::vector<Mode> starts(columns), ends(columns);
  Mode lengths;
  std::size_t trailing = 0, rows = 0;
  const auto look = [&](std::string_view line, const std::vector<std::string_view>& cells) {
    for (std::size_t c = 0; c < columns; ++c) {
      if (cells[c].empty()) continue;
      const auto before = static_cast<std::size_t>(cells[c].data() - line.data());
      const std::size_t begin = width_of(line.substr(0, before));
      starts[c].add(begin);
      ends[c].add(begin + width_of(cells[c]));
    }
    lengths.add(width_of(line));
    trailing += line.ends_with(' ');
    ++rows;
  };
  if (table.layout.head == Head::names) look(head_line, head_cells);
  for (const Row& row : table.rows) {
    if (!row.verbatim) look(row.line, row.cells);
  }
  table.layout.padded = trailing * 2 > rows && lengths.count() * 10 >= rows * 9;
  table.layout.aligned.clear();
  for (std::size_t c = 0; c < columns; ++c) {
    table.layout.aligned += starts[c].count() >= ends[c].count() ? 'l' : 'r';
  }
  const std::vector<std::size_t> widths = widths_of(table);
  table.layout.gaps.clear();
  std::int64_t field = 0;
  for (std::size_t c = 0; c < columns; ++c) {
    const auto width = static_cast<std::int64_t>(widths[c]);
    std::int64_t begin = field;
    if (width > 0) {
      begin = table.layout.aligned[c] == 'l' ? static_cast<std::int64_t>(starts[c].value())
                                             : static_cast<std::int64_t>(ends[c].value()) - width;
    }
    table.layout.gaps.push_back(static_cast<std::int32_t>(begin - field));
    field = begin + width;
  }
}

}  // namespace

bool settle_columns(TextTable& table, std::string_view head_line, const std::vector<std::string_view>& head_cells) {
  // Odd rows leave, and with them the width they asked for; a few rounds settle it.
  constexpr int most_rounds = 4;
  bool settled = false;
  for (int round = 0; round < most_rounds && !settled; ++round) {
    lay_out(table, head_line, head_cells);
    if (table.layout.head == Head::names) {
      std::string again;
      print_row(again, table.names, table.layout, widths_of(table));
      if (again != head_line) {
        table.layout.head = Head::verbatim;
        continue;
      }
    }
    settled = set_odd_rows_verbatim(table) == 0;
  }
  const std::size_t odd = table.verbatim_rows();
  return settled && table.rows.size() - odd >= least_rows && odd * 10 <= table.rows.size();
}

namespace {

std::optional<TextTable> read_at(const std::vector<Line>& lines, std::size_t head) {
  const std::size_t first_row = head + 1 + (head + 1 < lines.size() && is_rule(lines[head + 1].text));
  if (first_row + least_rows > lines.size()) return std::nullopt;
  const std::optional<Plan> plan = plan_of(lines, head, first_row);
  if (!plan) return std::nullopt;
  TextTable table;
  table.layout.style = Style::columns;
  table.layout.separator = ' ';
  table.layout.crlf = lines[0].end == "\r\n";
  table.layout.unended = lines.back().end.empty();
  table.names = plan->names;
  table.layout.head = plan->names_mended || first_row > head + 1 ? Head::verbatim : Head::names;
  for (std::size_t i = first_row; i < lines.size(); ++i) {
    Row& row = table.rows.emplace_back();
    row.line = lines[i].text;
    row.verbatim = !is_row(row.line);
    if (row.verbatim) continue;
    const Ruled line(row.line);
    for (const std::size_t g : plan->gutters) row.verbatim |= !line.blank(g);
    if (row.verbatim) continue;
    for (std::size_t c = 0; c < plan->size(); ++c) {
      const Span span = plan->column(c);
      const auto [begin, end] = line.trimmed(span.begin, span.end);
      row.cells.push_back(line.slice(begin, end));
    }
  }
  const std::string_view head_line = lines[head].text;
  const Ruled head_ruled(head_line);
  std::vector<std::string_view> head_cells;
  for (std::size_t c = 0; c < plan->size(); ++c) {
    const Span span = plan->column(c);
    const auto [begin, end] = head_ruled.trimmed(span.begin, span.end);
    head_cells.push_back(head_ruled.slice(begin, end));
  }
  if (!settle_columns(table, head_line, head_cells)) return std::nullopt;
  const auto lone = static_cast<std::size_t>(std::count_if(table.rows.begin(), table.rows.end(), [](const Row& r) {
    return !r.verbatim && std::count_if(r.cells.begin(), r.cells.end(), [](auto c) { return !c.empty(); }) < 2;
  }));
  if (lone * 10 > table.rows.size()) return std::nullopt;  // a list, or prose beside something
  const std::size_t front = table.layout.head == Head::names ? head : first_row;
  for (std::size_t i = 0; i < front; ++i) table.front.push_back(lines[i].text);
  table.layout.verbatim = front;
  return table;
}

}  // namespace

std::optional<TextTable> read_columns(std::string_view text) {
  const std::vector<Line> lines = split_lines(text);
  if (lines.size() <= least_rows) return std::nullopt;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    if (lines[i].end != lines[0].end) return std::nullopt;
  }
  if (!lines.back().end.empty() && lines.back().end != lines[0].end) return std::nullopt;
  // Names with a rule below them first.
  const std::size_t last = std::min(most_above, lines.size() - least_rows - 1);
  for (const bool ruled : {true, false}) {
    for (std::size_t head = 0; head <= last; ++head) {
      if (!is_row(lines[head].text) || is_rule(lines[head].text)) continue;
      if (is_rule(lines[head + 1].text) != ruled) continue;
      // Without a rule the names open the text or a paragraph of it, and read as names.
      const bool opens = head == 0 || is_blank(lines[head - 1].text);
      if (!ruled && (!opens || !reads_as_names(lines[head].text))) continue;
      if (auto table = read_at(lines, head)) return table;
    }
  }
  return std::nullopt;
}

void print_columns(std::string& out, const TextTable& table) {
  const std::vector<std::size_t> widths = widths_of(table);
  const std::string_view end = table.layout.crlf ? "\r\n" : "\n";
  if (table.layout.head == Head::names) {
    print_row(out, table.names, table.layout, widths);
    out += end;
  }
  for (const Row& row : table.rows) {
    if (row.verbatim) {
      out += row.line;
    } else {
      print_row(out, row.cells, table.layout, widths);
    }
    out += end;
  }
}

}  // namespace headroom::compressors::tables
