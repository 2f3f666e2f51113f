#include "history/patch.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/lines.h"

namespace headroom::history {
namespace {

bool take(std::string_view& s, std::string_view prefix) {
  if (!s.starts_with(prefix)) return false;
  s.remove_prefix(prefix.size());
  return true;
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  return s;
}

Touch touch(Effect effect, std::string_view path) {
  Touch t;
  t.effect = effect;
  t.path = path;
  return t;
}

bool envelope(const std::vector<Line>& lines, std::vector<Touch>& out) {
  struct Head {
    std::string_view words;
    Effect effect;
  };
  static constexpr Head heads[] = {
      {"*** Add File: ", Effect::write}, {"*** Update File: ", Effect::edit}, {"*** Delete File: ", Effect::remove}};
  bool begun = false;
  for (const Line& l : lines) {
    std::string_view line = l.text;
    if (trimmed(line) == "*** Begin Patch") begun = true;
    if (!begun) continue;
    if (trimmed(line) == "*** End Patch") break;
    if (take(line, "*** Move to: ") && !out.empty() && out.back().effect == Effect::edit) {
      Touch moved = touch(Effect::move, out.back().path);
      moved.to = trimmed(line);
      out.push_back(std::move(moved));
    }
    for (const Head& h : heads) {
      if (take(line, h.words)) out.push_back(touch(h.effect, trimmed(line)));
    }
  }
  return begun;
}

// "--- a/src/a.py\t2026-03-01": the path, without the prefix that git puts in front; "" for /dev/null.
std::string_view diff_path(std::string_view line, std::string_view prefix) {
  line = trimmed(line.substr(0, line.find('\t')));
  if (line == "/dev/null") return "";
  take(line, prefix);
  return line;
}

bool unified(const std::vector<Line>& lines, std::vector<Touch>& out) {
  bool any = false;
  for (std::size_t i = 0; i + 2 < lines.size(); ++i) {
    if (!lines[i].text.starts_with("--- ") || !lines[i + 1].text.starts_with("+++ ")) continue;
    if (!lines[i + 2].text.starts_with("@@ ")) continue;
    const std::string_view before = diff_path(lines[i].text.substr(4), "a/");
    const std::string_view after = diff_path(lines[i + 1].text.substr(4), "b/");
    // Which part of the path is stripped is the caller's choice, so none of these is a write that could be relied on.
    if (!before.empty()) out.push_back(touch(after.empty() ? Effect::remove : Effect::edit, before));
    if (!after.empty() && after != before) out.push_back(touch(Effect::edit, after));
    any = true;
  }
  return any;
}

}  // namespace

bool patch_touches(std::string_view patch, std::vector<Touch>& out) {
  const std::vector<Line> lines = split_lines(patch);
  return envelope(lines, out) || unified(lines, out);
}

}  // namespace headroom::history
