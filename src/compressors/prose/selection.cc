#include "compressors/prose/selection.h"

#include <algorithm>
#include <queue>
#include <unordered_set>

#include "base/hash.h"
#include "compressors/prose/facts.h"

namespace headroom::compressors::prose {
namespace {

constexpr std::int64_t statement_cost = 10;  // tokens of "[lines 41-44: 3 sentences]"
constexpr std::int64_t heading_cost = 8;
constexpr std::uint32_t relevance_share = 7, novelty_share = 3;  // lambda .7
constexpr int most_misses = 200;  // units that no longer fit, before the rest is given up

class Selector {
 public:
  Selector(const Document& d, const Ranking& r, const std::vector<std::uint32_t>& cost) : d_(d), r_(r), cost_(cost) {
    out_.shown.assign(d.units.size(), false);
    out_.headings.assign(d.sections.size(), false);
    likeness_.assign(d.units.size(), 0);
  }

  Selection run(std::int64_t budget, std::int64_t most) {
    for (std::size_t i = 0; i < r_.anchored; ++i) take(r_.asked[i], most);
    take_asked(budget * r_.asked_share / 100);
    // An error in a block is shown beyond the budget, but not in the place of the sentences.
    const std::int64_t before = spent_;
    take_insets(true, most);
    budget = std::min(budget + spent_ - before, most);
    take_insets(false, spent_ + (budget - spent_) / 2);
    if (!r_.dense()) take_facts(most);
    take_marginal(budget);
    fill_gaps();
    return std::move(out_);
  }

 private:
  // Takes the unit and what it needs if that fits.
  bool take(std::uint32_t u, std::int64_t limit) {
    if (out_.shown[u]) return true;
    std::int64_t price = cost_[u];
    const std::uint32_t lead = d_.units[u].lead;
    if (lead != none && !out_.shown[lead]) price += cost_[lead];
    if (u == 0 || !out_.shown[u - 1]) price += statement_cost / 2;
    if (u + 1 < out_.shown.size() && !out_.shown[u + 1]) price += statement_cost / 2;
    for (std::uint32_t s = d_.units[u].section; s != none && !out_.headings[s]; s = d_.sections[s].parent)
      price += heading_cost;
    if (spent_ + price > limit) return false;
    spent_ += price;
    show(u);
    if (lead != none && !out_.shown[lead]) show(lead);
    for (std::uint32_t s = d_.units[u].section; s != none && !out_.headings[s]; s = d_.sections[s].parent)
      out_.headings[s] = true;
    return true;
  }

  void show(std::uint32_t u) {
    out_.shown[u] = true;
    for (const Neighbour& v : r_.alike.of(u)) likeness_[v.sentence] = std::max(likeness_[v.sentence], v.similarity);
  }

  void take_asked(std::int64_t limit) {
    int misses = 0;
    for (std::size_t i = r_.anchored; i < r_.asked.size() && misses < most_misses; ++i)
      misses += !take(r_.asked[i], limit);
  }

  // Logs, rows and patches that their own kinds have shortened: what they kept is what matters of them.
  void take_insets(bool severe, std::int64_t limit) {
    if (d_.insets.empty()) return;
    for (std::uint32_t u = 0; u < d_.units.size(); ++u) {
      const std::uint32_t inset = d_.units[u].inset;
      if (inset != none && d_.insets[inset].severe == severe) take(u, limit);
    }
  }

  // What is said word for word elsewhere is stated once.
  void take_facts(std::int64_t limit) {
    std::vector<std::uint32_t> stating;
    std::unordered_set<std::uint64_t> said;
    for (std::uint32_t u = 0; u < r_.facts.size(); ++u) {
      if (kinds_in(r_.facts[u]) >= 2 && said.insert(hash64(d_.of(d_.units[u]))).second) stating.push_back(u);
    }
    std::sort(stating.begin(), stating.end(), [&](std::uint32_t a, std::uint32_t b) {
      return r_.score[a] != r_.score[b] ? r_.score[a] > r_.score[b] : a < b;
    });
    int misses = 0;
    for (std::size_t i = 0; i < stating.size() && misses < most_misses; ++i) misses += !take(stating[i], limit);
  }

  // Scores only fall, so a unit whose score is still what it was when it was put in is the best there is.
  void take_marginal(std::int64_t limit) {
    using Entry = std::pair<std::int64_t, std::uint32_t>;
    const auto worse = [](const Entry& a, const Entry& b) {
      return a.first != b.first ? a.first < b.first : a.second > b.second;
    };
    std::vector<Entry> entries;
    for (std::uint32_t u = 0; u < r_.score.size(); ++u) {
      if (!out_.shown[u]) entries.emplace_back(marginal(u), u);
    }
    std::priority_queue<Entry, std::vector<Entry>, decltype(worse)> queue(worse, std::move(entries));
    for (int misses = 0; !queue.empty() && misses < most_misses;) {
      const auto [value, u] = queue.top();
      queue.pop();
      if (out_.shown[u]) continue;
      if (const std::int64_t now = marginal(u); now < value) {
        queue.emplace(now, u);
      } else {
        misses += !take(u, limit);
      }
    }
  }

  std::int64_t marginal(std::uint32_t u) const {
    return std::int64_t{relevance_share} * r_.score[u] - std::int64_t{novelty_share} * likeness_[u];
  }

  void fill_gaps() {
    for (std::uint32_t u = 0; u < out_.shown.size(); ++u) {
      if (out_.shown[u]) continue;
      std::uint32_t end = u;
      std::int64_t hidden = 0;
      for (; end < out_.shown.size() && !out_.shown[end] && d_.units[end].section == d_.units[u].section; ++end)
        hidden += cost_[end];
      const bool open_heading = d_.units[u].section == none || out_.headings[d_.units[u].section];
      if (hidden <= statement_cost && open_heading) {
        for (std::uint32_t k = u; k < end; ++k) out_.shown[k] = true;
      }
      u = end - 1;
    }
  }

  const Document& d_;
  const Ranking& r_;
  const std::vector<std::uint32_t>& cost_;
  Selection out_;
  std::vector<std::uint32_t> likeness_;
  std::int64_t spent_ = 0;
};

}  // namespace

Selection select_units(const Document& document, const Ranking& ranking, const std::vector<std::uint32_t>& cost,
                       std::int64_t budget, std::int64_t most) {
  return Selector(document, ranking, cost).run(budget, most);
}

}  // namespace headroom::compressors::prose
