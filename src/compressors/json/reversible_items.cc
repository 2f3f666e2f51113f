#include "compressors/json/reversible_items.h"

#include <algorithm>
#include <unordered_map>

#include "salience/statistics.h"

namespace headroom::compressors::records {
namespace {

constexpr double grouped_share = 0.2;       // more severe items than this are grouped
constexpr double least_severe_room = 1200;  // tokens of severe items that are always shown one by one
constexpr std::size_t shown_anchors = 20;
constexpr std::size_t whole_group = 3;  // groups up to this size are shown whole
constexpr std::size_t most_groups = 24;
constexpr std::size_t always_shown = 6;  // outliers, rare items
constexpr std::size_t most_strong_hits = 10;
constexpr double strong_hit = 0.6;  // of the best score

double cost_of(const Items& items, std::uint32_t i) {
  return items.cost[i];
}

struct Kind {
  std::vector<std::uint32_t> members;
  salience::Severity worst = salience::Severity::none;
};

}  // namespace

void ask(Items& items, const search::Query& query, const std::vector<std::string_view>& texts,
         const std::vector<std::string_view>& ignored) {
  if (query.empty() || texts.empty()) return;
  search::RankOptions options;
  options.ignored = ignored;
  const std::vector<search::Hit> hits = search::rank(query, texts, options);
  double best = 0;
  for (const search::Hit& h : hits) {
    const auto item = static_cast<std::uint32_t>(h.piece);
    if (h.anchor) {
      items.anchored.push_back(item);
      continue;
    }
    if (best == 0) best = h.score;
    if (h.score >= strong_hit * best) ++items.strong_hits;
    items.asked.push_back(item);
  }
  // A word that many items share is no address: then the budget decides.
  if (items.strong_hits > most_strong_hits || items.strong_hits * 5 > items.size()) items.strong_hits = 0;
}

Worth worth(const Items& items, double limit) {
  const salience::Curve curve =
      salience::coverage_curve(items.classes.items() > 0 ? items.classes : items.features, items.cost, limit);
  Worth out;
  for (std::uint32_t c : items.cost) out.all += c;
  if (curve.total_coverage <= 0) return out;  // nothing to tell items apart: the least will do
  const double knee = salience::knee_cost(curve);
  out.knee = knee < 0 ? 0.3 * out.all : knee;
  return out;
}

Choice choose(const Items& items, double budget, double gap_cost) {
  const std::size_t n = items.size();
  Choice out;
  salience::Problem problem;
  problem.budget = budget;
  std::vector<bool> pinned(n, false);
  double spent = 0;
  const auto pin = [&](std::uint32_t i) {
    if (pinned[i]) return;
    pinned[i] = true;
    spent += cost_of(items, i);
    problem.pinned.push_back(i);
  };

  // Severe items: all, or by kind.
  std::vector<const SevereItem*> severe;
  std::size_t weak = 0;
  for (const SevereItem& s : items.severe) weak += s.weak;
  const bool weak_count = weak <= salience::shown_outliers(n);
  double severe_cost = 0;
  for (const SevereItem& s : items.severe) {
    if (s.weak && !weak_count) continue;
    severe.push_back(&s);
    severe_cost += cost_of(items, s.item);
  }
  std::vector<Kind> kinds;
  const bool grouped = static_cast<double>(severe.size()) > grouped_share * static_cast<double>(n) ||
                       severe_cost > std::max(budget, least_severe_room);
  if (!grouped) {
    for (const SevereItem* s : severe) pin(s->item);
  } else {
    std::unordered_map<std::uint64_t, std::size_t> index;
    for (const SevereItem* s : severe) {
      const auto [it, fresh] = index.try_emplace(s->kind, kinds.size());
      if (fresh) kinds.emplace_back();
      kinds[it->second].members.push_back(s->item);
      kinds[it->second].worst = std::max(kinds[it->second].worst, s->severity);
    }
    // Fatal before error, then the rarer kind; ties as they appear.
    std::sort(kinds.begin(), kinds.end(), [](const Kind& a, const Kind& b) {
      if (a.worst != b.worst) return a.worst > b.worst;
      return a.members.size() != b.members.size() ? a.members.size() < b.members.size() : a.members[0] < b.members[0];
    });
    const double room = std::max(budget, least_severe_room);
    std::size_t shown = 0;
    for (const Kind& k : kinds) {
      if (shown >= 6 && (shown >= most_groups || spent > room)) break;
      ++shown;
      pin(k.members[0]);
    }
    for (const Kind& k : kinds) {
      if (k.members.size() > whole_group) break;
      for (std::uint32_t i : k.members) {
        if (spent + cost_of(items, i) <= 0.5 * room) pin(i);
      }
    }
  }
  for (std::uint32_t i : items.pinned) pin(i);
  for (std::size_t i = 0; i < items.anchored.size() && i < shown_anchors; ++i) pin(items.anchored[i]);
  for (std::size_t i = 0; i < items.strong_hits; ++i) pin(items.asked[i]);
  const double room = std::max(budget, severe_cost > 0 && !grouped ? severe_cost : 0);
  for (const auto* list : {&items.outliers, &items.rare}) {
    for (std::size_t k = 0; k < list->size(); ++k) {
      if (k >= always_shown && spent + cost_of(items, (*list)[k]) > room) break;
      pin((*list)[k]);
    }
  }

  problem.asked = items.asked;
  problem.notable = items.notable;
  for (const SevereItem& s : items.severe) {
    if (s.weak && !weak_count) problem.notable.push_back(s.item);
  }
  std::vector<bool> shown(n, false);
  for (std::uint32_t i : salience::select(problem, items.cost, items.features).chosen) shown[i] = true;

  // Gaps that cost no less than what they hide.
  for (std::size_t i = 0; i < n;) {
    if (shown[i]) {
      ++i;
      continue;
    }
    double hidden = 0;
    std::size_t end = i;
    while (end < n && !shown[end]) hidden += items.cost[end++];
    if (hidden <= gap_cost)
      std::fill(shown.begin() + static_cast<std::ptrdiff_t>(i), shown.begin() + static_cast<std::ptrdiff_t>(end), true);
    i = end;
  }

  for (std::uint32_t i = 0; i < n; ++i) {
    if (shown[i]) out.shown.push_back(i);
  }
  for (const SevereItem* s : severe) {
    if (shown[s->item]) {
      ++out.errors;
    } else {
      out.hidden_severe.push_back(s->item);
    }
  }
  for (std::uint32_t i : items.rare) {
    if (!shown[i]) out.hidden_rare.push_back(i);
  }
  std::sort(out.hidden_rare.begin(), out.hidden_rare.end());
  const auto count = [&](const std::vector<std::uint32_t>& list) {
    return static_cast<std::size_t>(std::count_if(list.begin(), list.end(), [&](std::uint32_t i) { return shown[i]; }));
  };
  out.outliers = count(items.outliers);
  out.rare = count(items.rare);
  out.asked = count(items.anchored) + count(items.asked);

  // Kinds whose first item is shown, then all others as one.
  std::vector<std::uint32_t> rest;
  for (Kind& k : kinds) {
    Group g{k.members[0], {}};
    for (std::uint32_t i : k.members) {
      if (!shown[i]) g.others.push_back(i);
    }
    if (g.others.empty()) continue;
    if (shown[g.exemplar]) {
      out.groups.push_back(std::move(g));
    } else {
      rest.insert(rest.end(), g.others.begin(), g.others.end());
    }
  }
  std::sort(out.groups.begin(), out.groups.end(),
            [](const Group& a, const Group& b) { return a.exemplar < b.exemplar; });
  if (!rest.empty()) {
    std::sort(rest.begin(), rest.end());
    out.groups.push_back({~std::uint32_t{0}, std::move(rest)});
  }
  if (items.anchored.size() > shown_anchors) {
    Group g{items.anchored[0], {}};
    for (std::uint32_t i : items.anchored) {
      if (!shown[i]) g.others.push_back(i);
    }
    std::sort(g.others.begin(), g.others.end());
    if (!g.others.empty()) out.matches.push_back(std::move(g));
  }
  return out;
}

std::string some_ranges(const std::vector<std::uint32_t>& sorted, std::size_t limit) {
  std::string out;
  std::size_t ranges = 0;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t j = i;
    while (j + 1 < sorted.size() && sorted[j + 1] == sorted[j] + 1) ++j;
    if (ranges == limit) return out + ", ...";
    if (!out.empty()) out += ", ";
    out += std::to_string(sorted[i]);
    if (j > i) out += '-' + std::to_string(sorted[j]);
    ++ranges;
    i = j + 1;
  }
  return out;
}

}  // namespace headroom::compressors::records
