// What a plan says once for many cells: letters for long values and for templates, the heading over runs of rows.
#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "base/hash.h"
#include "compressors/json/plan.h"

namespace headroom::compressors::records {

using json::Kind;
using json::NodeId;
using Role = ColumnPlan::Role;

namespace {

constexpr std::size_t max_templates = 4096;
constexpr std::size_t npos = std::string_view::npos;

bool is_alnum(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u >= 0x80 || (u >= '0' && u <= '9') || ((u | 0x20) >= 'a' && (u | 0x20) <= 'z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A text's shape: runs of letters and digits that hold a digit are all alike.
std::uint64_t shape_of(std::string_view text, std::string& scratch) {
  scratch.clear();
  for (std::size_t i = 0; i < text.size();) {
    if (!is_alnum(text[i])) {
      scratch += text[i++];
      continue;
    }
    std::size_t end = i;
    bool digit = false;
    while (end < text.size() && is_alnum(text[end])) digit |= is_digit(text[end++]);
    if (digit) {
      scratch += '\1';
    } else {
      scratch.append(text, i, end - i);
    }
    i = end;
  }
  return hash64(scratch);
}

}  // namespace

void TablePlan::templates(std::size_t c) {
  ColumnPlan& plan = columns_[c];
  const Column& column = table_->columns()[c];
  if (plan.role != Role::cell || plan.whole || column.strings == 0 || full_rows_ < 4) return;
  const bool fixed = plan.patterned && plan.referenced;  // others need its cells to be its fillers
  if (fixed) {
    for (std::size_t r = 0; r < fillers_[c].size(); ++r) {
      const std::string_view f = fillers_[c][r];
      if (!f.empty() && f[0] >= 'A' && f[0] <= 'Z' && (f.size() == 1 || f[1] == ' ' || is_digit(f[1]))) return;
    }
  }
  struct Group {
    std::string_view first;
    std::size_t front, back, shortest, members = 0;
    bool hole = false;
  };
  std::vector<Group> groups;
  std::unordered_map<std::uint64_t, std::uint32_t> index;
  std::vector<std::uint32_t> group_of(table_->rows(), ~0u);
  std::string scratch;
  std::string_view last;
  std::uint32_t last_group = ~0u;
  for (std::size_t r = 0; r < table_->rows(); ++r) {
    const NodeId cell = table_->cell(r, c);
    if (cell == no_cell || !table_->doc().is(cell, Kind::string) || !eligible(r, c)) continue;
    const std::string_view v = fillers_[c][r];
    if (v.size() < 4) continue;
    if (v == last && last_group != ~0u) {
      group_of[r] = last_group;
      ++groups[last_group].members;
      continue;
    }
    const auto [it, fresh] = index.try_emplace(shape_of(v, scratch), static_cast<std::uint32_t>(groups.size()));
    if (fresh) {
      if (groups.size() == max_templates) {
        index.erase(it);
        continue;
      }
      groups.push_back({v, v.size(), v.size(), v.size(), 0, false});
    }
    Group& g = groups[it->second];
    if (v != g.first) {
      g.hole = true;
      g.front = std::min(g.front, shared_front(g.first, v));
      g.back = std::min(g.back, shared_back(g.first, v));
      g.shortest = std::min(g.shortest, v.size());
    }
    ++g.members;
    group_of[r] = it->second;
    last = v;
    last_group = it->second;
  }
  std::vector<std::uint16_t> letter_of_group(groups.size(), 0);
  struct Ranked {
    std::int64_t gain;
    std::uint32_t group;
    Letter letter;
  };
  std::vector<Ranked> ranked;
  for (std::uint32_t k = 0; k < groups.size(); ++k) {
    Group& g = groups[k];
    if (g.members < 2 || (fixed && g.hole)) continue;
    Letter letter;
    letter.hole = g.hole;
    std::int64_t shared;
    if (g.hole) {
      if (g.front + g.back >= g.shortest) g.back = 0;
      if (g.front >= g.shortest) continue;
      letter.front = g.first.substr(0, g.front);
      letter.back = g.first.substr(g.first.size() - g.back);
      shared = price(letter.front) + price(letter.back);
    } else {
      letter.front = g.first;
      shared = price(g.first);
    }
    if (shared < 3 || letter.front.find_first_of("*^") != npos || letter.back.find_first_of("*^") != npos) continue;
    letter.gain = static_cast<std::int64_t>(g.members) * (shared - 1 - (g.hole ? 1 : 0)) - shared - 4;
    if (letter.gain < 6) continue;
    ranked.push_back({letter.gain, k, std::move(letter)});
  }
  std::sort(ranked.begin(), ranked.end(),
            [](const Ranked& a, const Ranked& b) { return a.gain != b.gain ? a.gain > b.gain : a.group < b.group; });
  if (ranked.size() > max_letters) ranked.resize(max_letters);
  std::sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) { return a.group < b.group; });
  if (ranked.empty()) return;
  for (Ranked& k : ranked) {
    plan.letters.push_back(std::move(k.letter));
    letter_of_group[k.group] = static_cast<std::uint16_t>(plan.letters.size());
  }
  plan.letter_of.assign(table_->rows(), 0);
  for (std::size_t r = 0; r < table_->rows(); ++r) {
    if (group_of[r] != ~0u) plan.letter_of[r] = letter_of_group[group_of[r]];
  }
}

// The column whose cells, cut after their last (or an earlier) delimiter, repeat over longest runs of rows.
void TablePlan::heading() {
  std::int64_t best_gain = 12;
  std::size_t best_column = npos;
  char best_delimiter = 0;
  int best_nth = 0;
  const auto cut = [](std::string_view v, char delimiter, int nth) {
    if (nth == 0) return v.rfind(delimiter);
    std::size_t at = npos;
    for (int i = 0; i < nth; ++i) {
      at = v.find(delimiter, at == npos ? 0 : at + 1);
      if (at == npos) return at;
    }
    return at;
  };
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const ColumnPlan& plan = columns_[c];
    const Column& column = table_->columns()[c];
    if (plan.role != Role::cell || plan.whole || plan.referenced || !plan.letters.empty() || !severe_[c].empty())
      continue;
    if (column.strings != full_rows_ || table_->apart_count() > 0) continue;
    for (const char delimiter : {'/', ':', 'T', '-', '.', ' ', '_'}) {
      for (const int nth : {0, 1, 2}) {
        std::string_view last;
        bool first = true, good = true;
        std::int64_t runs = 0, run_price = 0, saved = 0;
        for (std::size_t r = 0; r < table_->rows() && good; ++r) {
          const std::string_view v = fillers_[c][r];
          const std::size_t at = cut(v, delimiter, nth);
          if (at == npos || at == 0 || at + 1 == v.size()) {
            good = false;
            break;
          }
          const std::string_view front = v.substr(0, at);
          if (first || front != last) {
            ++runs;
            if (runs > static_cast<std::int64_t>(r / 2 + 4)) good = false;
            run_price = price(v.substr(0, at + 1));
            saved -= run_price + 2;
            last = front;
            first = false;
          }
          saved += run_price;
        }
        if (good && saved > best_gain) {
          best_gain = saved;
          best_column = c;
          best_delimiter = delimiter;
          best_nth = nth;
        }
      }
    }
  }
  if (best_column == npos) return;
  headings.begin(table_->doc().text(), decoded_, table_->rows());
  Fillers& fillers = fillers_[best_column];
  for (std::size_t r = 0; r < table_->rows(); ++r) {
    const std::string_view v = fillers[r];
    const std::size_t at = cut(v, best_delimiter, best_nth);
    const std::string_view front = v.substr(0, at);
    for (const char c : front) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return;
    }
    if (front.front() == ' ' || front.back() == ' ') return;
    headings.set_front(r, fillers, at);
  }
  for (std::size_t r = 0; r < table_->rows(); ++r) fillers.narrow(r, headings[r].size() + 1, 0);
  heading_column = best_column;
  ColumnPlan& plan = columns_[best_column];
  if (!plan.patterned) {
    plan.patterned = true;
    plan.pattern.mark(Piece::Kind::cell);
  }
  Pattern pattern;
  for (const Piece& p : plan.pattern.pieces) {
    if (p.kind == Piece::Kind::cell) {
      pattern.mark(Piece::Kind::heading);
      pattern.text(std::string_view(&best_delimiter, 1));
      pattern.mark(Piece::Kind::cell);
    } else if (p.kind == Piece::Kind::text) {
      pattern.text(p.text);
    } else {
      pattern.mark(p.kind, p.column);
    }
  }
  plan.pattern = std::move(pattern);
}

void assign_letters(std::vector<TablePlan*> plans) {
  struct Candidate {
    std::int64_t gain;
    std::size_t plan, column, letter;
  };
  std::vector<Candidate> candidates;
  for (std::size_t p = 0; p < plans.size(); ++p) {
    for (std::size_t c = 0; c < plans[p]->size(); ++c) {
      const auto& letters = (*plans[p])[c].letters;
      for (std::size_t l = 0; l < letters.size(); ++l) candidates.push_back({letters[l].gain, p, c, l});
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.gain > b.gain; });
  if (candidates.size() > max_letters) candidates.resize(max_letters);
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.plan, a.column, a.letter) < std::tie(b.plan, b.column, b.letter);
  });
  char name = 'A';
  for (const Candidate& k : candidates) plans[k.plan]->column(k.column).letters[k.letter].name = name++;
}

}  // namespace headroom::compressors::records
