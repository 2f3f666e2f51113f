#include "compressors/log/selection.h"

#include <algorithm>
#include <bit>
#include <unordered_set>

#include "base/hash.h"
#include "compressors/log/shown_line.h"
#include "tokens/counter.h"

namespace headroom::compressors::log {
namespace {

constexpr int kUnit = 1024;  // scores are integers in these units
constexpr int unit(double x) {
  return static_cast<int>(x * kUnit);
}

constexpr int kGapCost = 9;          // tokens of a gap's statement
constexpr int kTemplateCost = 14;    // tokens of a template's statement
constexpr int kEssential = unit(4);  // from this score on a line comes before one line of each template
constexpr std::int64_t kLeast = 300, kMost = 3000;
constexpr std::size_t kReachOfMark = 150;  // lines
constexpr std::size_t kLongDetail = 300;   // bytes; such a line, an object written out, competes like any other
constexpr std::size_t kDetails = 16;       // further lines of one failure's message
constexpr std::size_t kAnchorLines = 20;   // shown per anchor; more are grouped
constexpr std::size_t kFewLines = 3;       // that have an anchor: before those of commoner ones
constexpr std::size_t kRankedPieces = 20000;
constexpr std::size_t kInnerFrames = 12, kOuterFrames = 4;  // of a trace's own frames: recursion has thousands

struct Item {
  int score;
  std::uint32_t line;
};

bool before(const Item& a, const Item& b) {
  return a.score != b.score ? a.score > b.score : a.line < b.line;
}

bool is_blank_line(std::string_view s) {
  return s.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::size_t indent_of(std::string_view s) {
  const std::size_t n = s.find_first_not_of(" \t");
  return n == std::string_view::npos ? 0 : n;
}

// Three letters and more in a row, no digits of a number to the base of sixteen.
bool has_word(std::string_view s) {
  std::size_t run = 0;
  bool other = false;  // than a to f
  for (const char c : s) {
    const char low = static_cast<char>(c | 0x20);
    const bool letter = low >= 'a' && low <= 'z';
    other = letter && ((run > 0 && other) || low > 'f');
    run = letter ? run + 1 : 0;
    if (run >= 3 && other) return true;
  }
  return false;
}

std::string_view body(const Line& line, const Stamp& stamp) {
  std::string_view s = line.text.substr(stamp.end);
  if (stamp.found() && s.starts_with(' ')) s.remove_prefix(1);
  return s;
}

class Selector {
 public:
  Selector(std::span<const Line> lines, const Grouping& g, const SelectionOptions& options)
      : lines_(lines), g_(g), options_(options), n_(lines.size()), scores_(n_, 0) {}

  Selection run() {
    find_end_of_work();
    score_own();
    score_steps();
    score_ends();
    score_query();
    spread_to_neighbours();
    score_traces();
    score_failures();
    return take();
  }

 private:
  // Runners tidy up after the work; what they print then is not the end that matters.
  void find_end_of_work() {
    end_ = n_;
    bool severe = false;
    for (std::size_t i = 0; i < n_; ++i) {
      const Signals& s = g_.signals(i);
      if (s.severe() && s.is(kMark) && s.is(kExit)) marks_.push_back(i);
      severe |= s.severe();
      if (severe && s.is(kClosing)) {
        end_ = i;
        break;
      }
    }
  }

  int position(std::size_t i) const {
    if (i >= end_ || !options_.manner.later_counts) return 0;
    const double x = static_cast<double>(i + 1) / static_cast<double>(end_);
    const int late = unit(1.5 * x * x * x);
    // Before the mark with which a step ended.
    const auto mark = std::lower_bound(marks_.begin(), marks_.end(), i);
    if (mark == marks_.end()) return marks_.empty() ? late : late / 2;
    const std::size_t distance = *mark - i;
    return std::max(late,
                    distance < kReachOfMark ? static_cast<int>((kReachOfMark - distance) * unit(2) / kReachOfMark) : 0);
  }

  int rarity(std::size_t i) const {
    const std::uint32_t count = g_.templates[g_.template_of(i)].count;
    if (count == 1) return unit(1.5);
    if (count <= 3) return unit(1);
    return count * 100 < n_ ? unit(.5) : 0;
  }

  // What a later line of a template loses: little where its words are new (another message), all where only numbers
  // are.
  int repetition(std::size_t i, const Template& t) {
    if (i == t.first) return 0;
    const Shape& shape = g_.shape(i);
    if (i != shape.first) return i == t.last ? unit(1) : unit(4);
    const std::uint32_t kinds = ++kinds_[shape.template_id];
    return std::min(unit(4), static_cast<int>(std::bit_width(kinds)) * unit(.625));
  }

  void score_own() {
    kinds_.assign(g_.templates.size(), 0);
    for (std::size_t i = 0; i < n_; ++i) {
      const Signals& s = g_.signals(i);
      if (s.score == 0 && (s.roles & (kChatter | kSuccess))) continue;
      const Template& t = g_.templates[g_.template_of(i)];
      if (s.score == 0 && t.count > 3) continue;
      int score = unit(s.score) + rarity(i) + position(i);
      if (s.score > 0) score -= repetition(i, t);
      if (s.score == 0) score = is_blank_line(body(lines_[i], g_.stamps[i])) ? 0 : std::min(score, unit(2.5));
      if (options_.manner.words_count && !has_word(lines_[i].text)) score -= unit(1);
      if (i >= end_) score -= unit(2);
      scores_[i] = std::max(score, 0);
    }
    // The first error of all is the likeliest cause.
    for (std::size_t i = 0; i < n_; ++i) {
      if (g_.signals(i).severe()) {
        scores_[i] += unit(1.5);
        break;
      }
    }
  }

  // A failed test is told by its name, the statement, what was wrong with it and where, all of them or none: tests that
  // failed alike at one place are told once.
  void score_failures() {
    if (g_.parts.empty()) return;
    std::unordered_set<std::uint64_t> told;
    for (std::size_t i = 0; i < n_;) {
      std::size_t end = i + 1;
      if (g_.part(i) != ReportPart::heading) {
        i = end;
        continue;
      }
      while (end < n_ && g_.part(end) != ReportPart::none && g_.part(end) != ReportPart::heading) ++end;
      const bool first = told.insert(digest_of_failure(i, end)).second;
      std::size_t details = 0;
      for (std::size_t k = i; k < end; ++k) {
        const ReportPart part = g_.part(k);
        const bool telling = tells_failure(part) && (part != ReportPart::detail ||
                                                     (lines_[k].text.size() <= kLongDetail && ++details <= kDetails));
        if (!telling) continue;
        scores_[k] = first ? std::max(scores_[k], unit(g_.signals(k).score)) : std::min(scores_[k], unit(1));
        if (first) must_[k] = 1;
      }
      i = end;
    }
  }

  static bool tells_failure(ReportPart part) {
    return part == ReportPart::heading || part == ReportPart::error || part == ReportPart::detail ||
           part == ReportPart::pointer || part == ReportPart::place;
  }

  // Equal for failures with messages of one shape from one place.
  std::uint64_t digest_of_failure(std::size_t begin, std::size_t end) const {
    std::uint64_t h = 0;
    for (std::size_t k = begin; k < end; ++k) {
      const ReportPart part = g_.part(k);
      const auto shape = g_.shape_of[k];
      if (part == ReportPart::error || part == ReportPart::detail)
        h = hash64({reinterpret_cast<const char*>(&shape), sizeof shape}, h);
      if (part == ReportPart::place) h = hash64(lines_[k].text.substr(g_.stamps[k].end), h);
    }
    return h;
  }

  // The step that failed, and its command.
  void score_steps() {
    std::size_t step = n_npos;
    for (std::size_t i = 0; i < n_; ++i) {
      const Signals& s = g_.signals(i);
      if (s.is(kStep) || (s.is(kCommand) && !s.is(kChatter))) {
        step = i;
      } else if (s.severe() && step != n_npos && s.score >= 5) {
        scores_[step] = std::max(scores_[step], unit(g_.signals(step).is(kStep) ? 6.5 : 4) + position(step));
        step = n_npos;
      }
    }
  }

  // Where it ended, and what stands at the head of a list.
  void score_ends() {
    const std::size_t tail = options_.manner.last_lines;
    const auto raise = [&](std::size_t end, std::size_t count, double to) {
      for (std::size_t i = end - std::min(count, end); i < end; ++i) {
        if (!is_blank_line(body(lines_[i], g_.stamps[i]))) scores_[i] = std::max(scores_[i], unit(to));
      }
    };
    if (end_ < n_) {
      raise(n_, tail, 2.5);
      raise(n_, 3, 4);
    }
    raise(end_, tail, 6);
    const std::size_t head = std::min(options_.manner.first_lines, n_);
    raise(head, head, 6);
  }

  // One line of each template that repeats, those of most lines first: at most 30 % of the budget is theirs.
  std::vector<Item> template_items() const {
    std::vector<Item> items;
    for (const Template& t : g_.templates) {
      const Signals& s = g_.signals(t.first);
      if (in_frame_[t.first]) continue;  // frames are told by their trace
      if (t.count < 3 || s.is(kChatter) || t.first >= end_ || is_blank_line(body(lines_[t.first], g_.stamps[t.first])))
        continue;
      items.push_back({static_cast<int>(t.count), t.first});
    }
    std::sort(items.begin(), items.end(), before);
    return items;
  }

  void score_query() {
    const search::Query& query = options_.query;
    if (query.empty()) return;
    for (const std::string& anchor : query.anchors()) {
      std::vector<std::size_t> hits;
      for (std::size_t i = 0; i < n_ && hits.size() < kAnchorLines; ++i) {
        if (lines_[i].text.find(anchor) != std::string_view::npos) hits.push_back(i);
      }
      // What stands in a line or two is what was meant, more than a date that many lines have.
      for (const std::size_t i : hits) scores_[i] = std::max(scores_[i], unit(hits.size() <= kFewLines ? 8 : 7.5));
    }
    std::vector<std::string_view> pieces;
    pieces.reserve(std::min(g_.shapes.size(), kRankedPieces));
    for (const Shape& shape : g_.shapes) {
      if (pieces.size() >= kRankedPieces) break;
      pieces.push_back(lines_[shape.first].text);
    }
    const std::vector<search::Hit> hits = search::rank(query, pieces);
    for (std::size_t k = 0; k < hits.size() && k < 40; ++k) {
      if (hits[k].anchor) continue;
      const double share = hits[0].score > 0 ? std::min(1.0, hits[k].score / hits[0].score) : 0;
      const std::size_t i = g_.shapes[hits[k].piece].first;
      scores_[i] += unit(2.5 * share);
    }
  }

  // 2 lines before and 6 after a severe line; the indented list or trace that belongs to it as a whole.
  void spread_to_neighbours() {
    const std::vector<int> own = scores_;
    for (std::size_t i = 0; i < n_; ++i) {
      const Signals& s = g_.signals(i);
      if (own[i] < unit(4) || !(s.severe() || s.is(kTestFailure))) continue;
      const auto inherit = [&](std::size_t j, int score) {
        const Signals& other = g_.signals(j);
        if (other.is(kChatter)) return;
        // Of a crash the innermost frames tell, whoever owns them.
        if (other.is(kRuntimeFrame)) score -= s.severity == salience::Severity::fatal ? unit(.5) : unit(2);
        if (other.is(kSuccess)) score -= unit(4);
        if (is_blank_line(body(lines_[j], g_.stamps[j]))) return;
        scores_[j] = std::max(scores_[j], score);
      };
      for (std::size_t d = 1; d <= 2 && d <= i; ++d) inherit(i - d, own[i] - unit(2) - static_cast<int>(d) * unit(.5));
      // An exception's line ends the trace that stands above it.
      if (s.is(kException)) {
        std::size_t frames = 0;
        for (std::size_t j = i; j-- > 0 && frames < 48; ++frames) {
          const std::string_view above = body(lines_[j], g_.stamps[j]);
          const Signals& other = g_.signals(j);
          if (!other.is(kFrame) && indent_of(above) == 0 && !other.is(kException)) break;
          inherit(j, own[i] - unit(2) - static_cast<int>(frames) * unit(.125));
          if (other.is(kException)) break;
        }
      }
      const std::string_view mine = body(lines_[i], g_.stamps[i]);
      const std::size_t indent = indent_of(mine);
      bool list = true;
      int seen = 0;
      for (std::size_t d = 1; d <= 40 && i + d < n_; ++d) {
        const std::size_t j = i + d;
        const std::string_view text = body(lines_[j], g_.stamps[j]);
        if (is_blank_line(text)) continue;
        ++seen;
        // A head that ends in a colon ("panicked at src/lib.rs:12:5:") is nothing without the line behind it.
        if (seen == 1 && s.is(kException) && mine.ends_with(':') && !g_.signals(j).is(kFrame)) inherit(j, own[i]);
        const char first = text[indent_of(text)];
        list = list && (indent_of(text) > indent || first == '*' || first == '-' || first == '|' || first == '+' ||
                        first == '>' || g_.signals(j).is(kFrame) || g_.signals(j).is(kExpectation));
        if (!list && seen > 6) break;
        inherit(j, own[i] - unit(1) - seen * (list ? unit(.2) : unit(.35)));
      }
    }
  }

  // What the query asks for by name stays, wherever it stands.
  void set_score(std::size_t i, int score) {
    if (scores_[i] < unit(7.5)) scores_[i] = score;
  }
  void score_traces() {
    must_.assign(n_, 0);
    in_frame_.assign(n_, 0);
    for (const Trace& t : options_.traces) {
      const bool is_first = t.same_as == Trace::npos;
      // What a trace is worth is what its error is worth; the frames nearest to where it broke most.
      int worth = unit(t.waiting ? 4.25 : 5);
      for (const std::size_t i : t.told) worth = std::max(worth, scores_[i]);
      if (is_first) {
        for (const std::size_t i : t.told) set_score(i, std::max(scores_[i], worth - unit(.5))), must_[i] = !t.waiting;
      } else if (!t.told.empty() && !g_.signals(t.told[0]).severe()) {
        set_score(t.told[0], 0);
      }
      const std::size_t n = t.frames.size();
      const auto owned = static_cast<std::size_t>(
          std::count_if(t.frames.begin(), t.frames.end(), [](const Frame& f) { return f.own; }));
      std::size_t own = 0;  // met so far
      for (std::size_t k = 0; k < n; ++k) {
        const Frame& f = t.frames[t.innermost_last ? n - 1 - k : k];  // innermost first
        own += f.own;
        const bool stays = f.own ? own <= kInnerFrames || own + kOuterFrames > owned : owned == 0 ? k < 3 : k == 0;
        const int score = std::max(unit(4.125), worth - unit(f.own ? .25 : 1.5) - static_cast<int>(own) * unit(.25));
        for (std::size_t i = f.first; i < f.first + f.lines; ++i) {
          set_score(i, is_first && stays ? score : 0);
          must_[i] = is_first && stays && f.own && !t.waiting;
          in_frame_[i] = 1;
        }
      }
    }
  }

  int cost(std::size_t i) const {
    return static_cast<int>(line_cost(lines_[i].text, g_.stamps[i], options_.without_stamps) * options_.percent / 100);
  }

  std::int64_t knee(const std::vector<Item>& items) const {
    std::int64_t total_cost = 0, total_weight = 0;
    std::vector<std::pair<std::int64_t, std::int64_t>> curve;
    for (const Item& item : items) {
      total_cost += cost(item.line);
      total_weight += item.score;
      curve.emplace_back(total_cost, total_weight);
      if (total_cost > 4 * kMost) break;
    }
    double best = 0;
    std::int64_t at = 0;
    for (const auto& [c, w] : curve) {
      const double gap = static_cast<double>(w) / static_cast<double>(total_weight) -
                         static_cast<double>(c) / static_cast<double>(total_cost);
      if (gap > best) {
        best = gap;
        at = c;
      }
    }
    if (best < .05) at = options_.whole.value * 3 / 10;
    return std::clamp(std::clamp(at, options_.whole.value / 8, options_.whole.value / 5), kLeast, kMost);
  }

  Selection take() {
    std::vector<Item> items;
    for (std::size_t i = 0; i < n_; ++i) {
      if (scores_[i] > unit(.5)) items.push_back({scores_[i], static_cast<std::uint32_t>(i)});
    }
    // A long line must be worth its length.
    for (Item& item : items) {
      const int c = cost(item.line);
      if (c > 48) item.score -= (std::bit_width(static_cast<unsigned>(c / 48)) * kUnit) / 2;
    }
    std::sort(items.begin(), items.end(), before);
    const std::int64_t budget = options_.budget ? options_.budget->value : knee(items);
    std::int64_t severe_budget =
        options_.budget ? budget + budget / 20 : std::min<std::int64_t>(3 * budget, options_.whole.value / 4);
    // Failed tests are what the run was for: up to half of it.
    if (!options_.budget && !g_.parts.empty())
      severe_budget = std::min(kMost, std::max(budget, options_.whole.value / 2));
    Selection out;
    out.shown.assign(n_, 0);
    std::int64_t spent = 24;  // the header
    const auto add = [&](std::size_t i, std::int64_t limit) {
      if (out.shown[i]) return true;
      const bool joined = (i > 0 && out.shown[i - 1]) || (i + 1 < n_ && out.shown[i + 1]);
      const std::int64_t price = cost(i) + (joined ? 0 : kGapCost);
      if (spent + price > limit) return false;
      spent += price;
      out.shown[i] = 1;
      ++out.count;
      return true;
    };
    for (const Item& item : items) {
      if (item.score < kEssential) break;
      // What was expected and what came are half of a failed test's message.
      const Signals& s = g_.signals(item.line);
      const bool must =
          must_[item.line] || ((s.severe() || s.is(kExpectation)) && g_.shape(item.line).first == item.line);
      add(item.line, must ? severe_budget : budget);
    }
    // Further errors whose words are new, as far as the larger budget goes; the rest is counted in the gaps.
    for (const Item& item : items) {
      const std::size_t i = item.line;
      if (item.score < kEssential && g_.signals(i).severe() && g_.shape(i).first == i && !options_.budget)
        add(i, severe_budget);
    }
    const std::int64_t quota = std::min(budget, spent + budget * 3 / 10);
    for (const Item& item : template_items()) {
      if (!add(item.line, quota - kTemplateCost)) break;
      spent += kTemplateCost;
    }
    for (const Item& item : items) {
      if (item.score < kEssential) add(item.line, budget);
    }
    out.spent = spent;
    out.limit = options_.budget ? budget : std::max(budget, severe_budget);
    return out;
  }

  static constexpr std::size_t n_npos = static_cast<std::size_t>(-1);
  std::span<const Line> lines_;
  const Grouping& g_;
  const SelectionOptions& options_;
  std::size_t n_, end_ = 0;
  std::vector<std::size_t> marks_;    // lines with which a failed step ends
  std::vector<std::uint32_t> kinds_;  // by template: shapes met
  std::vector<std::uint8_t> in_frame_;
  std::vector<std::uint8_t> must_;  // lines of traces and failures that stand as far as the larger budget goes
  std::vector<int> scores_;
};

}  // namespace

int line_cost(std::string_view text, const Stamp& stamp, bool without_stamp) {
  const std::string_view s = without_stamp ? text.substr(stamp.end) : text;
  const std::size_t shown = std::min(s.size(), kWholeLine);
  return 4 + static_cast<int>(tokens::Counter::estimate(s.substr(0, shown)).value);
}

Selection select_lines(std::span<const Line> lines, const Grouping& grouping, const SelectionOptions& options) {
  return Selector(lines, grouping, options).run();
}

}  // namespace headroom::compressors::log
