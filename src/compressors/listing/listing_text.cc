#include "compressors/listing/listing_text.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/hash.h"
#include "detect/line_shapes.h"

namespace headroom::compressors::listing {
namespace {

constexpr std::size_t kLeastLines = 4;
constexpr std::size_t kSample = 200;  // lines by which a style is chosen
constexpr std::size_t kDeepest = 256;

struct ViewHasher {
  std::size_t operator()(std::string_view s) const { return static_cast<std::size_t>(hash64(s)); }
};

// Directories by path; those between a path and one known before are made, too.
class Directories {
 public:
  explicit Directories(std::vector<Directory>& list) : list_(list) {
    list_.push_back({});
    by_path_.emplace(std::string(), 0);
  }

  std::uint32_t intern(std::string_view path) {
    if (path == list_[last_].path) return last_;
    return last_ = find_or_make(path);
  }

 private:
  std::uint32_t find_or_make(std::string_view path) {
    std::vector<std::string_view> missing;
    std::uint32_t at = 0;
    for (std::string_view p = path;; p = parent_of(p)) {
      if (const auto found = by_path_.find(std::string(p)); found != by_path_.end()) {
        at = found->second;
        break;
      }
      missing.push_back(p);
      if (missing.size() > kDeepest) {  // too deep to be told apart: a child of the first one
        missing.resize(1);
        break;
      }
    }
    for (auto p = missing.rbegin(); p != missing.rend(); ++p) {
      list_.push_back({std::string(*p), at});
      at = static_cast<std::uint32_t>(list_.size() - 1);
      by_path_.emplace(std::string(*p), at);
    }
    return at;
  }
  static std::string_view parent_of(std::string_view path) {
    if (path.size() < 2) return {};
    const std::size_t slash = path.rfind('/', path.size() - 2);
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash + 1);
  }

  std::vector<Directory>& list_;
  std::unordered_map<std::string, std::uint32_t> by_path_;
  std::uint32_t last_ = 0;
};

std::string_view trim(std::string_view s) {
  const std::size_t first = s.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view() : s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

// The bytes of a path up to its name: "a/b/" of "a/b/c" and of "a/b/c/".
std::size_t directory_size(std::string_view path) {
  if (path.size() < 2) return 0;
  const std::size_t slash = path.rfind('/', path.size() - 2);
  return slash == std::string_view::npos ? 0 : slash + 1;
}

// "a/b.c", "./a b/c", "README.md", "src/": a path alone on its line.
bool is_path(std::string_view line) {
  if (line.empty() || line.size() > 4096 || line.front() == ' ' || line.back() == ' ' || line.back() == ':')
    return false;
  const bool rooted =
      line.front() == '/' || line.starts_with("./") || line.starts_with("../") || line.starts_with("~/");
  if (line == "." || line == "..") return true;
  if (line.find("://") != std::string_view::npos || line.starts_with("//")) return false;
  constexpr std::string_view never = "\"<>|*?;={}\t";
  if (line.find_first_of(rooted ? "\t" : never) != std::string_view::npos) return false;
  if (rooted) return detect::search_split(line) == std::nullopt;
  if (line.find(' ') != std::string_view::npos && line.find('/') == std::string_view::npos) return false;
  if (line.find(": ") != std::string_view::npos || line.find(", ") != std::string_view::npos) return false;
  if (line.find(':') != std::string_view::npos || line.find('(') != std::string_view::npos) return false;
  return true;
}

// "\tmodified:   a/b", "\ta/b", " M a/b", "?? a/b", "R  a -> b": what stands before the path; npos if it is none.
std::size_t status_lead(std::string_view line) {
  constexpr auto states = std::to_array<std::string_view>(
      {"modified:", "deleted:", "new file:", "renamed:", "copied:", "typechange:", "both modified:", "both added:",
       "both deleted:", "added by us:", "deleted by us:", "added by them:", "deleted by them:"});
  if (line.starts_with('\t')) {
    const std::string_view rest = line.substr(1);
    for (const std::string_view s : states) {
      if (!rest.starts_with(s)) continue;
      const std::size_t at = rest.find_first_not_of(' ', s.size());
      return at == std::string_view::npos ? at : at + 1;
    }
    // git quotes a name that holds a tab; an assembler parts its words by tabs.
    if (rest.find('\t') != std::string_view::npos) return std::string_view::npos;
    return rest.empty() || rest.front() == ' ' ? std::string_view::npos : 1;
  }
  constexpr std::string_view letters = " MADRCUT?!";
  if (line.size() > 3 && letters.find(line[0]) != std::string_view::npos &&
      letters.find(line[1]) != std::string_view::npos && line[2] == ' ' && line[3] != ' ' &&
      !(line[0] == ' ' && line[1] == ' ') && line.find("  ", 3) == std::string_view::npos)
    return 3;
  return std::string_view::npos;
}

class Reader {
 public:
  Reader(std::vector<Line> lines, Style style) : directories_(out_.directories) {
    out_.style = style;
    out_.lines = std::move(lines);
    out_.entries.resize(out_.lines.size());
  }

  void read() {
    for (std::size_t i = 0; i < out_.lines.size(); ++i) {
      read_line(i, out_.lines[i].text);
      out_.entry_count += out_.entries[i].kind == LineKind::entry;
    }
  }
  Listing take() { return std::move(out_); }

 private:
  void read_line(std::size_t i, std::string_view line) {
    Entry& e = out_.entries[i];
    switch (out_.style) {
      case Style::ls:
      case Style::names:
        if (opens(i, line)) {
          e.kind = LineKind::heading;
          std::string path(heading_of(line));
          if (!path.ends_with('/')) path += '/';
          e.directory = section_ = directories_.intern(path);
          return;
        }
        if (out_.style == Style::names) {
          if (!line.empty()) entry(e, section_, line);
          return;
        }
        if (const auto cells = read_cells(line, Style::ls)) {
          entry(e, section_, (*cells)[kName]);
          of_cells(e, *cells);
        }
        return;
      case Style::tree:
        in_tree(e, line);
        return;
      case Style::paths:
        if (is_path(line)) at_path(e, line);
        return;
      case Style::statuses:
        if (const std::size_t lead = status_lead(line); lead != std::string_view::npos) at_path(e, line.substr(lead));
        return;
      default:
        if (const auto cells = read_cells(line, out_.style)) {
          at_path(e, (*cells)[kName]);
          of_cells(e, *cells);
        }
    }
  }

  static void of_cells(Entry& e, const Cells& cells) {
    e.mode = cells[kMode];
    e.size = cells[kSize];
    e.time = cells[kTime];
  }

  // A heading stands at the top or behind a blank line.
  bool opens(std::size_t i, std::string_view line) const {
    if (heading_of(line).empty()) return false;
    return i == 0 || out_.lines[i - 1].text.empty();
  }

  static void entry(Entry& e, std::uint32_t directory, std::string_view name) {
    e.kind = LineKind::entry;
    e.directory = directory;
    e.name = name;
  }

  void at_path(Entry& e, std::string_view path) {
    const std::size_t n = directory_size(path);
    entry(e, directories_.intern(path.substr(0, n)), path.substr(n));
  }

  void in_tree(Entry& e, std::string_view line) {
    const Glyphs g = glyphs_of(line);
    if (g.size == 0) {
      if (out_.entry_count == 0 && above_.empty() && !line.empty()) above_.assign(1, 0);  // the root's own line
      return;
    }
    if (above_.empty() || g.depth > above_.size() || g.depth > kDeepest) return;
    above_.resize(g.depth);
    std::uint32_t& parent = above_.back();
    if (parent == kUnnamed) parent = directories_.intern(last_path_ + "/");
    entry(e, parent, line.substr(g.size));
    last_path_ = out_.directories[parent].path + std::string(e.name.substr(0, e.name.find(" -> ")));
    while (last_path_.ends_with('/')) last_path_.pop_back();
    above_.push_back(kUnnamed);
  }

  static constexpr std::uint32_t kUnnamed = static_cast<std::uint32_t>(-1);

  Listing out_;
  Directories directories_;
  std::uint32_t section_ = 0;
  std::vector<std::uint32_t> above_;  // tree: the directory of each depth; unnamed until it has an entry
  std::string last_path_;
};

// Lines that are neither entries nor what the style's tool says besides.
bool is_strange(const Listing& l, std::size_t i) {
  const std::string_view line = trim(l.lines[i].text);
  if (line.empty() || l.entries[i].kind != LineKind::other) return false;
  switch (l.style) {
    case Style::ls:
    case Style::names:
      return !is_total(line);
    case Style::tree:
      return i > 0 && i + 2 < l.lines.size();
    case Style::zip:
      return i > 3 && i + 3 < l.lines.size();
    case Style::statuses:
      return !(line.ends_with(':') || line.ends_with(')') || line.starts_with("On branch ") ||
               line.starts_with("Your branch ") || line.starts_with("## ") || line.starts_with("no changes added") ||
               line.starts_with("nothing added") || line.starts_with("HEAD detached"));
    default:
      return true;
  }
}

// Whether the entries are such as the style's tool prints, beyond the shape of single lines.
bool is_plausible(const Listing& l) {
  if (l.entry_count + 2 < kLeastLines) return false;
  std::size_t headings = 0, rooted = 0, in_directories = 0, statuses = 0, spaced = 0;
  for (std::size_t i = 0; i < l.lines.size(); ++i) {
    if (l.entries[i].kind == LineKind::heading) {
      const std::string_view path = heading_of(l.lines[i].text);
      ++headings;
      rooted += path != "." && (path.find('/') == std::string_view::npos || path.find(' ') != std::string_view::npos);
    }
    spaced += l.entries[i].kind == LineKind::entry && l.entries[i].name.find(' ') != std::string_view::npos;
    in_directories += l.entries[i].kind == LineKind::entry && l.entries[i].directory != 0;
    statuses += l.style == Style::statuses && l.entries[i].kind == LineKind::entry &&
                l.lines[i].text.find(':') != std::string_view::npos;
  }
  switch (l.style) {
    case Style::names:
      return headings >= 2 && rooted * 10 <= headings && spaced * 10 <= l.entry_count;
    case Style::paths:
    case Style::du:
      return in_directories * 10 >= l.entry_count * 6;
    case Style::statuses: {
      const std::string_view first = l.lines[0].text;
      return statuses > 0 || first.starts_with("On branch ") || first.starts_with("## ") || status_lead(first) == 3;
    }
    default:
      return true;
  }
}

bool explains(const Listing& l) {
  std::size_t filled = 0, strange = 0;
  for (std::size_t i = 0; i < l.lines.size(); ++i) {
    filled += !l.lines[i].text.empty();
    strange += is_strange(l, i);
  }
  return filled > 0 && strange * 10 <= filled && is_plausible(l);
}

}  // namespace

std::string_view heading_of(std::string_view line) {
  if (line.size() < 2 || line.back() != ':' || line.front() == ' ' || line.front() == '\t') return {};
  return line.substr(0, line.size() - 1);
}

bool is_total(std::string_view line) {
  return line.starts_with("total ") && line.size() > 6 &&
         line.find_first_not_of("0123456789.,KMGTPi", 6) == std::string_view::npos;
}

Glyphs glyphs_of(std::string_view line) {
  constexpr auto stems = std::to_array<std::string_view>({"│\u00a0\u00a0 ", "│   ", "|   ", "    "});
  constexpr auto branches = std::to_array<std::string_view>({"├── ", "└── ", "|-- ", "`-- ", "+-- "});
  Glyphs g;
  for (std::string_view rest = line;;) {
    const auto takes = [&](std::string_view glyph) { return rest.starts_with(glyph); };
    const auto branch = std::find_if(branches.begin(), branches.end(), takes);
    if (branch != branches.end()) return {g.size + branch->size(), g.depth + 1};
    const auto stem = std::find_if(stems.begin(), stems.end(), takes);
    if (stem == stems.end()) return {};
    g.size += stem->size();
    ++g.depth;
    rest.remove_prefix(stem->size());
  }
}

std::optional<Listing> read_listing(std::string_view text, bool forced) {
  constexpr auto styles = std::to_array<Style>({Style::ls, Style::find_ls, Style::tar, Style::zip, Style::du,
                                                Style::tree, Style::statuses, Style::paths, Style::names});
  std::vector<Line> lines = split_lines(text);
  if (lines.size() < kLeastLines) return std::nullopt;
  for (const Style style : styles) {
    if (lines.size() > kSample) {  // a style that does not explain the first lines does not explain all
      Reader sample({lines.begin(), lines.begin() + kSample}, style);
      sample.read();
      const Listing first = sample.take();
      if (style != Style::names && first.entry_count * 2 < kSample) continue;
    }
    Reader reader(lines, style);
    reader.read();
    Listing listing = reader.take();
    if (explains(listing) || (forced && listing.entry_count > 0)) return listing;
  }
  return std::nullopt;
}

}  // namespace headroom::compressors::listing
