#include "compressors/diff/diff_text.h"

#include <algorithm>
#include <array>

namespace headroom::compressors {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

bool take(std::string_view& s, std::string_view lead) {
  if (!s.starts_with(lead)) return false;
  s.remove_prefix(lead.size());
  return true;
}

bool take_number(std::string_view& s, std::uint64_t& n) {
  std::size_t i = 0;
  n = 0;
  for (; i < s.size() && i < 10 && is_digit(s[i]); ++i) n = n * 10 + static_cast<std::uint64_t>(s[i] - '0');
  s.remove_prefix(i);
  return i > 0;
}

// "10,2" or "10".
bool take_range(std::string_view& s, std::uint64_t& start, std::uint64_t& count) {
  count = 1;
  if (!take_number(s, start)) return false;
  return !take(s, ",") || take_number(s, count);
}

std::optional<Hunk> read_unified(const std::vector<Line>& lines, std::size_t at) {
  Hunk h;
  h.head = at;
  std::string_view s = lines[at].text;
  if (!take(s, "@@ -") || !take_range(s, h.old_start, h.old_count) || !take(s, " +") ||
      !take_range(s, h.new_start, h.new_count) || !take(s, " @@")) {
    return std::nullopt;
  }
  h.section = s;
  std::uint64_t old_left = h.old_count, new_left = h.new_count;
  std::size_t i = at + 1;
  for (; i < lines.size() && (old_left > 0 || new_left > 0); ++i) {
    const std::string_view line = lines[i].text;
    const char c = line.empty() ? ' ' : line[0];  // some tools strip the blank of an empty line
    if (c == '\\') continue;
    if (c != ' ' && c != '+' && c != '-') return std::nullopt;
    if (c != '+') {
      if (old_left == 0) return std::nullopt;
      --old_left;
    }
    if (c != '-') {
      if (new_left == 0) return std::nullopt;
      --new_left;
    }
    h.added += c == '+';
    h.removed += c == '-';
  }
  if (old_left > 0 || new_left > 0 || h.added + h.removed == 0) return std::nullopt;
  while (i < lines.size() && lines[i].text.starts_with("\\ ")) ++i;
  h.end = i;
  return h;
}

// "@@@ -1,5 -1,4 +1,6 @@@": one column per parent. A line with '-' is in the parents that have one and not in the
// result.
std::optional<Hunk> read_combined(const std::vector<Line>& lines, std::size_t at) {
  constexpr std::size_t most_parents = 15;
  Hunk h;
  h.style = HunkStyle::combined;
  h.head = at;
  std::string_view s = lines[at].text;
  std::size_t parents = 0;
  while (parents < s.size() && s[parents] == '@') ++parents;
  if (parents < 3 || parents > most_parents + 1) return std::nullopt;
  const std::string_view at_signs = s.substr(0, parents--);
  s.remove_prefix(at_signs.size());
  std::array<std::uint64_t, most_parents> old_left{};
  std::uint64_t start = 0, new_left = 0;
  for (std::size_t p = 0; p < parents; ++p) {
    if (!take(s, " -") || !take_range(s, start, old_left[p])) return std::nullopt;
  }
  if (!take(s, " +") || !take_range(s, h.new_start, new_left) || !take(s, " ") || !take(s, at_signs))
    return std::nullopt;
  h.section = s;
  std::uint64_t left = new_left;
  for (std::size_t p = 0; p < parents; ++p) left += old_left[p];
  std::size_t i = at + 1;
  for (; i < lines.size() && left > 0; ++i) {
    const std::string_view line = lines[i].text;
    if (line.starts_with('\\')) continue;
    if (line.size() < parents) return std::nullopt;
    const std::string_view marks = line.substr(0, parents);
    if (marks.find_first_not_of(" +-") != std::string_view::npos) return std::nullopt;
    const bool removed = marks.find('-') != std::string_view::npos;
    h.removed += removed;
    h.added += !removed && marks.find('+') != std::string_view::npos;
    for (std::size_t p = 0; p < parents; ++p) {
      if (marks[p] != (removed ? '-' : ' ')) continue;
      if (old_left[p] == 0) return std::nullopt;
      --old_left[p];
      --left;
    }
    if (removed) continue;
    if (new_left == 0) return std::nullopt;
    --new_left;
    --left;
  }
  if (left > 0 || h.added + h.removed == 0) return std::nullopt;
  while (i < lines.size() && lines[i].text.starts_with("\\ ")) ++i;
  h.end = i;
  return h;
}

// "*** 1,5 ****" and "--- 1,6 ----": how many lines follow, unless none of them changed and they are left out.
bool read_context_range(std::string_view s, std::string_view lead, std::string_view tail, std::uint64_t& count) {
  std::uint64_t first = 0, last = 0;
  if (!take(s, lead) || !take_number(s, first)) return false;
  last = first;
  if (take(s, ",") && !take_number(s, last)) return false;
  if (s != tail || last < first) return false;
  count = first == 0 ? 0 : last - first + 1;
  return true;
}

bool is_asterisks(std::string_view line) {
  return line.starts_with("***************");
}

std::optional<Hunk> read_context(const std::vector<Line>& lines, std::size_t at) {
  Hunk h;
  h.style = HunkStyle::context;
  h.head = at;
  std::size_t i = at + 1;
  std::uint64_t count = 0;
  const auto take_part = [&](std::string_view lead, std::string_view tail, std::string_view other_lead) {
    if (i >= lines.size() || !read_context_range(lines[i].text, lead, tail, count)) return false;
    ++i;
    const auto is_line = [&](std::size_t k) {
      if (k >= lines.size()) return false;
      const std::string_view t = lines[k].text;
      return t.starts_with("  ") || t.starts_with("- ") || t.starts_with("+ ") || t.starts_with("! ");
    };
    std::uint64_t other = 0;
    if (i >= lines.size() ||
        read_context_range(lines[i].text, other_lead, other_lead == "--- " ? " ----" : " ****", other) || !is_line(i)) {
      return true;  // left out
    }
    for (; count > 0; --count, ++i) {
      if (!is_line(i)) return false;
      const char c = lines[i].text[0];
      h.removed += lead[0] == '*' && c != ' ';
      h.added += lead[0] == '-' && c != ' ';
    }
    while (i < lines.size() && lines[i].text.starts_with("\\ ")) ++i;
    return true;
  };
  if (!take_part("*** ", " ****", "--- ") || !take_part("--- ", " ----", "*** ") || h.added + h.removed == 0)
    return std::nullopt;
  h.end = i;
  return h;
}

// ------------------------------------------------------------------------------------------------------------- heads

constexpr auto head_leads = std::to_array<std::string_view>(
    {"old mode ", "new mode ", "deleted file mode ", "new file mode ", "copy from ", "copy to ", "rename from ",
     "rename to ", "similarity index ", "dissimilarity index ", "index ", "mode ", "Binary files "});

bool is_extended_head(std::string_view line) {
  return std::any_of(head_leads.begin(), head_leads.end(),
                     [&](std::string_view lead) { return line.starts_with(lead); });
}

// The path of a "--- " or "+++ " line: up to a tab, without a/ or b/; "" for /dev/null.
std::string_view path_of_name(std::string_view line) {
  line.remove_prefix(4);
  line = line.substr(0, line.find('\t'));
  if (line == "/dev/null") return {};
  if (line.size() > 2 && line[1] == '/' && (line[0] == 'a' || line[0] == 'b')) line.remove_prefix(2);
  return line;
}

// "diff --git a/P b/P": both halves, if they are the same but for the prefix, or if there is only one way to split.
void paths_of_git(std::string_view line, FileDiff& f) {
  std::string_view s = line.substr(std::string_view("diff --git ").size());
  const auto strip = [](std::string_view p, char prefix) {
    return p.size() > 2 && p[0] == prefix && p[1] == '/' ? p.substr(2) : p;
  };
  if (s.size() % 2 == 1 && s[s.size() / 2] == ' ') {
    const std::string_view a = strip(s.substr(0, s.size() / 2), 'a'), b = strip(s.substr(s.size() / 2 + 1), 'b');
    if (a == b) {
      f.old_path = a;
      f.new_path = b;
      return;
    }
  }
  const std::size_t at = s.find(" b/");
  if (at == std::string_view::npos) {
    const std::size_t blank = s.find(' ');
    f.old_path = s.substr(0, blank);
    f.new_path = blank == std::string_view::npos ? s : s.substr(blank + 1);
    return;
  }
  f.old_path = strip(s.substr(0, at), 'a');
  f.new_path = strip(s.substr(at + 1), 'b');
}

class Reader {
 public:
  explicit Reader(std::string_view text) { d_.lines = split_lines(text); }

  DiffText read() {
    const std::vector<Line>& lines = d_.lines;
    for (const Line& line : lines) d_.filled += !line.text.empty();
    for (std::size_t i = 0; i < lines.size();) {
      const std::size_t next = read_file(i);
      if (next > i) {
        i = next;
        continue;
      }
      i = read_message(i);
    }
    return std::move(d_);
  }

 private:
  std::string_view text(std::size_t i) const { return i < d_.lines.size() ? d_.lines[i].text : std::string_view(); }

  // Where a file's head that begins at `i` ends; i if none does.
  std::size_t head_end(std::size_t i, FileDiff& f) {
    const std::string_view line = text(i);
    const bool git = line.starts_with("diff --git "),
               combined = line.starts_with("diff --cc ") || line.starts_with("diff --combined ");
    if (git || combined) {
      if (git) {
        paths_of_git(line, f);
      } else {
        f.old_path = f.new_path = line.substr(line.find(' ', 7) + 1);
      }
      std::size_t k = i + 1;
      while (is_extended_head(text(k))) {
        f.binary |= text(k).starts_with("Binary files ");
        if (text(k).starts_with("rename from ")) f.old_path = text(k).substr(12);
        if (text(k).starts_with("copy from ")) f.old_path = text(k).substr(10);
        if (text(k).starts_with("rename to ")) f.new_path = text(k).substr(10);
        if (text(k).starts_with("copy to ")) f.new_path = text(k).substr(8);
        if (text(k).starts_with("new file mode ")) f.old_path = {};
        if (text(k).starts_with("deleted file mode ")) f.new_path = {};
        ++k;
      }
      if (text(k) == "GIT binary patch") {
        f.binary = true;
        for (++k; k < d_.lines.size() && !text(k).starts_with("diff --git ") && !text(k).starts_with("commit "); ++k) {
          if (!text(k).empty()) continue;
          const std::string_view behind = k + 1 < d_.lines.size() ? text(k + 1) : std::string_view();
          if (behind.starts_with("literal ") || behind.starts_with("delta ")) continue;
          ++k;
          break;
        }
        return k;
      }
      return names_end(k, f);
    }
    std::size_t k = i;
    if (line.starts_with("Index: ") && text(i + 1).starts_with("=====")) k = i + 2;
    if (line.starts_with("diff -") || line.starts_with("Only in ")) k = i + 1;
    if (const std::size_t end = names_end(k, f); end > k) return end;
    if (text(k).starts_with("*** ") && text(k + 1).starts_with("--- ") && is_asterisks(text(k + 2))) {
      f.old_path = path_of_name(text(k));
      f.new_path = path_of_name(text(k + 1));
      return k + 2;
    }
    return i;
  }

  // "--- x", "+++ y" and a hunk after them.
  std::size_t names_end(std::size_t k, FileDiff& f) {
    if (!text(k).starts_with("--- ") || !text(k + 1).starts_with("+++ ") || !text(k + 2).starts_with("@@")) return k;
    if (f.old_path.empty() && f.new_path.empty()) {
      f.old_path = path_of_name(text(k));
      f.new_path = path_of_name(text(k + 1));
    }
    return k + 2;
  }

  std::size_t read_file(std::size_t i) {
    FileDiff f;
    f.begin = i;
    f.head_end = head_end(i, f);
    if (f.head_end == i) return i;
    f.first_hunk = d_.hunks.size();
    std::size_t k = f.head_end;
    while (k < d_.lines.size()) {
      const std::optional<Hunk> h = read_hunk(d_.lines, k);
      if (!h) break;
      d_.hunks.push_back(*h);
      f.added += h->added;
      f.removed += h->removed;
      k = h->end;
    }
    f.hunk_count = d_.hunks.size() - f.first_hunk;
    f.end = k;
    for (std::size_t line = i; line < k; ++line) d_.explained += !text(line).empty();
    d_.sections.push_back({SectionKind::file, i, k, d_.files.size()});
    d_.files.push_back(f);
    return k;
  }

  static bool begins_file(std::string_view line) {
    return line.starts_with("diff --git ") || line.starts_with("diff --cc ") || line.starts_with("diff --combined ");
  }
  // "commit 5fe4e7b", "From 5fe4e7b... Mon Sep 17 00:00:00 2001".
  static bool begins_message(std::string_view line) {
    if (!take(line, "commit ") && !take(line, "From ")) return false;
    std::size_t n = 0;
    while (n < line.size() && is_hex(line[n])) ++n;
    return n >= 7 && n <= 64 && (n == line.size() || line[n] == ' ');
  }

  // One line of text, or a whole commit's or mail's head and message up to its first file.
  std::size_t read_message(std::size_t i) {
    const bool message = begins_message(text(i));
    std::size_t k = i + 1;
    if (message) {
      while (k < d_.lines.size() && !begins_file(text(k)) && !begins_message(text(k))) {
        FileDiff unused;
        if ((text(k).starts_with("--- ") || text(k).starts_with("*** ")) && head_end(k, unused) > k) break;
        ++k;
      }
    }
    for (std::size_t line = i; line < k; ++line) {
      d_.explained += !text(line).empty() && (message || is_remark(line));
    }
    const bool joins = !message && !d_.sections.empty() && d_.sections.back().kind == SectionKind::text;
    if (joins) {
      d_.sections.back().end = k;
    } else {
      d_.sections.push_back({message ? SectionKind::message : SectionKind::text, i, k, 0});
    }
    return k;
  }

  // Lines that diff tools write between files, and the signature at a mail's end.
  bool is_remark(std::size_t i) const {
    const std::string_view line = text(i);
    return line.starts_with("Only in ") || line.starts_with("Binary files ") || line == "-- " ||
           (i > 0 && text(i - 1) == "-- ") || line.starts_with("Common subdirectories: ") ||
           line.starts_with("Property changes on: ");
  }

  DiffText d_;
};

}  // namespace

std::optional<Hunk> read_hunk(const std::vector<Line>& lines, std::size_t at) {
  const std::string_view head = lines[at].text;
  if (head.starts_with("@@@ ") || head.starts_with("@@@@")) return read_combined(lines, at);
  if (head.starts_with("@@ -")) return read_unified(lines, at);
  if (is_asterisks(head)) return read_context(lines, at);
  return std::nullopt;
}

std::optional<DiffText> read_diff(std::string_view text, bool forced) {
  if (text.empty()) return std::nullopt;
  DiffText d = Reader(text).read();
  if (d.files.empty()) return std::nullopt;
  if (!forced && d.explained * 10 < d.filled * 6) return std::nullopt;
  return d;
}

}  // namespace headroom::compressors
