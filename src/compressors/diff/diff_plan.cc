#include "compressors/diff/diff_plan.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "compressors/definitions.h"
#include "compressors/statements.h"
#include "compressors/text_features.h"
#include "salience/selection.h"
#include "salience/severity.h"

namespace headroom::compressors {
namespace {

constexpr double long_diff = 20000;         // tokens; up to here every change is shown unless that saves too little
constexpr double head_cost = 14;            // tokens of a hunk's header
constexpr std::size_t chunk_lines = 8;      // pieces of a hunk that are chosen or left as one
constexpr std::size_t longest_line = 2000;  // bytes of a changed line worth showing
constexpr std::size_t minified_line = 400;  // mean bytes of a changed line in minified files

// Files whose changes nobody reads: by name.
struct Pattern {
  std::string_view part;
  bool whole_name;  // else a part of the path
  std::string_view word;
};
constexpr auto low_patterns = std::to_array<Pattern>({{"package-lock.json", true, "lock file"},
                                                      {"npm-shrinkwrap.json", true, "lock file"},
                                                      {"yarn.lock", true, "lock file"},
                                                      {"pnpm-lock.yaml", true, "lock file"},
                                                      {"Cargo.lock", true, "lock file"},
                                                      {"poetry.lock", true, "lock file"},
                                                      {"uv.lock", true, "lock file"},
                                                      {"Pipfile.lock", true, "lock file"},
                                                      {"Gemfile.lock", true, "lock file"},
                                                      {"composer.lock", true, "lock file"},
                                                      {"go.sum", true, "lock file"},
                                                      {"flake.lock", true, "lock file"},
                                                      {"bun.lock", true, "lock file"},
                                                      {"Package.resolved", true, "lock file"},
                                                      {".min.js", false, "minified"},
                                                      {".min.css", false, "minified"},
                                                      {".js.map", false, "generated"},
                                                      {".css.map", false, "generated"},
                                                      {"_pb2.py", false, "generated"},
                                                      {".pb.go", false, "generated"},
                                                      {".pb.cc", false, "generated"},
                                                      {".pb.h", false, "generated"},
                                                      {".g.dart", false, "generated"},
                                                      {"node_modules/", false, "vendored"},
                                                      {"/__snapshots__/", false, "generated"}});

std::string_view low_word(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  for (const Pattern& p : low_patterns) {
    if (p.whole_name ? name == p.part : path.find(p.part) != std::string_view::npos) return p.word;
  }
  return {};
}

// The changed lines of one sign with all white space taken out, one after the other.
std::uint64_t ink(const DiffText& d, const Hunk& h, char sign) {
  std::string out;
  for (std::size_t i = h.head + 1; i < h.end; ++i) {
    const std::string_view line = d.lines[i].text;
    if (line.empty() || line[0] != sign) continue;
    for (char c : line.substr(1)) {
      if (c != ' ' && c != '\t' && c != '\r' && c != '\f') out += c;
    }
  }
  return hash64(out);
}

bool only_white_space(const DiffText& d, const Hunk& h) {
  return h.style == HunkStyle::unified && ink(d, h, '+') == ink(d, h, '-');
}

// ------------------------------------------------------------------------------------------------------------ the plan

class Planner {
 public:
  Planner(const DiffText& d, const Context& context, double original) : d_(d), context_(context), original_(original) {
    std::size_t bytes = 1;
    for (const Line& l : d.lines) bytes += l.text.size() + 1;
    per_byte_ = original / static_cast<double>(bytes);
    plan_.lines.resize(d.lines.size());
    plan_.live.resize(d.hunks.size());
    plan_.low.resize(d.files.size());
  }

  Plan make() {
    find_live();
    double fixed = show_messages();
    for (const FileDiff& f : d_.files) {
      if (f.hunk_count > 0) fixed += static_cast<double>(path_of(f).size()) * .3 + 8;
    }
    for (std::size_t k = 0; k < d_.hunks.size(); ++k) {
      if (!plan_.live[k]) continue;
      for (std::size_t i = d_.hunks[k].head; i < d_.hunks[k].end; ++i) whole_ += cost(i);
    }
    std::array<double, 3> costs{};
    constexpr std::array<std::size_t, 3> contexts{3, 1, 0};
    for (std::size_t k = 0; k < 3; ++k) costs[k] = fixed + cost_with(contexts[k]);

    // Half of what there is to show: what is left out anyway makes no room for context.
    double limit = 1e18, aim = std::min(original_, whole_ + fixed) * .5;
    if (context_.token_budget) {
      limit = aim = static_cast<double>(context_.token_budget->value);
    } else if (original_ > long_diff) {
      limit = aim = long_diff * .4 + (original_ - long_diff) * .15;
    } else if (costs[2] > original_ * .7 && original_ > 4000) {
      limit = original_ * .6;  // nearly all of it is changes
    }
    if (costs[2] > limit) {
      plan_.context = 0;
      choose_chunks(limit - fixed);
      return std::move(plan_);
    }
    std::size_t k = 0;
    while (k < 2 && costs[k] > aim) ++k;
    plan_.context = contexts[k];
    show_with(contexts[k]);
    return std::move(plan_);
  }

 private:
  double cost(std::size_t i) const { return static_cast<double>(d_.lines[i].text.size() + 1) * per_byte_ + .5; }

  void find_live() {
    for (std::size_t f = 0; f < d_.files.size(); ++f) {
      const FileDiff& file = d_.files[f];
      plan_.low[f] = low_word(path_of(file));
      std::size_t bytes = 0, changed = 0;
      for (std::size_t i = file.head_end; i < file.end; ++i) {
        if (!is_changed(d_.lines[i].text)) continue;
        ++changed;
        bytes += d_.lines[i].text.size();
      }
      if (plan_.low[f].empty() && changed > 0 && bytes > changed * minified_line && bytes > 2000)
        plan_.low[f] = "minified";
      // Little is gained by hiding little.
      if (!plan_.low[f].empty() && static_cast<double>(bytes) * per_byte_ < 60) plan_.low[f] = {};
      for (std::size_t k = 0; k < file.hunk_count; ++k) {
        const Hunk& h = d_.hunks[file.first_hunk + k];
        const bool blank =
            plan_.low[f].empty() && h.added + h.removed > 4 && h.added > 0 && h.removed > 0 && only_white_space(d_, h);
        plan_.blank_hunks += blank;
        plan_.live[file.first_hunk + k] = plan_.low[f].empty() && !blank;
      }
    }
  }

  // Head and subject, the first lines of the body, what the query asks for, what it closes or breaks.
  double show_messages() {
    double total = 0;
    std::vector<std::size_t> candidates;
    std::vector<std::string_view> pieces;
    for (const Section& s : d_.sections) {
      if (s.kind == SectionKind::file) continue;
      std::size_t filled = 0;
      double whole = 0;
      for (std::size_t i = s.begin; i < s.end; ++i) {
        filled += !d_.lines[i].text.empty();
        whole += cost(i);
      }
      if (filled <= 8 || whole < 120) {
        for (std::size_t i = s.begin; i < s.end; ++i) total += show(i);
        continue;
      }
      std::size_t i = s.begin, body = 0;
      if (s.kind == SectionKind::message) {
        for (; i < s.end && !d_.lines[i].text.empty(); ++i) total += show(i);  // commit, Author, Date; From, Subject
      }
      for (; i < s.end; ++i) {
        const std::string_view line = trimmed(d_.lines[i].text);
        if (line.empty()) continue;
        if (body < 4) {
          total += show(i);
          ++body;
        } else if (is_trailer(line)) {
          total += show(i);
        } else {
          candidates.push_back(i);
          pieces.push_back(line.substr(0, longest_line));
        }
      }
    }
    std::size_t hits = 0;
    for (const search::Hit& hit : search::rank(context_.query, pieces)) {
      ++hits;
      if (hits > 3 && !(hit.anchor && hits <= 20)) break;
      total += show(candidates[hit.piece]);
    }
    return total;
  }

  static std::string_view trimmed(std::string_view s) {
    while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
    return s;
  }
  static bool is_trailer(std::string_view line) {
    for (std::string_view lead :
         {"BREAKING", "Fixes", "Closes", "Resolves", "Refs", "Reverts", "This reverts", "Subject:"}) {
      if (line.starts_with(lead)) return true;
    }
    return false;
  }

  double show(std::size_t i) {
    if (plan_.lines[i] || reads_as_statement(d_.lines[i].text)) return 0;
    plan_.lines[i] = true;
    return cost(i);
  }

  // Calls visit(line) for every line of the live hunks that is a change or within `context` lines of one.
  template <class Visit>
  void for_each_near(std::size_t context, Visit visit) const {
    for (std::size_t k = 0; k < d_.hunks.size(); ++k) {
      if (!plan_.live[k]) continue;
      const Hunk& h = d_.hunks[k];
      if (h.style != HunkStyle::unified) {
        for (std::size_t i = h.head + 1; i < h.end; ++i) visit(i);
        continue;
      }
      std::size_t done = h.head + 1;
      for (std::size_t i = h.head + 1; i < h.end; ++i) {
        if (!is_changed(d_.lines[i].text)) continue;
        // A single hidden line would cost a header: it is shown.
        std::size_t from = std::max(done, i - std::min(context, i - h.head - 1));
        if (done > h.head + 1 && from == done + 1) from = done;
        for (std::size_t j = from; j <= i; ++j) visit(j);
        done = std::max(done, i + 1);
        for (std::size_t j = done; j < h.end && j <= i + context && !is_changed(d_.lines[j].text); ++j) {
          visit(j);
          done = j + 1;
        }
      }
    }
  }

  double cost_with(std::size_t context) const {
    double total = 0;
    for_each_near(context, [&](std::size_t i) { total += cost(i); });
    for (std::size_t k = 0; k < d_.hunks.size(); ++k) total += plan_.live[k] ? head_cost : 0;
    return total;
  }
  void show_with(std::size_t context) {
    for_each_near(context, [&](std::size_t i) { plan_.lines[i] = true; });
  }

  struct Chunk {
    std::size_t begin, end;  // lines
    bool definition;
  };

  std::string_view text_of(const Chunk& c) const {
    const char* begin = d_.lines[c.begin].text.data();
    const std::string_view last = d_.lines[c.end - 1].text;
    return {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
  }

  void choose_chunks(double budget) {
    std::vector<Chunk> chunks;
    salience::Problem problem;
    FeatureBuilder features;
    const auto add = [&](std::size_t begin, std::size_t end, bool definition, std::size_t file, std::size_t hunk) {
      double c = head_cost * (definition ? .7 : 1);
      for (std::size_t i = begin; i < end; ++i) c += cost(i);
      chunks.push_back({begin, end, definition});
      problem.cost.push_back(static_cast<std::uint32_t>(std::max(c, 1.)));
      features.add_word_pairs(text_of(chunks.back()));
      features.add(hash64(path_of(d_.files[file]), 1));
      features.add(hunk * 0x9E3779B97F4A7C15 + 2);
      features.end_item();
    };
    for (std::size_t f = 0; f < d_.files.size(); ++f) {
      const FileDiff& file = d_.files[f];
      for (std::size_t k = file.first_hunk; k < file.first_hunk + file.hunk_count; ++k) {
        const Hunk& h = d_.hunks[k];
        if (!plan_.live[k]) continue;
        if (h.style != HunkStyle::unified) {
          add(h.head + 1, h.end, false, f, k);
          continue;
        }
        for (std::size_t i = h.head + 1; i < h.end;) {
          const std::string_view line = d_.lines[i].text;
          if (!is_changed(line) || line.size() > longest_line) {
            ++i;
            continue;
          }
          std::size_t end = i + 1;
          const bool definition = !defined_name(line.substr(1)).empty();
          while (!definition && end < h.end && end - i < chunk_lines) {
            const std::string_view next = d_.lines[end].text;
            if (!is_changed(next) || next.size() > longest_line || !defined_name(next.substr(1)).empty()) break;
            ++end;
          }
          add(i, end, definition, f, k);
          i = end;
        }
      }
    }
    problem.features = features.lists();
    problem.budget = budget;
    problem.first_share = problem.last_share = 0;

    std::vector<std::string_view> pieces;
    pieces.reserve(chunks.size());
    for (const Chunk& c : chunks) pieces.push_back(text_of(c).substr(0, longest_line));
    double pinned = 0;
    std::vector<bool> taken(chunks.size());
    const auto pin = [&](std::uint32_t c, double limit) {
      if (taken[c] || pinned + problem.cost[c] > limit) return;
      taken[c] = true;
      pinned += problem.cost[c];
      problem.pinned.push_back(c);
    };
    for (const search::Hit& hit : search::rank(context_.query, pieces)) {
      const auto c = static_cast<std::uint32_t>(hit.piece);
      if (hit.anchor && problem.pinned.size() < 20) pin(c, 1e18);
      problem.asked.push_back(c);
    }
    // Definitions that came, went or changed: the outer ones first if they are too many.
    for (std::size_t indent : {std::size_t{0}, std::size_t{4}, SIZE_MAX}) {
      for (std::uint32_t c = 0; c < chunks.size(); ++c) {
        if (!chunks[c].definition) continue;
        const std::string_view line = d_.lines[chunks[c].begin].text.substr(1);
        const std::size_t first = line.find_first_not_of(" \t");
        if (first != std::string_view::npos && (first <= indent)) pin(c, budget * .6);
      }
    }
    for (std::uint32_t c = 0; c < chunks.size(); ++c) {
      if (!taken[c] && salience::is_severe(pieces[c])) problem.notable.push_back(c);
    }
    std::vector<bool> chosen(chunks.size());
    for (std::uint32_t c : salience::select(problem).chosen) {
      chosen[c] = true;
      for (std::size_t i = chunks[c].begin; i < chunks[c].end; ++i) plan_.lines[i] = true;
    }
    // "\ No newline" goes with its line; one hidden line between two shown ones costs less than a header.
    for (const Hunk& h : d_.hunks) {
      if (h.style != HunkStyle::unified) continue;
      for (std::size_t i = h.head + 2; i < h.end; ++i) {
        if (!plan_.lines[i - 1] || d_.lines[i].text.size() > longest_line) continue;
        if (d_.lines[i].text.starts_with('\\') || (i + 1 < h.end && plan_.lines[i + 1])) plan_.lines[i] = true;
      }
    }
    for (const Hunk& h : d_.hunks) {
      const std::size_t index = static_cast<std::size_t>(&h - d_.hunks.data());
      for (std::size_t i = h.head + 1; plan_.live[index] && i < h.end; ++i) {
        if (is_changed(d_.lines[i].text) && !plan_.lines[i]) plan_.all_changes = false;
      }
    }
  }

  const DiffText& d_;
  const Context& context_;
  const double original_;
  double per_byte_ = .3;
  double whole_ = 0;  // tokens of the live hunks
  Plan plan_;
};

// ------------------------------------------------------------------------------------------------------------
}  // namespace

Plan plan_diff(const DiffText& d, const Context& context, Tokens original) {
  return Planner(d, context, static_cast<double>(original.value)).make();
}

}  // namespace headroom::compressors
