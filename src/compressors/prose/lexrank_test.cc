// LexRank against the plain version: whatever the sentences, the same scores and the same neighbours.
#include "compressors/prose/lexrank.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>

#include "search/fixed_log.h"
#include "search/scan.h"

namespace headroom::compressors::prose {
namespace {

// The plain version: what lexrank.h says, with a list for each word and each sentence, and everything sorted.
namespace plain {

constexpr std::size_t stretch = 2000, most_neighbours = 32;
constexpr int rounds = 20;
constexpr std::uint64_t unit = 1 << 20;         // the mean score
constexpr std::uint64_t damping = 85;           // per cent
constexpr std::uint32_t least_similarity = 50;  // of 1024: below, two sentences share a word by chance
constexpr std::size_t common_share = 8;  // a word in more than a quarter of that share of all tells nothing: n / 8
constexpr std::size_t most_terms = 64;   // of a sentence

struct Weighted {
  std::uint32_t term;
  std::uint32_t frequency;
  std::uint64_t weight;
};

std::uint64_t square_root(std::uint64_t n) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 31; bit != 0; bit >>= 1) {
    if ((root | bit) * (root | bit) <= n) root |= bit;
  }
  return root;
}

// One stretch of sentences.
class Stretch {
 public:
  explicit Stretch(std::span<const std::string_view> sentences) : n_(sentences.size()) {
    read_terms(sentences);
    find_neighbours();
    rank();
  }

  void append_to(Centrality& out) const {
    const auto offset = static_cast<std::uint32_t>(out.score.size());
    const std::uint64_t best = std::max<std::uint64_t>(1, *std::max_element(score_.begin(), score_.end()));
    for (std::size_t i = 0; i < n_; ++i) {
      out.score.push_back(static_cast<std::uint32_t>(score_[i] * full_score / best));
      for (const Neighbour& v : edges_[i]) out.neighbours.push_back({v.sentence + offset, v.similarity});
      out.begin.push_back(static_cast<std::uint32_t>(out.neighbours.size()));
    }
  }

 private:
  void read_terms(std::span<const std::string_view> sentences) {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> all;  // hash, sentence
    for (std::size_t i = 0; i < n_; ++i) {
      std::size_t seen = 0;
      search::scan(sentences[i], [&](search::TermKind kind, std::size_t begin, std::size_t end, std::uint64_t hash) {
        if (kind == search::TermKind::identifier || end - begin < 2 || seen++ >= most_terms) return;
        all.emplace_back(hash, static_cast<std::uint32_t>(i));
      });
    }
    std::sort(all.begin(), all.end());
    terms_.resize(n_);
    const std::size_t common = std::max<std::size_t>(4, n_ / common_share);
    for (std::size_t i = 0; i < all.size();) {
      const auto term = static_cast<std::uint32_t>(holders_.size());
      std::vector<std::uint32_t>& holders = holders_.emplace_back();
      std::vector<std::uint32_t> times;
      const std::uint64_t hash = all[i].first;
      for (; i < all.size() && all[i].first == hash; ++i) {
        if (holders.empty() || holders.back() != all[i].second) {
          holders.push_back(all[i].second);
          times.push_back(0);
        }
        ++times.back();
      }
      if (holders.size() < 2 || holders.size() > common) {
        // It still is part of what its sentences say, but makes none alike.
        if (holders.size() == 1) lone_.push_back(holders[0]);
        holders.clear();
        continue;
      }
      const std::uint64_t rarity = weight_of(holders.size());
      for (std::size_t k = 0; k < holders.size(); ++k)
        terms_[holders[k]].push_back(
            {term, static_cast<std::uint32_t>(holders.size()), rarity * std::min(times[k], 3U)});
    }
    norm_.assign(n_, 0);
    for (std::size_t i = 0; i < n_; ++i) {
      for (const Weighted& w : terms_[i]) norm_[i] += w.weight * w.weight;
    }
    for (const std::uint32_t i : lone_) norm_[i] += weight_of(1) * weight_of(1);
    for (std::uint64_t& n : norm_) n = square_root(n);
  }

  // ln((n + 1) / (df + 1/2)) in units of 2^-10.
  std::uint64_t weight_of(std::size_t frequency) const {
    return static_cast<std::uint64_t>(search::fixed_ln(2 * n_ + 2) - search::fixed_ln(2 * frequency + 1)) >> 10;
  }

  std::uint32_t similarity(std::size_t a, std::size_t b) const {
    std::uint64_t dot = 0;
    const auto &x = terms_[a], &y = terms_[b];
    for (std::size_t i = 0, k = 0; i < x.size() && k < y.size();) {
      if (x[i].term == y[k].term) {
        dot += x[i++].weight * y[k++].weight;
      } else {
        ++(x[i].term < y[k].term ? i : k);
      }
    }
    const std::uint64_t norms = norm_[a] * norm_[b];
    return norms == 0 ? 0 : static_cast<std::uint32_t>(std::min<std::uint64_t>(full_score, dot * full_score / norms));
  }

  // The sentences that share the rarest words with each, the nearest first where many do.
  void find_neighbours() {
    edges_.resize(n_);
    std::vector<std::uint32_t> mark(n_, UINT32_MAX);
    std::vector<Weighted> rarest;
    std::vector<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> found;  // both sentences, similarity
    for (std::uint32_t i = 0; i < n_; ++i) {
      rarest = terms_[i];
      std::sort(rarest.begin(), rarest.end(), [](const Weighted& a, const Weighted& b) {
        return a.frequency != b.frequency ? a.frequency < b.frequency : a.term < b.term;
      });
      std::size_t met = 0;
      mark[i] = i;
      for (const Weighted& w : rarest) {
        const std::vector<std::uint32_t>& holders = holders_[w.term];
        const auto own =
            static_cast<std::size_t>(std::lower_bound(holders.begin(), holders.end(), i) - holders.begin());
        const std::size_t from = own < most_neighbours / 2 ? 0 : own - most_neighbours / 2;
        for (std::size_t k = from; k < holders.size() && k < from + most_neighbours && met < most_neighbours; ++k) {
          const std::uint32_t other = holders[k];
          if (mark[other] == i) continue;
          mark[other] = i;
          ++met;
          const std::uint32_t alike = similarity(i, other);
          if (alike >= least_similarity) found.emplace_back(std::min(i, other), std::max(i, other), alike);
        }
        if (met >= most_neighbours) break;
      }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    for (const auto& [a, b, alike] : found) {
      edges_[a].push_back({b, alike});
      edges_[b].push_back({a, alike});
    }
  }

  void rank() {
    score_.assign(n_, unit);
    std::vector<std::uint64_t> degree(n_, 0), next(n_);
    for (std::size_t i = 0; i < n_; ++i) {
      for (const Neighbour& v : edges_[i]) degree[i] += v.similarity;
    }
    for (int round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < n_; ++i) {
        std::uint64_t sum = 0;
        for (const Neighbour& v : edges_[i]) sum += score_[v.sentence] * v.similarity / degree[v.sentence];
        next[i] = (unit * (100 - damping) + sum * damping) / 100;
      }
      score_.swap(next);
    }
  }

  std::size_t n_;
  std::vector<std::vector<std::uint32_t>> holders_;  // of each term: sentences, rising
  std::vector<std::vector<Weighted>> terms_;         // of each sentence, by term
  std::vector<std::uint32_t> lone_;
  std::vector<std::uint64_t> norm_, score_;
  std::vector<std::vector<Neighbour>> edges_;
};

Centrality ranked(std::span<const std::string_view> sentences) {
  Centrality out;
  out.begin.push_back(0);
  for (std::size_t at = 0; at < sentences.size(); at += stretch)
    Stretch(sentences.subspan(at, std::min(stretch, sentences.size() - at))).append_to(out);
  return out;
}

}  // namespace plain

void expect_equal(const std::vector<std::string>& texts) {
  const std::vector<std::string_view> sentences(texts.begin(), texts.end());
  const Centrality is = centrality(sentences), should = plain::ranked(sentences);
  ASSERT_EQ(is.score, should.score);
  ASSERT_EQ(is.begin, should.begin);
  ASSERT_TRUE(std::ranges::equal(is.neighbours, should.neighbours, [](const Neighbour& a, const Neighbour& b) {
    return a.sentence == b.sentence && a.similarity == b.similarity;
  }));
}

// Sentences of words out of a few, the first of them far more often.
std::vector<std::string> texts_of(std::size_t sentences, std::size_t vocabulary, std::uint32_t seed) {
  const auto random = [&seed](std::uint32_t below) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
  };
  std::vector<std::string> out;
  for (std::size_t i = 0; i < sentences; ++i) {
    std::string& text = out.emplace_back();
    for (std::uint32_t n = random(random(20) == 0 ? 200 : 24); n > 0; --n) {
      const std::uint32_t below = 1 + random(static_cast<std::uint32_t>(vocabulary));
      text += "w" + std::to_string(random(below)) + (random(30) == 0 ? "-" : " ");
    }
  }
  return out;
}

TEST(LexRank, GivesWhatThePlainVersionGives) {
  expect_equal({});
  expect_equal({""});
  expect_equal({"", "a b", "The same words.", "the same words", "\xff\xfe"});
  for (const std::size_t sentences : {2U, 7U, 40U, 300U}) {
    for (const std::size_t vocabulary : {3U, 60U, 2000U})
      expect_equal(texts_of(sentences, vocabulary, static_cast<std::uint32_t>(sentences + vocabulary)));
  }
  expect_equal(texts_of(2300, 900, 5));                                   // more than one stretch
  expect_equal(std::vector<std::string>(700, "all of these are alike"));  // every word too common
}

RC_GTEST_PROP(LexRankProperty, GivesWhatThePlainVersionGives, ()) {
  const auto sentences = *rc::gen::inRange<std::size_t>(0, 120);
  const auto vocabulary = *rc::gen::inRange<std::size_t>(1, 400);
  expect_equal(texts_of(sentences, vocabulary, *rc::gen::arbitrary<std::uint32_t>()));
}

}  // namespace
}  // namespace headroom::compressors::prose
