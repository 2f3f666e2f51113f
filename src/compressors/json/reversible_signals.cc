#include "compressors/json/reversible_signals.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "base/hash.h"
#include "compressors/json/cell_evidence.h"
#include "compressors/json/cells.h"
#include "compressors/json/odd_numbers.h"
#include "salience/mask.h"
#include "salience/statistics.h"

namespace headroom::compressors::records {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;
using salience::Field;
using salience::Severity;

constexpr std::size_t most_classes = 64;
constexpr std::size_t deciles = 10;
constexpr std::size_t sample_size = 2048;
constexpr std::size_t most_shifts = 3;  // a column
constexpr std::uint8_t no_class = 255;
constexpr std::size_t most_feature_columns = 64;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  return (a ^ (b + 0x9E3779B97F4A7C15ull + (a << 6) + (a >> 2))) * 0xff51afd7ed558ccdull;
}

bool benign_level(std::string_view value) {
  if (value.size() > 11 || value.empty()) return false;
  std::string v(value);
  for (char& c : v) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  for (std::string_view l :
       {"info", "debug", "trace", "notice", "verbose", "information", "informational", "i", "d", "low", "fine"}) {
    if (v == l) return true;
  }
  return false;
}

// One column at a time.
class Reader {
 public:
  Reader(const Grid& grid, Items& items) : grid_(grid), doc_(*grid.doc), items_(items), n_(grid.rows.size()) {
    row_severity_.assign(n_, Severity::none);
    row_kind_.assign(n_, 0);
    row_strong_.assign(n_, false);
    row_benign_.assign(n_, false);
    row_structural_.assign(n_, false);
    for (std::size_t r = 0; r < n_; ++r) apart_ += grid.apart[r];
  }

  Signals run() {
    signals_.constant.assign(grid_.columns(), false);
    for (std::size_t c = 0; c < grid_.columns(); ++c) {
      if (c != grid_.children) column(c);
    }
    rows_apart();
    finish();
    return std::move(signals_);
  }

 private:
  void column(std::size_t c) {
    const Field field = salience::field_of(grid_.keys[c]);
    classes_.assign(n_, no_class);
    // Values told apart, as long as they are few.
    std::unordered_map<std::string_view, std::uint32_t, TextHasher, std::equal_to<>> seen;
    std::vector<std::uint32_t> ids(n_, none);
    std::vector<NodeId> first;
    std::vector<std::uint32_t> counts;
    std::size_t present = 0, numbers = 0, strings = 0, containers = 0;
    bool few = true;
    std::string_view last;
    std::uint32_t last_id = none;
    for (std::size_t r = 0; r < n_; ++r) {
      const NodeId cell = grid_.cell(r, c);
      if (cell == no_cell) continue;
      ++present;
      const Kind kind = doc_[cell].kind();
      numbers += kind == Kind::number;
      strings += kind == Kind::string;
      containers += kind == Kind::object || kind == Kind::array;
      if (!few) continue;
      const std::string_view raw = doc_.raw(cell);
      if (last_id == none || raw != last) {
        const auto [it, fresh] = seen.try_emplace(raw, static_cast<std::uint32_t>(first.size()));
        if (fresh) {
          if (first.size() == most_classes) {
            few = false;
            continue;
          }
          first.push_back(cell);
          counts.push_back(0);
        }
        last = raw;
        last_id = it->second;
      }
      ids[r] = last_id;
      ++counts[last_id];
    }
    const std::size_t rows = n_ - apart_;
    if (present == 0) return;
    missing(c, present, rows);
    if (few && first.size() == 1 && present == rows) {
      signals_.constant[c] = true;
      constant(c, field, first[0]);
      return;
    }
    if (few) {
      by_value(c, field, ids, first, counts, present);
    } else {
      by_cell(c, field);
    }
    const bool spelled = strings * 10 >= present * 8 && spells_numbers(c);
    if ((numbers * 10 >= present * 8 && numbers >= 5) || spelled) {
      numeric(c, few, present);
    } else if (containers * 10 >= present * 8) {
      add_rare(odd_nested_numbers(grid_, c));
    } else if (!few) {
      by_template(c, present, strings);
    }
    if (class_count_ >= 2) keep_classes();
    class_count_ = 0;
  }

  // A key that few rows lack, or few rows have.
  void missing(std::size_t c, std::size_t present, std::size_t rows) {
    if (present == rows) return;
    const std::size_t limit = salience::shown_outliers(n_);
    const bool few_have = present * 5 < rows, few_lack = salience::is_rare(rows - present, rows);
    if (!few_have && !few_lack) return;
    for (std::size_t r = 0; r < n_; ++r) {
      if (grid_.apart[r] || (grid_.cell(r, c) != no_cell) != few_have) continue;
      if (few_have && present > limit) {
        items_.notable.push_back(static_cast<std::uint32_t>(r));
        return;  // one will do
      }
      items_.rare.push_back(static_cast<std::uint32_t>(r));
    }
  }

  // What every row says sets no row apart, but a level that is the same everywhere is known of every row.
  void constant(std::size_t, Field field, NodeId cell) {
    const std::string_view text = cell_text(doc_, cell, scratch_);
    if (doc_.is(cell, Kind::object) || doc_.is(cell, Kind::array)) return;
    const Evidence e = evidence_of(field, text);
    if (e.severity < Severity::error || e.weak) return;
    for (std::size_t r = 0; r < n_; ++r) {
      if (!grid_.apart[r]) mark(r, e, field != Field::other);
    }
  }

  void by_value(std::size_t c, Field field, const std::vector<std::uint32_t>& ids, const std::vector<NodeId>& first,
                const std::vector<std::uint32_t>& counts, std::size_t present) {
    std::vector<Evidence> evidence(first.size());
    std::vector<bool> benign(first.size());
    bool any = false;
    for (std::size_t v = 0; v < first.size(); ++v) {
      evidence[v] = evidence_of_cell(field, first[v]);
      evidence[v].kind = mix(mix(c + 1, 7), evidence[v].kind);
      benign[v] = field == Field::level && benign_level(cell_text(doc_, first[v], scratch_));
      any = any || evidence[v].severity >= Severity::error || benign[v];
    }
    class_count_ = first.size();
    for (std::size_t r = 0; r < n_; ++r) {
      if (ids[r] == none) continue;
      classes_[r] = static_cast<std::uint8_t>(ids[r]);
      if (!any) continue;
      if (evidence[ids[r]].severity >= Severity::error) mark(r, evidence[ids[r]], field != Field::other);
      if (benign[ids[r]]) row_benign_[r] = true;
    }
    rare_classes(counts, present);
  }

  // Values seen at most three times in a column of few values.
  void rare_classes(const std::vector<std::uint32_t>& counts, std::size_t present) {
    std::size_t rows = 0;
    std::vector<bool> rare(counts.size());
    for (std::size_t v = 0; v < counts.size(); ++v) {
      rare[v] = salience::is_rare(counts[v], present);
      if (rare[v]) rows += counts[v];
    }
    if (rows == 0) return;
    auto& list = rows <= salience::shown_outliers(n_) ? items_.rare : items_.notable;
    for (std::size_t r = 0; r < n_; ++r) {
      if (classes_[r] < counts.size() && rare[classes_[r]]) list.push_back(static_cast<std::uint32_t>(r));
    }
  }

  void by_cell(std::size_t c, Field field) {
    for (std::size_t r = 0; r < n_; ++r) {
      const NodeId cell = grid_.cell(r, c);
      if (cell == no_cell) continue;
      const Kind kind = doc_[cell].kind();
      if (kind == Kind::number && field == Field::other) continue;
      Evidence e = evidence_of_cell(field, cell);
      if (e.severity < Severity::error) continue;
      e.kind = mix(mix(c + 1, 7), e.kind);
      mark(r, e, field != Field::other);
    }
  }

  Evidence evidence_of_cell(Field field, NodeId cell) {
    const Kind kind = doc_[cell].kind();
    if (kind == Kind::object || kind == Kind::array) {
      Evidence e = evidence_of_container(doc_, cell);
      if (field == Field::error && e.severity < Severity::error && Document::first_child(cell) != doc_.end_of(cell)) {
        e.severity = Severity::error;
      }
      return e;
    }
    return evidence_of(field, cell_text(doc_, cell, scratch_));
  }

  void mark(std::size_t r, const Evidence& e, bool structural) {
    row_severity_[r] = std::max(row_severity_[r], e.severity);
    row_kind_[r] = mix(row_kind_[r] + 1, e.kind);
    if (!e.weak) row_strong_[r] = true;
    if (structural) row_structural_[r] = true;
  }

  void numeric(std::size_t c, bool few, std::size_t present) {
    NumericColumn column{c, false, few, 0, std::vector<double>(n_, std::numeric_limits<double>::quiet_NaN())};
    std::size_t rises = 0, falls = 0, steps = 0;
    double before = std::numeric_limits<double>::quiet_NaN();
    std::vector<std::uint32_t> odd;
    for (std::size_t r = 0; r < n_; ++r) {
      const NodeId cell = grid_.cell(r, c);
      if (cell == no_cell) continue;
      const Kind kind = doc_[cell].kind();
      const double x = kind == Kind::number || kind == Kind::string
                           ? number_of(kind == Kind::string ? doc_.string_raw(cell) : doc_.raw(cell))
                           : std::numeric_limits<double>::quiet_NaN();
      column.values[r] = x;
      if (std::isnan(x)) {
        odd.push_back(static_cast<std::uint32_t>(r));
        continue;
      }
      if (!std::isnan(before)) {
        ++steps;
        rises += x > before;
        falls += x < before;
      }
      before = x;
    }
    // Two steps in a hundred may go astray: a row that stands twice makes no counter into a measurement.
    const bool strict = rises == steps || falls == steps;
    column.counter = std::max(rises, falls) * 50 >= steps * 49 || names_rows(grid_.keys[c], column.values);
    if (!few && salience::is_rare(odd.size(), present)) items_.rare.insert(items_.rare.end(), odd.begin(), odd.end());
    add_rare(few_below_zero(column.values));
    if (strict) add_rare(uneven_steps(column.values));
    if (!strict) {
      const std::vector<std::size_t> far = salience::outliers(column.values);
      column.outliers = far.size();
      if (!far.empty()) {
        FarValues values{c, salience::median(column.values), {far.begin(), far.end()}};
        std::sort(values.rows.begin(), values.rows.end(), [&](std::uint32_t a, std::uint32_t b) {
          const double x = std::abs(column.values[a] - values.median), y = std::abs(column.values[b] - values.median);
          return x != y ? x > y : a < b;
        });
        signals_.far.push_back(std::move(values));
      }
    }
    if (!column.counter) {
      for (const salience::Shift& s : salience::change_points(column.values, most_shifts)) {
        items_.notable.push_back(static_cast<std::uint32_t>(s.index));
      }
      if (!few) by_decile(column.values);
    }
    name_in_gaps(std::move(column));
  }

  template <class Rows>
  void add_rare(const Rows& rows) {
    for (const auto r : rows) items_.rare.push_back(static_cast<std::uint32_t>(r));
  }

  // Numbers that only name a row, in whatever order: by the key, or since they fill a range, nearly all different.
  static bool names_rows(const std::string& key, const std::vector<double>& values) {
    if (key == "id" || key.ends_with("_id") || key.ends_with("Id") || key.ends_with("ID")) return true;
    std::vector<double> sorted;
    for (double x : values) {
      if (std::isnan(x)) continue;
      if (x != std::floor(x)) return false;
      sorted.push_back(x);
    }
    if (sorted.size() < 20) return false;
    std::sort(sorted.begin(), sorted.end());
    const auto count = static_cast<double>(sorted.size());
    if (sorted.back() - sorted.front() > 4 * count) return false;
    const auto different = static_cast<double>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
    return different * 50 >= count * 49;
  }

  // Columns with outliers, two at most; else the first with many values; no counters.
  void name_in_gaps(NumericColumn column) {
    if (column.counter || column.few) {
      if (column.outliers == 0) return;
    }
    auto& list = signals_.numeric;
    if (column.outliers > 0) {
      std::erase_if(list, [](const NumericColumn& other) { return other.outliers == 0; });
      if (list.size() < 2) list.push_back(std::move(column));
    } else if (list.empty()) {
      list.push_back(std::move(column));
    }
  }

  // Strings that are numbers, as databases print decimals; judged by the first few.
  bool spells_numbers(std::size_t c) const {
    std::size_t seen = 0, spelled = 0;
    for (std::size_t r = 0; r < n_ && seen < 16; ++r) {
      const NodeId cell = grid_.cell(r, c);
      if (cell == no_cell || !doc_.is(cell, Kind::string)) continue;
      ++seen;
      spelled += !std::isnan(number_of(doc_.string_raw(cell)));
    }
    return seen >= 5 && spelled * 8 >= seen * 7;
  }

  void by_decile(const std::vector<double>& values) {
    std::vector<double> sample;
    const std::size_t step = std::max<std::size_t>(1, n_ / sample_size);
    for (std::size_t r = 0; r < n_; r += step) {
      if (!std::isnan(values[r])) sample.push_back(values[r]);
    }
    if (sample.empty()) return;
    std::sort(sample.begin(), sample.end());
    double limits[deciles - 1];
    for (std::size_t d = 1; d < deciles; ++d) limits[d - 1] = sample[sample.size() * d / deciles];
    for (std::size_t r = 0; r < n_; ++r) {
      if (std::isnan(values[r])) continue;
      classes_[r] = static_cast<std::uint8_t>(std::upper_bound(limits, limits + (deciles - 1), values[r]) - limits);
    }
    class_count_ = deciles;
  }

  void by_template(std::size_t c, std::size_t present, std::size_t strings) {
    if (strings * 10 < present * 8) return;
    std::unordered_map<std::uint64_t, std::uint32_t> seen;
    std::vector<std::uint32_t> counts;
    for (std::size_t r = 0; r < n_; ++r) {
      const NodeId cell = grid_.cell(r, c);
      if (cell == no_cell) continue;
      const std::string_view text = cell_text(doc_, cell, scratch_).substr(0, long_text);
      const auto [it, fresh] =
          seen.try_emplace(salience::template_key(text, masked_), static_cast<std::uint32_t>(counts.size()));
      if (fresh) {
        if (counts.size() == most_classes) {
          classes_.assign(n_, no_class);
          return;  // all different: no class
        }
        counts.push_back(0);
      }
      ++counts[it->second];
      classes_[r] = static_cast<std::uint8_t>(it->second);
    }
    class_count_ = counts.size();
    rare_classes(counts, present);
  }

  void keep_classes() {
    if (kept_.size() >= most_feature_columns) return;
    kept_.push_back({classes_, class_count_ + 1});
  }

  void rows_apart() {
    std::vector<std::uint32_t> rows;
    for (std::size_t r = 0; r < n_; ++r) {
      if (!grid_.apart[r]) continue;
      rows.push_back(static_cast<std::uint32_t>(r));
      if (doc_.is(grid_.rows[r], Kind::object) || doc_.is(grid_.rows[r], Kind::array)) {
        Evidence e = evidence_of_container(doc_, grid_.rows[r]);
        if (e.severity >= Severity::error) mark(r, e, false);
      } else {
        const Evidence e = evidence_of(Field::other, cell_text(doc_, grid_.rows[r], scratch_));
        if (e.severity >= Severity::error) mark(r, e, false);
      }
    }
    if (rows.size() <= salience::shown_outliers(n_)) {
      items_.rare.insert(items_.rare.end(), rows.begin(), rows.end());
      return;
    }
    // Many stand apart, as where keys come in any order: odd among them are those with a set of keys of their own.
    std::unordered_map<std::uint64_t, std::uint32_t> seen;
    std::vector<std::uint64_t> shapes;
    for (std::uint32_t r : rows) {
      std::uint64_t keys = 0;  // a sum: their order does not count
      if (doc_.is(grid_.rows[r], Kind::object)) {
        for (const json::Member m : doc_.members(grid_.rows[r])) keys += mix(hash64(doc_.string_raw(m.key)), 7);
      }
      shapes.push_back(keys);
      ++seen[keys];
    }
    for (std::size_t k = 0; k < rows.size(); ++k)
      (salience::is_rare(seen[shapes[k]], n_) ? items_.rare : items_.notable).push_back(rows[k]);
  }

  void finish() {
    for (std::size_t r = 0; r < n_; ++r) {
      if (row_severity_[r] < Severity::error) continue;
      const bool weak = !row_structural_[r] && (!row_strong_[r] || row_benign_[r]);
      items_.severe.push_back({static_cast<std::uint32_t>(r), row_kind_[r], row_severity_[r], weak});
    }
    // Outliers: the farthest of every column, then the second farthest... Of more than the limit a column only three,
    // the others are too many to be odd.
    const std::size_t limit = salience::shown_outliers(n_);
    for (std::size_t rank = 0;; ++rank) {
      bool any = false;
      for (const FarValues& f : signals_.far) {
        if (rank >= f.rows.size() || (f.rows.size() > limit && rank >= 3)) continue;
        items_.outliers.push_back(f.rows[rank]);
        any = true;
      }
      if (!any) break;
    }
    // Pairs of neighbouring columns; a lone column stands for itself.
    salience::FeatureLists& f = items_.features;
    std::vector<std::uint32_t> base;
    std::uint32_t total = 0;
    for (std::size_t p = 0; p < kept_.size(); ++p) {
      base.push_back(total);
      const std::size_t next = p + 1 < kept_.size() ? kept_[p + 1].count : 1;
      if (p + 1 < kept_.size() || p == 0) total += static_cast<std::uint32_t>(kept_[p].count * next);
    }
    f.feature_count = total;
    f.begin.reserve(n_ + 1);
    f.ids.reserve(n_ * std::max<std::size_t>(kept_.size(), 2) - n_);
    for (std::size_t r = 0; r < n_; ++r) {
      if (!grid_.apart[r]) {
        for (std::size_t p = 0; p < kept_.size(); ++p) {
          if (p + 1 == kept_.size() && p > 0) break;
          const std::size_t a = kept_[p].of(r);
          const std::size_t b = p + 1 < kept_.size() ? kept_[p + 1].of(r) : 0;
          const std::size_t next = p + 1 < kept_.size() ? kept_[p + 1].count : 1;
          f.ids.push_back(base[p] + static_cast<std::uint32_t>(a * next + b));
        }
      }
      f.end_item();
    }
    classes_for_the_knee();
    for (auto* list : {&items_.outliers, &items_.rare, &items_.notable}) {
      std::vector<bool> met(n_, false);
      std::erase_if(*list, [&](std::uint32_t i) {
        if (met[i]) return true;
        met[i] = true;
        return false;
      });
    }
  }

  // Alone, and only those of 2 % of the rows or more: what a budget shows of them is what the knee is found on. Pairs
  // and seldom values have a long tail that no budget covers.
  void classes_for_the_knee() {
    const std::size_t least = std::max<std::size_t>(2, n_ / 50);
    std::vector<std::vector<std::uint32_t>> ids;
    std::uint32_t next = 0;
    for (const Classes& k : kept_) {
      std::vector<std::size_t> counts(k.count);
      for (std::size_t r = 0; r < n_; ++r) ++counts[k.of(r)];
      auto& mine = ids.emplace_back(k.count, none);
      for (std::size_t v = 0; v < k.count; ++v) {
        if (counts[v] >= least) mine[v] = next++;
      }
    }
    items_.classes.feature_count = next;
    items_.classes.begin.reserve(n_ + 1);
    items_.classes.ids.reserve(n_ * kept_.size());
    for (std::size_t r = 0; r < n_; ++r) {
      for (std::size_t p = 0; p < kept_.size() && !grid_.apart[r]; ++p) {
        const std::uint32_t id = ids[p][kept_[p].of(r)];
        if (id != none) items_.classes.ids.push_back(id);
      }
      items_.classes.end_item();
    }
  }

  static constexpr std::uint32_t none = ~std::uint32_t{0};
  struct Classes {
    std::vector<std::uint8_t> by_row;
    std::size_t count;  // one more than there are: the last is "missing"
    std::size_t of(std::size_t r) const { return by_row[r] == no_class ? count - 1 : by_row[r]; }
  };

  const Grid& grid_;
  const Document& doc_;
  Items& items_;
  std::size_t n_, apart_ = 0;
  Signals signals_;
  std::vector<Severity> row_severity_;
  std::vector<std::uint64_t> row_kind_;
  std::vector<bool> row_strong_, row_benign_, row_structural_;
  std::vector<std::uint8_t> classes_;  // of the column at hand
  std::size_t class_count_ = 0;
  std::vector<Classes> kept_;
  std::string scratch_, masked_;
};

}  // namespace

Signals read_signals(const Grid& grid, Items& items) {
  return Reader(grid, items).run();
}

}  // namespace headroom::compressors::records
