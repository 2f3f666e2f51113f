#include "history/units.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "base/glob.h"
#include "history/touch.h"
#include "search/query.h"
#include "search/scan.h"

namespace headroom::history {
namespace {

constexpr Tokens short_user_text{500};
constexpr int query_users = 2, query_calls = 8;
constexpr std::size_t pinned_errors = 3, pinned_files = 5;
constexpr std::string_view plan_tools[] = {"*todo*", "*plan", "*plan_*", "*_plan*", "plan*"};

// What the messages hold, by message: built once, so that every question is a look-up.
struct ByMessage {
  std::vector<std::vector<int>> blocks, calls;
  std::vector<bool> results;  // holds the result of a call in the list

  ByMessage(const Past& past, int end) {
    const auto n = static_cast<std::size_t>(end);
    blocks.resize(n), calls.resize(n), results.resize(n);
    for (std::size_t i = 0; i < past.blocks.size(); ++i) {
      const Block& b = past.blocks[i];
      if (b.message < 0 || b.message >= end) continue;
      blocks[static_cast<std::size_t>(b.message)].push_back(static_cast<int>(i));
      if (b.call >= 0) results[static_cast<std::size_t>(b.message)] = true;
    }
    for (std::size_t i = 0; i < past.calls.size(); ++i) {
      const int m = past.calls[i].message;
      if (m >= 0 && m < end) calls[static_cast<std::size_t>(m)].push_back(static_cast<int>(i));
    }
  }
};

bool is_user_text(const Block& b) {
  return b.role == Role::user && search::without_wrappers(b.text).find_first_not_of(" \t\r\n") != std::string::npos;
}

// Every call of the unit has its result in it, and every result its call.
bool is_whole(const Past& past, const ByMessage& at, const Unit& unit) {
  std::vector<int> open;
  for (int m = unit.first; m < unit.end; ++m) {
    for (const int c : at.calls[static_cast<std::size_t>(m)]) open.push_back(c);
  }
  std::vector<int> answered;
  for (int m = unit.first; m < unit.end; ++m) {
    for (const int b : at.blocks[static_cast<std::size_t>(m)]) {
      const Block& block = past.blocks[static_cast<std::size_t>(b)];
      if (block.role != Role::tool) continue;
      if (std::find(open.begin(), open.end(), block.call) == open.end()) return false;
      answered.push_back(block.call);
    }
  }
  return std::all_of(open.begin(), open.end(),
                     [&](int c) { return std::find(answered.begin(), answered.end(), c) != answered.end(); });
}

class Partition {
 public:
  Partition(const Past& past, int through)
      : past_(past),
        end_(std::min(static_cast<int>(past.messages.size()), through + 1)),
        at_(past, std::max(end_, 0)) {}

  std::vector<Unit> units() {
    std::vector<Unit> out;
    for (int m = 0; m < end_;) {
      Unit unit{m, m + 1, {}, true};
      if (role(m) == Role::assistant) {
        unit.end = turn_end(m);
      } else if (role(m) == Role::user && may_pair(m)) {
        unit.end = turn_end(m + 1);
      }
      unit.whole = is_whole(past_, at_, unit);
      for (int i = unit.first; i < unit.end; ++i) {
        for (const int b : at_.blocks[static_cast<std::size_t>(i)])
          unit.tokens += past_.blocks[static_cast<std::size_t>(b)].tokens;
      }
      m = unit.end;
      out.push_back(unit);
    }
    return out;
  }

 private:
  Role role(int m) const { return past_.messages[static_cast<std::size_t>(m)].role; }
  // The end of a run of assistant messages and of the results that follow it.
  int turn_end(int m) const {
    while (m < end_ && role(m) == Role::assistant) ++m;
    while (m < end_ && role(m) != Role::assistant &&
           (role(m) == Role::tool || at_.results[static_cast<std::size_t>(m)]))
      ++m;
    return m;
  }
  // A long user text with a plain answer behind it.
  bool may_pair(int m) const {
    if (m + 1 >= end_ || role(m + 1) != Role::assistant) return false;
    for (const int b : at_.blocks[static_cast<std::size_t>(m)]) {
      const Block& block = past_.blocks[static_cast<std::size_t>(b)];
      if (is_user_text(block) && block.tokens <= short_user_text) return false;
    }
    for (int i = m + 1; i < end_ && role(i) == Role::assistant; ++i) {
      if (!at_.calls[static_cast<std::size_t>(i)].empty()) return false;
    }
    return true;
  }

  const Past& past_;
  int end_;
  ByMessage at_;
};

// Facts about calls that need the list up to a message: which fail, and whether the same call succeeded later.
struct CallFacts {
  std::vector<bool> failed, resolved;

  CallFacts(const Past& past, int through) : failed(past.calls.size()), resolved(past.calls.size()) {
    std::vector<bool> answered(past.calls.size());
    for (const Block& b : past.blocks) {
      if (b.call < 0 || b.message > through) continue;
      answered[static_cast<std::size_t>(b.call)] = true;
      if (b.error) failed[static_cast<std::size_t>(b.call)] = true;
    }
    std::map<std::pair<std::string_view, std::string_view>, bool> succeeds_later;
    for (std::size_t i = past.calls.size(); i-- > 0;) {
      bool& later = succeeds_later[{past.calls[i].name, past.calls[i].arguments}];
      resolved[i] = later;
      later = later || (answered[i] && !failed[i]);
    }
  }
};

bool is_plan_tool(std::string_view name) {
  return std::any_of(std::begin(plan_tools), std::end(plan_tools),
                     [&](std::string_view glob) { return glob_matches(glob, name); });
}

class Judge {
 public:
  Judge(const Past& past, int through, int keep, const std::vector<bool>& gone)
      : past_(past), through_(through), keep_(keep), gone_(gone), facts_(past, through) {}

  std::vector<Judged> judged() {
    for (const Unit& unit : units_of(past_, through_)) {
      if (!left(unit.first)) units_.push_back({unit, Hold::free, 0});
    }
    unit_of_.assign(static_cast<std::size_t>(through_) + 1, -1);
    for (std::size_t i = 0; i < units_.size(); ++i) {
      texts_.push_back(render(past_, units_[i].unit));
      for (int m = units_[i].unit.first; m < units_[i].unit.end; ++m)
        unit_of_[static_cast<std::size_t>(m)] = static_cast<int>(i);
    }
    protect();
    pin();
    score();
    return std::move(units_);
  }

 private:
  bool left(int m) const { return static_cast<std::size_t>(m) < gone_.size() && gone_[static_cast<std::size_t>(m)]; }
  int unit_at(int m) const { return m >= 0 && m <= through_ ? unit_of_[static_cast<std::size_t>(m)] : -1; }
  void hold(int message, Hold hold) {
    if (const int u = unit_at(message); u >= 0) {
      Hold& h = units_[static_cast<std::size_t>(u)].hold;
      h = std::max(h, hold);
    }
  }

  void protect() {
    for (Judged& j : units_) {
      if (!j.unit.whole || past_.messages[static_cast<std::size_t>(j.unit.first)].role == Role::system)
        j.hold = Hold::keeps;
    }
    const std::size_t last = std::min(units_.size(), static_cast<std::size_t>(std::max(keep_, 0)));
    for (std::size_t i = units_.size() - last; i < units_.size(); ++i) units_[i].hold = Hold::keeps;
    for (int m = 0; m <= through_; ++m) {
      if (past_.messages[static_cast<std::size_t>(m)].role == Role::user) {
        hold(m, Hold::keeps);  // the first
        break;
      }
    }
    int last_users = 0;
    for (std::size_t i = past_.blocks.size(); i-- > 0;) {
      const Block& b = past_.blocks[i];
      if (b.message > through_ || b.message < 0 || !is_user_text(b)) continue;
      if (last_users++ < query_users || b.tokens <= short_user_text) hold(b.message, Hold::keeps);
    }
  }

  void pin() {
    std::vector<std::string_view> plans;
    std::vector<std::string> files;
    std::size_t errors = 0;
    for (std::size_t i = past_.calls.size(); i-- > 0;) {
      const Call& call = past_.calls[i];
      if (unit_at(call.message) < 0) continue;
      if (is_plan_tool(call.name)) {
        if (std::find(plans.begin(), plans.end(), call.name) == plans.end()) {
          plans.push_back(call.name);
          hold(call.message, Hold::pinned);
        }
        continue;
      }
      if (facts_.failed[i]) {
        if (!facts_.resolved[i] && errors++ < pinned_errors) hold(call.message, Hold::pinned);
        continue;
      }
      for (const Touch& touch : touches_of(call).list) {
        const bool full = touch.effect == Effect::write ||
                          (touch.effect == Effect::read && touch.extent == Extent::lines && touch.lines.whole());
        if (!full || files.size() >= pinned_files) continue;
        if (std::find(files.begin(), files.end(), touch.path) != files.end()) continue;
        files.push_back(touch.path);
        hold(call.message, Hold::pinned);
      }
    }
  }

  // The last two user texts and the last eight calls.
  search::Query query() const {
    std::vector<search::QueryText> texts;
    int users = 0, calls = 0;
    for (std::size_t i = past_.blocks.size(); i-- > 0 && users < query_users;) {
      const Block& b = past_.blocks[i];
      if (b.message > through_ || b.message < 0 || !is_user_text(b)) continue;
      texts.push_back({b.text, 1});
      ++users;
    }
    for (std::size_t i = past_.calls.size(); i-- > 0 && calls < query_calls;) {
      if (past_.calls[i].message > through_) continue;
      texts.push_back({past_.calls[i].arguments, 1});
      ++calls;
    }
    return search::Query::parse(texts);
  }

  void add_relevance() {
    std::vector<std::string_view> pieces(texts_.begin(), texts_.end());
    const auto hits = search::rank(query(), pieces);
    // Anchors lift a hit above all others there; here only the order of magnitude of words counts.
    constexpr double anchor_lift = 1 << 20;
    std::vector<std::int64_t> scores(units_.size(), 0);
    for (const search::Hit& hit : hits) {
      const double plain = hit.score - (hit.anchor ? anchor_lift : 0);
      scores[hit.piece] = static_cast<std::int64_t>(plain * 1048576);
    }
    const std::int64_t best = scores.empty() ? 0 : *std::max_element(scores.begin(), scores.end());
    if (best <= 0) return;
    for (std::size_t i = 0; i < units_.size(); ++i)
      units_[i].score += static_cast<int>(std::max<std::int64_t>(scores[i], 0) * 250 / best);
  }

  // Forward references and density, in one scan over all terms.
  void add_terms() {
    std::unordered_map<std::uint64_t, std::uint32_t> first;  // telling term -> the unit that had it first
    std::vector<std::uint32_t> references(units_.size(), 0);
    std::vector<std::uint32_t> referred;
    for (std::uint32_t u = 0; u < units_.size(); ++u) {
      const std::string& text = texts_[u];
      std::vector<std::uint64_t> words;
      referred.clear();
      search::scan(text, [&](search::TermKind kind, std::size_t begin, std::size_t end, std::uint64_t hash) {
        if (kind != search::TermKind::identifier) words.push_back(hash);
        if (kind != search::TermKind::identifier && !is_number(std::string_view(text).substr(begin, end - begin)))
          return;
        const auto [at, is_new] = first.emplace(hash, u);
        if (!is_new && at->second != u) referred.push_back(at->second);
      });
      std::sort(referred.begin(), referred.end());
      referred.erase(std::unique(referred.begin(), referred.end()), referred.end());
      for (const std::uint32_t earlier : referred) ++references[earlier];
      const std::size_t all = words.size();
      std::sort(words.begin(), words.end());
      words.erase(std::unique(words.begin(), words.end()), words.end());
      if (all > 0) units_[u].score += static_cast<int>(100 * words.size() / all);
    }
    for (std::size_t u = 0; u < units_.size(); ++u)
      units_[u].score += static_cast<int>(250 * std::min<std::uint32_t>(references[u], 4) / 4);
  }
  static bool is_number(std::string_view term) {
    constexpr std::size_t telling = 3;  // digits; shorter numbers stand everywhere
    return term.size() >= telling && std::all_of(term.begin(), term.end(), [](char c) { return c >= '0' && c <= '9'; });
  }

  void score() {
    for (std::size_t i = 0; i < units_.size(); ++i) units_[i].score += recency(static_cast<int>(units_.size() - 1 - i));
    add_relevance();
    add_terms();
    for (std::size_t i = 0; i < past_.calls.size(); ++i) {
      if (!facts_.failed[i] || facts_.resolved[i]) continue;
      const int u = unit_at(past_.calls[i].message);
      if (u >= 0 && !counted_.contains(u)) {
        counted_[u] = true;
        units_[static_cast<std::size_t>(u)].score += 150;
      }
    }
  }

  const Past& past_;
  const int through_, keep_;
  const std::vector<bool>& gone_;
  const CallFacts facts_;
  std::vector<Judged> units_;
  std::vector<std::string> texts_;
  std::vector<int> unit_of_;  // by message, -1: left before
  std::map<int, bool> counted_;
};

}  // namespace

int recency(int age) {
  // 64,000 x 2^(-k/16): a 256th of these is 250 at most.
  constexpr std::array<int, 16> table{64000, 61287, 58688, 56200, 53817, 51536, 49351, 47258,
                                      45255, 43336, 41499, 39739, 38055, 36441, 34896, 33417};
  if (age < 0) return 250;
  const int halves = age / 16;
  return halves > 16 ? 0 : (table[static_cast<std::size_t>(age % 16)] >> halves) / 256;
}

std::vector<Unit> units_of(const Past& past, int through) {
  return Partition(past, through).units();
}

std::vector<Judged> judge(const Past& past, int through, int keep, const std::vector<bool>& gone) {
  through = std::min(through, static_cast<int>(past.messages.size()) - 1);
  if (through < 0) return {};
  return Judge(past, through, keep, gone).judged();
}

std::vector<int> leaving(std::span<const Judged> units, std::span<const Tokens> sizes, std::span<const Tokens> lines,
                         Tokens total, Tokens low, Tokens high) {
  std::vector<int> order;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (units[i].hold != Hold::keeps && sizes[i] > lines[i]) order.push_back(static_cast<int>(i));
  }
  const auto at = [](auto& list, int i) -> auto& { return list[static_cast<std::size_t>(i)]; };
  // Free ones first, then the pinned, the oldest of them first.
  std::sort(order.begin(), order.end(), [&](int a, int b) {
    const Judged &x = at(units, a), &y = at(units, b);
    if (x.hold != y.hold) return x.hold < y.hold;
    if (x.hold == Hold::free && x.score != y.score) return x.score < y.score;
    if (x.hold == Hold::free && at(sizes, a) != at(sizes, b)) return at(sizes, a) > at(sizes, b);
    return a < b;
  });
  std::vector<int> left;
  for (const int i : order) {
    if (total <= (at(units, i).hold == Hold::free ? low : high)) break;
    total -= at(sizes, i) - at(lines, i);
    left.push_back(i);
  }
  // Best first: what still fits comes back.
  std::vector<int> staying;
  for (std::size_t k = left.size(); k-- > 0;) {
    const Tokens back = at(sizes, left[k]) - at(lines, left[k]);
    if (total + back <= low) {
      total += back;
    } else {
      staying.push_back(left[k]);
    }
  }
  std::sort(staying.begin(), staying.end());
  return staying;
}

std::string render(const Past& past, const Unit& unit) {
  // Blocks and calls are in the order of their messages.
  const auto block = std::lower_bound(past.blocks.begin(), past.blocks.end(), unit.first,
                                      [](const Block& b, int m) { return b.message < m; });
  auto call = std::lower_bound(past.calls.begin(), past.calls.end(), unit.first,
                               [](const Call& c, int m) { return c.message < m; });
  auto picture = std::lower_bound(past.pictures.begin(), past.pictures.end(), unit.first,
                                  [](const Picture& x, int m) { return x.message < m; });
  constexpr std::string_view names[] = {"system", "user", "assistant", "tool"};
  std::string out;
  const auto heading = [&](std::string_view text) { out.append(out.empty() ? "" : "\n").append(text).append("\n"); };
  const auto pictures_before = [&](int message) {
    for (; picture != past.pictures.end() && picture->message < std::min(message, unit.end); ++picture)
      out.append(picture->text).append("\n");
  };
  const auto calls_before = [&](int message) {
    for (; call != past.calls.end() && call->message < std::min(message, unit.end); ++call) {
      heading("[call " + std::string(call->name) + "]");
      out.append(call->arguments).append("\n");
    }
  };
  for (auto b = block; b != past.blocks.end() && b->message < unit.end; ++b) {
    pictures_before(b->message);
    calls_before(b->message);
    if (b->role == Role::tool) {
      const std::string tool =
          b->call >= 0 ? std::string(past.calls[static_cast<std::size_t>(b->call)].name) : "a call";
      heading("[result of " + tool + (b->error ? ", failed]" : "]"));
    } else {
      heading("[" + std::string(names[static_cast<std::size_t>(b->role)]) + "]");
    }
    out.append(b->text);
    if (!b->text.ends_with('\n')) out += '\n';
  }
  pictures_before(unit.end);
  calls_before(unit.end);
  return out;
}

}  // namespace headroom::history
