#include "compressors/listing/summary.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <queue>
#include <set>

#include "compressors/statements.h"
#include "salience/severity.h"

namespace headroom::compressors::listing {
namespace {

constexpr std::size_t kHead = 6, kTail = 3;  // lines shown at either end
constexpr std::size_t kNotable = 3;          // newest, largest
constexpr std::size_t kRareShare = 100,
                      kRareMost = 3;  // a mode or suffix of 1 % of the entries, three at most, is rare
constexpr std::size_t kRareShown = 8;
constexpr std::size_t kAsked = 20;    // hits of the query that are shown
constexpr std::size_t kSuffixes = 4;  // named in a gap
constexpr std::int64_t kGapCost = 40, kLeastBudget = 300, kMostBudget = 2000;
constexpr std::size_t kSmallGap = 2;  // lines that are shown rather than counted

std::string_view suffix_of(std::string_view name) {
  while (name.ends_with('/')) return "/";
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || name.size() - dot > 10 ||
      name.find(' ', dot) != std::string_view::npos)
    return {};
  return name.substr(dot);
}

// Bytes, of plain numbers only.
std::optional<std::uint64_t> size_of(std::string_view size) {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), n);
  if (error != std::errc{} || end != size.data() + size.size()) return std::nullopt;
  return n;
}

// A time as a number that grows with it; months with a clock are of the last year and newer than those with a year.
std::uint64_t rank_of(std::string_view time) {
  if (time.empty()) return 0;
  std::uint64_t n = 0;
  const auto digits = [&n](std::string_view s) {
    for (const char c : s) {
      if (c >= '0' && c <= '9') n = n * 10 + static_cast<std::uint64_t>(c - '0');
    }
  };
  if (time[0] >= '0' && time[0] <= '9') {
    digits(time.substr(0, 16));
    return n;
  }
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::string words = short_time(time);
  std::string_view rest = words;
  const std::size_t month = months.find(take_word(rest).substr(0, 3));
  const std::string_view day = take_word(rest);
  const bool clock = rest.find(':') != std::string_view::npos;
  if (month == std::string_view::npos) return 0;
  if (!clock) digits(rest.substr(0, 4));
  if (clock) n = 9999;
  n = n * 100 + month / 3;
  if (day.size() == 1) n *= 10;
  digits(day);
  n *= 10000;
  if (clock) {
    const std::uint64_t date = n;
    n = 0;
    digits(rest.substr(0, 5));
    n += date;
  }
  return n;
}

struct Totals {
  std::size_t own = 0, below = 0;  // entries in the directory, and with all directories under it
};

class Summary {
 public:
  Summary(const Listing& listing, const Context& context, Tokens original)
      : l_(listing), context_(context), shown_(l_.lines.size()), totals_(l_.directories.size()) {
    budget_ =
        context.token_budget ? context.token_budget->value : std::clamp(original.value / 6, kLeastBudget, kMostBudget);
    pick();
    count();
  }

  std::optional<View> run() {
    for (std::size_t opened = open_directories();; opened = opened * 3 / 4) {
      open_.assign(l_.directories.size(), 0);
      for (std::size_t k = 0; k < opened; ++k) open_[order_[k]] = 1;
      std::optional<View> view = write();
      if (opened == 0 || (view && context_.ruler.count(view->text).value <= budget_)) return view;
    }
  }

 private:
  // ---- what is shown ----
  void pick() {
    const std::size_t n = l_.lines.size();
    for (std::size_t i = 0; i < std::min(kHead, n); ++i) shown_[i] = 1;
    for (std::size_t i = n - std::min(kTail, n); i < n; ++i) shown_[i] = 1;
    pick_asked();
    pick_largest([&](std::size_t i) { return size_of(l_.entries[i].size).value_or(0); });
    pick_largest([&](std::size_t i) { return rank_of(l_.entries[i].time); });
    pick_rare([&](std::size_t i) { return l_.entries[i].mode; });
    pick_rare([&](std::size_t i) { return suffix_of(l_.entries[i].name); });
    for (std::size_t i = 0; i < n; ++i) {
      const bool says_more = l_.entries[i].kind == LineKind::other && !l_.lines[i].text.empty();
      if (says_more && salience::is_severe(l_.lines[i].text) && ++severe_ <= kAsked) shown_[i] = 1;
    }
  }

  void pick_asked() {
    if (context_.query.empty()) return;
    std::vector<std::string_view> names;
    for (const Line& line : l_.lines) names.push_back(line.text);
    const std::vector<search::Hit> hits = search::rank(context_.query, names);
    for (std::size_t k = 0; k < std::min(hits.size(), kAsked); ++k) shown_[hits[k].piece] = 1;
  }

  // The few lines with the highest figure, if figures differ.
  template <class Figure>
  void pick_largest(Figure figure) {
    std::vector<std::pair<std::uint64_t, std::size_t>> best;
    std::uint64_t least = ~std::uint64_t{0};
    for (std::size_t i = 0; i < l_.lines.size(); ++i) {
      if (l_.entries[i].kind != LineKind::entry || l_.entries[i].mode.starts_with('d')) continue;
      const std::uint64_t f = figure(i);
      least = std::min(least, f);
      if (best.size() == kNotable && f <= best.back().first) continue;
      best.emplace_back(f, i);
      std::sort(best.begin(), best.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
      });
      if (best.size() > kNotable) best.pop_back();
    }
    for (const auto& [f, i] : best) {
      if (f > least) shown_[i] = 1;
    }
  }

  template <class Value>
  void pick_rare(Value value) {
    std::map<std::string_view, std::pair<std::size_t, std::vector<std::size_t>>> lines;
    for (std::size_t i = 0; i < l_.lines.size(); ++i) {
      if (l_.entries[i].kind != LineKind::entry) continue;
      auto& [count, where] = lines[value(i)];
      if (++count <= kRareMost) where.push_back(i);
    }
    std::vector<std::size_t> rare;
    for (const auto& [v, found] : lines) {
      if (found.first <= kRareMost && found.first * kRareShare < l_.entry_count)
        rare.insert(rare.end(), found.second.begin(), found.second.end());
    }
    std::sort(rare.begin(), rare.end());
    if (rare.size() > kRareShown) return;  // so many are no exception
    for (const std::size_t i : rare) shown_[i] = 1;
  }

  // ---- directories ----
  void count() {
    for (const Entry& e : l_.entries) {
      if (e.kind == LineKind::entry) ++totals_[e.directory].own;
    }
    for (std::size_t d = l_.directories.size(); d-- > 0;) {
      totals_[d].below += totals_[d].own;
      if (d != 0) totals_[l_.directories[d].parent].below += totals_[d].below;
    }
    children_.resize(l_.directories.size());
    for (std::uint32_t d = 1; d < l_.directories.size(); ++d) children_[l_.directories[d].parent].push_back(d);
  }

  // The directories in the order in which they are opened, as many as the budget allows by estimate.
  std::size_t open_directories() {
    const auto fuller = [&](std::uint32_t a, std::uint32_t b) {
      return totals_[a].below != totals_[b].below ? totals_[a].below < totals_[b].below : a > b;
    };
    std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, decltype(fuller)> next(fuller);
    next.push(0);
    std::int64_t cost = 0;
    while (!next.empty() && cost < budget_) {
      const std::uint32_t d = next.top();
      next.pop();
      order_.push_back(d);
      // A directory that holds but one other costs nothing: it is passed through.
      std::size_t parts = totals_[d].own > 0;
      for (const std::uint32_t child : children_[d]) {
        if (is_small(child)) continue;
        next.push(child);
        ++parts;
      }
      if (parts > 1) cost += static_cast<std::int64_t>(parts) * kGapCost;
    }
    return order_.size();
  }

  // A directory that is told together with its neighbours: there is not enough budget for a gap of its own.
  bool is_small(std::uint32_t directory) const {
    const auto share = static_cast<std::int64_t>(totals_[directory].below) * budget_;
    return share < static_cast<std::int64_t>(l_.entry_count) * kGapCost / 2;
  }

  // By directory the part that its lines are in: itself, if those above are open; else the topmost one that is not, or
  // that is too small for a part of its own.
  std::vector<std::uint32_t> find_parts() const {
    std::vector<std::uint32_t> parts(l_.directories.size());
    for (std::uint32_t d = 1; d < parts.size(); ++d) {  // parents stand before their children
      const std::uint32_t above = l_.directories[d].parent;
      parts[d] = open_[above] && parts[above] == above && !is_small(d) ? d : parts[above];
    }
    return parts;
  }

  // ---- writing ----
  std::optional<View> write() {
    View view;
    const std::vector<std::uint32_t> parts = find_parts();
    std::string out = "[listing " + std::string(name_of(l_.style)) + ", " + counted_entries(l_.entry_count) + " in " +
                      counted_directories(used_directories()) +
                      "; those shown stand verbatim, gaps say what they hold]\n";
    std::size_t shown = 0, shown_entries = 0;
    const auto show = [&](std::size_t i) {
      out.append(l_.lines[i].text).append("\n");
      ++shown;
      shown_entries += l_.entries[i].kind == LineKind::entry;
    };
    for (std::size_t i = 0; i < l_.lines.size();) {
      if (reads_as_statement(l_.lines[i].text)) return std::nullopt;
      if (is_shown(i, parts)) {
        show(i++);
        continue;
      }
      std::size_t end = i + 1;
      while (end < l_.lines.size() && !is_shown(end, parts) && same_part(i, end, parts)) ++end;
      if (end - i <= kSmallGap) {
        for (std::size_t k = i; k < end; ++k) {
          if (reads_as_statement(l_.lines[k].text)) return std::nullopt;
          show(k);
        }
      } else {
        out += gap(i, end);
      }
      i = end;
    }
    if (shown == l_.lines.size()) return std::nullopt;
    while (out.ends_with('\n')) out.pop_back();
    view.text = std::move(out);
    view.fidelity = Fidelity::reversible;
    view.line_preserving = true;
    view.method = "listing_summary";
    view.statement = counted_entries(l_.entry_count) + " compressed to " + std::to_string(shown_entries);
    view.shown = static_cast<std::int64_t>(shown_entries);
    view.total = static_cast<std::int64_t>(l_.entry_count);
    view.unit = "entries";
    return view;
  }

  // Headings of open directories are shown.
  bool is_shown(std::size_t i, const std::vector<std::uint32_t>& parts) const {
    if (shown_[i]) return true;
    const Entry& e = l_.entries[i];
    if (e.kind != LineKind::heading) return false;
    return parts[e.directory] == e.directory && totals_[e.directory].own > kSmallGap;
  }

  // Lines that are no entries go with what stands above them.
  bool same_part(std::size_t first, std::size_t i, const std::vector<std::uint32_t>& parts) const {
    const Entry &a = l_.entries[first], &b = l_.entries[i];
    if (b.kind == LineKind::other) return true;
    if (a.kind == LineKind::other) return false;
    return parts[a.directory] == parts[b.directory];
  }

  std::size_t used_directories() const {
    return static_cast<std::size_t>(
        std::count_if(totals_.begin(), totals_.end(), [](const Totals& t) { return t.own > 0; }));
  }

  static std::string counted_entries(std::size_t n) { return std::to_string(n) + (n == 1 ? " entry" : " entries"); }
  static std::string counted_directories(std::size_t n) {
    return std::to_string(n) + (n == 1 ? " directory" : " directories");
  }

  // "[lines 4-129: 126 entries of ./logs/: 126 .log, 60480 bytes]"
  std::string gap(std::size_t begin, std::size_t end) const {
    std::map<std::string_view, std::size_t> suffixes;
    std::set<std::uint32_t> directories;
    std::string_view common;
    std::size_t entries = 0;
    std::uint64_t bytes = 0;
    bool sized = true;
    for (std::size_t i = begin; i < end; ++i) {
      const Entry& e = l_.entries[i];
      if (e.kind == LineKind::other) continue;
      const std::string_view path = l_.directories[e.directory].path;
      common = directories.empty() ? path : common_directory(common, path);
      directories.insert(e.directory);
      if (e.kind != LineKind::entry) continue;
      ++entries;
      ++suffixes[e.mode.starts_with('d') ? std::string_view("/") : suffix_of(e.name)];
      const auto size = size_of(e.size);
      sized &= size.has_value();
      bytes += size.value_or(0);
    }
    std::string out =
        "[lines " + std::to_string(begin + 1) + '-' + std::to_string(end) + ": " + counted_entries(entries);
    if (!common.empty()) out.append(directories.size() > 1 ? " under " : " of ").append(common);
    if (directories.size() > 1) out += " in " + counted_directories(directories.size());
    if (entries > 0) out += ": " + kinds(suffixes);
    if (entries > 0 && sized && l_.style != Style::du) out += ", " + std::to_string(bytes) + " bytes";
    return out + "]\n";
  }

  static std::string_view common_directory(std::string_view a, std::string_view b) {
    const std::size_t n = std::min(a.size(), b.size());
    std::size_t same = 0, slash = 0;
    while (same < n && a[same] == b[same]) {
      if (a[same] == '/') slash = same + 1;
      ++same;
    }
    return a.substr(0, slash);
  }

  static std::string kinds(const std::map<std::string_view, std::size_t>& suffixes) {
    std::vector<std::pair<std::size_t, std::string_view>> ranked;
    for (const auto& [suffix, count] : suffixes) ranked.emplace_back(count, suffix);
    std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::string out;
    std::size_t others = 0;
    for (std::size_t k = 0; k < ranked.size(); ++k) {
      if (k >= kSuffixes) {
        others += ranked[k].first;
        continue;
      }
      const auto& [count, suffix] = ranked[k];
      out.append(out.empty() ? "" : ", ").append(std::to_string(count)).append(" ");
      out.append(suffix == "/"    ? (count == 1 ? "directory" : "directories")
                 : suffix.empty() ? "without suffix"
                                  : suffix);
    }
    if (others > 0) out += ", " + std::to_string(others) + " others";
    return out;
  }

  const Listing& l_;
  const Context& context_;
  std::int64_t budget_ = 0;
  std::vector<std::uint8_t> shown_, open_;
  std::vector<Totals> totals_;
  std::vector<std::vector<std::uint32_t>> children_;
  std::vector<std::uint32_t> order_;
  std::size_t severe_ = 0;
};

}  // namespace

std::optional<View> summarise(const Listing& listing, const Context& context, Tokens original) {
  if (listing.entry_count == 0) return std::nullopt;
  return Summary(listing, context, original).run();
}

}  // namespace headroom::compressors::listing
