#include "compressors/config/stubs.h"

#include <algorithm>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "base/hash.h"
#include "compressors/config/entry_names.h"
#include "compressors/config/near_hits.h"
#include "compressors/statements.h"
#include "salience/severity.h"

namespace headroom::compressors::config {
namespace {

constexpr std::size_t kShortRun = 4;      // alike entries that are all shown
constexpr std::size_t kFirst = 2;         // of a longer run, beside the last
constexpr std::size_t kMostOdd = 8;       // entries of a run with rare keys
constexpr std::size_t kOddShare = 10;     // rare: in one of ten at most
constexpr std::size_t kLeastBytes = 60;   // a stub is as long
constexpr std::size_t kMostAsked = 40;    // lines or entries that the query finds
constexpr std::size_t kNameShare = 8;     // names are one byte of eight, else the entries are little but a name
constexpr std::size_t kMostNames = 6000;  // bytes of names in stubs; with a budget one for each of its tokens

struct Node {
  std::size_t begin, end;  // lines
  std::uint32_t depth;
  std::size_t parent;  // index; npos at the top
  bool item;
  std::uint64_t head;       // digest of its own key
  std::uint64_t keys = 0;   // of all keys in it, each once, in any order
  std::uint64_t inner = 0;  // of the keys right below it
  bool kept = false;        // something in it must be shown
};
constexpr std::size_t npos = static_cast<std::size_t>(-1);

class Stubs {
 public:
  Stubs(const Config& config, const Context& context) : c_(config), shown_(c_.lines.size(), 1), must_(c_.lines.size()) {
    room_for_names_ = kMostNames;
    if (context.token_budget)
      room_for_names_ =
          std::min(kMostNames, static_cast<std::size_t>(std::max<std::int64_t>(0, context.token_budget->value)));
    find_nodes();
    find_must();
    digest_keys();
    find_runs();
    find_asked(context);
    find_kept();
  }

  std::optional<View> run() {
    if (forged_) return std::nullopt;
    leave_comments();
    for (const std::vector<std::size_t>& run : runs_) leave_run(run);
    return write();
  }

 private:
  // ---- structure ----
  void find_nodes() {
    std::vector<std::size_t> open;
    const auto end_at = [&](std::size_t line, std::uint32_t depth) {
      while (!open.empty() && nodes_[open.back()].depth >= depth) {
        nodes_[open.back()].end = line;
        open.pop_back();
      }
    };
    for (std::size_t i = 0; i < c_.parts.size(); ++i) {
      const ConfigLine& p = c_.parts[i];
      if (p.part == Part::entry || p.part == Part::item) {
        end_at(i, p.depth);
        nodes_.push_back({i, c_.parts.size(), p.depth, open.empty() ? npos : open.back(), p.part == Part::item,
                          p.key_digest, 0, 0, false});
        open.push_back(nodes_.size() - 1);
      } else if (p.part == Part::closing) {
        end_at(i, p.depth + 1);
        // The entry that it closes has it as its last line.
        if (!open.empty() && nodes_[open.back()].depth == p.depth) {
          nodes_[open.back()].end = i + 1;
          open.pop_back();
        }
      }
    }
    // Blank lines and comments behind an entry belong to what follows.
    for (Node& n : nodes_) {
      while (n.end > n.begin + 1 &&
             (c_.parts[n.end - 1].part == Part::blank || c_.parts[n.end - 1].part == Part::comment))
        --n.end;
    }
  }

  void find_must() {
    for (std::size_t i = 0; i < c_.lines.size(); ++i) {
      const std::string_view line = c_.lines[i].text;
      forged_ |= reads_as_statement(line) || line.find("# [lines ") != std::string_view::npos ||
                 line.find("<!-- [lines ") != std::string_view::npos;
      must_[i] = c_.parts[i].pinned || salience::is_severe(line);
    }
  }

  // What the query finds: among alike entries whole ones, so that a key which all of them have finds none; elsewhere
  // lines.
  void find_asked(const Context& context) {
    if (context.query.empty()) return;
    std::vector<std::string_view> texts;
    std::vector<std::size_t> begins;
    std::vector<std::size_t> entry_at(c_.lines.size(), npos);
    for (const auto& run : runs_) {
      for (const std::size_t k : run) entry_at[nodes_[k].begin] = std::min(entry_at[nodes_[k].begin], k);
    }
    for (std::size_t i = 0; i < c_.lines.size();) {
      // The innermost of nested lists: an outer entry holds lists of its own.
      const std::size_t end = entry_at[i] == npos ? i + 1 : end_of_piece(i, nodes_[entry_at[i]].end, entry_at);
      const char* from = c_.lines[i].text.data();
      const std::string_view last = c_.lines[end - 1].text;
      texts.emplace_back(from, static_cast<std::size_t>(last.data() + last.size() - from));
      begins.push_back(i);
      i = end;
    }
    begins.push_back(c_.lines.size());
    const std::vector<search::Hit> hits = search::rank(context.query, texts);
    for (std::size_t k = 0; k < std::min(hits.size(), kMostAsked) && is_close(hits[k], hits[0]); ++k) {
      for (std::size_t i = begins[hits[k].piece]; i < begins[hits[k].piece + 1]; ++i) must_[i] = 1;
    }
  }
  std::size_t end_of_piece(std::size_t begin, std::size_t end, const std::vector<std::size_t>& entry_at) const {
    std::size_t i = begin + 1;
    while (i < end && entry_at[i] == npos) ++i;
    return i;
  }

  void digest_keys() {
    std::vector<std::vector<std::uint64_t>> inner(nodes_.size()), all(nodes_.size());
    for (std::size_t k = nodes_.size(); k-- > 0;) {
      Node& n = nodes_[k];
      n.keys = digest(all[k]);
      n.inner = digest(inner[k]);
      if (n.parent == npos) continue;
      inner[n.parent].push_back(n.item ? hash64("item") ^ n.head : n.head);
      // A long list's keys are those of its kinds of items.
      std::vector<std::uint64_t>& above = all[n.parent];
      above.push_back(n.head);
      above.push_back(n.keys);
      if (above.size() > 64) shorten(above);
      all[k].clear(), all[k].shrink_to_fit();
    }
  }
  // Severe lines, hits and pinned ones keep the entries that they are in.
  void find_kept() {
    std::vector<std::size_t> before(c_.lines.size() + 1);
    for (std::size_t i = 0; i < c_.lines.size(); ++i)
      before[i + 1] = before[i] + (must_[i] && c_.parts[i].part != Part::comment);
    for (Node& n : nodes_) n.kept = before[n.end] > before[n.begin];
  }
  static void shorten(std::vector<std::uint64_t>& v) {
    std::sort(v.begin(), v.end());
    v.erase(std::unique(v.begin(), v.end()), v.end());
  }
  static std::uint64_t digest(std::vector<std::uint64_t>& v) {
    if (v.empty()) return 0;
    shorten(v);
    return hash64({reinterpret_cast<const char*>(v.data()), v.size() * sizeof(v[0])});
  }

  // ---- what leaves ----
  void leave_comments() {
    for (std::size_t i = 0; i < c_.parts.size();) {
      if (c_.parts[i].part != Part::comment || must_[i]) {
        ++i;
        continue;
      }
      std::size_t end = i, bytes = 0, filled = i;
      while (end < c_.parts.size() && !must_[end] &&
             (c_.parts[end].part == Part::comment || c_.parts[end].part == Part::blank)) {
        bytes += c_.lines[end].text.size() + 1;
        if (c_.parts[end].part == Part::comment) filled = end;
        ++end;
      }
      if (bytes >= kLeastBytes) hide(i, filled + 1);
      i = end;
    }
  }

  // Which entries open alike: 0 for those that are like no other.
  std::uint64_t alike(const Node& n) const {
    if (n.item) return hash64("item") ^ n.head ^ (n.inner != 0);
    return n.inner != 0 ? n.inner : 0;
  }

  // Runs of alike entries, the outer before those in them.
  void find_runs() {
    std::unordered_map<std::size_t, std::vector<std::size_t>> children;
    std::vector<std::size_t> order{npos};
    for (std::size_t k = 0; k < nodes_.size(); ++k) {
      auto& list = children[nodes_[k].parent];
      list.push_back(k);
      if (list.size() == kShortRun + 1 && nodes_[k].parent != npos) order.push_back(nodes_[k].parent);
    }
    std::sort(order.begin() + 1, order.end());
    for (const std::size_t parent : order) {
      const std::vector<std::size_t>& list = children[parent];
      for (std::size_t i = 0; i < list.size();) {
        const Node& first = nodes_[list[i]];
        const std::uint64_t kind = alike(first);
        std::size_t end = i + 1;
        while (kind != 0 && end < list.size() && nodes_[list[end]].depth == first.depth &&
               alike(nodes_[list[end]]) == kind)
          ++end;
        if (end - i > kShortRun)
          runs_.emplace_back(list.begin() + static_cast<std::ptrdiff_t>(i),
                             list.begin() + static_cast<std::ptrdiff_t>(end));
        i = end;
      }
    }
  }

  void leave_run(const std::vector<std::size_t>& run) {
    if (!shown_[nodes_[run[0]].begin]) return;  // inside an entry that left
    std::unordered_map<std::uint64_t, std::size_t> shapes;
    for (const std::size_t k : run) ++shapes[nodes_[k].keys];
    std::size_t odd = 0;
    std::vector<std::uint8_t> keep(run.size());
    for (std::size_t i = 0; i < run.size(); ++i) {
      const Node& n = nodes_[run[i]];
      keep[i] = i < kFirst || i + 1 == run.size() || n.kept;
      if (!keep[i] && shapes[n.keys] * kOddShare <= run.size() && odd < kMostOdd) keep[i] = 1, ++odd;
    }
    for (std::size_t i = 0; i < run.size();) {
      std::size_t end = i;
      while (end < run.size() && !keep[end]) ++end;
      if (end == i) {
        ++i;
        continue;
      }
      const std::size_t from = nodes_[run[i]].begin, to = nodes_[run[end - 1]].end;
      std::size_t bytes = 0;
      for (std::size_t l = from; l < to; ++l) bytes += c_.lines[l].text.size() + 1;
      if (bytes >= kLeastBytes) hide(from, to), entries_at_[from] = {end - i, names({run.data() + i, end - i}, bytes)};
      i = end;
    }
  }

  // "log 0.4.27, mio 1.2.5": of entries that are called differently, as far as there is room.
  std::string names(std::span<const std::size_t> entries, std::size_t bytes) {
    std::string out, first, last;
    std::unordered_set<std::string> met;
    for (const std::size_t k : entries) {
      std::string name = name_of_entry(c_, nodes_[k].begin, nodes_[k].end);
      if (name.empty() || !met.insert(name).second) return {};
      if (!out.empty()) out += ", ";
      out += name;
      if (first.empty()) first = name;
      last = std::move(name);
    }
    if (out.size() > room_for_names_ || out.size() * kNameShare > bytes)
      return entries.size() == 1 ? std::string() : first + " to " + last;
    room_for_names_ -= out.size();
    return out;
  }

  void hide(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) shown_[i] = 0;
  }

  // ---- writing ----
  std::optional<View> write() {
    const std::size_t n = c_.lines.size();
    std::string out = "[config " + std::string(name_of(c_.style)) + ", " + counted(n, "line") +
                      "; lines shown are verbatim, stubs say what they stand for]\n";
    std::size_t shown = 0;
    for (std::size_t i = 0; i < n;) {
      if (shown_[i]) {
        out += c_.lines[i++].full();
        ++shown;
        continue;
      }
      std::size_t end = i, entries = 0, comments = 0;
      std::string names;
      while (end < n && !shown_[end]) {
        if (const auto found = entries_at_.find(end); found != entries_at_.end()) {
          entries += found->second.entries;
          names += (names.empty() ? "" : ", ") + found->second.names;
        }
        comments += c_.parts[end].part == Part::comment;
        ++end;
      }
      out += stub(i, end, entries, comments, names);
      i = end;
    }
    if (shown == n) return std::nullopt;
    while (out.ends_with('\n') || out.ends_with('\r')) out.pop_back();
    View view;
    view.text = std::move(out);
    view.fidelity = Fidelity::reversible;
    view.line_preserving = true;
    view.method = "config_stubs";
    view.statement =
        counted(n, "line") + " compressed to " + std::to_string(shown) + ": comments and alike entries left out";
    view.shown = static_cast<std::int64_t>(shown);
    view.total = static_cast<std::int64_t>(n);
    view.unit = "lines";
    return view;
  }

  std::string stub(std::size_t begin, std::size_t end, std::size_t entries, std::size_t comments,
                   std::string_view names) const {
    const std::string_view line = c_.lines[begin].text;
    std::string out(line.substr(0, std::min(line.find_first_not_of(" \t"), line.size())));
    const bool xml = c_.style == Style::xml;
    out += xml ? "<!-- [lines " : "# [lines ";
    out += std::to_string(begin + 1) + '-' + std::to_string(end) + ": ";
    if (entries > 0) {
      out += std::to_string(entries) + (entries == 1 ? " entry" : " entries") + " like those above";
      if (!names.empty()) out.append(": ").append(names);
    } else {
      out += counted(comments, "comment line");
    }
    return out + (xml ? "] -->\n" : "]\n");
  }

  const Config& c_;
  std::vector<std::uint8_t> shown_, must_;
  std::vector<Node> nodes_;
  std::vector<std::vector<std::size_t>> runs_;  // of alike entries, as indices into nodes_
  struct Left {
    std::size_t entries;
    std::string names;
  };
  std::unordered_map<std::size_t, Left> entries_at_;  // by line
  std::size_t room_for_names_;                        // bytes
  bool forged_ = false;
};

}  // namespace

std::optional<View> leave_out(const Config& config, const Context& context) {
  return Stubs(config, context).run();
}

}  // namespace headroom::compressors::config
