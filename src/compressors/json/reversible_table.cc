#include "compressors/json/reversible_table.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "compressors/json/cells.h"
#include "compressors/json/reversible_long.h"
#include "salience/statistics.h"

namespace headroom::compressors::records {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;

constexpr char separator = '|';
constexpr std::size_t most_holes = 3;
constexpr std::size_t shortest_hole = 2;
constexpr std::size_t referred_bytes = 64;  // cells shorter than this are printed again
constexpr std::size_t tried_columns = 48;   // columns looked through for templates
constexpr std::size_t listed_outliers = 24;
constexpr std::size_t gap_with_figures = 8;  // rows; and 4 % of all

// Cells that can stand in a template: scalars, and strings without escapes.
bool plain_cell(const Document& doc, NodeId cell) {
  if (cell == no_cell) return false;
  const Kind kind = doc[cell].kind();
  return kind != Kind::object && kind != Kind::array && !doc[cell].escaped();
}
std::string_view plain_text(const Document& doc, NodeId cell) {
  return doc.is(cell, Kind::string) ? doc.string_raw(cell) : doc.raw(cell);
}

class TemplateFinder {
 public:
  TemplateFinder(const Grid& grid, const std::vector<bool>& constant)
      : grid_(grid), doc_(*grid.doc), constant_(constant) {
    gone_.assign(grid.columns(), false);
    used_.assign(grid.columns(), false);
    for (std::size_t r = 0; r < grid.rows.size(); ++r) {
      if (!grid.apart[r]) rows_.push_back(r);
    }
  }

  std::vector<CellTemplate> run() {
    std::vector<CellTemplate> out;
    if (rows_.size() < 2) return out;
    for (std::size_t c = 0; c < std::min(grid_.columns(), tried_columns); ++c) {
      if (constant_[c] || used_[c] || c == grid_.children) continue;
      const NodeId cell = grid_.cell(rows_[0], c);
      if (cell == no_cell || !doc_.is(cell, Kind::string) || doc_[cell].escaped()) continue;
      if (auto t = find(c, doc_.string_raw(cell))) {
        gone_[c] = true;
        for (std::size_t h : t->holes) used_[h] = true;
        out.push_back(std::move(*t));
      }
    }
    return out;
  }

 private:
  struct Hole {
    std::size_t at, size, column;
  };

  std::optional<CellTemplate> find(std::size_t c, std::string_view text) const {
    std::vector<Hole> holes;
    for (std::size_t b = 0; b < std::min(grid_.columns(), tried_columns); ++b) {
      if (b == c || gone_[b] || constant_[b] || b == grid_.children) continue;
      const NodeId cell = grid_.cell(rows_[0], b);
      if (!plain_cell(doc_, cell)) continue;
      const std::string_view value = plain_text(doc_, cell);
      if (value.size() < shortest_hole && value.size() != text.size()) continue;
      for (std::size_t at = text.find(value); at != std::string_view::npos && holes.size() < 64;
           at = text.find(value, at + 1)) {
        holes.push_back({at, value.size(), b});
      }
    }
    if (holes.empty()) return std::nullopt;
    // Longest first; ties to the left.
    std::sort(holes.begin(), holes.end(), [](const Hole& a, const Hole& b) {
      if (a.size != b.size) return a.size > b.size;
      return a.at != b.at ? a.at < b.at : a.column < b.column;
    });
    std::vector<Hole> chosen;
    for (const Hole& h : holes) {
      if (chosen.size() == most_holes) break;
      const bool overlaps = std::any_of(chosen.begin(), chosen.end(),
                                        [&](const Hole& o) { return h.at < o.at + o.size && o.at < h.at + h.size; });
      if (!overlaps && holds_once(c, h, text)) chosen.push_back(h);
    }
    if (chosen.empty()) return std::nullopt;
    std::sort(chosen.begin(), chosen.end(), [](const Hole& a, const Hole& b) { return a.at < b.at; });
    CellTemplate t{c, {}, {}};
    std::size_t from = 0;
    for (const Hole& h : chosen) {
      t.literals.emplace_back(text.substr(from, h.at - from));
      t.holes.push_back(h.column);
      from = h.at + h.size;
    }
    t.literals.emplace_back(text.substr(from));
    for (const std::string& l : t.literals) {
      if (l.find_first_of("{};\"") != std::string::npos) return std::nullopt;
    }
    if (t.literals.front().starts_with('[') || t.literals.front().starts_with(' ') || t.literals.back().ends_with(' '))
      return std::nullopt;
    for (std::size_t r : rows_) {
      if (!holds(t, r)) return std::nullopt;
    }
    return t;
  }

  // In the second row the hole's column stands in the text as well, behind the same beginning or before the same end.
  bool holds_once(std::size_t c, const Hole& h, std::string_view text) const {
    const std::size_t r = rows_[rows_.size() / 2];
    const NodeId cell = grid_.cell(r, c), inner = grid_.cell(r, h.column);
    if (!plain_cell(doc_, cell) || !doc_.is(cell, Kind::string) || !plain_cell(doc_, inner)) return false;
    const std::string_view other = plain_text(doc_, cell), value = plain_text(doc_, inner);
    (void)text;
    return other.find(value) != std::string_view::npos;
  }

  bool holds(const CellTemplate& t, std::size_t r) const {
    const NodeId cell = grid_.cell(r, t.column);
    if (cell == no_cell || !doc_.is(cell, Kind::string) || doc_[cell].escaped()) return false;
    std::string_view rest = doc_.string_raw(cell);
    for (std::size_t i = 0; i < t.literals.size(); ++i) {
      if (!rest.starts_with(t.literals[i])) return false;
      rest.remove_prefix(t.literals[i].size());
      if (i == t.holes.size()) break;
      const NodeId inner = grid_.cell(r, t.holes[i]);
      if (!plain_cell(doc_, inner)) return false;
      const std::string_view value = plain_text(doc_, inner);
      if (!rest.starts_with(value)) return false;
      rest.remove_prefix(value.size());
    }
    return rest.empty();
  }

  const Grid& grid_;
  const Document& doc_;
  const std::vector<bool>& constant_;
  std::vector<bool> gone_, used_;
  std::vector<std::size_t> rows_;
};

void append_long_cell(std::string& out, const Document& doc, NodeId cell, const search::Query& query) {
  std::string json;
  append_minified(json, doc.raw(cell));
  if (json.size() > long_value) {
    append_long(out, json, query);
  } else {
    out += json;
  }
}

constexpr std::size_t clipped_size = 1100;  // what is shown of a long cell, about

std::size_t printed_size(const Document& doc, NodeId cell) {
  if (cell != no_cell && doc[cell].size() > long_value) return clipped_size;
  return cell == no_cell ? 1 : doc[cell].size() + 1 - (doc.is(cell, Kind::string) ? 2 : 0);
}

}  // namespace

std::vector<CellTemplate> find_cell_templates(const Grid& grid, const std::vector<bool>& constant) {
  return TemplateFinder(grid, constant).run();
}

TablePart::TablePart(Grid grid, const Context& context) : query_(&context.query), grid_(std::move(grid)) {
  items_.cost.assign(grid_.rows.size(), 1);
  find(context);  // while nothing else takes memory by row
  signals_ = read_signals(grid_, items_);
  templates_ = find_cell_templates(grid_, signals_.constant);
  std::vector<bool> gone = signals_.constant;
  for (const CellTemplate& t : templates_) gone[t.column] = true;
  for (std::size_t c = 0; c < grid_.columns(); ++c) {
    if (!gone[c]) printed_.push_back(c);
  }
  severe_.assign(grid_.rows.size(), false);
  for (const SevereItem& s : items_.severe) severe_[s.item] = true;
  costs(context.ruler);
}

bool TablePart::cut(std::uint32_t row) const {
  if (grid_.apart[row]) return (*grid_.doc)[grid_.rows[row]].size() > long_value;
  return std::any_of(printed_.begin(), printed_.end(), [&](std::size_t c) {
    const NodeId cell = grid_.cell(row, c);
    return cell != no_cell && c != grid_.children && (*grid_.doc)[cell].size() > long_value;
  });
}

bool TablePart::repeats(NodeId cell, std::uint32_t row) const {
  return (*grid_.doc)[cell].size() >= referred_bytes && !severe_[row];
}

// Tokens a row by its bytes, at the rate that a sample of rows really has.
void TablePart::costs(tokens::Counter& ruler) {
  const Document& doc = *grid_.doc;
  const std::size_t n = grid_.rows.size(), samples = std::min<std::size_t>(n, 12);
  std::string sample;
  Seen seen;
  for (std::size_t s = 0; s < samples && sample.size() < 6000; ++s)
    line(sample, static_cast<std::uint32_t>(s * n / samples), seen);
  const double rate = sample.empty() ? 0.3
                                     : static_cast<double>(ruler.count(sample.substr(0, 16384)).value) /
                                           static_cast<double>(std::min<std::size_t>(sample.size(), 16384));
  std::unordered_set<std::string_view> met;
  for (std::size_t r = 0; r < n; ++r) {
    std::size_t bytes = 5;
    if (grid_.apart[r]) {
      bytes += printed_size(doc, grid_.rows[r]);
    } else {
      for (std::size_t c : printed_) {
        const NodeId cell = grid_.cell(r, c);
        const bool again =
            cell != no_cell && repeats(cell, static_cast<std::uint32_t>(r)) && !met.insert(doc.raw(cell)).second;
        bytes += c == grid_.children || again ? 8 : printed_size(doc, cell);
      }
    }
    items_.cost[r] = static_cast<std::uint32_t>(std::max(1.0, std::ceil(rate * static_cast<double>(bytes))));
  }
}

void TablePart::find(const Context& context) {
  if (context.query.empty()) return;
  const Document& doc = *grid_.doc;
  std::vector<std::string_view> texts, ignored;
  texts.reserve(grid_.rows.size());
  for (std::size_t r = 0; r < grid_.rows.size(); ++r) {
    std::string_view text = doc.raw(grid_.rows[r]);
    if (grid_.children != Grid::npos && grid_.cell(r, grid_.children) != no_cell) {
      // Of a tree's node: what stands before its children.
      const auto begin = doc[grid_.rows[r]].begin(), end = doc[grid_.cell(r, grid_.children)].begin();
      text = doc.text().substr(begin, end - begin);
    }
    texts.push_back(text);
  }
  for (const std::string& key : grid_.keys) ignored.push_back(key);
  for (const std::string& name : grid_.names) ignored.push_back(name);
  ask(items_, context.query, texts, ignored);
}

void TablePart::head(std::string& out, const Choice& choice) const {
  const Document& doc = *grid_.doc;
  std::size_t first = 0;
  while (first < grid_.rows.size() && grid_.apart[first]) ++first;
  std::string all;
  // What is said of all rows is not said of those that stand apart, as JSON.
  const bool some_apart = std::find(grid_.apart.begin(), grid_.apart.end(), true) != grid_.apart.end();
  const auto next = [&](std::size_t c) {
    all += all.empty() ? (some_apart ? "all rows but those in {}: " : "all rows: ") : "; ";
    all += grid_.names[c];
    all += '=';
  };
  for (std::size_t c = 0; c < grid_.columns(); ++c) {
    if (!signals_.constant[c]) continue;
    next(c);
    const NodeId cell = grid_.cell(first, c);
    // A brace would read as a hole.
    if (doc.is(cell, Kind::string) && doc.string_raw(cell).find_first_of("{}") != std::string_view::npos) {
      all += doc.raw(cell);
    } else {
      append_cell(all, doc, cell, {';', false, false});
    }
  }
  for (const CellTemplate& t : templates_) {
    next(t.column);
    for (std::size_t i = 0; i < t.literals.size(); ++i) {
      all += t.literals[i];
      if (i < t.holes.size()) all += '{' + grid_.names[t.holes[i]] + '}';
    }
  }
  if (!all.empty()) out += all + '\n';
  if (refers(choice)) out += "[{row N}: the cell of that row in the same column]\n";
  out += grid_.depth.empty() ? "row" : "row|depth";
  for (std::size_t c : printed_) {
    out += separator;
    out += grid_.names[c];
  }
  out += '\n';
}

bool TablePart::refers(const Choice& choice) const {
  std::unordered_set<std::string_view> met;
  for (std::size_t c : printed_) {
    met.clear();
    for (std::uint32_t r : choice.shown) {
      const NodeId cell = grid_.cell(r, c);
      if (cell == no_cell || c == grid_.children || (*grid_.doc)[cell].size() < referred_bytes) continue;
      if (!met.insert(grid_.doc->raw(cell)).second && repeats(cell, r)) return true;
    }
  }
  return false;
}

void TablePart::line(std::string& out, std::uint32_t row, Seen& seen) const {
  const Document& doc = *grid_.doc;
  out += std::to_string(row);
  if (grid_.apart[row]) {
    out += ": ";
    append_long_cell(out, doc, grid_.rows[row], *query_);
    out += '\n';
    return;
  }
  if (!grid_.depth.empty()) out += separator + std::to_string(grid_.depth[row]);
  for (std::size_t c : printed_) {
    out += separator;
    const NodeId cell = grid_.cell(row, c);
    if (cell == no_cell) continue;
    if (c == grid_.children && doc.is(cell, Kind::array)) {
      out += '[' + std::to_string(doc.count(cell)) + " items]";
      continue;
    }
    if (doc[cell].size() >= referred_bytes) {
      auto [first, fresh] = seen[c].try_emplace(doc.raw(cell), row);
      if (!fresh && repeats(cell, row)) {
        out += "{row " + std::to_string(first->second) + '}';
        continue;
      }
    }
    if (doc[cell].size() > long_value) {
      append_long_cell(out, doc, cell, *query_);
    } else {
      append_cell(out, doc, cell, {separator, false, false});
    }
  }
  out += '\n';
}

void TablePart::gap(std::string& out, std::uint32_t first, std::uint32_t last, std::size_t errors) const {
  const std::size_t n = last - first + 1;
  out += n == 1 ? "[row " : "[rows ";
  out += std::to_string(first);
  if (n > 1) out += '-' + std::to_string(last);
  if (n >= gap_with_figures && n * 25 >= grid_.rows.size()) {
    out += ": " + std::to_string(n) + " rows";
    for (const NumericColumn& column : signals_.numeric) {
      std::uint32_t least = first, most = first;
      bool any = false;
      for (std::uint32_t r = first; r <= last; ++r) {
        const double x = column.values[r];
        if (std::isnan(x)) continue;
        if (!any || x < column.values[least]) least = r;
        if (!any || x > column.values[most]) most = r;
        any = true;
      }
      if (!any) continue;
      out += ", " + grid_.names[column.column] + ' ';
      out += grid_.doc->raw(grid_.cell(least, column.column));
      if (column.values[least] < column.values[most]) {
        out += " to ";
        out += grid_.doc->raw(grid_.cell(most, column.column));
      }
    }
    out += ", " + std::to_string(errors) + (errors == 1 ? " error" : " errors");
  } else if (errors > 0) {
    out += ": " + std::to_string(errors) + (errors == 1 ? " error" : " errors");
  }
  out += "]\n";
}

void TablePart::foot(std::string& out, const Choice& choice) const {
  // Outliers that no shown row has: their cells by row, or how many they are where they are too many to be odd.
  for (const FarValues& f : signals_.far) {
    std::vector<std::uint32_t> rows;
    for (std::uint32_t r : f.rows) {
      if (!std::binary_search(choice.shown.begin(), choice.shown.end(), r)) rows.push_back(r);
    }
    if (rows.empty()) continue;
    out += '[' + std::to_string(rows.size()) + " more far from the median of " + grid_.names[f.column];
    if (f.rows.size() <= salience::shown_outliers(grid_.rows.size())) {
      const std::size_t listed = std::min(rows.size(), listed_outliers);
      for (std::size_t k = 0; k < listed; ++k) {
        out += (k == 0 ? ": row " : ", row ") + std::to_string(rows[k]) + " = ";
        out += grid_.doc->raw(grid_.cell(rows[k], f.column));
      }
      if (listed < rows.size()) out += ", ...";
    }
    out += "]\n";
  }
  if (!choice.hidden_rare.empty()) {
    out += '[' + std::to_string(choice.hidden_rare.size()) +
           " more rows with seldom values: " + some_ranges(choice.hidden_rare, 12) + "]\n";
  }
}

}  // namespace headroom::compressors::records
