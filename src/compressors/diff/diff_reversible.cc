#include "compressors/diff/diff_reversible.h"

#include <algorithm>
#include <map>

#include "compressors/diff/diff_lossless.h"
#include "compressors/diff/diff_plan.h"
#include "compressors/statements.h"

namespace headroom::compressors {
namespace {

std::string counts_of(const FileDiff& f) {
  return " +" + std::to_string(f.added) + " -" + std::to_string(f.removed);
}

class Renderer {
 public:
  // `roots`: what stands in front of every path, said in the view's first line. Patches have whole paths.
  Renderer(const DiffText& d, const Plan& plan, const Roots& roots) : d_(d), plan_(plan), roots_(roots) {}

  std::string render() {
    find_listed();
    for (std::size_t s = 0; s < d_.sections.size();) {
      if (d_.sections[s].kind != SectionKind::file) {
        add_text(d_.sections[s++]);
        continue;
      }
      std::size_t end = s;
      while (end < d_.sections.size() && d_.sections[end].kind == SectionKind::file) ++end;
      add_files(d_.sections[s].file, d_.sections[end - 1].file + 1);
      s = end;
    }
    return std::move(out_);
  }
  std::size_t shown_changes() const { return shown_changes_; }

 private:
  void line(std::string_view text) { (out_ += '\n') += text; }

  // Messages: what is shown, and where something is left out. Blank lines go with what stands around them.
  void add_text(const Section& s) {
    for (std::size_t i = s.begin; i < s.end;) {
      if (plan_.lines[i]) {
        line(d_.lines[i++].text);
        continue;
      }
      const std::size_t begin = i;
      bool any = false;
      for (; i < s.end && !plan_.lines[i]; ++i)
        any |= d_.lines[i].text.find_first_not_of(" \t") != std::string_view::npos;
      if (any) {
        line(begin + 1 == i ? "[line " + std::to_string(i) + " not shown]"
                            : "[lines " + std::to_string(begin + 1) + '-' + std::to_string(i) + " not shown]");
      } else {
        for (std::size_t k = begin; k < i; ++k) line(d_.lines[k].text);
      }
    }
  }

  bool shows_anything(const FileDiff& f) const {
    for (std::size_t i = f.head_end; i < f.end; ++i) {
      if (plan_.lines[i]) return true;
    }
    return false;
  }

  // Files without text that come in numbers (compiled, images) are counted by directory, suffix and what became of
  // them.
  void find_listed() {
    constexpr std::size_t few = 10;
    counted_.assign(d_.files.size(), false);
    std::map<std::string, std::vector<std::size_t>> groups;
    for (std::size_t f = 0; f < d_.files.size(); ++f) {
      if (d_.files[f].hunk_count > 0 || !is_plain_head(d_.files[f])) continue;
      const FileDiff& file = d_.files[f];
      const std::string_view path =
          file.new_path.empty() ? below(file.old_path, roots_.old_root) : below(file.new_path, roots_.new_root);
      const std::size_t slash = path.rfind('/') + 1, dot = path.rfind('.');
      const std::string_view suffix =
          dot == std::string_view::npos || dot < slash ? std::string_view() : path.substr(dot);
      groups[std::string(path.substr(0, slash)) + '*' + std::string(suffix)].push_back(f);
    }
    for (const auto& [name, files] : groups) {
      if (files.size() <= few) continue;
      std::size_t added = 0, deleted = 0;
      for (std::size_t f : files) {
        counted_[f] = true;
        added += d_.files[f].old_path.empty();
        deleted += d_.files[f].new_path.empty();
      }
      std::string& text = group_line_[files[0]];
      text = '[' + name + ": " + counted(files.size(), "file") + " without text";
      if (added > 0) text += ", " + std::to_string(added) + " new";
      if (deleted > 0) text += ", " + std::to_string(deleted) + " deleted";
      text += ']';
    }
  }

  // Only "new file", "deleted file", "index", "Binary files": no rename, no mode that changed.
  bool is_plain_head(const FileDiff& f) const {
    for (std::size_t i = f.begin + 1; i < f.head_end; ++i) {
      const std::string_view t = d_.lines[i].text;
      if (t.starts_with("rename") || t.starts_with("copy") || t.starts_with("old mode") || t.starts_with("similarity"))
        return false;
      if ((t.starts_with("new file mode ") || t.starts_with("deleted file mode ")) && !t.ends_with("100644"))
        return false;
    }
    return d_.lines[f.begin].text.starts_with("diff --git ");
  }

  static std::string_view below(std::string_view path, std::string_view root) {
    return path.starts_with(root) ? path.substr(root.size()) : path;
  }

  // A path that would make its line look like a changed one, a hunk's head or a statement.
  bool reads_as_content(const FileDiff& f) const {
    const std::string_view path =
        f.old_path.empty() ? below(f.new_path, roots_.new_root) : below(f.old_path, roots_.old_root);
    return !path.empty() && std::string_view("+-@[").find(path[0]) != std::string_view::npos;
  }

  std::string list_line(std::size_t index, bool hidden_words) const {
    const FileDiff& f = d_.files[index];
    std::string out;
    if (reads_as_content(f)) out = "./";
    const std::string_view old_path = below(f.old_path, roots_.old_root), new_path = below(f.new_path, roots_.new_root);
    if (!f.old_path.empty() && !f.new_path.empty() && old_path != new_path) (out += old_path) += " -> ";
    out += f.new_path.empty() ? old_path : new_path;
    out += counts_of(f);
    const auto word = [&](std::string_view w) { ((out += " [") += w) += ']'; };
    if (f.old_path.empty()) out += " new";
    if (f.new_path.empty()) out += " deleted";
    if (f.binary) out += " binary";
    for (std::size_t i = f.begin + 1; i < f.head_end; ++i) {
      const std::string_view t = d_.lines[i].text;
      if (t.starts_with("old mode ") || t.starts_with("new mode ") ||
          (t.starts_with("new file mode ") && !t.ends_with("100644"))) {
        (out += ", ") += t;
      }
    }
    if (!hidden_words) return out;
    if (!plan_.low[index].empty()) {
      word(std::string(plan_.low[index]) + ", not shown");
    } else if (f.hunk_count > 0) {
      const auto [added, removed] = hidden_of(f);
      if (added + removed == f.added + f.removed && added + removed > 0) word("not shown");
    }
    return out;
  }

  std::pair<std::size_t, std::size_t> hidden_of(const FileDiff& f) const {
    std::size_t added = 0, removed = 0;
    for (std::size_t k = f.first_hunk; k < f.first_hunk + f.hunk_count; ++k) {
      const Hunk& h = d_.hunks[k];
      if (h.style != HunkStyle::unified) {
        if (!plan_.lines[h.head + 1]) {
          added += h.added;
          removed += h.removed;
        }
        continue;
      }
      for (std::size_t i = h.head + 1; i < h.end; ++i) {
        if (plan_.lines[i] || !is_changed(d_.lines[i].text)) continue;
        ++(d_.lines[i].text[0] == '+' ? added : removed);
      }
    }
    return {added, removed};
  }

  void add_files(std::size_t begin, std::size_t end) {
    const bool patch = plan_.all_changes;
    bool any_hidden = false;
    for (std::size_t f = begin; f < end; ++f)
      any_hidden |= hidden_of(d_.files[f]) != std::pair<std::size_t, std::size_t>{0, 0};
    if (patch && (end - begin > 1 || any_hidden)) {
      for (std::size_t f = begin; f < end; ++f) {
        if (const auto group = group_line_.find(f); group != group_line_.end()) line(group->second);
        if (!counted_[f]) line(list_line(f, true));
      }
    }
    for (std::size_t f = begin; f < end; ++f) {
      const FileDiff& file = d_.files[f];
      const bool anything = shows_anything(file);
      if (patch) {
        if (counted_[f] || (file.hunk_count > 0 && !anything)) continue;
        add_patch_head(file);
      } else {
        if (const auto group = group_line_.find(f); group != group_line_.end()) line(group->second);
        if (counted_[f]) continue;
        line(list_line(f, true));
      }
      if (!anything) continue;
      add_hunks(file);
      const auto [added, removed] = hidden_of(file);
      if (added + removed > 0) line("[+" + std::to_string(added) + " -" + std::to_string(removed) + " not shown]");
    }
  }

  // What a patch tool needs: both names; all but the blob hashes where the head says more.
  void add_patch_head(const FileDiff& f) {
    const bool names = f.head_end - f.begin >= 2 && d_.lines[f.head_end - 1].text.starts_with("+++ ");
    if (names && is_plain_head(f)) {
      line(d_.lines[f.head_end - 2].text);
      line(d_.lines[f.head_end - 1].text);
      return;
    }
    for (std::size_t i = f.begin; i < f.head_end; ++i) {
      const std::string_view t = d_.lines[i].text;
      if (t.starts_with("index ") && !f.binary) continue;
      if (t == "GIT binary patch") {
        line("[" + counted(f.head_end - i, "line") + " of binary patch not shown]");
        break;
      }
      line(t);
    }
  }

  void add_hunks(const FileDiff& f) {
    std::string_view section;
    for (std::size_t k = f.first_hunk; k < f.first_hunk + f.hunk_count; ++k) {
      const Hunk& h = d_.hunks[k];
      if (h.style != HunkStyle::unified) {
        if (!plan_.lines[h.head + 1]) continue;
        for (std::size_t i = h.head; i < h.end; ++i) line(d_.lines[i].text);
        shown_changes_ += h.added + h.removed;
        continue;
      }
      add_runs(h, section);
    }
  }

  // Every run of shown lines under a header with its own numbers.
  void add_runs(const Hunk& h, std::string_view& section) {
    // The next line's number on either side; a side without lines is numbered by the line before it.
    std::uint64_t old_at = h.old_start + (h.old_count == 0), new_at = h.new_start + (h.new_count == 0);
    for (std::size_t i = h.head + 1; i < h.end;) {
      std::uint64_t old_count = 0, new_count = 0;
      const std::size_t begin = i;
      const bool shown = plan_.lines[i];
      for (; i < h.end && (plan_.lines[i] == shown || d_.lines[i].text.starts_with('\\')); ++i) {
        const std::string_view t = d_.lines[i].text;
        const char c = t.empty() ? ' ' : t[0];
        old_count += c == ' ' || c == '-';
        new_count += c == ' ' || c == '+';
      }
      if (shown) {
        std::string head = "@@ -" + range(old_at, old_count) + " +" + range(new_at, new_count) + " @@";
        if (h.section != section) head += h.section;
        section = h.section;
        line(head);
        for (std::size_t j = begin; j < i; ++j) {
          line(d_.lines[j].text);
          shown_changes_ += is_changed(d_.lines[j].text);
        }
      }
      old_at += old_count;
      new_at += new_count;
    }
  }

  static std::string range(std::uint64_t at, std::uint64_t count) {
    if (count == 1) return std::to_string(at);
    return std::to_string(count == 0 ? at - 1 : at) + ',' + std::to_string(count);
  }

  const DiffText& d_;
  const Plan& plan_;
  const Roots& roots_;
  std::string out_;
  std::vector<bool> counted_;
  std::map<std::size_t, std::string> group_line_;  // in front of the first file of a group
  std::size_t shown_changes_ = 0;
};

}  // namespace

std::optional<View> summarise_diff(const DiffText& d, const Context& context, Tokens original) {
  if (!d.mostly_explained() || d.hunks.empty()) return std::nullopt;
  const Plan plan = plan_diff(d, context, original);
  // Two trees compared: their roots differ and would stand in every line. One tree's paths stay whole, to be copied.
  Roots roots;
  if (!plan.all_changes) roots = common_roots(d);
  if (roots.old_root == roots.new_root) roots = {};
  Renderer renderer(d, plan, roots);
  const std::string body = renderer.render();

  std::size_t added = 0, removed = 0;
  for (const FileDiff& f : d.files) {
    added += f.added;
    removed += f.removed;
  }
  const std::string total =
      counted(d.files.size(), "file") + " +" + std::to_string(added) + " -" + std::to_string(removed);
  const std::size_t shown = renderer.shown_changes();
  View view;
  view.text = "[diff, " + total;
  std::string what;
  if (shown == added + removed) {
    what = "all changes kept";
  } else {
    what = std::to_string(shown) + " of " + counted(added + removed, "changed line") + " kept";
  }
  view.text += "; " + what + "; context cut to " + counted(plan.context, "line");
  if (!roots.old_root.empty() || !roots.new_root.empty()) {
    view.text += "; old under " + roots.old_root + ", new under " + roots.new_root;
  }
  view.text += ']';
  view.text += body;
  view.fidelity = Fidelity::reversible;
  view.method = "diff_changes";
  view.statement = total + " compressed: " + what;
  if (plan.blank_hunks > 0) view.statement += ", " + counted(plan.blank_hunks, "white-space hunk") + " left out";
  view.shown = static_cast<std::int64_t>(shown);
  view.total = static_cast<std::int64_t>(added + removed);
  view.unit = "changed lines";
  return view;
}

}  // namespace headroom::compressors
