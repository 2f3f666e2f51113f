#include "compressors/json/plan.h"

#include <algorithm>

#include "compressors/json/cells.h"
#include "salience/severity.h"
#include "tokens/counter.h"

namespace headroom::compressors::records {

using json::Kind;
using json::NodeId;
using Role = ColumnPlan::Role;

namespace {

constexpr std::size_t npos = std::string_view::npos;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool breaks_entry(char c) {
  return c == ';' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// True if the pattern's texts can stand in "all rows: name=pattern; ...".
bool fits_entry(const Pattern& pattern) {
  for (const Piece& p : pattern.pieces) {
    if (std::any_of(p.text.begin(), p.text.end(), breaks_entry)) return false;
  }
  if (pattern.pieces.empty()) return true;
  const std::string& front = pattern.pieces.front().text;
  const std::string& back = pattern.pieces.back().text;
  if (!front.empty() && (front[0] == '"' || front[0] == '[' || front[0] == '{' || front[0] == ' ')) return false;
  return back.empty() || back.back() != ' ';
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

}  // namespace

std::int64_t price(std::string_view text) {
  return text.empty() ? 0 : tokens::Counter::estimate(text).value;
}

TablePlan::TablePlan(const Table& table, const std::vector<std::string>& whole_names)
    : table_(&table),
      columns_(table.columns().size()),
      fillers_(columns_.size()),
      severe_(columns_.size()),
      distinct_(columns_.size()),
      full_rows_(table.rows() - table.apart_count()) {
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const std::string name = lower(table.columns()[c].name);
    const std::string key = lower(table.paths()[table.columns()[c].path].key);
    columns_[c].whole = std::find(whole_names.begin(), whole_names.end(), name) != whole_names.end() ||
                        std::find(whole_names.begin(), whole_names.end(), key) != whole_names.end();
  }
}

bool TablePlan::whole_cell(std::size_t r, std::size_t c) const {
  return is_severe(r, c);
}

void TablePlan::read_values() {
  for (std::size_t c = 0; c < columns_.size(); ++c) distinct_[c] = distinct(*table_, c, few_values);
  constants();
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].role == Role::cell) read_column(c);
  }
}

void TablePlan::read_column(std::size_t c) {
  const json::Document& doc = table_->doc();
  Fillers& fillers = fillers_[c];
  fillers.begin(doc.text(), decoded_, table_->rows());
  for (std::size_t r = 0; r < table_->rows(); ++r) {
    const NodeId cell = table_->cell(r, c);
    if (cell == no_cell) continue;
    if (doc.is(cell, Kind::number)) {
      fillers.set(r, doc.raw(cell));
    } else if (doc.is(cell, Kind::string) && !doc[cell].escaped()) {
      fillers.set(r, doc.string_raw(cell));
    } else if (doc.is(cell, Kind::string)) {
      const std::string value = doc.string(cell);
      decoded_ += value;
      fillers.set_decoded(r, value.size());
    }
  }
}

void TablePlan::plan_plainly() {
  read_values();
}

void TablePlan::plan() {
  read_values();
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].role != Role::cell || columns_[c].whole) continue;
    mark_severe(c);
    if (!parents.empty()) below_parents(c);
    if (!columns_[c].patterned) affixes(c);
  }
  for (const bool later : {false, true}) {
    for (std::size_t c = 0; c < columns_.size(); ++c) references(c, later);
  }
  lookups();
  for (std::size_t c = 0; c < columns_.size(); ++c) templates(c);
  if (!nested) heading();
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].role == Role::derived) fillers_[c].clear();  // nothing of it is printed
  }
  // What a pattern is filled to reads as a number where it looks like one.
  for (ColumnPlan& column : columns_) column.text = column.text || (column.patterned && column.lookalikes > 0);
}

void TablePlan::constants() {
  if (full_rows_ < 2) return;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const Distinct& d = distinct_[c];
    if (c != below && d.complete && d.values.size() == 1 && d.counts[0] == full_rows_ &&
        table_->kind() != RowKind::items)
      columns_[c].role = Role::constant;
    const Column& column = table_->columns()[c];
    // A column of strings only, some of which look like numbers, says so once instead of quoting each.
    if (column.strings > 0 && column.numbers == 0) {
      std::size_t scalars = 0;
      for (std::size_t r = 0; r < table_->rows(); ++r) {
        const NodeId cell = table_->cell(r, c);
        if (cell != no_cell && table_->doc()[cell].kind() == Kind::string) {
          const auto raw = table_->doc().string_raw(cell);
          if (!raw.empty() && (is_digit(raw[0]) || raw[0] == '-') && is_scalar(raw)) ++scalars;
        }
      }
      columns_[c].text = scalars > 1;
      columns_[c].lookalikes = scalars;
    }
  }
  // Rows need something to be lines of.
  bool any = false;
  for (std::size_t c = 0; c < columns_.size(); ++c) any = any || (columns_[c].role == Role::cell && c != below);
  for (std::size_t c = 0; c < columns_.size() && !any; ++c) {
    if (c == below) continue;
    columns_[c].role = Role::cell;
    any = true;
  }
}

void TablePlan::mark_severe(std::size_t c) {
  const Column& column = table_->columns()[c];
  if (column.strings == 0) return;
  std::size_t severe = 0;
  std::vector<bool> marks;
  std::string_view last;
  bool last_severe = false;
  for (std::size_t r = 0; r < table_->rows(); ++r) {
    const std::string_view v = fillers_[c][r];
    if (v.size() < 2) continue;
    if (v != last) {
      last_severe = salience::severity_of_value(v) >= salience::Severity::error;
      last = v;
    }
    if (!last_severe) continue;
    if (marks.empty()) marks.assign(table_->rows(), false);
    marks[r] = true;
    ++severe;
  }
  // Where a fifth of the rows is severe the words stand in the column's patterns and letters instead.
  if (severe > 0 && severe * 5 <= full_rows_) severe_[c] = std::move(marks);
}

void TablePlan::affixes(std::size_t c) {
  const Column& column = table_->columns()[c];
  if ((column.strings > 0) == (column.numbers > 0)) return;
  auto& fillers = fillers_[c];
  std::string_view first;
  std::size_t front = npos, back = npos, shortest = npos, n = 0;
  for (std::size_t r = 0; r < fillers.size(); ++r) {
    if (!eligible(r, c)) continue;
    const std::string_view v = fillers[r];
    ++n;
    shortest = std::min(shortest, v.size());
    if (first.data() == nullptr) {
      first = v;
      front = back = v.size();
      continue;
    }
    if (front > 0) front = std::min(front, shared_front(first, v));
    if (back > 0) back = std::min(back, shared_back(first, v));
    if (front == 0 && back == 0) return;
  }
  if (n < 3 || front == npos) return;
  if (front + back >= shortest) back = 0;
  if (front >= shortest) front = 0;
  if (front + back >= shortest) return;
  if (front + back == 0) return;
  const std::string_view head = first.substr(0, front), tail = first.substr(first.size() - back);
  if (head.find_first_of("*^") != npos || tail.find_first_of("*^") != npos) return;
  const std::int64_t each = price(first) - price(first.substr(front, first.size() - front - back));
  if (each <= 0 || static_cast<std::int64_t>(n) * each <= price(head) + price(tail) + 4) return;
  ColumnPlan& plan = columns_[c];
  plan.patterned = true;
  plan.pattern.text(head);
  plan.pattern.mark(Piece::Kind::cell);
  plan.pattern.text(tail);
  for (std::size_t r = 0; r < fillers.size(); ++r) {
    if (eligible(r, c)) fillers.narrow(r, front, back);
  }
}

// True if every filler of `c` begins (ends) with the partner's.
bool TablePlan::refer(std::size_t c, std::size_t partner, bool front) const {
  const auto& mine = fillers_[c];
  const auto& theirs = fillers_[partner];
  std::size_t n = 0, empty = 0;
  for (std::size_t r = 0; r < mine.size(); ++r) {
    if (!eligible(r, c)) continue;
    const std::string_view a = mine[r], b = theirs[r];
    if (b.empty() || is_severe(r, partner)) return false;
    // A cell that would be printed whole, past its pattern, is no filler.
    if (columns_[partner].patterned && (!is_bare(b, {'\n', true, true}) || b.starts_with("-- "))) return false;
    if (front ? !a.starts_with(b) : !a.ends_with(b)) return false;
    ++n;
    empty += a.size() == b.size();
  }
  if (n < 3) return false;
  return empty == 0 || (empty == n && n == full_rows_ && fits_entry(columns_[c].pattern));
}

void TablePlan::references(std::size_t c, bool later) {
  ColumnPlan& plan = columns_[c];
  const Column& column = table_->columns()[c];
  if (plan.role != Role::cell || plan.whole || plan.referenced || column.strings == 0 || column.numbers > 0) return;
  for (int round = 0; round < 4; ++round) {
    std::size_t best = npos, best_size = 0, looked = 0;
    bool best_front = true;
    std::size_t r0 = 0;
    while (r0 < fillers_[c].size() && !eligible(r0, c)) ++r0;
    if (r0 == fillers_[c].size()) return;
    for (std::size_t x = later ? c + 1 : 0; x < (later ? columns_.size() : c) && looked < max_partners; ++x) {
      if (columns_[x].role != Role::cell || fillers_[x].empty()) continue;
      const std::string_view cell = fillers_[x][r0];
      if (cell.empty() || cell.size() <= best_size) continue;
      for (const bool front : {true, false}) {
        if (front ? !fillers_[c][r0].starts_with(cell) : !fillers_[c][r0].ends_with(cell)) continue;
        ++looked;
        if (!refer(c, x, front)) continue;
        best = x;
        best_size = cell.size();
        best_front = front;
        break;
      }
    }
    if (best == npos) return;
    if (!plan.patterned) {
      plan.patterned = true;
      plan.pattern.mark(Piece::Kind::cell);
    }
    columns_[best].referenced = true;
    auto hole = std::find_if(plan.pattern.pieces.begin(), plan.pattern.pieces.end(),
                             [](const Piece& p) { return p.kind == Piece::Kind::cell; });
    bool done = false;
    for (std::size_t r = 0; r < fillers_[c].size(); ++r) {
      if (!eligible(r, c)) continue;
      const std::size_t n = fillers_[best][r].size();
      fillers_[c].narrow(r, best_front ? n : 0, best_front ? 0 : n);
      done = fillers_[c][r].empty();
    }
    plan.pattern.pieces.insert(best_front ? hole : hole + 1, Piece{Piece::Kind::column, {}, best});
    if (done) {
      std::erase_if(plan.pattern.pieces, [](const Piece& p) { return p.kind == Piece::Kind::cell; });
      plan.role = Role::derived;
      return;
    }
    if (settle_rest(c)) return;
    affixes_inside(c);
  }
}

// Where all that is left of the cells is the same text, it joins the pattern and the cells go.
bool TablePlan::settle_rest(std::size_t c) {
  std::string_view rest;
  std::size_t n = 0;
  for (std::size_t r = 0; r < fillers_[c].size(); ++r) {
    if (!eligible(r, c)) continue;
    if (n++ == 0) rest = fillers_[c][r];
    if (fillers_[c][r] != rest) return false;
  }
  if (n != full_rows_ || rest.find_first_of("*^") != npos || !fits_entry(columns_[c].pattern)) return false;
  if (std::any_of(rest.begin(), rest.end(), breaks_entry) || rest.front() == ' ' || rest.back() == ' ') return false;
  ColumnPlan& plan = columns_[c];
  Pattern joined;
  for (const Piece& p : plan.pattern.pieces) {
    if (p.kind == Piece::Kind::text) {
      joined.text(p.text);
    } else if (p.kind == Piece::Kind::cell) {
      joined.text(rest);
    } else {
      joined.mark(p.kind, p.column);
    }
  }
  plan.pattern = std::move(joined);
  plan.role = Role::derived;
  return true;
}

// What stands at the edges of all cells joins a pattern that is there already.
void TablePlan::affixes_inside(std::size_t c) {
  ColumnPlan& plan = columns_[c];
  Pattern outer = std::move(plan.pattern);
  plan.pattern = {};
  plan.patterned = false;
  affixes(c);
  Pattern joined;
  const auto append = [&joined](const Piece& p) {
    if (p.kind == Piece::Kind::text) {
      joined.text(p.text);
    } else {
      joined.mark(p.kind, p.column);
    }
  };
  for (const Piece& p : outer.pieces) {
    if (p.kind == Piece::Kind::cell && plan.patterned) {
      for (const Piece& q : plan.pattern.pieces) append(q);
    } else {
      append(p);
    }
  }
  plan.patterned = true;
  plan.pattern = std::move(joined);
}

// Values that begin with the same column's value in the row above: paths in a tree.
void TablePlan::below_parents(std::size_t c) {
  if (table_->columns()[c].strings == 0 || table_->columns()[c].numbers > 0) return;
  const auto& above = parents[c];
  std::size_t n = 0;
  for (std::size_t r = 0; r < fillers_[c].size(); ++r) {
    if (!eligible(r, c)) continue;
    if (above[r].empty() || fillers_[c][r].size() <= above[r].size() || !fillers_[c][r].starts_with(above[r])) return;
    ++n;
  }
  if (n < 3) return;
  for (std::size_t r = 0; r < fillers_[c].size(); ++r) {
    if (eligible(r, c)) fillers_[c].narrow(r, above[r].size(), 0);
  }
  columns_[c].patterned = true;
  columns_[c].pattern.mark(Piece::Kind::parent);
  columns_[c].pattern.mark(Piece::Kind::cell);
  affixes_inside(c);
}

void TablePlan::lookups() {
  const std::size_t n = full_rows_;
  const auto usable = [&](std::size_t c) {
    const Distinct& d = distinct_[c];
    const Column& column = table_->columns()[c];
    return columns_[c].role == Role::cell && d.complete && d.values.size() >= 2 && d.values.size() <= few_values &&
           column.present() == n && column.strings + column.numbers == n && severe_[c].empty();
  };
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].whole || columns_[c].referenced || !usable(c)) continue;
    // Without the look-up the cell costs a separator and itself, or a letter.
    std::int64_t values = 0, each = 0;
    const Distinct& mine = distinct_[c];
    std::vector<std::int64_t> prices(mine.values.size());
    std::vector<bool> seen(mine.values.size());
    for (std::size_t r = 0; r < mine.ids.size(); ++r) {
      const std::uint32_t id = mine.ids[r];
      if (id == Distinct::no_value || seen[id]) continue;
      seen[id] = true;
      prices[id] = price(fillers_[c][r]);
      values += prices[id];
      each += prices[id] * mine.counts[id];
    }
    const std::int64_t plain = each + static_cast<std::int64_t>(n);
    const std::int64_t lettered =
        2 * static_cast<std::int64_t>(n) + values + 2 * static_cast<std::int64_t>(mine.values.size());
    const std::int64_t now = mine.values.size() <= max_letters ? std::min(plain, lettered) : plain;
    std::size_t best = npos;
    std::int64_t best_cost = now - 6;
    for (std::size_t x = 0; x < columns_.size(); ++x) {
      if (x == c || !usable(x) || columns_[x].by != 0) continue;
      const Distinct& theirs = distinct_[x];
      if (theirs.values.size() < mine.values.size()) continue;
      std::vector<std::uint32_t> map(theirs.values.size(), Distinct::no_value);
      bool follows = true;
      std::int64_t cost = 5;
      for (std::size_t r = 0; r < mine.ids.size() && follows; ++r) {
        if (mine.ids[r] == Distinct::no_value) continue;
        std::uint32_t& to = map[theirs.ids[r]];
        if (to == Distinct::no_value) {
          to = mine.ids[r];
          cost += prices[to] + 2 + std::min<std::int64_t>(price(fillers_[x][r]), 2);
        }
        follows = to == mine.ids[r];
      }
      if (follows && cost < best_cost) {
        best = x;
        best_cost = cost;
      }
    }
    if (best == npos) continue;
    columns_[c].role = Role::by;
    columns_[c].by = best;
    columns_[best].referenced = true;
  }
}

void set_odd_rows_apart(Table& table) {
  const std::size_t n = table.rows() - table.apart_count();
  if (n < 32) return;
  struct Candidate {
    std::size_t column, odd;
    std::int64_t gain;
    std::uint32_t mode;
  };
  std::vector<Candidate> candidates;
  std::vector<Distinct> all(table.columns().size());
  for (std::size_t c = 0; c < table.columns().size(); ++c) {
    all[c] = distinct(table, c, 8);
    const Distinct& d = all[c];
    if (!d.complete || d.values.empty()) continue;
    const auto mode = static_cast<std::uint32_t>(std::max_element(d.counts.begin(), d.counts.end()) - d.counts.begin());
    const std::size_t odd = n - d.counts[mode];
    if (odd == 0 || odd * 32 > n) continue;
    candidates.push_back({c, odd, static_cast<std::int64_t>(n) * (price(table.doc().raw(d.values[mode])) + 1), mode});
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return a.odd != b.odd ? a.odd < b.odd : a.column < b.column;
  });
  std::size_t taken = 0;
  for (const Candidate& k : candidates) {
    std::vector<std::size_t> rows;
    std::int64_t cost = 0;
    for (std::size_t r = 0; r < table.rows(); ++r) {
      if (table.apart(r) || all[k.column].ids[r] == k.mode) continue;
      rows.push_back(r);
      cost += price(table.doc().raw(table.row(r)));
    }
    if (rows.empty() || cost * 4 > k.gain * 3 || (taken + rows.size()) * 32 > n) continue;
    taken += rows.size();
    for (const std::size_t r : rows) table.set_apart(r);
  }
}

}  // namespace headroom::compressors::records
