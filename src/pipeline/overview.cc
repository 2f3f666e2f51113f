#include "pipeline/overview.h"

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "pipeline/outline.h"
#include "salience/severity.h"
#include "search/pieces.h"

namespace headroom::pipeline {
namespace {

constexpr std::size_t outline_entries = 12;
constexpr std::int64_t roomy_tokens = 400;  // with less there is no map
constexpr std::size_t error_slices = 10;
constexpr std::int64_t first_share = 35, last_share = 25,
                       error_share = 30;  // per cent; the rest: more from the beginning

// Lines that differ in digits only say the same.
std::uint64_t shape_of(std::string_view text) {
  std::string shape(text.substr(0, 200));
  for (char& c : shape) {
    if (c >= '0' && c <= '9') c = '0';
  }
  return hash64(shape);
}

class Maker {
 public:
  Maker(Slices& body, std::string_view content, const LineIndex& lines, const Table& table, tokens::Counter& ruler)
      : body_(body), content_(content), lines_(lines), table_(table), ruler_(ruler) {}

  Overview make() {
    make_map();
    all_ = std::max<std::int64_t>(0, body_.left() - ruler_.count(overview_.map).value);
    if (by_rows()) {
      show_rows();
    } else {
      show_lines();
    }
    return std::move(overview_);
  }

 private:
  void make_map() {
    if (body_.left() < roomy_tokens) return;
    std::string& map = overview_.map;
    for (const OutlineEntry& e : outline_of(content_, lines_, outline_entries)) {
      map.append(map.empty() ? "[map by line: " : "; ").append(std::to_string(e.line)).append(" ").append(e.text);
    }
    if (!map.empty()) map += "]";
  }

  // Lines say little about a table written in a few long ones.
  bool by_rows() const {
    return table_.json && table_.rows.size() > 1 && content_.size() / lines_.count() > search::max_run_bytes;
  }

  void spend(std::int64_t share) { body_.set_left(all_ * share / 100); }
  void spend_the_rest() {
    std::int64_t spent = 0;
    for (const Slice& s : body_.all()) {
      spent += label_tokens + ruler_.count(content_.substr(s.begin, s.end - s.begin)).value;
    }
    body_.set_left(std::max<std::int64_t>(0, all_ - spent));
  }

  void show_lines() {
    const std::size_t last = tail_begin(all_ * last_share / 100 - label_tokens);
    spend(first_share);
    std::size_t first = body_.show_bytes(0, last);
    spend(last_share);
    body_.show_bytes(std::max(first, last), content_.size());
    spend(error_share);
    std::size_t next = last;
    for (const std::size_t line : error_lines(content_, lines_)) {
      const std::size_t begin = lines_.begin(line), end = lines_.end(line);
      if (begin < first || end > last) continue;
      if (body_.show_bytes(begin, search::cell_end(content_, begin, end)) == begin) break;
      next = std::min(next, begin);
    }
    spend_the_rest();
    body_.show_bytes(first, next);
    body_.sort();
    std::size_t at = 0;
    for (const Slice& s : body_.all()) {
      if (s.begin > at) overview_.rest.push_back(lines_.item(at, s.begin));
      at = s.end;
    }
    if (at < content_.size()) overview_.rest.push_back(lines_.item(at, content_.size()));
  }

  // Where the last lines that fit the budget begin.
  std::size_t tail_begin(std::int64_t budget) {
    std::size_t begin = content_.size();
    for (std::size_t line = lines_.count(); line > 0; --line) {
      const std::size_t at = lines_.begin(line);
      if (begin - at > search::max_run_bytes) return begin < content_.size() ? begin : tail_of_long_line(at);
      budget -= ruler_.count(content_.substr(at, begin - at)).value;
      if (budget < 0) break;
      begin = at;
    }
    return begin;
  }

  std::size_t tail_of_long_line(std::size_t line_begin) const {
    std::size_t at = std::max(line_begin, content_.size() - search::max_run_bytes / 2);
    while (at < content_.size() && (static_cast<unsigned char>(content_[at]) & 0xC0) == 0x80) ++at;
    return at;
  }

  bool show_row(std::size_t row) {
    if (shown_rows_.contains(row)) return true;
    if (!body_.fits(table_.rows[row]) || !body_.show_row(row, table_.rows[row])) return false;
    shown_rows_.insert(row);
    return true;
  }

  void show_rows() {
    const auto& rows = table_.rows;
    const std::size_t n = rows.size();
    std::size_t next = 0;
    spend(first_share);
    while (next < n && show_row(next)) ++next;
    spend(last_share);
    for (std::size_t row = n; row > 0 && show_row(row - 1);) --row;
    spend(error_share);
    std::set<std::uint64_t> shapes;
    for (std::size_t row = 0; row < n && shapes.size() < error_slices; ++row) {
      const std::string_view text = content_.substr(rows[row].begin, rows[row].end - rows[row].begin);
      if (salience::is_severe(text) && shapes.insert(shape_of(text)).second && !show_row(row)) break;
    }
    body_.sort();
    spend_the_rest();
    while (next < n && show_row(next)) ++next;
    if (body_.empty()) {  // the first row alone is too large
      const std::size_t end = body_.show_part(row_slice(0, rows[0]), rows[0].begin, rows[0].end);
      if (end < rows[0].end) overview_.rest.push_back({Item::Kind::bytes, {end, rows[0].end - 1}});
      shown_rows_.insert(0);
    }
    body_.sort();
    rest_of_rows();
  }

  void rest_of_rows() {
    const auto& rows = table_.rows;
    auto& rest = overview_.rest;
    if (rows.front().begin > 0) rest.push_back({Item::Kind::bytes, {0, rows.front().begin - 1}});
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (shown_rows_.contains(row)) continue;
      const std::size_t begin = row;
      while (row + 1 < rows.size() && !shown_rows_.contains(row + 1)) ++row;
      rest.push_back({Item::Kind::rows, {begin, row}});
    }
    if (rows.back().end < content_.size()) rest.push_back({Item::Kind::bytes, {rows.back().end, content_.size() - 1}});
  }

  Slices& body_;
  const std::string_view content_;
  const LineIndex& lines_;
  const Table& table_;
  tokens::Counter& ruler_;
  std::int64_t all_ = 0;
  std::set<std::size_t> shown_rows_;
  Overview overview_;
};

}  // namespace

Overview show_overview(Slices& body, std::string_view content, const LineIndex& lines, const Table& table,
                       tokens::Counter& ruler) {
  return Maker(body, content, lines, table, ruler).make();
}

std::vector<std::size_t> error_lines(std::string_view content, const LineIndex& lines) {
  std::vector<std::size_t> found;
  std::set<std::uint64_t> shapes;
  for (std::size_t n = 1; n <= lines.count() && found.size() < error_slices; ++n) {
    const std::string_view line = content.substr(lines.begin(n), lines.end(n) - lines.begin(n));
    if (salience::is_severe(line) && shapes.insert(shape_of(line)).second) found.push_back(n);
  }
  return found;
}

}  // namespace headroom::pipeline
