#include "compressors/diff/diff_lossless.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/hash.h"
#include "compressors/diff/file_head.h"
#include "compressors/diff/head_templates.h"
#include "compressors/diff/short_hunk.h"
#include "compressors/statements.h"

namespace headroom::compressors {
namespace {

// A line between hunks that would read as something else stands behind this mark.
constexpr char verbatim_mark = '|';
constexpr std::string_view equal_words = "old and new path equal unless shown", end_words = "no newline at end",
                           root_words = "under ", old_root_words = "old under ", new_root_words = "new under ",
                           no_prefix_words = "no a/ b/", template_words = "letters: file heads, ",
                           below_words = " below", bare_words = "messages not indented",
                           fence_words = "{+ +} added, [- -] removed";
// git indents messages by so much; header lines of a commit end at an empty line.
constexpr std::string_view indentation = "    ", commit_lead = "commit ", diff_lead = "diff --";
constexpr std::string_view same_lead = "[same hunk as ";

struct Format {
  HeadFormat heads;
  bool final_newline = true;
  bool bare_messages = false;  // messages of commits stand without their indentation
  std::vector<HeadTemplate> templates;
};

std::string header_of(const Format& f, std::size_t files, bool fenced) {
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
  if (fenced) (out += "; ") += fence_words;
  if (f.bare_messages) (out += "; ") += bare_words;
  if (!f.templates.empty()) (((out += "; ") += template_words) += std::to_string(f.templates.size())) += below_words;
  out += "]\n";
  for (const HeadTemplate& t : f.templates) (((out += t.letter) += '=') += t.text) += '\n';
  return out;
}

// Takes the first line and the templates below it off the front of `view`.
std::optional<Format> read_header(std::string_view& view) {
  constexpr std::string_view opening = "[diff, ", complete = ", complete; ";
  std::string_view line = take_line(view);
  const std::size_t at = line.find(complete);
  if (!line.starts_with(opening) || !line.ends_with(']') || at == std::string_view::npos) return std::nullopt;
  line.remove_suffix(1);
  line.remove_prefix(at + complete.size());
  Format f;
  std::size_t templates = 0;
  while (!line.empty()) {
    const std::size_t end = line.find("; ");
    const std::string_view word = line.substr(0, end);
    line = end == std::string_view::npos ? std::string_view() : line.substr(end + 2);
    if (word == equal_words || word == fence_words) continue;
    if (word == end_words) {
      f.final_newline = false;
    } else if (word == bare_words) {
      f.bare_messages = true;
    } else if (word == no_prefix_words) {
      f.heads.old_prefix.clear();
      f.heads.new_prefix.clear();
    } else if (word.starts_with(old_root_words)) {
      f.heads.old_root = word.substr(old_root_words.size());
    } else if (word.starts_with(new_root_words)) {
      f.heads.new_root = word.substr(new_root_words.size());
    } else if (word.starts_with(root_words)) {
      f.heads.old_root = f.heads.new_root = word.substr(root_words.size());
    } else if (word.starts_with(template_words) && word.ends_with(below_words)) {
      for (char c : word.substr(template_words.size(), word.size() - template_words.size() - below_words.size())) {
        if (c < '0' || c > '9' || templates > 26) return std::nullopt;
        templates = templates * 10 + static_cast<std::size_t>(c - '0');
      }
    } else {
      return std::nullopt;
    }
  }
  for (; templates > 0; --templates) {
    const std::string_view legend = take_line(view);
    if (legend.size() < 5 || legend[1] != '=') return std::nullopt;
    f.templates.push_back({legend[0], std::string(legend.substr(2))});
  }
  return f;
}

// Between hunks: would the decoder read this line as anything but itself?
bool needs_mark(std::string_view line, const Format& format) {
  return line.starts_with(verbatim_mark) || line.starts_with("@@ -") || line.starts_with("@@@") ||
         reads_as_statement(line) || parse_head_line(line) || read_filled(line, format.templates);
}

// Where in a commit a line between hunks stands, as far as its indentation needs it. Encoder and decoder take the same
// steps: over the lines that are not marked as verbatim.
enum class Place : char { elsewhere, commit_head, message };

// The place behind `line`, of which the place is `at`.
Place place_behind(Place at, std::string_view line) {
  if (line.starts_with(commit_lead)) return Place::commit_head;
  if (line.starts_with(diff_lead)) return Place::elsewhere;
  return at == Place::commit_head && line.empty() ? Place::message : at;
}
bool ends_message(std::string_view line) {
  return line.starts_with(commit_lead) || line.starts_with(diff_lead);
}

std::vector<std::string_view> texts(const std::vector<Line>& lines, std::size_t begin, std::size_t end) {
  std::vector<std::string_view> out;
  for (std::size_t i = begin; i < end; ++i) out.push_back(lines[i].text);
  return out;
}

// The head of a file, if its one line expands to just the source's lines.
std::optional<FileHead> exact_head(const DiffText& d, const FileDiff& f, const HeadFormat& format) {
  const std::vector<std::string_view> lines = texts(d.lines, f.begin, f.head_end);
  for (std::size_t i = f.begin; i < f.head_end; ++i) {
    if (d.lines[i].end != d.lines[f.begin].end) return std::nullopt;
  }
  std::optional<FileHead> head = read_head(lines, format);
  if (!head) return std::nullopt;
  const std::string line = head_line(*head);
  const std::optional<FileHead> again = parse_head_line(line);
  if (!again || line.find_first_of("\r\n") != std::string::npos || line[0] == verbatim_mark || continues_hunk(line)) {
    return std::nullopt;
  }
  const std::vector<std::string> expanded = expand_head(*again, format, f.hunk_count > 0);
  if (!std::equal(lines.begin(), lines.end(), expanded.begin(), expanded.end())) return std::nullopt;
  return head;
}

// The one line for a head that is exact. A letter could be read out of a path ("A b 100644 ..."): that one stands
// whole.
std::optional<std::string> line_of(const FileHead& head, const Format& format) {
  if (std::optional<std::string> filled = filled_template(head, format.templates)) {
    const std::optional<FileHead> again = read_filled(*filled, format.templates);
    if (again && head_line(*again) == head_line(head)) return filled;
  }
  std::string line = head_line(head);
  if (read_filled(line, format.templates)) return std::nullopt;
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
  struct Choices {
    bool name_hunks, fences;
  };

  Encoder(const DiffText& d, const Format& format, const std::vector<std::optional<FileHead>>& heads, Choices choices,
          tokens::Counter& ruler)
      : d_(d), format_(format), heads_(heads), choices_(choices), ruler_(ruler) {}

  std::string encode() {
    for (const Section& s : d_.sections) {
      if (s.kind == SectionKind::file) {
        add_file(s.file);
      } else {
        for (std::size_t i = s.begin; i < s.end; ++i) add_between(i);
      }
    }
    std::string view = header_of(format_, d_.files.size(), fences_saved_ > Tokens(0)) + out_;
    if (format_.final_newline && view.ends_with('\n')) view.pop_back();
    return view;
  }
  Tokens fences_saved() const { return fences_saved_; }

 private:
  void add_between(std::size_t i) {
    const std::string_view line = d_.lines[i].text;
    if (place_ == Place::message && !ends_message(line)) {
      const std::string_view bare = line.substr(std::min(line.size(), indentation.size()));
      // A patch quoted in a message stays indented: it is none of this one's.
      const bool quoted = bare.starts_with("--- ") || bare.starts_with("+++ ");
      if (line.starts_with(indentation) && !quoted && !ends_message(bare) && !needs_mark(bare, format_)) {
        out_ += d_.lines[i].full().substr(indentation.size());
      } else {
        (out_ += verbatim_mark) += d_.lines[i].full();
      }
      return;
    }
    if (format_.bare_messages) place_ = place_behind(place_, line);
    if (needs_mark(line, format_) || (behind_short_hunk_ && continues_hunk(line))) out_ += verbatim_mark;
    out_ += d_.lines[i].full();
    behind_short_hunk_ = false;
  }

  void add_file(std::size_t file) {
    const FileDiff& f = d_.files[file];
    const std::optional<std::string> line = heads_[file] ? line_of(*heads_[file], format_) : std::nullopt;
    if (line) {
      (out_ += *line) += d_.lines[f.begin].end;
      behind_short_hunk_ = false;
      place_ = Place::elsewhere;
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
    place_ = Place::elsewhere;
    const std::optional<std::string> head = short_hunk_head(d_.lines, h);
    behind_short_hunk_ = head.has_value();
    if (head) {
      (out_ += *head) += d_.lines[h.head].end;
    } else {
      out_ += d_.lines[h.head].full();
    }
    const std::string_view body = body_of(d_.lines, h);
    const std::string_view path = f.new_path.empty() ? f.old_path : f.new_path;
    // Naming is worth it for three lines and more; a name must not be ambiguous, nor miss its line end.
    if (choices_.name_hunks && h.style == HunkStyle::unified && h.end - h.head > 3 && body.ends_with('\n')) {
      std::string name = same_line(path, h.new_start);
      const auto at = named_.find(hash128(body));
      if (at != named_.end()) {
        ((out_ += at->second) += '\n');
        behind_short_hunk_ = false;
        return;
      }
      if (names_.insert(hash128(name)).second) named_.emplace(hash128(body), std::move(name));
    }
    if (head && choices_.fences) {
      out_ += fenced_body(d_.lines, h, ruler_, fences_saved_);
    } else {
      out_ += body;
    }
  }

  const DiffText& d_;
  const Format& format_;
  const std::vector<std::optional<FileHead>>& heads_;  // by file
  const Choices choices_;
  tokens::Counter& ruler_;
  std::string out_;
  Tokens fences_saved_{0};
  Place place_ = Place::elsewhere;
  bool behind_short_hunk_ = false;                                 // the line before is a body's that has no count
  std::unordered_map<Hash128, std::string, Hash128Hasher> named_;  // how a body met before is named
  std::unordered_set<Hash128, Hash128Hasher> names_;               // names given
};

class Decoder {
 public:
  Decoder(const Format& format, std::string_view body) : format_(format), lines_(split_lines(body)) {
    out_.reserve(body.size() * 2);
  }

  std::optional<std::string> decode() {
    for (std::size_t i = 0; i < lines_.size();) {
      const std::size_t next = take(i);
      if (next == failed) return std::nullopt;
      i = next;
    }
    return std::move(out_);
  }

 private:
  static constexpr std::size_t failed = 0;

  // Reads what begins at line i; where the next begins.
  std::size_t take(std::size_t i) {
    const std::string_view line = lines_[i].text;
    if (line.starts_with(verbatim_mark)) {
      out_ += lines_[i].full().substr(1);
      return i + 1;
    }
    if (begins_hunk(i)) place_ = Place::elsewhere;
    if (begins_hunk(i)) return is_short_hunk_head(line) ? take_short_hunk(i) : take_hunk(i);
    std::optional<FileHead> head = read_filled(line, format_.templates);
    if (!head) head = parse_head_line(line);
    if (head) {
      place_ = Place::elsewhere;
      for (const std::string& l : expand_head(*head, format_.heads, begins_hunk(i + 1))) (out_ += l) += lines_[i].end;
      path_ = head->change == FileChange::deleted ? format_.heads.old_root + head->old_path
                                                  : format_.heads.new_root + head->new_path;
      return i + 1;
    }
    if (place_ == Place::message && !ends_message(line)) {
      (out_ += indentation) += lines_[i].full();
      return i + 1;
    }
    if (format_.bare_messages) place_ = place_behind(place_, line);
    // A plain or combined head names the file that its hunks are known by.
    if (line.starts_with("--- ") || line.starts_with("+++ ")) {
      std::string_view name = line.substr(4, line.find('\t') - 4);
      if (line.size() > 4 && name != "/dev/null") {
        if (name.size() > 2 && name[1] == '/' && (name[0] == 'a' || name[0] == 'b')) name.remove_prefix(2);
        path_ = name;
      }
    }
    out_ += lines_[i].full();
    return i + 1;
  }

  bool begins_hunk(std::size_t i) const {
    return i < lines_.size() && (lines_[i].text.starts_with("@@ -") || lines_[i].text.starts_with("@@@"));
  }

  // The body that a "[same hunk as ...]" in line i names; null if there is none.
  const std::string* named_body(std::size_t i) const {
    if (i >= lines_.size()) return nullptr;
    const auto named = bodies_.find(std::string(lines_[i].text));
    return named == bodies_.end() ? nullptr : &named->second;
  }
  bool names_body(std::size_t i) const { return i < lines_.size() && lines_[i].text.starts_with(same_lead); }

  std::size_t take_hunk(std::size_t i) {
    if (names_body(i + 1)) {
      const std::string* named = named_body(i + 1);
      if (named == nullptr) return failed;
      (out_ += lines_[i].full()) += *named;
      return i + 2;
    }
    const std::optional<Hunk> h = read_hunk(lines_, i);
    if (!h) return failed;
    const std::string_view body = body_of(lines_, *h);
    bodies_.try_emplace(same_line(path_, h->new_start), body);
    (out_ += lines_[i].full()) += body;
    return h->end;
  }

  std::size_t take_short_hunk(std::size_t i) {
    const std::string* body = nullptr;
    std::size_t end = i + 2;
    FencedBody own;
    if (names_body(i + 1)) {
      body = named_body(i + 1);
      if (body == nullptr) return failed;
    } else {
      std::optional<FencedBody> read = read_fenced_body(lines_, i + 1);
      if (!read) return failed;
      own = std::move(*read);
      end = own.end;
      body = &own.text;
    }
    const std::optional<std::string> head = full_hunk_head(lines_[i].text, *body);
    if (!head) return failed;
    ((out_ += *head) += lines_[i].end) += *body;
    if (body == &own.text) {
      bodies_.try_emplace(same_line(path_, short_hunk_start(lines_[i].text)), std::move(own.text));
    }
    return end;
  }

  const Format& format_;
  const std::vector<Line> lines_;
  Place place_ = Place::elsewhere;
  std::string out_, path_;                               // the path whose hunks are being read
  std::unordered_map<std::string, std::string> bodies_;  // what "[same hunk as ...]" can name
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

std::optional<std::string> encode_diff(const DiffText& d, std::string_view text, tokens::Counter& ruler) {
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
      fits += exact_head(d, d.files[f], format.heads).has_value();
    }
    return fits;
  };
  const std::size_t with_prefixes = fitting();
  const HeadFormat usual = format.heads;
  format.heads.old_prefix.clear();
  format.heads.new_prefix.clear();
  if (with_prefixes >= fitting()) format.heads = usual;
  std::vector<std::optional<FileHead>> heads;
  std::vector<FileHead> exact;
  for (const FileDiff& f : d.files) {
    heads.push_back(exact_head(d, f, format.heads));
    if (heads.back()) exact.push_back(*heads.back());
  }
  format.templates = choose_templates(exact, ruler);
  constexpr std::size_t fewest_indented = 16;  // fewer hardly repay the words that say it
  std::size_t indented = 0;
  for (const Section& s : d.sections) {
    if (s.kind != SectionKind::message || !d.lines[s.begin].text.starts_with(commit_lead)) continue;
    for (std::size_t i = s.begin; i < s.end; ++i) indented += d.lines[i].text.starts_with(indentation);
  }
  format.bare_messages = indented >= fewest_indented;
  const Tokens fence_price = ruler.count(fence_words);
  for (bool name_hunks : {true, false}) {
    Encoder fencing(d, format, heads, {name_hunks, true}, ruler);
    std::string view = fencing.encode();
    if (fencing.fences_saved() <= fence_price && fencing.fences_saved() > Tokens(0)) {
      view = Encoder(d, format, heads, {name_hunks, false}, ruler).encode();
    }
    if (decode_diff(view) == text) return view;
  }
  return std::nullopt;
}

std::optional<std::string> decode_diff(std::string_view view) {
  const std::optional<Format> format = read_header(view);
  if (!format) return std::nullopt;
  std::string body(view);
  if (format->final_newline) body += '\n';
  return Decoder(*format, body).decode();
}

}  // namespace headroom::compressors
