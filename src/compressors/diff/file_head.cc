#include "compressors/diff/file_head.h"

#include <algorithm>

namespace headroom::compressors {
namespace {

constexpr std::string_view git = "diff --git ", rename_arrow = " -> ", copy_arrow = " => ", mode_arrow = "->",
                           null = "/dev/null";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

bool is_mode(std::string_view s) {
  return s.size() == 6 && std::all_of(s.begin(), s.end(), is_digit);
}
bool is_mode_or_change(std::string_view s) {
  return is_mode(s) ||
         (s.size() == 14 && is_mode(s.substr(0, 6)) && s.substr(6, 2) == mode_arrow && is_mode(s.substr(8)));
}
bool is_blobs(std::string_view s) {
  const std::size_t dots = s.find("..");
  if (dots == std::string_view::npos || dots < 4 || dots > 64 || s.size() - dots < 6 || s.size() - dots > 66)
    return false;
  const std::string_view a = s.substr(0, dots), b = s.substr(dots + 2);
  return std::all_of(a.begin(), a.end(), is_hex) && std::all_of(b.begin(), b.end(), is_hex);
}
bool is_blob(std::string_view s) {
  return s.size() >= 4 && s.size() <= 64 && std::all_of(s.begin(), s.end(), is_hex);
}
bool is_similarity(std::string_view s) {
  return s.size() >= 2 && s.size() <= 4 && s.back() == '%' && std::all_of(s.begin(), s.end() - 1, is_digit);
}

// Removes the last word if `accepts` does, and returns it.
template <class Accepts>
std::string_view take_last(std::string_view& s, Accepts accepts) {
  const std::size_t blank = s.rfind(' ');
  if (blank == std::string_view::npos) return {};
  const std::string_view word = s.substr(blank + 1);
  if (!accepts(word)) return {};
  s = s.substr(0, blank);
  return word;
}

std::optional<std::string_view> without(std::string_view s, std::string_view lead) {
  if (!s.starts_with(lead)) return std::nullopt;
  return s.substr(lead.size());
}

// Names with a blank get a tab at their end, so that a date behind them could be told apart.
std::string name_line(std::string_view lead, std::string_view prefix, std::string_view path) {
  std::string out(lead);
  if (path == null) return out += path;
  (out += prefix) += path;
  if (path.find(' ') != std::string_view::npos) out += '\t';
  return out;
}

}  // namespace

std::optional<FileHead> read_head(const std::vector<std::string_view>& lines, const HeadFormat& format) {
  FileHead h;
  if (lines.empty()) return std::nullopt;
  const auto first = without(lines[0], git);
  if (!first) return std::nullopt;
  std::string_view old_mode, new_mode, old_name, new_name, from, to;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    if (const auto s = without(line, "old mode ")) {
      old_mode = *s;
    } else if (const auto s = without(line, "new mode ")) {
      new_mode = *s;
    } else if (const auto s = without(line, "new file mode ")) {
      h.change = FileChange::added;
      h.mode = *s;
    } else if (const auto s = without(line, "deleted file mode ")) {
      h.change = FileChange::deleted;
      h.mode = *s;
    } else if (const auto s = without(line, "similarity index ")) {
      h.similarity = *s;
    } else if (const auto s = without(line, "rename from ")) {
      h.change = FileChange::renamed;
      from = *s;
    } else if (const auto s = without(line, "copy from ")) {
      h.change = FileChange::copied;
      from = *s;
    } else if (const auto s = without(line, "rename to ")) {
      to = *s;
    } else if (const auto s = without(line, "copy to ")) {
      to = *s;
    } else if (const auto s = without(line, "index ")) {
      h.blobs = s->substr(0, s->find(' '));
      if (s->size() > h.blobs.size()) h.mode = s->substr(h.blobs.size() + 1);
    } else if (line.starts_with("Binary files ")) {
      h.binary = true;
    } else if (const auto s = without(line, "--- ")) {
      old_name = *s;
    } else if (const auto s = without(line, "+++ ")) {
      new_name = *s;
    } else {
      return std::nullopt;
    }
  }
  if (!old_mode.empty()) h.mode = std::string(old_mode) + std::string(mode_arrow) + std::string(new_mode);
  const bool moved = h.change == FileChange::renamed || h.change == FileChange::copied;
  std::string_view old_path, new_path;
  if (moved) {
    old_path = from;
    new_path = to;
  } else {
    // The names if there are any; else the two halves of the first line, equal below prefix and root.
    const auto named = [&](std::string_view name, const std::string& prefix) -> std::string_view {
      if (name.ends_with('\t')) name.remove_suffix(1);
      return without(name, prefix).value_or(std::string_view());
    };
    if (h.change != FileChange::deleted && !new_name.empty()) new_path = named(new_name, format.new_prefix);
    if (h.change != FileChange::added && !old_name.empty()) old_path = named(old_name, format.old_prefix);
    if (old_name.empty()) {
      const bool added = h.change == FileChange::added, deleted = h.change == FileChange::deleted;
      const std::size_t old_root = (added ? format.new_root : format.old_root).size();
      const std::size_t new_root = (deleted ? format.old_root : format.new_root).size();
      const std::size_t fixed = format.old_prefix.size() + format.new_prefix.size() + old_root + new_root + 1;
      if (first->size() < fixed || (first->size() - fixed) % 2 != 0) return std::nullopt;
      const std::size_t below = (first->size() - fixed) / 2;
      old_path = first->substr(format.old_prefix.size(), old_root + below);
      new_path = first->substr(first->size() - new_root - below);
    }
  }
  const auto below = [](std::string_view path, const std::string& root) { return without(path, root); };
  if (h.change != FileChange::added) {
    const auto p = below(old_path, format.old_root);
    if (!p) return std::nullopt;
    h.old_path = *p;
  }
  if (h.change != FileChange::deleted) {
    const auto p = below(new_path, format.new_root);
    if (!p) return std::nullopt;
    h.new_path = *p;
  }
  if (h.change == FileChange::added) h.old_path = h.new_path;
  if (h.change == FileChange::deleted) h.new_path = h.old_path;
  return h;
}

std::string shown_blobs(const FileHead& h) {
  const std::size_t size = h.blobs.find("..");
  if (size == std::string::npos || h.blobs.size() != size * 2 + 2) return h.blobs;
  const std::string zeros(size, '0');
  std::string left = h.blobs.substr(0, size), right = h.blobs.substr(size + 2);
  if (h.change == FileChange::added && left == zeros && is_blob(right)) return right;
  if (h.change == FileChange::deleted && right == zeros && is_blob(left)) return left;
  return h.blobs;
}

std::string head_line(const FileHead& h) {
  std::string out = h.old_path;
  if (h.change == FileChange::renamed || h.change == FileChange::copied) {
    out += h.change == FileChange::renamed ? rename_arrow : copy_arrow;
    ((out += h.new_path) += ' ') += h.similarity;
  }
  if (h.change == FileChange::added) out += " new";
  if (h.change == FileChange::deleted) out += " deleted";
  if (!h.mode.empty()) (out += ' ') += h.mode;
  if (!h.blobs.empty()) (out += ' ') += shown_blobs(h);
  if (h.binary) out += " binary";
  return out;
}

std::optional<FileHead> parse_head_line(std::string_view line) {
  FileHead h;
  h.binary = !take_last(line, [](std::string_view w) { return w == "binary"; }).empty();
  h.blobs = take_last(line, is_blobs);
  std::string_view blob;
  if (h.blobs.empty()) {
    // One blob stands behind "new 100644" or "deleted 100644"; a mode could be taken for one.
    std::string_view rest = line;
    blob = take_last(rest, is_blob);
    std::string_view before = rest;
    if (!blob.empty() && !take_last(before, is_mode).empty()) {
      line = rest;
    } else {
      blob = {};
    }
  }
  h.mode = take_last(line, is_mode_or_change);
  h.similarity = take_last(line, is_similarity);
  if (!h.similarity.empty()) {
    std::size_t at = line.find(rename_arrow);
    h.change = FileChange::renamed;
    if (at == std::string_view::npos) {
      at = line.find(copy_arrow);
      h.change = FileChange::copied;
    }
    if (at == std::string_view::npos || !blob.empty()) return std::nullopt;
    h.old_path = line.substr(0, at);
    h.new_path = line.substr(at + rename_arrow.size());
  } else {
    if (h.mode.empty()) return std::nullopt;
    if (!take_last(line, [](std::string_view w) { return w == "new"; }).empty()) {
      h.change = FileChange::added;
    } else if (!take_last(line, [](std::string_view w) { return w == "deleted"; }).empty()) {
      h.change = FileChange::deleted;
    } else if (h.blobs.empty() && h.mode.size() == 6) {
      return std::nullopt;  // "see RFC 100644": too little to be a head
    }
    if (!blob.empty()) {
      const std::string zeros(blob.size(), '0');
      if (h.change == FileChange::changed) return std::nullopt;
      h.blobs = h.change == FileChange::added ? zeros + ".." + std::string(blob) : std::string(blob) + ".." + zeros;
    }
    h.old_path = h.new_path = line;
  }
  if (h.old_path.empty() || h.new_path.empty()) return std::nullopt;
  return h;
}

std::vector<std::string> expand_head(const FileHead& h, const HeadFormat& f, bool with_names) {
  const bool added = h.change == FileChange::added, deleted = h.change == FileChange::deleted;
  const bool renamed = h.change == FileChange::renamed, copied = h.change == FileChange::copied;
  const std::string old_path = (added ? f.new_root : f.old_root) + h.old_path;
  const std::string new_path = (deleted ? f.old_root : f.new_root) + h.new_path;
  std::vector<std::string> out;
  out.push_back(std::string(git) + f.old_prefix + old_path + ' ' + f.new_prefix + new_path);
  std::string_view mode = h.mode;
  const bool mode_changed = mode.size() == 14;
  if (mode_changed) {
    out.push_back("old mode " + std::string(mode.substr(0, 6)));
    out.push_back("new mode " + std::string(mode.substr(8)));
  }
  if (added) out.push_back("new file mode " + h.mode);
  if (deleted) out.push_back("deleted file mode " + h.mode);
  if (renamed || copied) {
    out.push_back("similarity index " + h.similarity);
    out.push_back((renamed ? "rename from " : "copy from ") + old_path);
    out.push_back((renamed ? "rename to " : "copy to ") + new_path);
  }
  if (!h.blobs.empty()) {
    const bool mode_in_index = !added && !deleted && !mode_changed && !h.mode.empty();
    out.push_back("index " + h.blobs + (mode_in_index ? ' ' + h.mode : std::string()));
  }
  if (h.binary) {
    out.push_back("Binary files " + (added ? std::string(null) : f.old_prefix + old_path) + " and " +
                  (deleted ? std::string(null) : f.new_prefix + new_path) + " differ");
  }
  if (with_names) {
    out.push_back(name_line("--- ", f.old_prefix, added ? null : std::string_view(old_path)));
    out.push_back(name_line("+++ ", f.new_prefix, deleted ? null : std::string_view(new_path)));
  }
  return out;
}

}  // namespace headroom::compressors
