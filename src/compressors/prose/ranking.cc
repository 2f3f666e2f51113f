#include "compressors/prose/ranking.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <string_view>

#include "compressors/prose/facts.h"
#include "compressors/prose/stems.h"
#include "search/matches.h"

namespace headroom::compressors::prose {
namespace {

// What of a score reaches a unit, of 100: its own, that of the units beside it, of its passage (twice for the passage's
// first unit), of a heading above it.
constexpr std::uint32_t alone = 70, beside = 20, in_passage = 20, below_heading = 35;
constexpr std::size_t passage_bytes = 1000;
constexpr std::uint32_t asked_share_of_two = 60;  // where two orders share it
constexpr std::uint32_t query_share = 60;         // of what is no writing: of 100

// BM25 of the pieces as 0..1024 of the best; anchors are full hits.
std::vector<std::uint32_t> scores_of(const search::Query& query, const search::Matches& matches,
                                     std::vector<bool>* anchored = nullptr) {
  std::vector<std::uint32_t> out(matches.lengths->size(), 0);
  const std::vector<search::Hit> hits = search::rank(query, matches);
  double best = 0;
  for (const search::Hit& h : hits) best = h.anchor ? best : std::max(best, h.score);
  for (const search::Hit& h : hits) {
    out[h.piece] = h.anchor ? full_score : static_cast<std::uint32_t>(std::lround(h.score / best * full_score));
    if (h.anchor && anchored != nullptr) (*anchored)[h.piece] = true;
  }
  return out;
}

search::Query stemmed_query(const search::Query& query) {
  std::vector<std::string> stems;
  std::vector<search::QueryText> texts;
  stems.reserve(query.terms().size());
  for (const search::Term& t : query.terms()) {
    if (t.whole_identifier) continue;  // its words are terms too
    append_stems(stems.emplace_back(), t.text);
    texts.push_back({stems.back(), t.weight});
  }
  return search::Query::parse(texts);
}

// Units in runs of about a kilobyte, ended with their paragraphs and sections: the first unit of each.
std::vector<std::size_t> passages(const Document& d) {
  std::vector<std::size_t> begins;
  std::size_t bytes = passage_bytes;
  for (std::size_t i = 0; i < d.units.size(); ++i) {
    const Unit& u = d.units[i];
    const bool new_section = i > 0 && u.section != d.units[i - 1].section;
    const bool new_block = i > 0 && u.block != d.units[i - 1].block;
    if (i == 0 || new_section || (new_block && bytes >= passage_bytes)) {
      begins.push_back(i);
      bytes = 0;
    }
    bytes += u.end - u.begin;
  }
  return begins;
}

// What of a query stands in the units and, behind them, the headings of a document: by the words as they are, by their
// stems, and by the stems of each passage. One scan.
struct Found {
  search::Matches words, stems, passages;
};

Found find(const search::Query& query, const search::Query& stem_query, std::span<const std::string_view> texts,
           std::span<const std::size_t> passage_ends) {
  search::MatchBuilder words(query), stems(stem_query), passages(stem_query);
  search::TermTable word_table(query.terms());
  StemTable stem_table(stem_query);
  std::size_t passage = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    search::scan(texts[i], [&](search::TermKind kind, std::size_t begin, std::size_t end, std::uint64_t hash) {
      const std::string_view word = texts[i].substr(begin, end - begin);
      words.piece().tell(kind, word_table.find(hash, word));
      if (kind == search::TermKind::identifier) return;
      const std::int32_t stem = stem_table.find(kind, word, hash);
      stems.piece().word(stem);
      passages.piece().word(stem);
    });
    words.end_piece();
    stems.end_piece();
    if (passage < passage_ends.size() && i + 1 == passage_ends[passage]) {
      passages.end_piece();
      ++passage;
    }
  }
  Found found{std::move(words).matches(), std::move(stems).matches(), std::move(passages).matches()};
  search::match_anchors(query, texts, found.words);
  return found;
}

// The anchors among stems (numbers, as a rule) want the stems as texts.
void find_stemmed_anchors(const search::Query& stem_query, std::span<const std::string_view> texts,
                          std::span<const std::size_t> passage_ends, Found& found) {
  if (stem_query.anchors().empty()) return;
  std::string stems;
  std::vector<std::size_t> begins;
  for (const std::string_view text : texts) {
    begins.push_back(stems.size());
    append_stems(stems, text);
  }
  begins.push_back(stems.size());
  const auto between = [&](std::size_t first, std::size_t last) {
    return std::string_view(stems).substr(begins[first], begins[last] - begins[first]);
  };
  std::vector<std::string_view> stem_texts, passages;
  for (std::size_t i = 0; i < texts.size(); ++i) stem_texts.push_back(between(i, i + 1));
  for (std::size_t p = 0; p < passage_ends.size(); ++p)
    passages.push_back(between(p == 0 ? 0 : passage_ends[p - 1], passage_ends[p]));
  search::match_anchors(stem_query, stem_texts, found.stems);
  search::match_anchors(stem_query, passages, found.passages);
}

Relevance relevance(const Document& d, const search::Query& query, Ranking& out) {
  const std::size_t n = d.units.size();
  if (query.empty() || n == 0) return {};
  std::vector<std::string_view> texts;
  texts.reserve(n + d.sections.size());
  for (const Unit& u : d.units) texts.push_back(d.of(u));
  for (const Section& s : d.sections) texts.push_back(heading_text(d.blocks[s.heading], d.lines));
  std::vector<std::size_t> begins = passages(d);
  begins.push_back(n);

  const search::Query stem_query = stemmed_query(query);
  const std::span<const std::size_t> passage_ends = std::span(begins).subspan(1);
  Found matches = find(query, stem_query, texts, passage_ends);
  find_stemmed_anchors(stem_query, texts, passage_ends, matches);
  std::vector<bool> anchored(texts.size(), false);
  std::vector<std::uint32_t> own = scores_of(query, matches.words, &anchored);
  const std::vector<std::uint32_t> by_stem = scores_of(stem_query, matches.stems);
  const std::vector<std::uint32_t> by_passage = scores_of(stem_query, matches.passages);
  bool any = false;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (!anchored[i]) own[i] = (own[i] + by_stem[i]) / 2;
    any |= own[i] > 0;
  }
  if (!any) return {};
  for (std::size_t s = 0; s < d.sections.size(); ++s) {
    const std::uint32_t parent = d.sections[s].parent;  // parents come first
    if (parent != none) own[n + s] = std::max(own[n + s], own[n + parent] * beside / 100);
  }
  Relevance found{
      std::vector<std::uint32_t>(n, 0), {own.begin(), own.begin() + static_cast<std::ptrdiff_t>(n)}, {}, {}};
  std::vector<std::uint32_t>& all = found.all;
  for (std::size_t p = 0; p + 1 < begins.size(); ++p) {
    for (std::size_t i = begins[p]; i < begins[p + 1]; ++i) {
      std::uint32_t sum = own[i] * alone + by_passage[p] * (i == begins[p] ? 2 * in_passage : in_passage);
      if (i > 0) sum += own[i - 1] * beside;
      if (i + 1 < n) sum += own[i + 1] * beside;
      const std::uint32_t heading = d.units[i].section == none ? 0 : own[n + d.units[i].section];
      sum += heading * below_heading;
      found.passage.push_back(by_passage[p]);
      found.heading.push_back(heading);
      all[i] = anchored[i] ? full_score : std::min(sum / 100, full_score);
    }
  }
  for (std::uint32_t i = 0; i < n; ++i) {
    if (all[i] > 0) out.asked.push_back(i);
    out.anchored += anchored[i];
  }
  std::sort(out.asked.begin(), out.asked.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (anchored[a] != anchored[b]) return static_cast<bool>(anchored[a]);
    return all[a] != all[b] ? all[a] > all[b] : a < b;
  });
  return found;
}

// What the query finds in turns: the best by its words, the best by the scorer, the second by its words... A sentence
// that one of the two is sure of comes early.
void add_order_of(Ranking& out) {
  const std::vector<std::uint32_t> by_words(out.asked.begin() + static_cast<std::ptrdiff_t>(out.anchored),
                                            out.asked.end());
  std::vector<std::uint32_t> by_score = by_words;
  std::sort(by_score.begin(), by_score.end(), [&](std::uint32_t a, std::uint32_t b) {
    return out.score[a] != out.score[b] ? out.score[a] > out.score[b] : a < b;
  });
  out.asked_share = asked_share_of_two;
  std::vector<bool> placed(out.score.size(), false);
  out.asked.resize(out.anchored);
  for (std::size_t i = 0; i < by_words.size(); ++i) {
    for (const std::uint32_t unit : {by_words[i], by_score[i]}) {
      if (!placed[unit]) out.asked.push_back(unit);
      placed[unit] = true;
    }
  }
}

}  // namespace

std::optional<Ranking> rank_units(const Document& d, const search::Query& query, const SentenceScorer& scorer) {
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
  const Relevance relevant = relevance(d, query, out);
  auto score = scorer.score({d, out.alike, out.facts, relevant});
  if (!score) return std::nullopt;
  out.score = std::move(*score);
  if (scorer.weighs_query()) add_order_of(out);
  for (std::size_t i = 0; i < d.units.size(); ++i) {
    const Unit& u = d.units[i];
    if (is_writing(u)) continue;
    const std::uint32_t asked = relevant.empty() ? 0 : relevant.all[i] * query_share / 100;
    const std::uint32_t led = u.lead == none ? 0 : out.score[u.lead];
    out.score[i] = std::max(asked, led * 7 / 10);
  }
  return out;
}

}  // namespace headroom::compressors::prose
