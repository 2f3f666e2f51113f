// Sentences hold numbered words, words the sentences that hold them: both are lists in one array each, filled by
// counting, so that nothing is sorted but the words by rarity. Two sentences are compared by laying the weights of one
// into a table by word; that costs the other's words and no branch. lexrank_test.cc keeps the plain version.
#include "compressors/prose/lexrank.h"

#include <algorithm>

#include "base/numbering.h"
#include "search/fixed_log.h"
#include "search/scan.h"

namespace headroom::compressors::prose {
namespace {

constexpr std::size_t stretch = 2000, most_neighbours = 32;
constexpr int rounds = 20;
constexpr std::uint64_t unit = 1 << 20;         // the mean score
constexpr std::uint64_t damping = 85;           // per cent
constexpr std::uint32_t least_similarity = 50;  // of 1024: below, two sentences share a word by chance
constexpr std::size_t common_share = 8;  // a word in more than a quarter of that share of all tells nothing: n / 8
constexpr std::size_t most_terms = 64;   // of a sentence

std::uint64_t square_root(std::uint64_t n) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 31; bit != 0; bit >>= 1) {
    if ((root | bit) * (root | bit) <= n) root |= bit;
  }
  return root;
}

// Lists of T, one after the other in one array.
template <class T>
struct Lists {
  std::vector<std::uint32_t> begin{0};  // lists + 1
  std::vector<T> items;

  // Room for lists of these sizes; `next` is where the first item of each goes.
  Lists(const std::vector<std::uint32_t>& sizes, std::vector<std::uint32_t>& next) {
    begin.reserve(sizes.size() + 1);
    for (const std::uint32_t n : sizes) begin.push_back(begin.back() + n);
    next.assign(begin.begin(), begin.end() - 1);
    items.resize(begin.back());
  }
  Lists() = default;
  std::span<const T> of(std::size_t list) const {
    return std::span(items).subspan(begin[list], begin[list + 1] - begin[list]);
  }
};

// A word of a sentence: the word by rarity, what it weighs there, and which of the word's sentences this is.
struct Weighted {
  std::uint32_t term, weight, own;
};

// Two sentences that are alike, as the first of them sees it.
struct Pair {
  std::uint32_t from, to, similarity;
};

// x / d without a division, for x * d < 2^64 and d > 1 (Granlund & Montgomery 1994).
class Divisor {
 public:
  explicit Divisor(std::uint64_t d) : reciprocal_(d > 1 ? UINT64_MAX / d + 1 : 0) {}
  std::uint64_t divide(std::uint64_t x) const {
    return static_cast<std::uint64_t>(static_cast<unsigned __int128>(x) * reciprocal_ >> 64);
  }

 private:
  std::uint64_t reciprocal_;
};

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
      for (const Neighbour& v : edges_.of(i)) out.neighbours.push_back({v.sentence + offset, v.similarity});
      out.begin.push_back(static_cast<std::uint32_t>(out.neighbours.size()));
    }
  }

 private:
  struct Term {
    std::uint64_t hash = 0;
    std::uint32_t frequency = 0;           // sentences that hold it
    std::uint32_t latest = UINT32_MAX;     // the last of them,
    std::uint32_t at = 0;                  // where in `Words::items` it stands there,
    std::uint32_t by_rarity = UINT32_MAX;  // and its number among those that make sentences alike
  };
  // Words as they are met: the sentences' lists of different words.
  struct Word {
    std::uint32_t term, times;
  };

  void read_terms(std::span<const std::string_view> sentences) {
    Numbering numbers;
    std::vector<Term> terms;
    std::vector<Word> words;
    std::vector<std::uint32_t> ends;
    ends.reserve(n_);
    for (std::uint32_t i = 0; i < n_; ++i) {
      std::size_t seen = 0;
      search::scan(sentences[i], [&](search::TermKind kind, std::size_t begin, std::size_t end, std::uint64_t hash) {
        if (kind == search::TermKind::identifier || end - begin < 2 || seen++ >= most_terms) return;
        const std::uint32_t id = numbers.number(hash);
        if (id == terms.size()) terms.push_back({.hash = hash});
        Term& term = terms[id];
        if (term.latest == i) {
          ++words[term.at].times;
          return;
        }
        term.latest = i;
        ++term.frequency;
        term.at = static_cast<std::uint32_t>(words.size());
        words.push_back({id, 1});
      });
      ends.push_back(static_cast<std::uint32_t>(words.size()));
    }

    // The words that make sentences alike, the rarest first. Of the others, those that stand once still are part of
    // what their sentences say.
    const std::size_t common = std::max<std::size_t>(4, n_ / common_share);
    std::vector<std::uint32_t> shared, sizes, next;
    for (std::uint32_t id = 0; id < terms.size(); ++id) {
      if (terms[id].frequency >= 2 && terms[id].frequency <= common) shared.push_back(id);
    }
    std::sort(shared.begin(), shared.end(), [&](std::uint32_t a, std::uint32_t b) {
      return terms[a].frequency != terms[b].frequency ? terms[a].frequency < terms[b].frequency
                                                      : terms[a].hash < terms[b].hash;
    });
    std::vector<std::uint32_t> weights;
    for (std::uint32_t rarity = 0; rarity < shared.size(); ++rarity) {
      Term& term = terms[shared[rarity]];
      term.by_rarity = rarity;
      sizes.push_back(term.frequency);
      weights.push_back(weight_of(term.frequency));
    }
    norm_.assign(n_, 0);
    const std::uint64_t alone = weight_of(1);
    struct Holder {
      std::uint32_t sentence, weight;
    };
    Lists<Holder> holders(sizes, next);
    std::vector<std::uint32_t> of_sentence(n_, 0);
    for (std::uint32_t i = 0, w = 0; i < n_; ++i) {
      for (; w < ends[i]; ++w) {
        const Term& term = terms[words[w].term];
        if (term.frequency == 1) norm_[i] += alone * alone;
        if (term.by_rarity == UINT32_MAX) continue;
        const std::uint32_t weight = weights[term.by_rarity] * std::min(words[w].times, 3U);
        holders.items[next[term.by_rarity]++] = {i, weight};
        norm_[i] += std::uint64_t{weight} * weight;
        ++of_sentence[i];
      }
    }
    for (std::uint64_t& n : norm_) n = square_root(n);

    // The same by sentence: each one's words by rarity, since the words come so.
    terms_ = Lists<Weighted>(of_sentence, next);
    holders_ = Lists<std::uint32_t>(sizes, of_sentence);
    for (std::uint32_t t = 0; t < shared.size(); ++t) {
      const std::span<const Holder> of = holders.of(t);
      for (std::uint32_t k = 0; k < of.size(); ++k) {
        terms_.items[next[of[k].sentence]++] = {t, of[k].weight, k};
        holders_.items[holders_.begin[t] + k] = of[k].sentence;
      }
    }
  }

  // ln((n + 1) / (df + 1/2)) in units of 2^-10.
  std::uint32_t weight_of(std::size_t frequency) const {
    return static_cast<std::uint32_t>(
        static_cast<std::uint64_t>(search::fixed_ln(2 * n_ + 2) - search::fixed_ln(2 * frequency + 1)) >> 10);
  }

  // The sentences that share the rarest words with each, the nearest first where many do.
  void find_neighbours() {
    std::vector<std::uint32_t> mark(n_, UINT32_MAX);
    std::vector<std::uint32_t> own(holders_.begin.size(), 0);  // of the sentence in hand, by word
    std::vector<Pair> found;
    for (std::uint32_t i = 0; i < n_; ++i) {
      const std::span<const Weighted> words = terms_.of(i);
      for (const Weighted& w : words) own[w.term] = w.weight;
      std::size_t met = 0;
      mark[i] = i;
      for (const Weighted& w : words) {
        const std::span<const std::uint32_t> holders = holders_.of(w.term);
        const std::size_t from = w.own < most_neighbours / 2 ? 0 : w.own - most_neighbours / 2;
        const std::size_t to = std::min(holders.size(), from + most_neighbours);
        for (std::size_t k = from; k < to && met < most_neighbours; ++k) {
          const std::uint32_t other = holders[k];
          if (mark[other] == i) continue;
          mark[other] = i;
          ++met;
          std::uint64_t dot = 0;
          for (const Weighted& v : terms_.of(other)) dot += std::uint64_t{own[v.term]} * v.weight;
          const std::uint64_t norms = norm_[i] * norm_[other];
          if (norms == 0 || dot * full_score < least_similarity * norms) continue;
          found.push_back(
              {i, other, static_cast<std::uint32_t>(std::min<std::uint64_t>(full_score, dot * full_score / norms))});
        }
        if (met >= most_neighbours) break;
      }
      for (const Weighted& w : words) own[w.term] = 0;
    }
    connect(found);
  }

  // Each sentence's neighbours, rising: those that it found and those that found it. `found` rises by its finders.
  void connect(const std::vector<Pair>& found) {
    std::vector<std::uint32_t> sizes(n_, 0), next;
    for (const Pair& p : found) ++sizes[p.to];
    Lists<Neighbour> finders(sizes, next);  // of each found one, rising since `found` does
    for (const Pair& p : found) finders.items[next[p.to]++] = {p.from, p.similarity};
    sizes.assign(n_, 0);
    for (const Pair& p : found) ++sizes[p.from];
    Lists<Neighbour> finds(sizes, next);  // the same turned round once more, and so in order, too
    for (std::uint32_t to = 0; to < n_; ++to) {
      for (const Neighbour& v : finders.of(to)) finds.items[next[v.sentence]++] = {to, v.similarity};
    }
    edges_.items.reserve(2 * found.size());
    edges_.begin.reserve(n_ + 1);
    for (std::size_t i = 0; i < n_; ++i) {
      std::ranges::set_union(finds.of(i), finders.of(i), std::back_inserter(edges_.items), {}, &Neighbour::sentence,
                             &Neighbour::sentence);
      edges_.begin.push_back(static_cast<std::uint32_t>(edges_.items.size()));
    }
  }

  void rank() {
    score_.assign(n_, unit);
    std::vector<std::uint64_t> next(n_);
    // The scores' sum stays under n * unit, so a product below is under 2^31 * 2^10, a degree under 2^21.
    static_assert(stretch * unit * full_score <= std::uint64_t{1} << 42 && stretch * full_score < 1 << 22);
    static_assert(least_similarity > 1);  // and so every degree
    std::vector<Divisor> by_degree;
    by_degree.reserve(n_);
    for (std::size_t i = 0; i < n_; ++i) {
      std::uint64_t degree = 0;
      for (const Neighbour& v : edges_.of(i)) degree += v.similarity;
      by_degree.emplace_back(degree);
    }
    for (int round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < n_; ++i) {
        std::uint64_t sum = 0;
        for (const Neighbour& v : edges_.of(i)) sum += by_degree[v.sentence].divide(score_[v.sentence] * v.similarity);
        next[i] = (unit * (100 - damping) + sum * damping) / 100;
      }
      score_.swap(next);
    }
  }

  std::size_t n_;
  Lists<std::uint32_t> holders_;  // of each shared word, the rarest first: sentences, rising
  Lists<Weighted> terms_;         // of each sentence, the rarest first
  std::vector<std::uint64_t> norm_, score_;
  Lists<Neighbour> edges_;
};

}  // namespace

Centrality centrality(std::span<const std::string_view> sentences) {
  Centrality out;
  out.begin.push_back(0);
  for (std::size_t at = 0; at < sentences.size(); at += stretch)
    Stretch(sentences.subspan(at, std::min(stretch, sentences.size() - at))).append_to(out);
  return out;
}

}  // namespace headroom::compressors::prose
