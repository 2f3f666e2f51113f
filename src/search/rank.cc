// BM25 over pieces: one scan that looks up only the query's terms, then scores from the postings it left.
#include <algorithm>
#include <array>
#include <cmath>

#include "search/anchors.h"
#include "search/fixed_log.h"
#include "search/matches.h"
#include "search/query.h"
#include "search/terms.h"

namespace headroom::search {
namespace {

constexpr double k1 = 1.2, b = 0.75;
constexpr double whole_identifier_factor = 2, adjacent_factor = 1.5;
constexpr double anchor_score = 1 << 20;  // above any sum of BM25 scores
constexpr std::size_t few_pieces = 10, few_anchor_hits = 20;

// What one occurrence is worth by how rare the term is: ln((N + 1) / (df + 1/2)), always positive.
std::vector<double> term_weights(const Query& query, const Matches& c, std::size_t pieces, const RankOptions& options) {
  std::vector<double> weights(query.terms().size(), 0);
  const double limit = options.max_share * static_cast<double>(pieces);
  std::vector<std::string> ignored;
  for (std::string_view name : options.ignored) ignored.push_back(to_lower(name));
  std::sort(ignored.begin(), ignored.end());
  for (std::size_t t = 0; t < weights.size(); ++t) {
    const Term& term = query.terms()[t];
    if (pieces >= few_pieces && c.frequency[t] > limit) continue;
    if (std::binary_search(ignored.begin(), ignored.end(), term.text)) continue;
    const std::int64_t idf = fixed_ln(2 * pieces + 2) - fixed_ln(2 * std::uint64_t{c.frequency[t]} + 1);
    weights[t] =
        term.weight * static_cast<double>(idf) / 1048576 * (term.whole_identifier ? whole_identifier_factor : 1);
  }
  return weights;
}

// Adds the weight of the anchors found to the scores; anchors that most pieces hold tell nothing.
void score_anchors(const Query& query, const Matches& m, std::size_t pieces, const RankOptions& options,
                   std::vector<double>& score, std::vector<bool>& anchored) {
  std::array<std::uint32_t, max_anchors> frequency{};
  for (const auto& [piece, bits] : m.anchors) {
    for (std::size_t a = 0; a < max_anchors; ++a) frequency[a] += bits >> a & 1;
  }
  std::vector<std::string> ignored;
  for (std::string_view name : options.ignored) ignored.push_back(to_lower(name));
  std::array<double, max_anchors> weight{};
  const double limit = std::max<double>(few_anchor_hits, options.max_share * static_cast<double>(pieces));
  for (std::size_t a = 0; a < std::min(query.anchors().size(), max_anchors); ++a) {
    if (frequency[a] > limit ||
        std::find(ignored.begin(), ignored.end(), to_lower(query.anchors()[a])) != ignored.end())
      continue;
    weight[a] = static_cast<double>(fixed_ln(2 * pieces + 2) - fixed_ln(2 * std::uint64_t{frequency[a]} + 1)) / 1048576;
  }
  for (const auto& [piece, bits] : m.anchors) {
    double sum = 0;
    for (std::size_t a = 0; a < max_anchors; ++a) sum += (bits >> a & 1) != 0 ? weight[a] : 0;
    if (sum <= 0) continue;
    score[piece] += anchor_score + sum;
    anchored[piece] = true;
  }
}

}  // namespace

TermTable::TermTable(std::span<const Term> terms) : terms_(terms) {
  std::size_t slots = 64;
  while (slots < 4 * terms.size()) slots *= 2;
  shift_ = 64 - std::countr_zero(slots);
  mask_ = slots - 1;
  slots_.assign(slots, {0, -1});
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const std::uint64_t h = term_hash(terms[i].text);
    std::size_t at = home(h);
    while (slots_[at].term >= 0) at = (at + 1) & mask_;
    slots_[at] = {h, static_cast<std::int32_t>(i)};
  }
}

std::int32_t TermTable::find(std::uint64_t hash, std::string_view text) {
  for (std::size_t at = home(hash); slots_[at].term >= 0; at = (at + 1) & mask_) {
    if (slots_[at].hash != hash) continue;
    const std::string& term = terms_[slots_[at].term].text;
    if (term.size() != text.size()) continue;
    if (term == text) return slots_[at].term;
    lower_.clear();
    append_lower(lower_, text);
    if (term == lower_) return slots_[at].term;
  }
  return -1;
}

TermCounter::TermCounter(const Query& query)
    : query_(query), count_(query.terms().size(), 0), adjacent_(query.terms().size(), false) {}

void TermCounter::begin() {
  for (const std::uint32_t term : touched_) {
    count_[term] = 0;
    adjacent_[term] = false;
  }
  touched_.clear();
  words_ = 0;
  previous_ = -1;
}

void TermCounter::see_neighbours(std::int32_t term) {
  const auto pairs = query_.adjacent();
  const std::pair<std::uint32_t, std::uint32_t> pair(previous_, term);
  if (std::binary_search(pairs.begin(), pairs.end(), pair)) adjacent_[pair.first] = adjacent_[pair.second] = true;
}

std::span<const std::uint32_t> TermCounter::touched() {
  std::sort(touched_.begin(), touched_.end());
  return touched_;
}

const TermCounter& PieceScan::scan(std::string_view piece) {
  counter_.begin();
  search::scan(piece, [&](TermKind kind, std::size_t begin, std::size_t end, std::uint64_t hash) {
    counter_.tell(kind, table_.find(hash, piece.substr(begin, end - begin)));
  });
  return counter_;
}

void MatchBuilder::end_piece() {
  const auto piece = static_cast<std::uint32_t>(lengths_.size());
  lengths_.push_back(counter_.words());
  matches_.total_length += counter_.words();
  for (const std::uint32_t term : counter_.touched()) {
    matches_.postings.push_back({piece, term, counter_.count_of(term), counter_.adjacent(term)});
    ++matches_.frequency[term];
  }
  counter_.begin();
}

Matches MatchBuilder::matches() && {
  matches_.lengths = std::make_shared<std::vector<std::uint32_t>>(std::move(lengths_));
  return std::move(matches_);
}

void match_anchors(const Query& query, std::span<const std::string_view> pieces, Matches& matches) {
  if (query.anchors().empty()) return;
  const AnchorFinder finder(query.anchors());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (const std::uint32_t bits = finder.find(pieces[i])) matches.anchors.emplace_back(i, bits);
  }
}

Matches match(const Query& query, std::span<const std::string_view> pieces) {
  MatchBuilder builder(query);
  TermTable table(query.terms());
  for (const std::string_view piece : pieces) {
    if (!query.terms().empty()) {
      scan(piece, [&](TermKind kind, std::size_t begin, std::size_t end, std::uint64_t hash) {
        builder.piece().tell(kind, table.find(hash, piece.substr(begin, end - begin)));
      });
    }
    builder.end_piece();
  }
  Matches m = std::move(builder).matches();
  match_anchors(query, pieces, m);
  return m;
}

std::vector<Hit> rank(const Query& query, const Matches& m, const RankOptions& options) {
  std::vector<Hit> hits;
  const std::vector<std::uint32_t>& lengths = *m.lengths;
  if (query.empty() || lengths.empty()) return hits;
  std::vector<double> score(lengths.size(), 0);
  std::vector<bool> anchored(lengths.size(), false);

  if (!query.terms().empty()) {
    const std::vector<double> weights = term_weights(query, m, lengths.size(), options);
    const double mean = std::max(1.0, static_cast<double>(m.total_length) / static_cast<double>(lengths.size()));
    for (const Posting& p : m.postings) {
      const double norm = k1 * (1 - b + b * lengths[p.piece] / mean);
      score[p.piece] += weights[p.term] * (p.count * (k1 + 1) / (p.count + norm)) * (p.adjacent ? adjacent_factor : 1);
    }
  }
  if (!query.anchors().empty()) score_anchors(query, m, lengths.size(), options, score, anchored);

  for (std::size_t i = 0; i < score.size(); ++i) {
    if (score[i] <= 0) continue;
    const double rounded = std::round(score[i] * 1048576) / 1048576;
    if (rounded > 0) hits.push_back({i, rounded, anchored[i]});
  }
  std::sort(hits.begin(), hits.end(),
            [](const Hit& x, const Hit& y) { return x.score != y.score ? x.score > y.score : x.piece < y.piece; });
  return hits;
}

std::vector<Hit> rank(const Query& query, std::span<const std::string_view> pieces, const RankOptions& options) {
  if (query.empty() || pieces.empty()) return {};
  return rank(query, match(query, pieces), options);
}

}  // namespace headroom::search
