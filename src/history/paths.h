// Paths as text: which spellings name the same file. No file system is asked, so links and mounts are not seen.
//
//   normal_path("./src//a/../b.py", "/srv/app")   -> "/srv/app/src/b.py"
//   normal_path("C:\\App\\x.cs", "")               -> "c:/App/x.cs"
//   normal_path("b.py", "")                        -> "b.py": relative to a directory nobody named
//
// A conversation names its working directory in its system text or an environment block ("Working directory: /srv/app",
// "<cwd>/srv/app</cwd>"). Without one, a relative path is the one known path that ends in it, if there is exactly one.
// O(length); PathBook: O(length) a look-up.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"

namespace headroom::history {

// True for "/x", "c:/x", "\\x", "~/x".
bool is_absolute(std::string_view path);

// `path` against `cwd` (may be empty), with '/' between parts, no empty or "." parts, ".." resolved, the drive letter
// small. A relative path without `cwd` keeps leading "..". "" for a path that names no file: empty, or with a NUL or
// line end.
std::string normal_path(std::string_view path, std::string_view cwd);

// The last part.
std::string_view base_name(std::string_view normal);

// The working directory that a text states, or nullopt: the first of its lines (or tags) that does.
std::optional<std::string> stated_directory(std::string_view text);

// Numbers files by normal path. The numbers depend only on the paths given so far.
class PathBook {
 public:
  using Id = int;
  // The file that a normal path names: a known one if it is equal, or if one of the two is relative and ends the other,
  // whole parts only, and no other known path does so too. Else a new one. "" is nobody's: nullopt.
  std::optional<Id> touch(std::string_view normal);
  // The same, but a new path stays unknown.
  std::optional<Id> find(std::string_view normal) const;
  // True if a known path lies below this one: it is a directory.
  bool is_directory(std::string_view normal) const;
  // Known files below a directory.
  std::vector<Id> below(std::string_view normal) const;
  std::string_view path(Id id) const { return paths_[static_cast<std::size_t>(id)]; }
  std::size_t size() const { return paths_.size(); }

 private:
  std::vector<Id> namesakes(std::string_view normal) const;

  std::vector<std::string> paths_;
  std::map<std::string, Id, std::less<>> by_path_;
  std::unordered_map<std::string, std::vector<Id>, TextHasher, std::equal_to<>> by_name_;  // base name -> files
};

}  // namespace headroom::history
