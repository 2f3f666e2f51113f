#include "compressors/json/odd_numbers.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "base/hash.h"
#include "salience/statistics.h"

namespace headroom::compressors::records {
namespace {

using json::Kind;
using json::NodeId;

constexpr std::size_t most_kinds = 64;
constexpr std::size_t most_values = 64;  // a row, on average
constexpr int most_depth = 8;

// The numbers of one column, by the keys that lead to them.
class Nested {
 public:
  struct Group {
    std::vector<double> values;
    std::vector<std::uint32_t> rows;
  };

  explicit Nested(const Grid& grid) : doc_(*grid.doc), left_(most_values * grid.rows.size()) {}

  void collect(NodeId node, std::uint64_t keys, std::uint32_t row, int depth) {
    if (depth > most_depth || left_ == 0) return;
    --left_;
    if (doc_.is(node, Kind::array)) {
      for (NodeId e : doc_.elements(node)) collect(e, keys, row, depth + 1);
    } else if (doc_.is(node, Kind::object)) {
      for (const json::Member m : doc_.members(node))
        collect(m.value, (keys ^ hash64(doc_.string_raw(m.key))) * 0x9E3779B97F4A7C15ull, row, depth + 1);
    } else if (doc_.is(node, Kind::number)) {
      auto it = known_.find(keys);
      if (it == known_.end()) {
        if (groups_.size() == most_kinds) return;
        it = known_.emplace(keys, groups_.size()).first;
        groups_.emplace_back();
      }
      groups_[it->second].values.push_back(number_of(doc_.raw(node)));
      groups_[it->second].rows.push_back(row);
    }
  }

  const std::vector<Group>& groups() const { return groups_; }

 private:
  const json::Document& doc_;
  std::size_t left_;
  std::unordered_map<std::uint64_t, std::size_t> known_;
  std::vector<Group> groups_;
};

}  // namespace

double number_of(std::string_view raw) {
  double x = 0;
  const auto r = std::from_chars(raw.data(), raw.data() + raw.size(), x);
  if (r.ec != std::errc() || r.ptr != raw.data() + raw.size() || !std::isfinite(x))
    return std::numeric_limits<double>::quiet_NaN();
  return x;
}

std::vector<std::size_t> few_below_zero(std::span<const double> values) {
  std::vector<std::size_t> below;
  std::size_t above = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    above += values[i] > 0;
    if (values[i] < 0) below.push_back(i);
  }
  if (!salience::is_rare(below.size(), above)) below.clear();
  return below;
}

std::vector<std::size_t> uneven_steps(std::span<const double> values) {
  std::vector<double> steps(values.size(), std::numeric_limits<double>::quiet_NaN());
  double before = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    steps[i] = values[i] - before;
    before = values[i];
  }
  if (salience::spread(steps).mad != 0) return {};
  std::vector<std::size_t> odd = salience::outliers(steps);
  if (!salience::is_rare(odd.size(), values.size())) odd.clear();
  return odd;
}

std::vector<std::size_t> seldom_values(std::span<const double> values) {
  constexpr std::size_t most_different = 8;  // more are a measurement, whose every value may come once
  std::vector<std::pair<double, std::size_t>> counts;
  for (double x : values) {
    if (std::isnan(x)) continue;
    const auto at = std::find_if(counts.begin(), counts.end(), [x](const auto& c) { return c.first == x; });
    if (at != counts.end()) {
      ++at->second;
    } else if (counts.size() == most_different) {
      return {};
    } else {
      counts.emplace_back(x, 1);
    }
  }
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (const auto& [value, count] : counts) {
      if (value == values[i] && salience::is_rare(count, values.size())) out.push_back(i);
    }
  }
  return out;
}

std::vector<std::uint32_t> odd_nested_numbers(const Grid& grid, std::size_t column) {
  Nested nested(grid);
  for (std::size_t r = 0; r < grid.rows.size(); ++r) {
    const NodeId cell = grid.cell(r, column);
    if (cell != no_cell && !grid.apart[r]) nested.collect(cell, 0, static_cast<std::uint32_t>(r), 0);
  }
  std::vector<std::uint32_t> out;
  for (const Nested::Group& g : nested.groups()) {
    const std::vector<std::size_t> far = salience::outliers(g.values);
    if (salience::is_rare(far.size(), g.values.size())) {
      for (std::size_t i : far) out.push_back(g.rows[i]);
    }
    for (std::size_t i : few_below_zero(g.values)) out.push_back(g.rows[i]);
  }
  return out;
}

}  // namespace headroom::compressors::records
