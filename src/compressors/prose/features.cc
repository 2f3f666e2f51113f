#include "compressors/prose/features.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "compressors/prose/facts.h"

namespace headroom::compressors::prose {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool equals_lower(std::string_view text, std::string_view word) {
  return text.size() == word.size() &&
         std::equal(text.begin(), text.end(), word.begin(), [](char a, char b) { return lower(a) == b; });
}

// What is read off the text alone.
void read_text(std::string_view text, FeatureRow& row) {
  const auto set = [&row](Feature f, std::int32_t value) { row[static_cast<std::size_t>(f)] = value; };
  std::int32_t digits = 0, capitals = 0, marks = 0, words = 0;
  bool refers = false, you = false;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (!is_letter(c)) {
      digits += c >= '0' && c <= '9';
      marks += !is_blank(c) && c != '.' && c != ',' && !(c >= '0' && c <= '9');
      ++i;
      continue;
    }
    std::size_t end = i;
    for (; end < text.size() && is_letter(text[end]); ++end) capitals += text[end] >= 'A' && text[end] <= 'Z';
    const std::string_view word = text.substr(i, end - i);
    if (words == 0) {
      constexpr std::string_view back[] = {"this", "these", "that",    "those", "it",  "its",  "they",      "their",
                                           "such", "he",    "she",     "but",   "and", "also", "however",   "therefore",
                                           "thus", "hence", "instead", "then",  "so",  "here", "otherwise", "likewise"};
      for (const std::string_view b : back) refers |= equals_lower(word, b);
    }
    you |= equals_lower(word, "you") || equals_lower(word, "your");
    ++words;
    i = end;
  }
  const auto size = static_cast<std::int32_t>(std::min<std::size_t>(text.size(), 1 << 20));
  const auto share = [size](std::int32_t n) {
    return size == 0 ? 0 : static_cast<std::int32_t>(std::int64_t{n} * 1024 / size);
  };
  set(Feature::bytes, std::min(size, 2000));
  set(Feature::words, std::min(words, 400));
  set(Feature::refers_back, refers);
  set(Feature::leads, text.ends_with(':'));
  set(Feature::digits, share(digits));
  set(Feature::capitals, share(capitals));
  set(Feature::marks, share(marks));
  set(Feature::asks, text.ends_with('?'));
  set(Feature::addresses_you, you);
}

class Maker {
 public:
  explicit Maker(const Evidence& e) : e_(e), d_(e.document), rows_(e.document.units.size(), FeatureRow{}) {}

  std::vector<FeatureRow> run() {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (!is_writing(d_.units[i])) continue;
      read_text(d_.of(d_.units[i]), rows_[i]);
      place(i);
      state(i);
    }
    if (!e_.relevance.empty()) ask();
    return std::move(rows_);
  }

 private:
  void set(std::size_t unit, Feature f, std::size_t value, std::size_t most) {
    rows_[unit][static_cast<std::size_t>(f)] = static_cast<std::int32_t>(std::min(value, most));
  }

  void place(std::size_t i) {
    const Unit& u = d_.units[i];
    const std::size_t n = d_.units.size();
    const bool headed = u.section != none;
    const std::size_t first = headed ? d_.sections[u.section].first_unit : 0;
    const std::size_t size = headed                ? d_.sections[u.section].units
                             : d_.sections.empty() ? n
                                                   : d_.sections[0].first_unit;
    set(i, Feature::place_in_section, i - first, 100);
    set(i, Feature::section_size, size, 200);
    set(i, Feature::section_place, headed ? (u.section + std::size_t{1}) * 1024 / (d_.sections.size() + 1) : 0, 1024);
    set(i, Feature::place, i * 1024 / n, 1024);
    set(i, Feature::units, n, 2000);
    set(i, Feature::opens, u.opens || u.kind == UnitKind::item, 1);
    block_first_ = i > 0 && d_.units[i - 1].block == u.block ? block_first_ : i;
    set(i, Feature::place_in_block, i - block_first_, 50);
    set(i, Feature::is_item, u.kind == UnitKind::item, 1);
    set(i, Feature::before_code, i + 1 < n && !is_writing(d_.units[i + 1]), 1);
    set(i, Feature::behind_code, i > 0 && !is_writing(d_.units[i - 1]), 1);
  }

  void state(std::size_t i) {
    const std::uint8_t facts = e_.facts[i];
    set(i, Feature::centrality, e_.alike.score[i], full_score);
    set(i, Feature::facts, static_cast<std::size_t>(kinds_in(facts)), 7);
    set(i, Feature::quantity_fact, (facts & quantity) != 0, 1);
    set(i, Feature::negation_fact, (facts & negation) != 0, 1);
    set(i, Feature::modal_fact, (facts & modal) != 0, 1);
    set(i, Feature::name_fact, (facts & name) != 0, 1);
    set(i, Feature::defined_fact, (facts & defined_term) != 0, 1);
  }

  void ask() {
    const Relevance& r = e_.relevance;
    const std::size_t n = rows_.size();
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return r.all[a] != r.all[b] ? r.all[a] > r.all[b] : a < b; });
    std::vector<std::uint32_t> best(d_.sections.size() + 1, 0), seen(d_.sections.size() + 1, 0);
    const auto section = [this](std::size_t i) {
      return d_.units[i].section == none ? d_.sections.size() : d_.units[i].section;
    };
    for (std::size_t i = 0; i < n; ++i) best[section(i)] = std::max(best[section(i)], r.all[i]);
    for (std::size_t k = 0; k < n; ++k) {
      const std::size_t i = order[k];
      set(i, Feature::relevance_rank, k, 1000);
      set(i, Feature::rank_in_section, seen[section(i)]++, 100);
      set(i, Feature::section_best, best[section(i)], full_score);
      set(i, Feature::relevance, r.all[i], full_score);
      set(i, Feature::own_relevance, r.own[i], full_score);
      set(i, Feature::before_relevance, i > 0 ? r.own[i - 1] : 0, full_score);
      set(i, Feature::after_relevance, i + 1 < n ? r.own[i + 1] : 0, full_score);
      set(i, Feature::passage_relevance, r.passage[i], full_score);
      set(i, Feature::heading_relevance, r.heading[i], full_score);
      set(i, Feature::asked, 1, 1);
    }
  }

  const Evidence& e_;
  const Document& d_;
  std::vector<FeatureRow> rows_;
  std::size_t block_first_ = 0;
};

}  // namespace

std::vector<FeatureRow> features_of(const Evidence& evidence) {
  return Maker(evidence).run();
}

}  // namespace headroom::compressors::prose
