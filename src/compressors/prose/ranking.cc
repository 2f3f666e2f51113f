#include "compressors/prose/ranking.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "compressors/prose/facts.h"

namespace headroom::compressors::prose {
namespace {

// Shares in the score, of 100.
struct Weights {
  std::uint32_t query, centrality, facts, position;
};
constexpr Weights unasked{0, 50, 25, 25}, asked_for{60, 18, 14, 8};

// Of a hit's score, of 100: what the units beside it get, and those under a heading that is hit.
constexpr std::uint32_t beside = 30, below_heading = 35;

bool is_writing(const Unit& u) {
  return u.kind == UnitKind::sentence || u.kind == UnitKind::item;
}

// The query's hits in units and headings as 0..1024; empty if it finds nothing.
std::vector<std::uint32_t> relevance(const Document& d, const search::Query& query, Ranking& out) {
  std::vector<std::string_view> pieces;
  pieces.reserve(d.units.size() + d.sections.size());
  for (const Unit& u : d.units) pieces.push_back(d.of(u));
  for (const Section& s : d.sections) pieces.push_back(heading_text(d.blocks[s.heading], d.lines));
  const std::vector<search::Hit> hits = search::rank(query, pieces);
  std::vector<std::uint32_t> own(d.units.size(), 0), all;
  std::vector<std::uint32_t> heading(d.sections.size(), 0);
  double best = 0;
  for (const search::Hit& h : hits) best = h.anchor ? best : std::max(best, h.score);
  for (const search::Hit& h : hits) {
    const std::uint32_t score =
        h.anchor ? full_score : static_cast<std::uint32_t>(std::lround(h.score / best * full_score));
    if (h.piece >= d.units.size()) {
      heading[h.piece - d.units.size()] = score;
      continue;
    }
    own[h.piece] = score;
    out.asked.push_back(static_cast<std::uint32_t>(h.piece));
    out.anchored += h.anchor;
  }
  if (hits.empty()) return all;
  for (std::size_t s = 0; s < heading.size(); ++s) {
    const std::uint32_t parent = d.sections[s].parent;  // parents come first
    if (parent != none) heading[s] = std::max(heading[s], heading[parent] * beside / 100);
  }
  all = own;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (i > 0) all[i] += own[i - 1] * beside / 100;
    if (i + 1 < own.size()) all[i] += own[i + 1] * beside / 100;
    if (d.units[i].section != none) all[i] += heading[d.units[i].section] * below_heading / 100;
    all[i] = std::min(all[i], full_score);
  }
  return all;
}

std::uint32_t position(const Document& d, std::size_t i) {
  const Unit& u = d.units[i];
  const bool first = u.section == none ? i == 0 : d.sections[u.section].first_unit == i;
  return first ? full_score : u.opens ? full_score * 6 / 10 : full_score / 4;
}

}  // namespace

Ranking rank_units(const Document& d, const search::Query& query) {
  Ranking out;
  std::vector<std::string_view> texts;
  texts.reserve(d.units.size());
  out.facts.reserve(d.units.size());
  for (const Unit& u : d.units) {
    const bool writing = is_writing(u);
    texts.push_back(writing ? d.of(u) : std::string_view());  // code is like nothing
    out.facts.push_back(writing ? facts_of(d.of(u)) : 0);
    out.sentences += writing;
    out.stating += kinds_in(out.facts.back()) >= 2;
  }
  out.alike = centrality(texts);
  const std::vector<std::uint32_t> relevant = relevance(d, query, out);
  const Weights& w = relevant.empty() ? unasked : asked_for;
  out.score.reserve(d.units.size());
  for (std::size_t i = 0; i < d.units.size(); ++i) {
    const Unit& u = d.units[i];
    const std::uint32_t asked = relevant.empty() ? 0 : relevant[i];
    if (!is_writing(u)) {
      const std::uint32_t led = u.lead == none ? 0 : out.score[u.lead];
      out.score.push_back(std::max(asked * w.query / 100, led * 7 / 10));
      continue;
    }
    const auto facts = static_cast<std::uint32_t>(std::min(3, kinds_in(out.facts[i]))) * full_score / 3;
    out.score.push_back(
        (asked * w.query + out.alike.score[i] * w.centrality + facts * w.facts + position(d, i) * w.position) / 100);
  }
  return out;
}

}  // namespace headroom::compressors::prose
