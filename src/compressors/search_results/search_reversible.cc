#include "compressors/search_results/search_reversible.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "base/hash.h"
#include "compressors/definitions.h"
#include "compressors/search_results/search_lossless.h"
#include "compressors/statements.h"
#include "compressors/text_features.h"
#include "salience/severity.h"

namespace headroom::compressors {
namespace {

constexpr std::size_t most_sure = 20;          // hits shown whatever the budget; beyond that they compete
constexpr std::size_t most_candidates = 2048;  // distinct lines that coverage chooses from, spread evenly
constexpr std::size_t longest_line = 1200;     // bytes of a line worth showing: longer ones are counted
constexpr std::int64_t shortest_result = 500;  // tokens: below this every line is worth its place
constexpr double smallest_budget = 400, largest_budget = 3000;

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return out;
}

// Lines with the same text but for blanks at its ends.
struct Group {
  std::uint32_t first = 0;  // line
  std::uint32_t count = 0;
};

struct Groups {
  std::vector<Group> groups;
  std::vector<std::uint32_t> of;  // by line; UINT32_MAX where a line is no match
};

Groups group_lines(const GrepOutput& g) {
  Groups out;
  out.of.assign(g.lines.size(), UINT32_MAX);
  std::unordered_map<std::string_view, std::uint32_t, TextHasher> index;
  index.reserve(g.matches);
  for (std::uint32_t i = 0; i < g.lines.size(); ++i) {
    if (g.records[i].kind != RecordKind::match) continue;
    const auto [at, added] = index.try_emplace(trimmed(g.text_of(i)), static_cast<std::uint32_t>(out.groups.size()));
    if (added) out.groups.push_back({i, 0});
    ++out.groups[at->second].count;
    out.of[i] = at->second;
  }
  return out;
}

bool is_showable(const GrepOutput& g, std::uint32_t i) {
  return g.lines[i].text.size() <= longest_line && !reads_as_statement(g.lines[i].text);
}

// ---------------------------------------------------------------------------------------------------------- selection

struct Selection {
  std::vector<bool> lines;
  std::vector<bool> groups;
  std::size_t shown = 0;  // matching lines
  double cost = 0;
};

class Selector {
 public:
  Selector(const GrepOutput& g, const Groups& groups, tokens::Counter& ruler) : g_(g), groups_(groups), ruler_(ruler) {
    files_.resize(g.files.size());
    s_.lines.resize(g.lines.size());
    s_.groups.resize(groups.groups.size());
  }
  bool add(std::uint32_t i) {
    if (s_.lines[i] || !is_showable(g_, i)) return false;
    s_.cost += cost_of(i);
    s_.lines[i] = true;
    files_[g_.records[i].file] = true;
    if (groups_.of[i] != UINT32_MAX) {
      s_.groups[groups_.of[i]] = true;
      ++s_.shown;
    }
    return true;
  }
  // Context lines next to a match, as far as the tool printed them.
  void add_context(std::uint32_t i, std::uint32_t lines_around) {
    for (std::uint32_t k = 1; k <= lines_around; ++k) {
      if (i >= k && is_context_of(i - k, i)) add(i - k);
      if (i + k < g_.lines.size() && is_context_of(i + k, i)) add(i + k);
    }
  }
  bool has_group(std::uint32_t group) const { return s_.groups[group]; }
  double cost() const { return s_.cost; }
  // Tokens of the line; the first of a file brings its path and a gap line.
  double cost_of(std::uint32_t i) const {
    const std::string_view path = g_.files[g_.records[i].file].path;
    return tokens(trimmed(g_.text_of(i))) + 4 + (files_[g_.records[i].file] ? 0 : tokens(path) + 10);
  }
  Selection take() { return std::move(s_); }

 private:
  bool is_context_of(std::uint32_t i, std::uint32_t match) const {
    return g_.records[i].kind == RecordKind::context && g_.records[i].file == g_.records[match].file;
  }
  double tokens(std::string_view text) const { return static_cast<double>(ruler_.count(text).value); }

  const GrepOutput& g_;
  const Groups& groups_;
  tokens::Counter& ruler_;
  std::vector<bool> files_;  // with a line shown
  Selection s_;
};

// Severe lines where they are few: among search results for an error's text all of them are.
std::vector<std::uint32_t> severe_groups(const GrepOutput& g, const Groups& groups) {
  std::vector<std::uint32_t> severe;
  const std::size_t looked_at = std::min(groups.groups.size(), 2 * most_candidates);
  for (std::uint32_t k = 0; k < looked_at; ++k) {
    if (salience::is_severe(g.text_of(groups.groups[k].first).substr(0, longest_line))) severe.push_back(k);
  }
  if (severe.size() * 10 > looked_at) severe.clear();
  if (severe.size() > most_sure) severe.resize(most_sure);
  return severe;
}

Selection select(const GrepOutput& g, const Groups& groups, const Relevance& relevance, const Context& context,
                 double original, double lossless) {
  Selector selector(g, groups, context.ruler);
  for (std::size_t k = 0; k < relevance.sure; ++k) {
    selector.add(relevance.lines[k]);
    if (k < 5) selector.add_context(relevance.lines[k], 2);
  }

  // What could be shown besides, one line per distinct text, evenly spread if there are too many.
  std::vector<std::uint32_t> candidates;
  const std::size_t step = (groups.groups.size() + most_candidates - 1) / std::max<std::size_t>(most_candidates, 1);
  for (std::uint32_t k = 0; k < groups.groups.size(); k += static_cast<std::uint32_t>(std::max<std::size_t>(step, 1))) {
    if (!selector.has_group(k) && is_showable(g, groups.groups[k].first)) candidates.push_back(k);
  }
  FeatureBuilder features;
  std::vector<std::uint32_t> costs;
  for (std::uint32_t k : candidates) {
    const std::uint32_t line = groups.groups[k].first;
    const std::string_view text = g.text_of(line);
    features.add_word_pairs(text);
    const std::string_view path = g.files[g.records[line].file].path;
    features.add(hash64(path, 1));
    features.add(hash64(path.substr(0, directory_size(path)), 2));
    // Equal lines that stand for many, and definitions, are worth more than their words.
    if (groups.groups[k].count > 2) features.add(hash64(text, 3));
    if (const std::string_view name = defined_name(text); !name.empty()) features.add(hash64(name, 4));
    features.end_item();
    costs.push_back(static_cast<std::uint32_t>(selector.cost_of(line)));
  }

  double budget = 0;
  const double limit = context.token_budget
                           ? static_cast<double>(context.token_budget->value) * .75  // the rest names the files
                           : largest_budget;
  const salience::Curve curve = salience::coverage_curve(features.lists(), costs, limit);
  if (context.token_budget) {
    budget = limit;
  } else {
    const double knee = salience::knee_cost(curve);
    budget = std::clamp(knee > 0 ? knee : lossless * .3, smallest_budget, largest_budget);
    budget = std::min(budget, std::max(original * .12, smallest_budget));
  }

  const auto add_all = [&](auto&& lines, double limit) {
    for (std::uint32_t i : lines) {
      if (selector.cost() + selector.cost_of(i) > limit) continue;
      selector.add(i);
    }
  };
  const double start = selector.cost();
  std::vector<std::uint32_t> more(relevance.lines.begin() + static_cast<std::ptrdiff_t>(relevance.sure),
                                  relevance.lines.end());
  if (more.size() > most_candidates) more.resize(most_candidates);
  add_all(more, std::max(start, budget * .4));
  std::vector<std::uint32_t> severe;
  for (std::uint32_t k : severe_groups(g, groups)) severe.push_back(groups.groups[k].first);
  add_all(severe, std::max(selector.cost(), budget * .7));
  std::vector<std::uint32_t> covering;
  for (const salience::CurvePoint& point : curve.points) {
    const std::uint32_t k = candidates[point.item];
    if (!selector.has_group(k)) covering.push_back(groups.groups[k].first);
  }
  add_all(covering, budget);
  return selector.take();
}

// ------------------------------------------------------------------------------------------------------------- files

// "[./api/: users.py 12, audit.py 3; 1 each: a.py, b.py]" for every directory, in order of first appearance.
struct Directory {
  std::string_view path;
  std::size_t files = 0, matches = 0;
  std::vector<std::uint32_t> members;
};

std::vector<Directory> by_directory(const GrepOutput& g, const std::vector<std::uint32_t>& files, std::size_t depth) {
  std::vector<Directory> out;
  std::unordered_map<std::string_view, std::size_t, TextHasher> index;
  const std::string_view root = common_directory(g.files);
  for (std::uint32_t f : files) {
    std::string_view path = g.files[f].path;
    std::size_t size = directory_size(path);
    // Only the first `depth` directories below the common one.
    std::size_t at = root.size();
    for (std::size_t level = 0; level < depth && at < size; ++level) {
      at = path.find_first_of("/\\", at);
      at = at == std::string_view::npos ? size : at + 1;
    }
    path = path.substr(0, std::min(at, size));
    const auto [slot, added] = index.try_emplace(path, out.size());
    if (added) out.push_back({path, 0, 0, {}});
    Directory& d = out[slot->second];
    ++d.files;
    d.matches += g.files[f].matches;
    d.members.push_back(f);
  }
  return out;
}

std::string name_files(const GrepOutput& g, const std::vector<std::uint32_t>& files) {
  std::string out;
  for (const Directory& d : by_directory(g, files, SIZE_MAX)) {
    std::map<std::size_t, std::vector<std::uint32_t>, std::greater<>> by_count;
    for (std::uint32_t f : d.members) by_count[g.files[f].matches].push_back(f);
    out += "\n[";
    if (!d.path.empty()) (out += d.path) += ": ";
    bool first = true;
    for (const auto& [count, members] : by_count) {
      const bool each = members.size() > 1;
      if (!first) out += each ? "; " : ", ";
      first = false;
      if (each) out += std::to_string(count) + " each: ";
      for (std::size_t k = 0; k < members.size(); ++k) {
        if (k > 0) out += ", ";
        out += g.files[members[k]].path.substr(directory_size(g.files[members[k]].path));
      }
      if (!each) out += ' ' + std::to_string(count);
    }
    out += ']';
  }
  return out;
}

std::string count_directories(const GrepOutput& g, const std::vector<std::uint32_t>& files, double limit,
                              tokens::Counter& ruler) {
  std::string out;
  for (std::size_t depth : {SIZE_MAX, std::size_t{4}, std::size_t{3}, std::size_t{2}, std::size_t{1}, std::size_t{0}}) {
    out.clear();
    for (const Directory& d : by_directory(g, files, depth)) {
      out += "\n[";
      out += d.path.empty() ? std::string_view(".") : d.path;
      out += depth == SIZE_MAX ? ": " : "...: ";
      out += std::to_string(d.matches) + " in " + counted(d.files, "file") + ']';
    }
    if (static_cast<double>(ruler.count(out).value) <= limit) break;
  }
  return out;
}

// The files of which nothing is shown: by name if that fits the limit, else counted by directory.
std::string rest_of_files(const GrepOutput& g, const std::vector<bool>& has_shown, double limit,
                          tokens::Counter& ruler) {
  std::vector<std::uint32_t> files;
  std::size_t without = 0;
  for (std::uint32_t f = 0; f < g.files.size(); ++f) {
    if (has_shown[f]) continue;
    if (g.files[f].matches == 0) {
      ++without;
    } else {
      files.push_back(f);
    }
  }
  std::string out;
  if (!files.empty()) {
    std::string named = name_files(g, files);
    const bool fits = static_cast<double>(ruler.count(named).value) <= limit;
    out = "\n[" +
          counted(files.size(),
                  std::find(has_shown.begin(), has_shown.end(), true) != has_shown.end() ? "more file" : "file") +
          (fits ? " with their matches]" : " by directory; names not shown]");
    out += fits ? named : count_directories(g, files, limit, ruler);
  }
  if (without > 0) out += "\n[" + counted(without, "file") + " without a match]";
  return out;
}

// --------------------------------------------------------------------------------------------------------- rendering

// How many files hold each of the groups shown.
std::unordered_map<std::uint32_t, std::uint32_t> files_of_groups(const GrepOutput& g, const Groups& groups,
                                                                 const Selection& s) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (std::size_t i = 0; i < g.lines.size(); ++i) {
    const std::uint32_t k = groups.of[i];
    if (k != UINT32_MAX && s.groups[k] && groups.groups[k].count > 1) pairs.push_back({k, g.records[i].file});
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  std::unordered_map<std::uint32_t, std::uint32_t> files;
  for (const auto& [k, f] : pairs) ++files[k];
  return files;
}

struct FileView {
  std::vector<std::uint32_t> lines;  // shown, in order
  std::size_t shown = 0;             // of them matches
  std::uint64_t first_hidden = 0, last_hidden = 0;
};

std::string render_file(const GrepOutput& g, std::uint32_t file, const FileView& v,
                        const std::unordered_map<std::uint32_t, std::string>& suffixes) {
  std::string out;
  const bool paths_in_lines = g.style == GrepStyle::numbered || g.style == GrepStyle::unnumbered;
  // One line stands as it was; more share a heading.
  const bool heading = g.style == GrepStyle::headed || (paths_in_lines && v.lines.size() > 1);
  if (heading) (out += '\n') += g.files[file].path;
  for (std::uint32_t i : v.lines) {
    out += '\n';
    std::string_view line = g.lines[i].text;
    if (heading && paths_in_lines)
      line.remove_prefix(g.records[i].path_size + (g.style == GrepStyle::numbered ? 1 : 0));
    out += line;
    if (const auto suffix = suffixes.find(i); suffix != suffixes.end()) out += suffix->second;
  }
  const std::size_t hidden = g.files[file].matches - std::min(v.shown, g.files[file].matches);
  if (hidden == 0) return out;
  // A heading right above says which file; else the name does.
  out += "\n[";
  if (v.first_hidden != 0) {
    out += v.first_hidden == v.last_hidden ? "line " : "lines ";
    out += std::to_string(v.first_hidden);
    if (v.last_hidden != v.first_hidden) out += '-' + std::to_string(v.last_hidden);
    if (!heading && paths_in_lines) out += " of ";
  }
  if (!heading && paths_in_lines) out += g.files[file].path.substr(directory_size(g.files[file].path));
  return out += ": " + std::to_string(hidden) + " more]";
}

}  // namespace

Relevance relevance_of(const GrepOutput& g, const Context& context) {
  Relevance out;
  if (context.query.empty()) return out;
  std::vector<std::uint32_t> lines;
  std::vector<std::string_view> pieces;
  for (std::uint32_t i = 0; i < g.lines.size(); ++i) {
    const RecordKind k = g.records[i].kind;
    if (k != RecordKind::match && k != RecordKind::item) continue;
    lines.push_back(i);
    pieces.push_back(g.lines[i].text.substr(0, longest_line));
  }
  const std::vector<search::Hit> hits = search::rank(context.query, pieces);

  std::unordered_set<std::string> names;
  for (const search::Term& t : context.query.terms()) {
    if (t.whole_identifier || t.text.size() > 4) names.insert(t.text);
  }
  std::vector<bool> taken(g.lines.size());
  const auto take = [&](std::uint32_t i) {
    if (taken[i]) return;
    taken[i] = true;
    out.lines.push_back(i);
  };
  const double best = hits.empty() ? 0 : hits[0].score;
  for (const search::Hit& h : hits) {
    if (out.lines.size() >= most_sure || !h.anchor) break;
    take(lines[h.piece]);
  }
  // Definitions of what the query names, even where every line holds the name.
  for (std::size_t p = 0; p < lines.size() && out.lines.size() < 2 * most_sure; ++p) {
    const std::string_view name = g.style == GrepStyle::counts || g.style == GrepStyle::names
                                      ? std::string_view()
                                      : defined_name(g.text_of(lines[p]));
    if (!name.empty() && names.contains(lower(name))) take(lines[p]);
  }
  const std::size_t before = out.lines.size();
  for (const search::Hit& h : hits) {
    if (out.lines.size() >= before + most_sure || (!h.anchor && h.score < best * .5)) break;
    take(lines[h.piece]);
  }
  out.sure = out.lines.size();
  for (const search::Hit& h : hits) take(lines[h.piece]);
  return out;
}

std::optional<View> summarise_search(const GrepOutput& g, const Relevance& relevance, const Context& context,
                                     Tokens original, Tokens lossless) {
  if (!g.mostly_explained() || g.matches == 0) return std::nullopt;
  if (lossless.value < shortest_result && !context.token_budget) return std::nullopt;
  const Groups groups = group_lines(g);
  const Selection s =
      select(g, groups, relevance, context, static_cast<double>(original.value), static_cast<double>(lossless.value));

  std::vector<FileView> views(g.files.size());
  std::vector<bool> has_shown(g.files.size());
  std::size_t context_hidden = 0, other_shown = 0, failures_shown = 0, other_hidden = 0, shown = 0;
  std::string others;
  std::unordered_map<std::uint32_t, std::string> suffixes;
  const auto files_of = files_of_groups(g, groups, s);
  std::vector<bool> told(groups.groups.size());
  for (std::uint32_t i = 0; i < g.lines.size(); ++i) {
    const Record& r = g.records[i];
    if (r.kind == RecordKind::other) {
      // A tool's own remarks ("grep: x: Permission denied"): the first few, verbatim, and of failures more.
      if (is_showable(g, i) && g.lines[i].text.size() < 300 &&
          (other_shown < 5 || (failures_shown < 15 && salience::is_severe(g.lines[i].text)))) {
        failures_shown += other_shown >= 5;
        (others += '\n') += g.lines[i].text;
        ++other_shown;
      } else {
        ++other_hidden;
      }
      continue;
    }
    if (r.kind != RecordKind::match && r.kind != RecordKind::context && r.kind != RecordKind::item) continue;
    FileView& v = views[r.file];
    if (s.lines[i]) {
      v.lines.push_back(i);
      has_shown[r.file] = true;
      if (r.kind == RecordKind::context) continue;
      v.shown += r.kind == RecordKind::item ? r.number : 1;
      ++shown;
      const std::uint32_t k = groups.of[i];
      if (k == UINT32_MAX || told[k] || groups.groups[k].count < 2) continue;
      told[k] = true;
      suffixes[i] = " [x" + std::to_string(groups.groups[k].count) + " in " + counted(files_of.at(k), "file") + ']';
    } else if (r.kind == RecordKind::context) {
      ++context_hidden;
    } else {
      if (v.first_hidden == 0 || r.number < v.first_hidden) v.first_hidden = r.number;
      v.last_hidden = std::max(v.last_hidden, r.number);
    }
  }
  if (shown == g.matches && context_hidden == 0) return std::nullopt;  // nothing left out: not this view's business

  View view;
  const std::string total =
      std::to_string(g.matches) + (g.matches == 1 ? " match in " : " matches in ") + counted(g.files.size(), "file");
  view.text = "[search, " + total + "; " + counted(shown, "line") + " shown";
  if (!suffixes.empty()) view.text += "; xN = so many equal lines";
  if (context_hidden > 0) view.text += "; " + counted(context_hidden, "context line") + " not shown";
  view.text += ']';
  view.text += others;
  if (other_hidden > 0) view.text += "\n[" + counted(other_hidden, "other line") + " not shown]";
  for (std::uint32_t f = 0; f < g.files.size(); ++f) {
    if (has_shown[f]) view.text += render_file(g, f, views[f], suffixes);
  }
  double limit = std::clamp(static_cast<double>(original.value) * .1, 1500., 4000.);
  if (context.token_budget)
    limit = std::max(
        static_cast<double>(context.token_budget->value) - static_cast<double>(context.ruler.count(view.text).value),
        100.);
  view.text += rest_of_files(g, has_shown, limit, context.ruler);

  view.fidelity = Fidelity::reversible;
  view.method = "search_files";
  view.statement =
      total + " compressed to " + counted(shown, "line") + ": " +
      (relevance.sure > 0 ? counted(std::min(relevance.sure, shown), "query hit") + " kept, " : std::string()) +
      "every file counted";
  view.shown = static_cast<std::int64_t>(shown);
  view.total = static_cast<std::int64_t>(g.matches);
  view.unit = "matches";
  return view;
}

}  // namespace headroom::compressors
