#include "compressors/diff/diff_lossless.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/hash.h"
#include "compressors/diff/file_head.h"
#include "compressors/statements.h"

namespace headroom::compressors {
namespace {

// A line between hunks that would read as something else stands behind this mark.
constexpr char verbatim_mark = '|';
constexpr std::string_view equal_words = "old and new path equal unless shown", end_words = "no newline at end",
                           root_words = "under ", old_root_words = "old under ", new_root_words = "new under ",
                           no_prefix_words = "no a/ b/";
constexpr std::string_view same_lead = "[same hunk as ";

struct Format {
  HeadFormat heads;
  bool final_newline = true;
};

std::string header_of(const Format& f, std::size_t files) {
  std::string out = "[diff, " + counted(files, "file") + ", complete; ";
  out += equal_words;
  if (!f.final_newline) (out += "; ") += end_words;
  if (f.heads.old_prefix.empty()) (out += "; ") += no_prefix_words;
  if (f.heads.old_root == f.heads.new_root) {
    if (!f.heads.old_root.empty()) ((out += "; ") += root_words) += f.heads.old_root;
  } else {
    ((out += "; ") += old_root_words) += f.heads.old_root;
    ((out += "; ") += new_root_words) += f.heads.new_root;
  }
  return out += "]\n";
}

std::optional<Format> read_header(std::string_view line) {
  constexpr std::string_view opening = "[diff, ", complete = ", complete; ";
  const std::size_t at = line.find(complete);
  if (!line.starts_with(opening) || !line.ends_with(']') || at == std::string_view::npos) return std::nullopt;
  line.remove_suffix(1);
  line.remove_prefix(at + complete.size());
  Format f;
  while (!line.empty()) {
    const std::size_t end = line.find("; ");
    const std::string_view word = line.substr(0, end);
    line = end == std::string_view::npos ? std::string_view() : line.substr(end + 2);
    if (word == equal_words) continue;
    if (word == end_words) {
      f.final_newline = false;
    } else if (word == no_prefix_words) {
      f.heads.old_prefix.clear();
      f.heads.new_prefix.clear();
    } else if (word.starts_with(old_root_words)) {
      f.heads.old_root = word.substr(old_root_words.size());
    } else if (word.starts_with(new_root_words)) {
      f.heads.new_root = word.substr(new_root_words.size());
    } else if (word.starts_with(root_words)) {
      f.heads.old_root = f.heads.new_root = word.substr(root_words.size());
    } else {
      return std::nullopt;
    }
  }
  return f;
}

// Between hunks: would the decoder read this line as anything but itself?
bool needs_mark(std::string_view line) {
  return line.starts_with(verbatim_mark) || line.starts_with("@@ -") || line.starts_with("@@@") ||
         reads_as_statement(line) || parse_head_line(line).has_value();
}

std::vector<std::string_view> texts(const std::vector<Line>& lines, std::size_t begin, std::size_t end) {
  std::vector<std::string_view> out;
  for (std::size_t i = begin; i < end; ++i) out.push_back(lines[i].text);
  return out;
}

// The one line for a file's head, if it expands to just the source's lines.
std::optional<std::string> short_head(const DiffText& d, const FileDiff& f, const Format& format) {
  const std::vector<std::string_view> lines = texts(d.lines, f.begin, f.head_end);
  for (std::size_t i = f.begin; i < f.head_end; ++i) {
    if (d.lines[i].end != d.lines[f.begin].end) return std::nullopt;
  }
  const std::optional<FileHead> head = read_head(lines, format.heads);
  if (!head) return std::nullopt;
  std::string line = head_line(*head);
  const std::optional<FileHead> again = parse_head_line(line);
  if (!again || line.find_first_of("\r\n") != std::string::npos || line[0] == verbatim_mark) return std::nullopt;
  const std::vector<std::string> expanded = expand_head(*again, format.heads, f.hunk_count > 0);
  if (!std::equal(lines.begin(), lines.end(), expanded.begin(), expanded.end())) return std::nullopt;
  return line;
}

std::string_view body_of(const std::vector<Line>& lines, const Hunk& h) {
  const char* begin = lines[h.head + 1].text.data();
  const std::string_view last = lines[h.end - 1].full();
  return {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
}

std::string same_line(std::string_view path, std::uint64_t start) {
  return std::string(same_lead) + std::string(path) + " @" + std::to_string(start) + ']';
}

class Encoder {
 public:
  Encoder(const DiffText& d, const Format& format, bool name_hunks) : d_(d), format_(format), name_hunks_(name_hunks) {}

  std::string encode() {
    out_ = header_of(format_, d_.files.size());
    for (const Section& s : d_.sections) {
      if (s.kind == SectionKind::file) {
        add_file(d_.files[s.file]);
      } else {
        for (std::size_t i = s.begin; i < s.end; ++i) add_between(i);
      }
    }
    if (format_.final_newline && out_.ends_with('\n')) out_.pop_back();
    return std::move(out_);
  }

 private:
  void add_between(std::size_t i) {
    if (needs_mark(d_.lines[i].text)) out_ += verbatim_mark;
    out_ += d_.lines[i].full();
  }

  void add_file(const FileDiff& f) {
    if (const auto line = short_head(d_, f, format_)) {
      (out_ += *line) += d_.lines[f.begin].end;
    } else {
      for (std::size_t i = f.begin; i < f.head_end; ++i) add_between(i);
    }
    for (std::size_t k = 0; k < f.hunk_count; ++k) add_hunk(f, d_.hunks[f.first_hunk + k]);
  }

  void add_hunk(const FileDiff& f, const Hunk& h) {
    if (h.style == HunkStyle::context) {
      for (std::size_t i = h.head; i < h.end; ++i) add_between(i);
      return;
    }
    out_ += d_.lines[h.head].full();
    const std::string_view body = body_of(d_.lines, h);
    const std::string_view path = f.new_path.empty() ? f.old_path : f.new_path;
    // Naming is worth it for three lines and more; a name must not be ambiguous, nor miss its line end.
    if (name_hunks_ && h.style == HunkStyle::unified && h.end - h.head > 3 && body.ends_with('\n')) {
      std::string name = same_line(path, h.new_start);
      const auto at = named_.find(hash128(body));
      if (at != named_.end()) {
        ((out_ += at->second) += '\n');
        return;
      }
      if (names_.insert(hash128(name)).second) named_.emplace(hash128(body), std::move(name));
    }
    out_ += body;
  }

  const DiffText& d_;
  const Format& format_;
  const bool name_hunks_;
  std::string out_;
  std::unordered_map<Hash128, std::string, Hash128Hasher> named_;  // how a body met before is named
  std::unordered_set<Hash128, Hash128Hasher> names_;               // names given
};

}  // namespace

Roots common_roots(const DiffText& d) {
  Roots r;
  // A changed file shows how old and new paths differ: all but their common tail of whole names.
  bool any = false;
  const auto shorten = [](std::string& root, std::string_view path) {
    std::size_t n = 0;
    while (n < root.size() && n < path.size() && root[n] == path[n]) ++n;
    const std::size_t slash = root.substr(0, n).rfind('/');
    root.resize(slash == std::string::npos ? 0 : slash + 1);
  };
  for (const FileDiff& f : d.files) {
    if (f.old_path.empty() || f.new_path.empty()) continue;
    std::size_t tail = 0, whole = 0;
    while (tail < f.old_path.size() && tail < f.new_path.size() &&
           f.old_path[f.old_path.size() - 1 - tail] == f.new_path[f.new_path.size() - 1 - tail]) {
      if (f.old_path[f.old_path.size() - 1 - tail] == '/') whole = tail;
      ++tail;
    }
    if (f.old_path == f.new_path) continue;
    if (any) continue;
    any = true;
    r.old_root = f.old_path.substr(0, f.old_path.size() - whole);
    r.new_root = f.new_path.substr(0, f.new_path.size() - whole);
  }
  const auto holds = [&](const Roots& roots) {
    return std::all_of(d.files.begin(), d.files.end(), [&](const FileDiff& f) {
      const bool old_fits = f.old_path.starts_with(roots.old_root), new_fits = f.new_path.starts_with(roots.new_root);
      if (f.old_path.empty()) return new_fits;
      if (f.new_path.empty()) return old_fits;
      return old_fits && new_fits &&
             f.old_path.substr(roots.old_root.size()) == f.new_path.substr(roots.new_root.size());
    });
  };
  if (any && r.old_root.ends_with('/') && r.new_root.ends_with('/') && holds(r)) return r;
  // One tree: the directory that all paths share.
  std::optional<std::string> root;
  for (const FileDiff& f : d.files) {
    for (std::string_view path : {f.old_path, f.new_path}) {
      if (path.empty()) continue;
      if (!root) root = std::string(path);
      shorten(*root, path);
    }
  }
  r.old_root = r.new_root = root.value_or("");
  return r;
}

std::optional<std::string> encode_diff(const DiffText& d, std::string_view text) {
  Format format;
  format.final_newline = text.ends_with('\n');
  const Roots roots = common_roots(d);
  if ((roots.old_root + roots.new_root).find_first_of(";[]\r\n") == std::string::npos) {
    format.heads.old_root = roots.old_root;
    format.heads.new_root = roots.new_root;
  }
  // git's own prefixes, or none (diff.noprefix; diff.mnemonicPrefix makes two roots of i/ and w/): what fits more
  // heads.
  const auto fitting = [&] {
    std::size_t fits = 0;
    for (std::size_t f = 0; f < std::min<std::size_t>(d.files.size(), 16); ++f) {
      fits += short_head(d, d.files[f], format).has_value();
    }
    return fits;
  };
  const std::size_t with_prefixes = fitting();
  const HeadFormat usual = format.heads;
  format.heads.old_prefix.clear();
  format.heads.new_prefix.clear();
  if (with_prefixes >= fitting()) format.heads = usual;
  for (bool name_hunks : {true, false}) {
    std::string view = Encoder(d, format, name_hunks).encode();
    if (decode_diff(view) == text) return view;
  }
  return std::nullopt;
}

std::optional<std::string> decode_diff(std::string_view view) {
  const std::size_t header_end = std::min(view.find('\n'), view.size());
  const std::optional<Format> format = read_header(view.substr(0, header_end));
  if (!format) return std::nullopt;
  std::string body(view.substr(std::min(header_end + 1, view.size())));
  if (format->final_newline) body += '\n';
  const std::vector<Line> lines = split_lines(body);
  std::unordered_map<std::string, std::string> bodies;  // what "[same hunk as ...]" can name
  std::string out, path;
  out.reserve(body.size() * 2);
  for (std::size_t i = 0; i < lines.size();) {
    const std::string_view line = lines[i].text;
    if (line.starts_with(verbatim_mark)) {
      out += lines[i++].full().substr(1);
      continue;
    }
    if (line.starts_with("@@ -") || line.starts_with("@@@")) {
      out += lines[i].full();
      if (i + 1 < lines.size() && lines[i + 1].text.starts_with(same_lead)) {
        const auto named = bodies.find(std::string(lines[i + 1].text));
        if (named == bodies.end()) return std::nullopt;
        out += named->second;
        i += 2;
        continue;
      }
      const std::optional<Hunk> h = read_hunk(lines, i);
      if (!h) return std::nullopt;
      const std::string_view hunk_body = body_of(lines, *h);
      bodies.try_emplace(same_line(path, h->new_start), hunk_body);
      out += hunk_body;
      i = h->end;
      continue;
    }
    if (const std::optional<FileHead> head = parse_head_line(line)) {
      const bool with_names =
          i + 1 < lines.size() && (lines[i + 1].text.starts_with("@@ -") || lines[i + 1].text.starts_with("@@@"));
      for (const std::string& l : expand_head(*head, format->heads, with_names)) (out += l) += lines[i].end;
      path = head->change == FileChange::deleted ? format->heads.old_root + head->old_path
                                                 : format->heads.new_root + head->new_path;
      ++i;
      continue;
    }
    // A plain or combined head names the file that its hunks are known by.
    if (line.starts_with("--- ") || line.starts_with("+++ ")) {
      std::string_view name = line.substr(4, line.find('\t') - 4);
      if (line.size() > 4 && name != "/dev/null") {
        if (name.size() > 2 && name[1] == '/' && (name[0] == 'a' || name[0] == 'b')) name.remove_prefix(2);
        path = name;
      }
    }
    out += lines[i++].full();
  }
  return out;
}

}  // namespace headroom::compressors
