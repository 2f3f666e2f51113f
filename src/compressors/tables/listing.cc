#include "compressors/tables/listing.h"

#include <algorithm>
#include <array>

#include "base/lines.h"
#include "compressors/tables/columns.h"

namespace headroom::compressors::tables {
namespace {

constexpr auto column_names =
    std::to_array<std::string_view>({"mode", "links", "owner", "group", "size", "time", "name"});

bool all_of_set(std::string_view s, std::string_view set) {
  return !s.empty() && s.find_first_not_of(set) == std::string_view::npos;
}

// "-rw-r--r--", "drwxrwxrwt+".
bool is_mode(std::string_view s) {
  if (s.size() == 11 && all_of_set(s.substr(10), ".+@")) s.remove_suffix(1);
  return s.size() == 10 && all_of_set(s.substr(0, 1), "-dlbcps") && all_of_set(s.substr(1), "rwxsStT-");
}

// Words of a line, one after the other.
class Words {
 public:
  explicit Words(std::string_view line) : line_(line) {}
  std::string_view next() {
    at_ = std::min(line_.find_first_not_of(' ', at_), line_.size());
    const std::size_t end = std::min(line_.find(' ', at_), line_.size());
    const std::string_view word = line_.substr(at_, end - at_);
    at_ = end;
    return word;
  }
  std::string_view rest() const { return line_.substr(std::min(at_, line_.size())); }

 private:
  std::string_view line_;
  std::size_t at_ = 0;
};

// The words of a time: "Mar  1 09:26", "May  9  2026", "2026-03-01 09:26", and with seconds and zone.
std::string_view take_time(Words& words) {
  constexpr std::string_view digits = "0123456789";
  const std::string_view first = words.next();
  std::string_view last = words.next();
  if (first.size() == 10 && all_of_set(first, "0123456789-")) {
    if (!all_of_set(last, "0123456789:.")) return {};
    if (last.size() > 5) last = words.next();  // with seconds there is a zone
  } else {
    if (first.size() < 3 || !all_of_set(last, digits)) return {};
    last = words.next();
    if (!all_of_set(last, "0123456789:")) return {};
  }
  if (last.empty()) return {};
  return {first.data(), static_cast<std::size_t>(last.data() + last.size() - first.data())};
}

// The cells of an entry; empty if it has another shape.
std::vector<std::string_view> entry_cells(std::string_view line) {
  Words words(line);
  std::vector<std::string_view> cells;
  cells.push_back(words.next());
  if (!is_mode(cells[0]) || cells[0].data() != line.data()) return {};
  for (int i = 0; i < 4; ++i) cells.push_back(words.next());
  if (!all_of_set(cells[1], "0123456789") || !all_of_set(cells[4], "0123456789.,KMGTPkB")) return {};
  cells.push_back(take_time(words));
  std::string_view name = words.rest();
  if (cells[5].empty() || name.size() < 2) return {};
  name.remove_prefix(1);  // one blank; what follows is the name
  if (name.front() == ' ' || name.back() == ' ') return {};
  cells.push_back(name);
  return cells;
}

}  // namespace

std::optional<TextTable> read_listing(std::string_view text) {
  std::vector<Line> lines = split_lines(text);
  if (lines.size() < least_rows) return std::nullopt;
  TextTable table;
  table.layout.style = Style::columns;
  table.layout.separator = ' ';
  table.layout.head = Head::none;
  table.layout.crlf = lines[0].end == "\r\n";
  table.layout.unended = lines.back().end.empty();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool last = i + 1 == lines.size() && lines[i].end.empty();
    if (!last && lines[i].end != lines[0].end) return std::nullopt;
  }
  table.names.assign(column_names.begin(), column_names.end());
  std::size_t first = 0;
  if (lines[0].text.starts_with("total ")) {
    table.front.push_back(lines[0].text);
    table.layout.verbatim = first = 1;
  }
  std::size_t odd = 0;
  for (std::size_t i = first; i < lines.size(); ++i) {
    Row& row = table.rows.emplace_back();
    row.line = lines[i].text;
    row.cells = entry_cells(row.line);
    row.verbatim = row.cells.empty();
    odd += row.verbatim;
    if (odd > 8 && odd * 4 > i) return std::nullopt;
  }
  if (!settle_columns(table)) return std::nullopt;
  return table;
}

}  // namespace headroom::compressors::tables
