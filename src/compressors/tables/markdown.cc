#include "compressors/tables/markdown.h"

#include <algorithm>
#include <array>

#include "base/lines.h"

namespace headroom::compressors::tables {
namespace {

constexpr std::array<Bars, 3> all_bars = {Bars::spaced, Bars::tight, Bars::padded};

struct Field {
  std::size_t width = 0;  // between the bars of the rule
  bool right = false;
};

// What stands between the bars, blanks and all; empty if the line is not one of bars.
std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> out;
  if (line.size() < 3 || line.front() != '|' || line.back() != '|') return out;
  std::size_t begin = 1;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '|') {
      if (out.size() > max_columns) return {};
      out.push_back(line.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  if (begin != line.size()) return {};  // the last bar is escaped
  return out;
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

// The fields that a rule lays down; empty if the line is no rule.
std::vector<Field> rule_of(std::string_view line) {
  std::vector<Field> out;
  for (const std::string_view field : fields_of(line)) {
    const std::string_view dashes = trimmed(field);
    if (dashes.find('-') == std::string_view::npos || dashes.find_first_not_of("-:") != std::string_view::npos)
      return {};
    out.push_back({field.size(), dashes.back() == ':' && dashes.front() != ':'});
  }
  return out;
}

void print_row(std::string& out, const std::vector<std::string_view>& cells, Bars bars,
               const std::vector<Field>& rule) {
  out += '|';
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const std::size_t width = bars == Bars::padded && c < rule.size() ? rule[c].width : 0;
    const std::size_t used = width_of(cells[c]) + 2;
    const std::size_t fill = width > used ? width - used : 0;
    const bool right = c < rule.size() && rule[c].right;
    if (bars != Bars::tight) out += ' ';
    if (right) out.append(fill, ' ');
    out += cells[c];
    if (!right) out.append(fill, ' ');
    if (bars != Bars::tight) out += ' ';
    out += '|';
  }
}

}  // namespace

std::optional<TextTable> read_markdown(std::string_view text) {
  if (!text.starts_with('|')) return std::nullopt;
  const std::vector<Line> lines = split_lines(text);
  if (lines.size() < 2 + least_rows) return std::nullopt;
  const std::vector<Field> rule = rule_of(lines[1].text);
  const std::vector<std::string_view> head = fields_of(lines[0].text);
  if (rule.size() < 2 || rule.size() > max_columns || head.size() != rule.size()) return std::nullopt;
  TextTable table;
  table.layout.style = Style::markdown;
  table.layout.separator = '|';
  table.layout.head = Head::verbatim;
  table.layout.verbatim = 2;
  table.layout.crlf = lines[0].end == "\r\n";
  table.layout.unended = lines.back().end.empty();
  table.front = {lines[0].text, lines[1].text};
  for (const std::string_view field : head) table.names.emplace_back(trimmed(field));
  mend_names(table.names);
  std::array<std::size_t, all_bars.size()> by{};
  std::vector<unsigned> spelled(lines.size());
  std::string again;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool ends_alike = lines[i].end == lines[0].end || (i + 1 == lines.size() && lines[i].end.empty());
    if (!ends_alike) return std::nullopt;
    if (i < 2) continue;
    Row& row = table.rows.emplace_back();
    row.line = lines[i].text;
    const auto fields = fields_of(lines[i].text);
    row.verbatim = fields.size() != rule.size();
    if (row.verbatim) continue;
    for (const std::string_view field : fields) row.cells.push_back(trimmed(field));
    for (std::size_t b = 0; b < all_bars.size(); ++b) {
      again.clear();
      print_row(again, row.cells, all_bars[b], rule);
      if (again != row.line) continue;
      ++by[b];
      spelled[i] |= 1u << b;
    }
  }
  const auto bars = static_cast<unsigned>(std::max_element(by.begin(), by.end()) - by.begin());
  if (by[bars] < least_rows || by[bars] * 10 < table.rows.size() * 9) return std::nullopt;
  table.layout.bars = all_bars[bars];
  for (std::size_t i = 2; i < lines.size(); ++i) {
    Row& row = table.rows[i - 2];
    row.verbatim |= (spelled[i] >> bars & 1) == 0;
  }
  return table;
}

void print_markdown(std::string& out, const TextTable& table) {
  const std::vector<Field> rule = table.front.empty() ? std::vector<Field>{} : rule_of(table.front.back());
  for (const Row& row : table.rows) {
    if (row.verbatim) {
      out += row.line;
    } else {
      print_row(out, row.cells, table.layout.bars, rule);
    }
    out += table.layout.crlf ? "\r\n" : "\n";
  }
}

}  // namespace headroom::compressors::tables
