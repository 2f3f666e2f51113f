#include "compressors/log/cuts.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "base/hash.h"
#include "tokens/counter.h"

namespace headroom::compressors::log {
namespace {

constexpr std::size_t kMostCuts = 8;
constexpr std::size_t kMostHoles = 24;
constexpr std::size_t kLongestFilling = 400;  // bytes of a filling that is cut
constexpr std::int64_t kOften = 4;            // of 16 rows
constexpr std::int64_t kLetter = 2;           // tokens
constexpr std::size_t kShortestText = 3;      // bytes of a text that holes are cut at

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool in_run(char c) {
  const auto u = static_cast<unsigned char>(c);
  return is_digit(c) || ((u | 0x20) >= 'a' && (u | 0x20) <= 'z') || u >= 0x80;
}

// No run of letters and digits goes on across the ends of [begin, end).
bool ends_between_runs(std::string_view s, std::size_t begin, std::size_t end) {
  const auto splits = [s](std::size_t i) { return i > 0 && i < s.size() && in_run(s[i - 1]) && in_run(s[i]); };
  return !splits(begin) && !splits(end);
}

// Where `part` stands in `s`, between runs; npos if nowhere.
std::size_t find_part(std::string_view s, std::string_view part) {
  if (part.empty()) return std::string_view::npos;
  for (std::size_t at = s.find(part); at != std::string_view::npos; at = s.find(part, at + 1)) {
    if (ends_between_runs(s, at, at + part.size())) return at;
  }
  return std::string_view::npos;
}

// The letters behind the digits at the end: "35ms" -> "ms".
std::string_view unit_of(std::string_view s) {
  std::size_t n = s.size();
  while (n > 0 && in_run(s[n - 1]) && !is_digit(s[n - 1])) --n;
  return n > 0 && n < s.size() && is_digit(s[n - 1]) ? s.substr(n) : std::string_view();
}

// A filling that comes often will be a letter (phrases.h).
std::int64_t price(const std::vector<Fillings>& rows) {
  EqualHoles equal(rows.front().size());
  std::unordered_map<std::string_view, std::int64_t, TextHasher> counts;
  for (const Fillings& row : rows) equal.add(row);
  std::string words, word;
  std::int64_t letters = 0;
  for (const Fillings& row : rows) {
    for (const std::string_view filling : row) ++counts[filling];
  }
  for (const Fillings& row : rows) {
    for (std::size_t h = 0; h < row.size(); ++h) {
      if (equal.any_earlier(h)) continue;
      word = ' ';
      append_word(word, row[h]);
      if (counts[row[h]] >= kOften && tokens::Counter::estimate(word).value > kLetter) {
        letters += kLetter;
      } else {
        words += word;
      }
    }
    words += '\n';
  }
  return letters + tokens::Counter::estimate(words).value;
}

bool allowed(const HoleCut& cut, std::vector<Fillings>& rows) {
  return std::all_of(rows.begin(), rows.end(), [&cut](Fillings& row) { return apply_cut(cut, row); });
}

// The longest text between runs, with a mark in it, that stands in that hole's filling of all rows.
std::optional<std::string_view> common_text(const std::vector<Fillings>& rows, std::size_t hole) {
  const std::string_view a = rows.front()[hole], b = rows.back()[hole];
  std::vector<std::string_view> found;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (i > 0 && in_run(a[i - 1]) && in_run(a[i])) continue;
    for (std::size_t j = 0; j < b.size(); ++j) {
      if (a[i] != b[j]) continue;
      std::size_t n = 0;
      while (i + n < a.size() && j + n < b.size() && a[i + n] == b[j + n]) ++n;
      while (n > 0 && !(ends_between_runs(a, i, i + n) && ends_between_runs(b, j, j + n))) --n;
      if (n >= kShortestText) found.push_back(a.substr(i, n));
    }
  }
  std::sort(found.begin(), found.end(), [](std::string_view x, std::string_view y) {
    return x.size() != y.size() ? x.size() > y.size() : x.data() < y.data();
  });
  if (found.size() > 16) found.resize(16);
  for (const std::string_view text : found) {
    if (std::all_of(text.begin(), text.end(), in_run)) continue;
    if (std::all_of(rows.begin(), rows.end(),
                    [&](const Fillings& row) { return find_part(row[hole], text) != std::string_view::npos; }))
      return text;
  }
  return std::nullopt;
}

// Holes with one filling in all rows, as a cut leaves them, are text.
void take_constants(std::vector<Fillings>& rows, std::vector<HoleCut>& cuts) {
  for (std::size_t h = 0; h < rows.front().size();) {
    const std::string_view value = rows.front()[h];
    if (!std::all_of(rows.begin(), rows.end(), [&](const Fillings& row) { return row[h] == value; })) {
      ++h;
      continue;
    }
    cuts.push_back({HoleCut::constant, h, value, 0});
    for (Fillings& row : rows) apply_cut(cuts.back(), row);
  }
}

std::vector<HoleCut> candidates(const std::vector<Fillings>& rows) {
  std::vector<HoleCut> out;
  const Fillings& first = rows.front();
  for (std::size_t h = 0; h < first.size(); ++h) {
    const auto all = [&rows](auto holds) { return std::all_of(rows.begin(), rows.end(), holds); };
    if (!all([h](const Fillings& row) { return row[h].size() <= kLongestFilling; })) continue;
    if (const std::string_view unit = unit_of(first[h]);
        !unit.empty() && all([&](const Fillings& row) { return unit_of(row[h]) == unit; }))
      out.push_back({HoleCut::unit, h, unit, 0});
    if (const auto text = common_text(rows, h)) out.push_back({HoleCut::text, h, *text, 0});
    for (std::size_t k = 0; k < first.size(); ++k) {
      if (k != h && all([h, k](const Fillings& row) {
            return row[k].size() >= 2 && row[k].size() < row[h].size() &&
                   find_part(row[h], row[k]) != std::string_view::npos;
          }))
        out.push_back({HoleCut::other, h, {}, k});
    }
  }
  return out;
}

}  // namespace

bool apply_cut(const HoleCut& cut, Fillings& fillings) {
  std::string_view& v = fillings[cut.hole];
  const auto at_hole = fillings.begin() + static_cast<std::ptrdiff_t>(cut.hole);
  switch (cut.kind) {
    case HoleCut::constant:
      if (v != cut.value) return false;
      fillings.erase(at_hole);
      return true;
    case HoleCut::unit:
      if (unit_of(v) != cut.value) return false;
      v.remove_suffix(cut.value.size());
      return true;
    case HoleCut::text: {
      const std::size_t at = find_part(v, cut.value);
      if (at == std::string_view::npos) return false;
      const std::string_view behind = v.substr(at + cut.value.size());
      v = v.substr(0, at);
      fillings.insert(at_hole + 1, behind);
      return true;
    }
    case HoleCut::other: {
      const std::string_view part = fillings[cut.from];
      const std::size_t at = find_part(v, part);
      if (at == std::string_view::npos) return false;
      const std::string_view behind = v.substr(at + part.size());
      v = v.substr(0, at);
      fillings.insert(at_hole + 1, {part, behind});
      return true;
    }
  }
  return false;
}

void apply_cut(const HoleCut& cut, Pattern& pattern) {
  std::size_t hole = 0;
  const auto at = std::find_if(pattern.begin(), pattern.end(),
                               [&](const Piece& p) { return p.kind == Piece::hole && hole++ == cut.hole; });
  if (at == pattern.end()) return;
  const Piece a_hole{Piece::hole, {}, 0}, literal{Piece::literal, std::string(cut.value), 0};
  switch (cut.kind) {
    case HoleCut::constant:
      *at = literal;
      break;
    case HoleCut::unit:
      pattern.insert(at + 1, literal);
      break;
    case HoleCut::text:
      pattern.insert(at + 1, {literal, a_hole});
      break;
    case HoleCut::other:
      pattern.insert(at + 1, {a_hole, a_hole});
      break;
  }
  for (std::size_t i = 1; i < pattern.size();) {
    if (pattern[i].kind != Piece::literal || pattern[i - 1].kind != Piece::literal) {
      ++i;
      continue;
    }
    pattern[i - 1].text += pattern[i].text;
    pattern.erase(pattern.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

std::vector<HoleCut> find_cuts(std::vector<Fillings> rows) {
  std::vector<HoleCut> out;
  if (rows.size() < 2 || rows.front().empty()) return out;
  std::int64_t best = price(rows);
  std::vector<HoleCut> tried_cuts, cheapest;
  std::vector<Fillings> tried, cheapest_rows;
  while (out.size() < kMostCuts && rows.front().size() + 2 <= kMostHoles) {
    cheapest.clear();
    for (const HoleCut& cut : candidates(rows)) {
      tried = rows;
      if (!allowed(cut, tried)) continue;
      tried_cuts = {cut};
      take_constants(tried, tried_cuts);
      const std::int64_t p = price(tried);
      if (p >= best) continue;
      best = p;
      cheapest.swap(tried_cuts);
      cheapest_rows.swap(tried);
    }
    if (cheapest.empty()) break;
    out.insert(out.end(), cheapest.begin(), cheapest.end());
    rows.swap(cheapest_rows);
  }
  return out;
}

EqualHoles::EqualHoles(std::size_t holes) : equal_(holes) {
  for (std::size_t h = 0; h < holes; ++h) equal_[h] = (std::uint32_t{1} << h) - 1;
}

void EqualHoles::add(const Fillings& row) {
  for (std::size_t h = 1; h < equal_.size(); ++h) {
    for (std::size_t k = 0; equal_[h] >> k != 0; ++k) {
      if (equal_[h] >> k & 1 && row[h] != row[k]) equal_[h] &= ~(std::uint32_t{1} << k);
    }
  }
}

}  // namespace headroom::compressors::log
