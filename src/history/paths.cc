#include "history/paths.h"

#include <algorithm>
#include <cstddef>

namespace headroom::history {
namespace {

constexpr std::size_t most_namesakes = 256;  // files of one name that a path without a directory is compared with

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// The part of an absolute path above which ".." does not go: "/", "c:/", "~/"; "" if it is relative.
std::string root_of(std::string_view path) {
  auto slash = [&path](std::size_t i) { return i < path.size() && (path[i] == '/' || path[i] == '\\'); };
  if (path.size() >= 2 && is_letter(path[0]) && path[1] == ':' && (path.size() == 2 || slash(2))) {
    return {small(path[0]), ':', '/'};
  }
  if (slash(0)) return "/";
  if (path == "~" || (path.starts_with('~') && slash(1))) return "~/";
  return "";
}

// True if `relative` is the end of `path`, whole parts only.
bool ends_in(std::string_view path, std::string_view relative) {
  return path.size() > relative.size() && path.ends_with(relative) && path[path.size() - relative.size() - 1] == '/';
}

// Offset of `word` (small letters) in `text` from `from` on, in any case; npos if it is not there.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
  const auto found = std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), word.begin(), word.end(),
                                 [](char a, char b) { return small(a) == b; });
  return found == text.end() ? std::string_view::npos : static_cast<std::size_t>(found - text.begin());
}

// The absolute path that `text` begins with, up to `end` characters or the end of the line.
std::optional<std::string> leading_directory(std::string_view text, std::string_view end) {
  constexpr std::size_t longest_path = 4096;
  text = text.substr(0, longest_path);
  text = text.substr(0, text.find_first_of("\r\n"));
  while (!text.empty() && (text.front() == ' ' || text.front() == '`' || text.front() == '"')) text.remove_prefix(1);
  text = text.substr(0, text.find_first_of(end));
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.remove_suffix(1);
  if (!is_absolute(text) || text.starts_with('~')) return std::nullopt;
  return normal_path(text, "");
}

}  // namespace

bool is_absolute(std::string_view path) {
  return !root_of(path).empty();
}

std::string normal_path(std::string_view path, std::string_view cwd) {
  if (path.empty() || path.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos) return "";
  std::string out = root_of(path);
  std::size_t floor = out.size();  // what ".." leaves
  if (!out.empty()) {
    path.remove_prefix(std::min(path.size(), out.size()));
  } else if (!cwd.empty()) {
    out = normal_path(cwd, "");
    floor = root_of(out).size();
  }
  while (!path.empty()) {
    const std::size_t end = std::min(path.find_first_of("/\\"), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (part.empty() || part == ".") continue;
    const std::size_t slash = out.rfind('/');
    const std::string_view last = std::string_view(out).substr(slash == std::string::npos ? 0 : slash + 1);
    if (part == ".." && out.size() > floor && last != "..") {
      out.resize(std::max(floor, slash == std::string::npos ? 0 : slash));
    } else if (part != ".." || floor == 0) {
      if (!out.empty() && out.back() != '/') out += '/';
      out += part;
    }
  }
  return out;
}

std::string_view base_name(std::string_view normal) {
  return normal.substr(normal.rfind('/') + 1);
}

std::optional<std::string> stated_directory(std::string_view text) {
  struct Words {
    std::string_view words;  // what stands before the path, in small letters
    std::string_view end;    // what ends it, beside the end of the line
  };
  static constexpr Words table[] = {
      {"<cwd>", "<"},
      {"<working_directory>", "<"},
      {"<current_working_directory>", "<"},
      {"working directory:", "`\"<"},
      {"working directory is", "`\"<"},
      {"working directory (", ")"},
      {"workspace directory (", ")"},
      {"cwd:", "`\"<"},
  };
  std::size_t least = std::string_view::npos;
  std::optional<std::string> found;
  for (const Words& w : table) {
    for (std::size_t at = find_word(text, w.words, 0); at < least; at = find_word(text, w.words, at + 1)) {
      auto directory = leading_directory(text.substr(at + w.words.size()), w.end);
      if (!directory) continue;
      least = at;
      found = std::move(directory);
    }
  }
  return found;
}

// Known files that the path may be by its end: relative ones that end an absolute path, absolute ones that a relative
// path ends.
std::vector<PathBook::Id> PathBook::namesakes(std::string_view normal) const {
  std::vector<Id> ids;
  const auto named = by_name_.find(base_name(normal));
  if (named == by_name_.end()) return ids;
  const bool absolute = is_absolute(normal);
  if (named->second.size() > most_namesakes) {
    if (!absolute) ids.assign(2, named->second[0]);  // more than one, whichever
    return ids;
  }
  for (const Id id : named->second) {
    const std::string_view known = path(id);
    if (is_absolute(known) == absolute) continue;
    if (absolute ? ends_in(normal, known) : ends_in(known, normal)) ids.push_back(id);
  }
  return ids;
}

std::optional<PathBook::Id> PathBook::find(std::string_view normal) const {
  if (normal.empty()) return std::nullopt;
  if (const auto known = by_path_.find(normal); known != by_path_.end()) return known->second;
  const std::vector<Id> ids = namesakes(normal);
  return ids.size() == 1 ? std::optional(ids[0]) : std::nullopt;
}

std::optional<PathBook::Id> PathBook::touch(std::string_view normal) {
  if (normal.empty()) return std::nullopt;
  if (const auto known = by_path_.find(normal); known != by_path_.end()) return known->second;
  const std::vector<Id> ids = namesakes(normal);
  const bool absolute = is_absolute(normal);
  if (ids.size() > 1 && !absolute) return std::nullopt;  // any of them
  if (ids.size() == 1) {
    if (absolute) {  // now the whole path is known; the short one is looked up by its end from here on
      const auto id = static_cast<std::size_t>(ids[0]);
      by_path_.erase(by_path_.find(paths_[id]));
      paths_[id] = normal;
      by_path_.emplace(normal, ids[0]);
    }
    return ids[0];
  }
  const auto id = static_cast<Id>(paths_.size());
  paths_.emplace_back(normal);
  by_path_.emplace(normal, id);
  by_name_[std::string(base_name(normal))].push_back(id);
  return id;
}

std::vector<PathBook::Id> PathBook::below(std::string_view normal) const {
  std::vector<Id> ids;
  std::string prefix(normal);
  if (prefix.empty() || prefix.back() != '/') prefix += '/';
  for (auto it = by_path_.lower_bound(prefix); it != by_path_.end() && it->first.starts_with(prefix); ++it) {
    ids.push_back(it->second);
  }
  return ids;
}

bool PathBook::is_directory(std::string_view normal) const {
  std::string prefix(normal);
  if (prefix.empty() || prefix.back() != '/') prefix += '/';
  const auto first = by_path_.lower_bound(prefix);
  return first != by_path_.end() && first->first.starts_with(prefix);
}

}  // namespace headroom::history
