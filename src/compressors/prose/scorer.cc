#include "compressors/prose/scorer.h"

#include <algorithm>
#include <string>

#include "compressors/prose/facts.h"
#include "models/kompress.h"

namespace headroom::compressors::prose {
namespace {

// Shares in the score, of 100.
struct Weights {
  std::uint32_t query, centrality, facts, position;
};
constexpr Weights unasked{0, 50, 25, 25}, asked_for{60, 18, 14, 8};

std::uint32_t position(const Document& d, std::size_t i) {
  const Unit& u = d.units[i];
  const bool first = u.section == none ? i == 0 : d.sections[u.section].first_unit == i;
  return first ? full_score : u.opens ? full_score * 6 / 10 : full_score / 4;
}

class Extractive final : public SentenceScorer {
 public:
  std::string_view version() const override { return "extractive 1"; }
  std::optional<std::vector<std::uint32_t>> score(const Evidence& e) const override {
    const Weights& w = e.relevance.empty() ? unasked : asked_for;
    std::vector<std::uint32_t> out;
    out.reserve(e.document.units.size());
    for (std::size_t i = 0; i < e.document.units.size(); ++i) {
      if (!is_writing(e.document.units[i])) {
        out.push_back(0);
        continue;
      }
      const std::uint32_t asked = e.relevance.empty() ? 0 : e.relevance.all[i];
      const auto facts = static_cast<std::uint32_t>(std::min(3, kinds_in(e.facts[i]))) * full_score / 3;
      out.push_back(
          (asked * w.query + e.alike.score[i] * w.centrality + facts * w.facts + position(e.document, i) * w.position) /
          100);
    }
    return out;
  }
};

// A model knows nothing of the query: what it finds worth keeping stands in for centrality, facts and position.
class Model final : public SentenceScorer {
 public:
  explicit Model(std::shared_ptr<const models::Kompress> model)
      : model_(std::move(model)), version_("model 1 " + std::string(model_->version())) {}
  std::string_view version() const override { return version_; }

  std::optional<std::vector<std::uint32_t>> score(const Evidence& e) const override {
    std::vector<std::string_view> sentences;
    for (const Unit& u : e.document.units) {
      if (is_writing(u)) sentences.push_back(e.document.of(u));
    }
    const auto scores = model_->score_sentences(sentences);
    if (!scores) return std::nullopt;
    std::vector<std::uint32_t> out;
    out.reserve(e.document.units.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < e.document.units.size(); ++i) {
      if (!is_writing(e.document.units[i])) {
        out.push_back(0);
        continue;
      }
      const std::uint32_t kept = std::uint32_t{(*scores)[next++]} * full_score / models::full_word_score;
      out.push_back(
          e.relevance.empty() ? kept : (e.relevance.all[i] * asked_for.query + kept * (100 - asked_for.query)) / 100);
    }
    return out;
  }

 private:
  std::shared_ptr<const models::Kompress> model_;
  std::string version_;
};

}  // namespace

const SentenceScorer& extractive_scorer() {
  static const Extractive scorer;
  return scorer;
}

std::unique_ptr<SentenceScorer> model_scorer(std::shared_ptr<const models::Kompress> model) {
  return std::make_unique<Model>(std::move(model));
}

}  // namespace headroom::compressors::prose
