#include "compressors/tables/delimited.h"

#include <algorithm>
#include <array>

#include "compressors/json/cells.h"

namespace headroom::compressors::tables {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t longest_quoted = std::size_t{64} << 10;
constexpr std::size_t most_unclosed = 16;
constexpr std::array<char, 4> separators = {'\t', ',', ';', '|'};
constexpr std::array<Quotes, 3> policies = {Quotes::where_needed, Quotes::strings, Quotes::all};

// Cells are short: one look at each byte is less than a call for each byte that is looked for.
bool needs_quotes(std::string_view cell, char separator) {
  for (const char c : cell) {
    if (c == separator || c == '"' || c == '\n' || c == '\r') return true;
  }
  return false;
}

bool quoted_by(Quotes policy, std::string_view cell, char separator) {
  if (policy == Quotes::all || needs_quotes(cell, separator)) return true;
  return policy == Quotes::strings && !records::is_scalar(cell);
}

struct Record {
  std::string_view line;  // without its end
  std::vector<std::string_view> cells;
  unsigned spelled_by = 0;  // bit i: as policies[i] spells it
};

// Takes a text apart for one separator.
class Reader {
 public:
  Reader(std::string_view text, char separator, std::deque<std::string>& spelled)
      : text_(text), separator_(separator), spelled_(spelled) {}

  // False where line ends are mixed or quotes do not close.
  bool read() {
    while (at_ < text_.size()) {
      if (!record()) return false;
    }
    return true;
  }

  std::vector<Record> records;
  bool crlf = false, unended = false;

 private:
  bool record() {
    const std::size_t begin = at_;
    Record r;
    if (!records.empty()) r.cells.reserve(records.back().cells.size());
    r.spelled_by = (1u << policies.size()) - 1;
    bool whole = true;
    for (;;) {
      if (r.cells.size() > max_columns || !cell(r)) {
        whole = false;
        break;
      }
      if (at_ >= text_.size() || text_[at_] != separator_) break;
      ++at_;
    }
    if (!whole) {
      r.cells.clear();
      at_ = std::min(text_.find('\n', begin), text_.size());
      if (at_ > begin && text_[at_ - 1] == '\r' && at_ < text_.size()) --at_;
    }
    r.line = text_.substr(begin, at_ - begin);
    records.push_back(std::move(r));
    return line_end();
  }

  bool line_end() {
    if (at_ >= text_.size()) {
      unended = true;
      return true;
    }
    const bool with_return = text_[at_] == '\r';
    at_ += with_return ? 2 : 1;
    if (records.size() == 1) crlf = with_return;
    return crlf == with_return;
  }

  bool at_end_of_cell() const {
    if (at_ >= text_.size() || text_[at_] == separator_ || text_[at_] == '\n') return true;
    return text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n';
  }

  // Leaves at_ at what ends the cell; false if the cell is malformed.
  bool cell(Record& r) {
    const bool quoted = at_ < text_.size() && text_[at_] == '"';
    std::string_view value;
    if (quoted) {
      if (!quoted_cell(value)) return false;
    } else {
      const std::size_t begin = at_;
      while (!at_end_of_cell()) ++at_;
      value = text_.substr(begin, at_ - begin);
    }
    r.spelled_by &= spelled_by(value, quoted);
    r.cells.push_back(value);
    return true;
  }

  // The policies by which the cell is spelled as it stands: quoted_by of each, but the cell is looked at once.
  unsigned spelled_by(std::string_view value, bool quoted) const {
    constexpr unsigned every = (1u << policies.size()) - 1;
    static_assert(policies[0] == Quotes::where_needed && policies[1] == Quotes::strings && policies[2] == Quotes::all);
    // A cell without quotes holds nothing that needs them, but perhaps a lone carriage return or quote.
    const bool needs = needs_quotes(value, separator_);
    if (needs) return quoted ? every : 0;
    const unsigned quoting = records::is_scalar(value) ? 4u : 6u;
    return quoted ? quoting : every & ~quoting;
  }

  bool quoted_cell(std::string_view& value) {
    const std::size_t begin = ++at_;
    bool doubled = false;
    for (;;) {
      const std::size_t quote = text_.substr(0, std::min(text_.size(), begin + longest_quoted)).find('"', at_);
      if (quote == npos) {
        if (++unclosed_ > most_unclosed) at_ = text_.size();  // no table: the rest is not looked at
        return false;
      }
      at_ = quote + 1;
      if (at_ >= text_.size() || text_[at_] != '"') break;
      doubled = true;
      ++at_;
    }
    if (!at_end_of_cell()) return false;
    value = text_.substr(begin, at_ - 1 - begin);
    if (!doubled) return true;
    std::string& plain = spelled_.emplace_back();
    for (std::size_t i = 0; i < value.size(); ++i) {
      plain += value[i];
      if (value[i] == '"') ++i;
    }
    value = plain;
    return true;
  }

  std::string_view text_;
  char separator_;
  std::deque<std::string>& spelled_;
  std::size_t at_ = 0, unclosed_ = 0;
};

// The number of cells that most of the first records have.
std::size_t usual_width(const std::vector<Record>& records) {
  constexpr std::size_t sample = 64;
  std::vector<std::size_t> seen(max_columns + 2);
  for (std::size_t i = 0; i < std::min(records.size(), sample); ++i) ++seen[records[i].cells.size()];
  seen[0] = 0;
  return static_cast<std::size_t>(std::max_element(seen.begin(), seen.end()) - seen.begin());
}

// Prose and statements have separators, too.
bool looks_like_text(const std::vector<Record>& records, std::size_t width, char separator) {
  if (separator == '\t') return false;
  std::size_t lines = 0, statements = 0, cells = 0, after_blank = 0, trailing = 0;
  for (const Record& r : records) {
    if (r.cells.size() != width) continue;
    ++lines;
    const char last = r.line.empty() ? '\0' : r.line.back();
    statements += last == ';' || last == '{' || last == '}' || last == '(' || (last == ',' && separator != ',');
    trailing += r.cells.back().empty();
    for (std::size_t c = 1; c < width; ++c) {
      ++cells;
      after_blank += r.cells[c].starts_with(' ');
    }
  }
  const bool barred = separator == '|';
  if (!barred && after_blank * 5 > cells) return true;
  if (width == 2 && (statements * 5 > lines || trailing * 2 > lines)) return true;
  return separator == ';' && statements * 5 > lines && trailing * 10 > lines * 9;
}

bool is_name(std::string_view cell) {
  return !cell.empty() && cell.size() <= 64 && !records::is_scalar(cell) && cell.find('\n') == npos &&
         !(cell[0] >= '0' && cell[0] <= '9');
}

// The first record as the line of names, if it reads as one.
void take_head(TextTable& table, std::vector<Record>& records, unsigned policy) {
  const Record& first = records.front();
  const std::size_t width = first.cells.size();
  const auto names = static_cast<std::size_t>(std::count_if(first.cells.begin(), first.cells.end(), is_name));
  if (names * 10 < width * 8) {
    table.layout.head = Head::none;
    table.names.assign(width, "");
    mend_names(table.names);
    return;
  }
  table.names.assign(first.cells.begin(), first.cells.end());
  const bool mended = mend_names(table.names);
  if (mended || (first.spelled_by >> policy & 1) == 0) {
    table.layout.head = Head::verbatim;
    table.layout.verbatim = 1;
    table.front.push_back(first.line);
  }
  records.erase(records.begin());
}

std::optional<TextTable> read_with(std::string_view text, char separator) {
  TextTable table;
  Reader reader(text, separator, table.spelled);
  if (!reader.read()) return std::nullopt;
  std::vector<Record>& records = reader.records;
  const std::size_t width = usual_width(records);
  if (width < 2 || width > max_columns || records.size() <= least_rows) return std::nullopt;
  if (records.front().cells.size() != width) return std::nullopt;
  std::array<std::size_t, policies.size()> by{};
  for (const Record& r : records) {
    if (r.cells.size() != width) continue;
    for (std::size_t p = 0; p < policies.size(); ++p) by[p] += r.spelled_by >> p & 1;
  }
  const auto policy = static_cast<unsigned>(std::max_element(by.begin(), by.end()) - by.begin());
  if (by[policy] * 20 < records.size() * 19 || looks_like_text(records, width, separator)) return std::nullopt;
  table.layout.separator = separator;
  table.layout.quotes = policies[policy];
  table.layout.crlf = reader.crlf;
  table.layout.unended = reader.unended;
  take_head(table, records, policy);
  table.rows.reserve(records.size());
  for (Record& r : records) {
    Row& row = table.rows.emplace_back();
    row.verbatim = r.cells.size() != width || (r.spelled_by >> policy & 1) == 0;
    row.line = r.line;
    if (!row.verbatim) row.cells = std::move(r.cells);
    if (row.verbatim && r.line.find('\n') != npos) return std::nullopt;  // a line must be one
  }
  return table;
}

void print_cell(std::string& out, std::string_view cell, const Layout& layout) {
  if (!quoted_by(layout.quotes, cell, layout.separator)) {
    out += cell;
    return;
  }
  out += '"';
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

template <class Cells>
void print_record(std::string& out, const Cells& cells, const Layout& layout) {
  bool first = true;
  for (const auto& cell : cells) {
    if (!first) out += layout.separator;
    first = false;
    print_cell(out, cell, layout);
  }
  out += layout.crlf ? "\r\n" : "\n";
}

}  // namespace

std::optional<TextTable> read_delimited(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  if (first.starts_with('|')) return std::nullopt;  // a table of bars
  for (const char separator : separators) {
    if (first.find(separator) == npos) continue;
    if (auto table = read_with(text, separator)) return table;
  }
  return std::nullopt;
}

std::vector<std::string> names_of_record(std::string_view line, const Layout& layout) {
  std::deque<std::string> spelled;
  Reader reader(line, layout.separator, spelled);
  if (!reader.read() || reader.records.size() != 1) return {};
  std::vector<std::string> names(reader.records[0].cells.begin(), reader.records[0].cells.end());
  mend_names(names);
  return names;
}

void print_delimited(std::string& out, const TextTable& table) {
  if (table.layout.head == Head::names) print_record(out, table.names, table.layout);
  for (const Row& row : table.rows) {
    if (row.verbatim) {
      (out += row.line) += table.layout.crlf ? "\r\n" : "\n";
    } else {
      print_record(out, row.cells, table.layout);
    }
  }
}

}  // namespace headroom::compressors::tables
