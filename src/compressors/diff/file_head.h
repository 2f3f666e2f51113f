// The head of a file in a git diff, read into parts, written as one line, and expanded again.
//
//   src/money.py 100644 3f1c2aa..9ab0c17                 changed
//   src/new.py new 100644 e69de29                        new file;  "deleted" likewise
//   run.sh 100644->100755                                mode changed only
//   a/x.py -> a/y.py 95% 100644 3f1c2aa..9ab0c17         renamed ("=>" copied), 95 % similar
//   logo.png 100644 3f1c2aa..9ab0c17 binary              "Binary files a/logo.png and b/logo.png differ"
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::compressors {

// What a view says once for all its heads.
struct HeadFormat {
  std::string old_prefix = "a/", new_prefix = "b/";
  std::string old_root, new_root;  // in front of every path, behind the prefix
};

enum class FileChange : char { changed, added, deleted, renamed, copied };

struct FileHead {
  FileChange change = FileChange::changed;
  std::string old_path, new_path;  // below the roots
  std::string similarity;          // "95%": renamed, copied
  std::string mode;                // "100644", "100644->100755"; empty if the head names none
  std::string blobs;               // "3f1c2aa..9ab0c17"; empty if the head has no index line
  bool binary = false;
};

// From the source's lines (without line ends); nullopt if they are not such a head. The result need not expand to the
// same lines: the caller compares.
std::optional<FileHead> read_head(const std::vector<std::string_view>& lines, const HeadFormat& format);

std::string head_line(const FileHead& head);
// The blobs as the line has them: of a new or deleted file only the one that is not all zeros.
std::string shown_blobs(const FileHead& head);
std::optional<FileHead> parse_head_line(std::string_view line);

// The lines of the head. `with_names`: a hunk follows, so "---" and "+++" stand at its end.
std::vector<std::string> expand_head(const FileHead& head, const HeadFormat& format, bool with_names);

}  // namespace headroom::compressors
