#include "compressors/search_results/grep_output.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/hash.h"

namespace headroom::compressors {
namespace {

constexpr std::size_t looked_at = 512;  // bytes of a line in which a path may end
constexpr std::size_t max_splits = 16;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
bool is_separator(char c) {
  return c == '/' || c == '\\';
}

// Bytes that no ordinary path holds; with a blank in the path, more of them tell prose and logs from paths.
constexpr std::string_view never_in_path = "\"<>|*?\t\r\x1b";
constexpr std::string_view never_beside_blank = "[]{}()=;,'`:";

enum class Likeness { none, bare_name, path };

// Paths have a directory or a suffix; a bare name (Makefile) needs more evidence than its looks.
Likeness path_likeness(std::string_view p) {
  if (p.empty() || p.size() > looked_at || p.front() == ' ' || p.back() == ' ' || is_separator(p.back()))
    return Likeness::none;
  if (p.find_first_of(never_in_path) != std::string_view::npos) return Likeness::none;
  const bool blank = p.find(' ') != std::string_view::npos;
  if (blank && p.find_first_of(never_beside_blank, p.size() > 1 && p[1] == ':' ? 2 : 0) != std::string_view::npos)
    return Likeness::none;
  const std::string_view name = p.substr(directory_size(p));
  const std::size_t dot = name.rfind('.');
  bool suffix = dot != std::string_view::npos && dot + 1 < name.size() && name.size() - dot <= 12;
  for (std::size_t i = dot + 1; suffix && i < name.size(); ++i) {
    suffix = is_letter(name[i]) || is_digit(name[i]) || name[i] == '_' || name[i] == '-' || name[i] == '~';
  }
  // "10.0.0.1", "12.5": a suffix of digits alone tells nothing, unless letters stand before it (app.log.1, grep.1).
  if (suffix && std::none_of(name.begin(), name.end(), is_letter)) suffix = false;
  const bool directory = name.size() < p.size() && p.find("://") == std::string_view::npos;
  if (blank && !suffix) return Likeness::none;
  if (suffix || directory) return Likeness::path;
  if (!is_letter(p[0]) && p[0] != '_' && p[0] != '.') return Likeness::none;
  for (char c : p) {
    if (!is_letter(c) && !is_digit(c) && c != '_' && c != '-' && c != '.') return Likeness::none;
  }
  return Likeness::bare_name;
}

struct Split {
  std::size_t path_size, text_at;
  std::uint64_t number;
  char mark;
};

// The places where `path M number M` could end, M being ':' or '-', leftmost first.
std::size_t splits_of(std::string_view line, std::array<Split, max_splits>& out) {
  std::size_t n = 0;
  const std::size_t end = std::min(line.size(), looked_at);
  for (std::size_t i = 1; i < end && n < max_splits; ++i) {
    const char mark = line[i];
    if ((mark != ':' && mark != '-') || i + 1 >= line.size() || !is_digit(line[i + 1])) continue;
    std::uint64_t number = 0;
    const std::size_t behind = after_number(line, i + 1, &number);
    if (behind != 0 && line[behind - 1] == mark) out[n++] = {i, behind, number, mark};
  }
  return n;
}

// Files by path, in order of first appearance.
class Files {
 public:
  explicit Files(std::vector<GrepFile>& files) : files_(files) {}
  std::uint32_t intern(std::string_view path) {
    if (!files_.empty() && files_[last_].path == path) return last_;
    const auto [at, added] = index_.try_emplace(path, static_cast<std::uint32_t>(files_.size()));
    if (added) files_.push_back({path, 0});
    return last_ = at->second;
  }

 private:
  std::vector<GrepFile>& files_;
  std::unordered_map<std::string_view, std::uint32_t, TextHasher> index_;
  std::uint32_t last_ = 0;
};

// "Binary file x matches", "grep: x: binary file matches", "Binary file x matches." (rg: "x: binary file matches
// (found...").
std::string_view binary_path(std::string_view line) {
  constexpr std::string_view lead = "Binary file ", tail = " matches",
                             grep = "grep: ", middle = ": binary file matches";
  if (line.ends_with('.')) line.remove_suffix(1);
  if (line.starts_with(lead) && line.ends_with(tail) && line.size() > lead.size() + tail.size()) {
    return line.substr(lead.size(), line.size() - lead.size() - tail.size());
  }
  const std::size_t at = line.find(middle);
  if (at == std::string_view::npos || at == 0 || at > looked_at) return {};
  std::string_view path = line.substr(0, at);
  if (path.starts_with(grep)) path.remove_prefix(grep.size());
  return path;
}

// What a line is in any style but by its path.
bool read_plain(std::string_view line, Record& r, Files& files, GrepOutput& out) {
  if (line.empty()) {
    r.kind = RecordKind::blank;
    return true;
  }
  if (line == "--") {
    r.kind = RecordKind::separator;
    return true;
  }
  if (line[0] == 'B' || line.size() > 20) {
    if (const std::string_view path = binary_path(line); !path.empty()) {
      r.kind = RecordKind::binary;
      r.file = files.intern(path);
      ++out.files[r.file].matches;
      return true;
    }
  }
  return false;
}

// Compilers and linters write `file:line:` too; what follows tells: a severity word, or a column and then a blank.
bool is_diagnostic(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && is_digit(text[i])) ++i;
  if (i > 0 && i + 2 < text.size() && text[i] == ':' && text[i + 1] == ' ' && is_letter(text[i + 2])) return true;
  if (!text.starts_with(' ')) return false;
  text.remove_prefix(1);
  for (std::string_view word : {"error", "warning", "note", "fatal error", "info", "remark", "Error", "Warning"}) {
    if (text.starts_with(word) && text.size() > word.size() && (text[word.size()] == ':' || text[word.size()] == '['))
      return true;
  }
  return false;
}

// ---------------------------------------------------------------------------------------------------------- styles

// Paths seen at the front of lines: `firm` where no earlier split was possible, else how often.
struct Sighting {
  bool firm = false;
  std::uint32_t count = 0;
};

// No line explained yet.
GrepOutput unread(std::vector<Line> lines, GrepStyle style) {
  GrepOutput out;
  out.style = style;
  out.records.resize(lines.size());
  out.lines = std::move(lines);
  return out;
}

GrepOutput read_numbered(std::vector<Line> lines) {
  GrepOutput out = unread(std::move(lines), GrepStyle::numbered);
  std::unordered_map<std::string_view, Sighting, TextHasher> seen;
  std::array<Split, max_splits> splits;
  // Does `line` continue with the path of the line before, a ':' and a number?
  const auto same_path = [](std::string_view line, std::string_view path, Record& r) {
    if (path.empty() || line.size() < path.size() + 3 || line[path.size()] != ':' || !line.starts_with(path))
      return false;
    std::uint64_t number = 0;
    const std::size_t behind = after_number(line, path.size() + 1, &number);
    if (behind == 0 || line[behind - 1] != ':') return false;
    r.path_size = static_cast<std::uint32_t>(path.size());
    r.text_at = static_cast<std::uint32_t>(behind);
    r.number = number;
    r.kind = RecordKind::match;
    return true;
  };

  std::string_view path;
  for (std::size_t i = 0; i < out.lines.size(); ++i) {
    const std::string_view line = out.lines[i].text;
    if (same_path(line, path, out.records[i])) continue;
    const std::size_t n = splits_of(line, splits);
    for (std::size_t k = 0; k < n; ++k) {
      if (splits[k].mark != ':') continue;
      const std::string_view candidate = line.substr(0, splits[k].path_size);
      if (path_likeness(candidate) == Likeness::none) break;
      Sighting& s = seen[candidate];
      s.firm |= k == 0;
      ++s.count;
      path = k == 0 ? candidate : std::string_view();
      break;
    }
  }

  Files files(out.files);
  std::size_t diagnostics = 0, bare = 0;
  for (std::size_t i = 0; i < out.lines.size(); ++i) {
    const std::string_view line = out.lines[i].text;
    Record& r = out.records[i];
    out.filled += !line.empty();
    if (r.kind != RecordKind::match) {
      const std::size_t n = splits_of(line, splits);
      const Split* best = nullptr;
      bool known = false;
      for (std::size_t k = 0; k < n; ++k) {
        const std::string_view candidate = line.substr(0, splits[k].path_size);
        const auto at = seen.find(candidate);
        if (at != seen.end() && (at->second.firm || at->second.count > 1)) {
          best = &splits[k];  // the longest seen wins
          known = true;
        } else if (!known && (best == nullptr || best->mark == '-') && splits[k].mark == ':' &&
                   path_likeness(candidate) != Likeness::none) {
          best = &splits[k];
        }
      }
      if (best == nullptr) {
        if (read_plain(line, r, files, out)) {
          out.explained += r.kind != RecordKind::blank;
          out.matches += r.kind == RecordKind::binary;
        }
        continue;
      }
      r.path_size = static_cast<std::uint32_t>(best->path_size);
      r.text_at = static_cast<std::uint32_t>(best->text_at);
      r.number = best->number;
      r.kind = best->mark == ':' ? RecordKind::match : RecordKind::context;
    }
    r.file = files.intern(line.substr(0, r.path_size));
    ++out.explained;
    if (r.kind != RecordKind::match) continue;
    ++out.files[r.file].matches;
    ++out.matches;
    diagnostics += is_diagnostic(out.text_of(i));
    bare += out.files[r.file].path.find_first_of("/\\.") == std::string_view::npos;
  }
  // A compiler's output, and `ERROR:12:` without a path among them, explain nothing.
  if (diagnostics * 5 > out.matches || (bare * 10 > out.matches * 9 && out.files.size() * 2 > out.matches))
    out.explained = 0;
  return out;
}

GrepOutput read_headed(std::vector<Line> lines, bool one_file) {
  GrepOutput out = unread(std::move(lines), one_file ? GrepStyle::one_file : GrepStyle::headed);
  Files files(out.files);
  std::uint32_t file = 0;
  bool inside = one_file;
  std::uint64_t last = 0;
  std::size_t rising = 0, falling = 0, diagnostics = 0;
  if (one_file) file = files.intern("");
  for (std::size_t i = 0; i < out.lines.size(); ++i) {
    const std::string_view line = out.lines[i].text;
    Record& r = out.records[i];
    out.filled += !line.empty();
    std::uint64_t number = 0;
    if (const std::size_t behind = inside ? after_number(line, 0, &number) : 0; behind != 0) {
      r.kind = line[behind - 1] == ':' ? RecordKind::match : RecordKind::context;
      r.file = file;
      r.text_at = static_cast<std::uint32_t>(behind);
      r.number = number;
      ++out.explained;
      (number > last ? rising : falling) += last != 0;
      last = number;
      if (r.kind == RecordKind::match) {
        ++out.matches;
        ++out.files[file].matches;
        diagnostics += is_diagnostic(out.text_of(i));
      }
      continue;
    }
    if (read_plain(line, r, files, out)) {
      out.explained += r.kind != RecordKind::blank;
      out.matches += r.kind == RecordKind::binary;
      if (r.kind == RecordKind::blank) inside = one_file;
      continue;
    }
    // A heading stands before a numbered line.
    if (one_file || i + 1 >= out.lines.size() || after_number(out.lines[i + 1].text, 0) == 0 ||
        path_likeness(line) == Likeness::none) {
      continue;
    }
    r.kind = RecordKind::heading;
    r.file = file = files.intern(line);
    r.path_size = static_cast<std::uint32_t>(line.size());
    inside = true;
    last = 0;
    ++out.explained;
  }
  // Line numbers rise in a file; clock times ("12:30:45 ...") stand still.
  if (falling * 10 > rising || diagnostics * 5 > out.matches) out.explained = 0;
  return out;
}

GrepOutput read_list(std::vector<Line> lines, bool counts) {
  GrepOutput out = unread(std::move(lines), counts ? GrepStyle::counts : GrepStyle::names);
  Files files(out.files);
  std::size_t directories = 0;
  for (std::size_t i = 0; i < out.lines.size(); ++i) {
    const std::string_view line = out.lines[i].text;
    Record& r = out.records[i];
    out.filled += !line.empty();
    if (line.empty()) {
      r.kind = RecordKind::blank;
      continue;
    }
    std::string_view path = line;
    std::uint64_t count = 1;
    if (counts) {
      const std::size_t colon = line.rfind(':');
      if (colon == std::string_view::npos || colon + 1 == line.size() || line.size() - colon > 12) continue;
      count = 0;
      bool digits = true;
      for (std::size_t k = colon + 1; k < line.size(); ++k) {
        digits &= is_digit(line[k]);
        count = count * 10 + static_cast<std::uint64_t>(line[k] - '0');
      }
      if (!digits) continue;
      path = line.substr(0, colon);
    }
    if (path.find(' ') != std::string_view::npos || path_likeness(path) != Likeness::path) continue;
    directories += directory_size(path) != 0;
    r.kind = RecordKind::item;
    r.file = files.intern(path);
    r.path_size = static_cast<std::uint32_t>(path.size());
    r.text_at = static_cast<std::uint32_t>(line.size());
    r.number = count;
    out.files[r.file].matches += count;
    out.matches += count;
    ++out.explained;
  }
  if (directories * 2 < out.explained || out.explained < 3) out.explained = 0;
  return out;
}

GrepOutput read_unnumbered(std::vector<Line> lines) {
  GrepOutput out = unread(std::move(lines), GrepStyle::unnumbered);
  Files files(out.files);
  std::size_t diagnostics = 0;
  std::string_view last;
  for (std::size_t i = 0; i < out.lines.size(); ++i) {
    const std::string_view line = out.lines[i].text;
    Record& r = out.records[i];
    out.filled += !line.empty();
    if (read_plain(line, r, files, out)) {
      out.explained += r.kind != RecordKind::blank;
      out.matches += r.kind == RecordKind::binary;
      continue;
    }
    std::size_t size = 0;
    char mark = ':';
    if (!last.empty() && line.starts_with(last) && line.size() > last.size() &&
        (line[last.size()] == ':' || line[last.size()] == '-')) {
      size = last.size();
      mark = line[size];
    } else {
      size = line.substr(0, looked_at).find(':', line.size() > 2 && line[1] == ':' && is_separator(line[2]) ? 2 : 0);
      if (size == std::string_view::npos || size == 0) continue;
      const std::string_view path = line.substr(0, size);
      if (path.find(' ') != std::string_view::npos || directory_size(path) == 0 ||
          path_likeness(path) != Likeness::path)
        continue;
      last = path;
    }
    r.kind = mark == ':' ? RecordKind::match : RecordKind::context;
    r.path_size = static_cast<std::uint32_t>(size);
    r.text_at = static_cast<std::uint32_t>(size + 1);
    r.file = files.intern(line.substr(0, size));
    ++out.explained;
    if (r.kind != RecordKind::match) continue;
    ++out.matches;
    ++out.files[r.file].matches;
    // "In file included from a/b.c:", "a/b.c: In function": a blank behind the mark is a tool speaking, not a source
    // line.
    const std::string_view rest = out.text_of(i);
    diagnostics += rest.empty() || (rest.size() > 1 && rest[0] == ' ' && rest[1] != ' ') || after_number(rest, 0) != 0;
  }
  // Weaker evidence than a number, so paths must repeat.
  if (diagnostics * 3 > out.matches || out.files.size() * 4 > out.matches * 3) out.explained = 0;
  return out;
}

bool enough(const GrepOutput& g, bool forced) {
  return g.explained >= 2 && (forced || g.explained * 10 >= g.filled * 6);
}

}  // namespace

std::size_t directory_size(std::string_view path) {
  const std::size_t at = path.find_last_of("/\\");
  return at == std::string_view::npos ? 0 : at + 1;
}

std::size_t after_number(std::string_view line, std::size_t at, std::uint64_t* number) {
  std::uint64_t n = 0;
  std::size_t i = at;
  for (; i < line.size() && i - at < 10 && is_digit(line[i]); ++i)
    n = n * 10 + static_cast<std::uint64_t>(line[i] - '0');
  if (i == at || i >= line.size() || (line[i] != ':' && line[i] != '-')) return 0;
  if (number != nullptr) *number = n;
  return i + 1;
}

std::optional<GrepOutput> read_grep(std::string_view text, bool forced) {
  if (text.empty() || text.size() > UINT32_MAX) return std::nullopt;
  // By strength of evidence; a style that does not fit gives its lines back for the next.
  GrepOutput g = read_numbered(split_lines(text));
  if (enough(g, false)) return g;
  g = read_headed(std::move(g.lines), false);
  if (enough(g, false)) return g;
  g = read_headed(std::move(g.lines), true);
  if (enough(g, false)) return g;
  g = read_list(std::move(g.lines), true);
  if (enough(g, false)) return g;
  g = read_unnumbered(std::move(g.lines));
  if (enough(g, false)) return g;
  g = read_list(std::move(g.lines), false);
  if (enough(g, false)) return g;
  if (!forced) return std::nullopt;
  g = read_numbered(std::move(g.lines));
  if (enough(g, true)) return g;
  return std::nullopt;
}

}  // namespace headroom::compressors
