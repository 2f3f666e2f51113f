#include "compressors/prose/reversible.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "base/utf8.h"
#include "compressors/prose/ranking.h"
#include "compressors/prose/selection.h"
#include "compressors/statements.h"
#include "compressors/text_features.h"
#include "salience/selection.h"

namespace headroom::compressors::prose {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::int64_t least_budget = 300, most_budget = 3000;  // tokens
constexpr std::int64_t clearly_large = 12000;                   // tokens: here the knee lies beyond most_budget
constexpr std::size_t longest_statement = 1024;                 // bytes, and more than any has
constexpr std::size_t most_names = 8, longest_name = 48;        // sections named in one statement

// Takes `word` and a blank off the front of `s`, if it begins with them.
bool take(std::string_view& s, std::string_view word) {
  if (!s.starts_with(word)) return false;
  s.remove_prefix(word.size());
  return true;
}
bool take_digits(std::string_view& s) {
  const std::size_t n = std::min(s.find_first_not_of("0123456789"), s.size());
  s.remove_prefix(n);
  return n > 0;
}

// Could `rest`, behind a bracket, be the rest of a statement of a view?
bool reads_as_gap(std::string_view rest) {
  if (take(rest, "sections \"") || take(rest, "section \"")) {
    rest = rest.substr(0, rest.find('\n'));
    return rest.find(", line") != npos || rest.find(" sentence") != npos;
  }
  if (take(rest, "lines ") || take(rest, "line ")) return take_digits(rest);
  if (!take_digits(rest)) return false;
  return take(rest, " sentence") || take(rest, " item") || take(rest, " code block") || take(rest, " table");
}

// True if the text holds what could be taken for a statement of a view.
bool forges(const Document& d) {
  std::vector<bool> ours(d.lines.size(), false);
  for (const Block& b : d.blocks) {
    for (std::size_t i = b.first; b.kind == BlockKind::note && i <= b.last; ++i) ours[i] = true;
  }
  for (std::size_t i = 0; i < d.lines.size(); ++i) {
    const std::string_view line = d.lines[i].text;
    if (ours[i]) continue;
    for (std::size_t at = line.find('['); at != npos; at = line.find('[', at + 1)) {
      if (reads_as_gap(line.substr(at + 1, longest_statement))) return true;
    }
    if (line.size() < 4096 && reads_as_statement(line)) return true;
  }
  return false;
}

// The size to aim for: the caller's, or the knee of the curve of word pairs covered over tokens.
std::int64_t budget_for(const Document& d, const Context& context, const std::vector<std::uint32_t>& cost,
                        std::int64_t whole) {
  if (context.token_budget) return context.token_budget->value;
  std::int64_t budget = most_budget;
  if (whole < clearly_large) {
    FeatureBuilder features;
    for (const Unit& u : d.units) {
      features.add_word_pairs(d.of(u));
      features.end_item();
    }
    const salience::Curve curve = salience::coverage_curve(features.lists(), cost, static_cast<double>(whole));
    const double knee = salience::knee_cost(curve);
    budget = std::clamp(knee < 0 ? whole * 3 / 10 : static_cast<std::int64_t>(knee), least_budget, most_budget);
  }
  return std::min(budget, whole / 2);
}

class Writer {
 public:
  Writer(const Document& d, const Selection& s) : d_(d), s_(s) {}

  std::string run() {
    std::size_t unit = 0, section = 0;
    for (std::size_t b = 0; b < d_.blocks.size(); ++b) {
      const Block& block = d_.blocks[b];
      if (block.kind == BlockKind::heading) {
        const bool shown = s_.headings[section] || b == 0;
        headings_shown_ += shown;
        element({d_.line_begin(block.first), d_.line_end(block.last), block.first, block.last}, shown,
                [&](Gap& gap) { gap.names.push_back(heading_text(block, d_.lines)); });
        ++section;
        continue;
      }
      if (block.kind == BlockKind::note) {
        element({d_.line_begin(block.first), d_.line_end(block.last), block.first, block.last}, !gap_.open,
                [&](Gap& gap) { gap.outside += block.words; });
        continue;
      }
      for (; unit < d_.units.size() && d_.units[unit].block == b; ++unit) {
        const Unit& u = d_.units[unit];
        shown_[static_cast<std::size_t>(u.kind)] += s_.shown[unit];
        shortened_ += s_.shown[unit] && u.inset != none && d_.insets[u.inset].shortened;
        all_[static_cast<std::size_t>(u.kind)] += 1;
        element({u.begin, u.end, u.first, u.last, u.inset}, s_.shown[unit],
                [&](Gap& gap) { ++gap.units[static_cast<std::size_t>(u.kind)]; });
      }
    }
    if (gap_.open) {
      if (!out_.empty()) out_ += '\n';
      statement();
    }
    while (!out_.empty() && (out_.back() == '\n' || out_.back() == '\r' || out_.back() == ' ')) out_.pop_back();
    return std::move(out_);
  }

  // "240 sentences compressed to 61; 14 of 20 headings, 3 of 8 code blocks kept"
  std::string summary() const {
    const std::size_t sentences = all_[0] + all_[1];
    std::string out = counted(sentences, "sentence") + " compressed to " + std::to_string(shown_[0] + shown_[1]);
    std::string rest;
    const auto add = [&rest](std::size_t shown, std::size_t all, std::string_view noun) {
      if (all == 0) return;
      rest += (rest.empty() ? "" : ", ") + std::to_string(shown) + " of " + counted(all, noun);
    };
    add(headings_shown_, d_.sections.size(), "heading");
    add(shown_[2], all_[2], "code block");
    add(shown_[3], all_[3], "table");
    if (shortened_ > 0) rest += ", " + std::to_string(shortened_) + " of them shortened as said there";
    return rest.empty() ? out : out + "; " + rest + (shortened_ > 0 ? "" : " kept");
  }
  std::size_t shown() const { return shown_[0] + shown_[1]; }
  std::size_t shortened() const { return shortened_; }
  std::size_t total() const { return all_[0] + all_[1]; }

 private:
  struct Element {
    std::size_t begin, end, first, last;  // bytes, lines
    std::uint32_t inset = none;
  };
  struct Gap {
    bool open = false;
    std::size_t first = 0, last = 0;
    std::size_t units[4] = {};
    std::vector<std::string_view> names;
    std::size_t outside = 0;  // words outside the main text of a page
  };

  template <class Note>
  void element(const Element& e, bool shown, Note note) {
    if (!shown) {
      if (!gap_.open) gap_ = {.open = true, .first = e.first, .last = e.last, .units = {}, .names = {}, .outside = 0};
      gap_.last = e.last;
      note(gap_);
      return;
    }
    if (!gap_.open) {
      const std::size_t from = previous_ ? previous_->end : 0;
      out_ += d_.text.substr(from, e.begin - from);
    } else {
      const bool inline_gap = previous_ && previous_->last == e.first;
      if (previous_) out_ += inline_gap ? ' ' : '\n';
      statement();
      out_ += inline_gap ? ' ' : '\n';
      if (!inline_gap && gap_.last != e.first)
        out_ += d_.text.substr(d_.line_begin(e.first), e.begin - d_.line_begin(e.first));
      gap_ = {};
    }
    out_ += e.inset == none ? d_.text.substr(e.begin, e.end - e.begin) : std::string_view(d_.insets[e.inset].text);
    previous_ = e;
  }

  void statement() {
    out_ += '[';
    bool colon = false;
    if (!gap_.names.empty()) {
      out_ += gap_.names.size() == 1 ? "section " : "sections ";
      for (std::size_t i = 0; i < std::min(gap_.names.size(), most_names); ++i) {
        const std::string_view name = gap_.names[i];
        const std::size_t cut = utf8::floor_boundary(name, longest_name);
        (((out_ += i == 0 ? "\"" : ", \"") += name.substr(0, cut)) += cut < name.size() ? "..." : "") += '"';
      }
      if (gap_.names.size() > most_names) out_ += " and " + std::to_string(gap_.names.size() - most_names) + " more";
      out_ += ", ";
    }
    const bool within_lines =
        gap_.last - gap_.first < 2 && gap_.names.empty() && gap_.units[2] + gap_.units[3] + gap_.outside == 0;
    if (!within_lines || !gap_.names.empty()) {
      const std::size_t first = first_line(gap_.first), last = last_line(gap_.last);
      out_ += first == last ? "line " + std::to_string(first)
                            : "lines " + std::to_string(first) + '-' + std::to_string(last);
      colon = true;
    }
    bool any = false;
    const auto add = [&](std::size_t n, std::string_view noun) {
      if (n == 0) return;
      out_ += any ? ", " : colon ? ": " : "";
      out_ += counted(n, noun);
      any = true;
    };
    add(gap_.units[0], "sentence");
    add(gap_.units[1], "item");
    add(gap_.units[2], "code block");
    add(gap_.units[3], "table");
    if (gap_.outside > 0) {
      out_ += (any ? ", " : ": ") + std::to_string(gap_.outside) + " words outside the main text";
    }
    out_ += ']';
  }

  // As the reader can ask for them: of the source, from 1.
  std::size_t first_line(std::size_t line) const {
    return d_.source_lines.empty() ? line + 1 : d_.source_lines[line].first;
  }
  std::size_t last_line(std::size_t line) const {
    return d_.source_lines.empty() ? line + 1 : d_.source_lines[line].last;
  }

  const Document& d_;
  const Selection& s_;
  std::string out_;
  Gap gap_;
  std::optional<Element> previous_;
  std::size_t shown_[4] = {}, all_[4] = {}, headings_shown_ = 0, shortened_ = 0;
};

}  // namespace

std::optional<View> reversible_view(const Document& d, const Context& context, Tokens whole, bool named) {
  if (forges(d)) return std::nullopt;
  const SentenceScorer& scorer = context.scorer != nullptr ? *context.scorer : extractive_scorer();
  const std::optional<Ranking> ranked = rank_units(d, context.query, scorer);
  if (!ranked) return std::nullopt;
  const Ranking& ranking = *ranked;
  if (ranking.dense() && !named && !context.token_budget) return std::nullopt;
  std::vector<std::uint32_t> cost;
  cost.reserve(d.units.size());
  for (const Unit& u : d.units)
    cost.push_back(static_cast<std::uint32_t>(tokens::Counter::estimate(d.shown_for(u)).value) + 1);
  // With blocks as they will stand, if some do not stand whole.
  if (!d.insets.empty()) whole = Tokens(std::accumulate(cost.begin(), cost.end(), std::int64_t{0}));
  const std::int64_t budget = budget_for(d, context, cost, whole.value);
  const std::int64_t most = context.token_budget ? budget : std::max(budget, whole.value / 2);
  const Selection selection = select_units(d, ranking, cost, budget, most);
  Writer writer(d, selection);
  View view;
  view.text = writer.run();
  if ((writer.shown() == 0 && writer.shortened() == 0) || view.text.size() >= d.text.size()) return std::nullopt;
  view.fidelity = Fidelity::reversible;
  view.method = "prose_sentences";
  view.statement = writer.summary();
  view.shown = static_cast<std::int64_t>(writer.shown());
  view.total = static_cast<std::int64_t>(writer.total());
  view.unit = "sentences";
  return view;
}

}  // namespace headroom::compressors::prose
