#include "compressors/search_results/search_lossless.h"

#include <algorithm>
#include <array>

#include "compressors/search_results/search_leads.h"
#include "compressors/statements.h"

namespace headroom::compressors {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_separator(char c) {
  return c == '/' || c == '\\';
}

// A line of the source that no rule explains stands behind this mark.
constexpr char verbatim_mark = '|';
// Prefix of a heading that would read as something else.
constexpr std::string_view from_root = "./";

// Everything the decoder has to know, said in the first line.
struct Format {
  GrepStyle style = GrepStyle::numbered;
  bool blank_before_heading = false;  // headed: a blank line ends every file but the last
  bool final_newline = true;
  std::string root;  // in front of every path
  std::vector<Lead> leads;
};

struct StyleWord {
  GrepStyle style;
  std::string_view words;
};
constexpr std::array<StyleWord, 5> style_words = {{{GrepStyle::unnumbered, "no line numbers"},
                                                   {GrepStyle::headed, "file names on lines"},
                                                   {GrepStyle::one_file, "one file"},
                                                   {GrepStyle::counts, "counts"},
                                                   {GrepStyle::names, "names"}}};
constexpr std::string_view blank_words = "blank lines between files";
constexpr std::string_view end_words = "no newline at end";
constexpr std::string_view root_words = "under ";
constexpr std::string_view leads_words = "letters: how lines begin, ", below_words = " below";

std::string header_of(const Format& f, std::string_view counts) {
  std::string out = "[search, ";
  out += counts;
  out += ", complete";
  for (const StyleWord& w : style_words) {
    if (w.style == f.style) (out += "; ") += w.words;
  }
  if (f.blank_before_heading) (out += "; ") += blank_words;
  if (!f.final_newline) (out += "; ") += end_words;
  if (!f.root.empty()) ((out += "; ") += root_words) += f.root;
  if (!f.leads.empty()) (((out += "; ") += leads_words) += std::to_string(f.leads.size())) += below_words;
  out += "]\n";
  for (const Lead& lead : f.leads) (((out += lead.letter) += '=') += lead.text) += '\n';
  return out;
}

// Takes the first line and the leads below it off the front of `view`.
std::optional<Format> read_header(std::string_view& view) {
  constexpr std::string_view opening = "[search, ", complete = ", complete";
  std::string_view line = take_line(view);
  if (!line.starts_with(opening) || !line.ends_with(']')) return std::nullopt;
  line.remove_suffix(1);
  const std::size_t at = line.find(complete);
  if (at == std::string_view::npos) return std::nullopt;
  line.remove_prefix(at + complete.size());
  Format f;
  std::size_t leads = 0;
  while (!line.empty()) {
    if (!line.starts_with("; ")) return std::nullopt;
    line.remove_prefix(2);
    const std::size_t end = line.find("; ");
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(word.size());
    const auto style =
        std::find_if(style_words.begin(), style_words.end(), [&](const StyleWord& w) { return w.words == word; });
    if (style != style_words.end()) {
      f.style = style->style;
    } else if (word == blank_words) {
      f.blank_before_heading = true;
    } else if (word == end_words) {
      f.final_newline = false;
    } else if (word.starts_with(root_words)) {
      f.root = word.substr(root_words.size());
    } else if (word.starts_with(leads_words) && word.ends_with(below_words)) {
      for (char c : word.substr(leads_words.size(), word.size() - leads_words.size() - below_words.size())) {
        if (!is_digit(c) || leads > 26) return std::nullopt;
        leads = leads * 10 + static_cast<std::size_t>(c - '0');
      }
    } else {
      return std::nullopt;
    }
  }
  for (; leads > 0; --leads) {
    const std::string_view legend = take_line(view);
    if (legend.size() < 3 || legend[1] != '=') return std::nullopt;
    f.leads.push_back({legend[0], std::string(legend.substr(2))});
  }
  return f;
}

bool is_list(GrepStyle style) {
  return style == GrepStyle::counts || style == GrepStyle::names;
}
bool has_paths_in_lines(GrepStyle style) {
  return style == GrepStyle::numbered || style == GrepStyle::unnumbered;
}

// Does a line of the view hold a match or its context? Those begin with number and mark, or with the mark alone.
bool is_record(std::string_view line, GrepStyle style) {
  if (style == GrepStyle::unnumbered) return !line.empty() && (line[0] == ':' || line[0] == '-') && line != "--";
  return after_number(line, 0) != 0;
}

// Where the lead of a record would stand: behind number, mark and column.
std::size_t lead_at(std::string_view record, GrepStyle style) {
  std::size_t i = style == GrepStyle::unnumbered ? 1 : after_number(record, 0);
  std::size_t k = i;
  while (k < record.size() && k - i < 6 && is_digit(record[k])) ++k;
  if (k > i && k < record.size() && record[k] == ':') i = k + 1;
  return std::min(i, record.size());
}

// --------------------------------------------------------------------------------------------------------- headings

// A name that, alone on a line, the decoder reads as a file's name.
bool stands_alone(std::string_view name, GrepStyle style) {
  return !name.empty() && name[0] != verbatim_mark && name != "--" && !name.starts_with(from_root) &&
         !is_separator(name.back()) && (is_list(style) || !is_record(name, style)) && !reads_as_statement(name);
}

// Writes file headings (or, for lists, whole lines) under directory headings. A directory gets a line of its own where
// the next file is in it too.
class Headings {
 public:
  Headings(std::string& out, const Format& format) : out_(out), format_(format) {}

  // `tail` is what follows the path on its line (a list's count); `next` the path of the next heading, "" for none.
  void write(std::string_view path, std::string_view tail, std::string_view next) {
    path.remove_prefix(format_.root.size());
    const std::size_t size = directory_size(path);
    const std::string_view directory = path.substr(0, size), name = path.substr(size);
    if (directory != directory_ && next.size() > format_.root.size() && stands_as_directory(directory)) {
      next.remove_prefix(format_.root.size());
      if (next.substr(0, directory_size(next)) == directory) {
        out_ += directory.empty() ? from_root : directory;
        out_ += '\n';
        directory_ = directory;
      }
    }
    if (directory == directory_ && stands_alone(name, format_.style)) {
      out_ += name;
    } else {
      if (size == 0 || !stands_alone(path, format_.style)) out_ += from_root;
      out_ += path;
    }
    out_ += tail;
  }

 private:
  bool stands_as_directory(std::string_view directory) const {
    return directory.empty() || (directory[0] != verbatim_mark && !directory.starts_with(from_root) &&
                                 (is_list(format_.style) || !is_record(directory, format_.style)));
  }

  std::string& out_;
  const Format& format_;
  std::string_view directory_;
};

// The decoder's side: what a heading line (no directory) names.
std::string path_of(std::string_view line, const Format& format, std::string_view directory) {
  std::string path = format.root;
  if (line.starts_with(from_root)) {
    path += line.substr(from_root.size());
  } else {
    if (directory_size(line) == 0) path += directory;
    path += line;
  }
  return path;
}

// ------------------------------------------------------------------------------------------------------------- leads

// The part of a record's line that the view prints: what follows the path.
std::string_view shown_part(const GrepOutput& g, std::size_t i) {
  const Record& r = g.records[i];
  const std::string_view line = g.lines[i].text;
  if (g.style == GrepStyle::numbered) return line.substr(r.path_size + 1);
  if (g.style == GrepStyle::unnumbered) return line.substr(r.path_size);
  return line;
}

bool is_record_kind(RecordKind k) {
  return k == RecordKind::match || k == RecordKind::context;
}

std::vector<std::string_view> bodies_of(const GrepOutput& g) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < g.records.size(); ++i) {
    if (!is_record_kind(g.records[i].kind)) continue;
    const std::string_view part = shown_part(g, i);
    out.push_back(part.substr(lead_at(part, g.style)));
  }
  return out;
}

void append_record(std::string& out, std::string_view part, const Format& format, bool whole) {
  const std::size_t at = format.leads.empty() ? 0 : lead_at(part, format.style);
  const Lead* lead = whole || format.leads.empty() ? nullptr : lead_of(part.substr(at), format.leads);
  if (lead == nullptr) {
    out += part;
    return;
  }
  out += part.substr(0, at);
  out += lead->letter;
  out += part.substr(at + lead->text.size());
}

std::string encode(const GrepOutput& g, const Format& format, const std::vector<bool>& whole) {
  std::string out =
      header_of(format, counted(g.matches, "match") == "1 match"
                            ? "1 match in " + counted(g.files.size(), "file")
                            : std::to_string(g.matches) + " matches in " + counted(g.files.size(), "file"));
  Headings headings(out, format);
  // The paths in the order in which headings are written, to know each one's successor.
  constexpr std::uint32_t none = UINT32_MAX;
  const auto needs_heading = [&](std::size_t i, std::uint32_t current) {
    const RecordKind k = g.records[i].kind;
    if (k == RecordKind::heading || k == RecordKind::item) return true;
    return has_paths_in_lines(format.style) && is_record_kind(k) && g.records[i].file != current;
  };
  std::vector<std::uint32_t> sequence;
  std::uint32_t current = none;
  for (std::size_t i = 0; i < g.lines.size(); ++i) {
    if (needs_heading(i, current)) sequence.push_back(current = g.records[i].file);
  }
  std::size_t written = 0;
  current = none;
  for (std::size_t i = 0; i < g.lines.size(); ++i) {
    const Record& r = g.records[i];
    const Line& line = g.lines[i];
    if (needs_heading(i, current)) {
      current = r.file;
      ++written;
      const std::string_view next = written < sequence.size() ? g.files[sequence[written]].path : std::string_view();
      const std::string_view tail = is_list(format.style) ? line.text.substr(r.path_size) : std::string_view();
      headings.write(g.files[current].path, tail, next);
      if (r.kind == RecordKind::heading || r.kind == RecordKind::item) {
        out += line.end;
        continue;
      }
      out += '\n';
    }
    if (is_record_kind(r.kind)) {
      append_record(out, shown_part(g, i), format, i < whole.size() && whole[i]);
    } else if (r.kind == RecordKind::blank) {
      if (format.blank_before_heading && i + 1 < g.lines.size() && g.records[i + 1].kind == RecordKind::heading)
        continue;
    } else {
      if (r.kind != RecordKind::separator) out += verbatim_mark;
      out += line.text;
    }
    out += line.end;
  }
  if (format.final_newline && out.ends_with('\n')) out.pop_back();
  return out;
}

}  // namespace

std::string_view common_directory(const std::vector<GrepFile>& files) {
  if (files.empty()) return {};
  std::string_view root = files[0].path.substr(0, directory_size(files[0].path));
  for (const GrepFile& f : files) {
    std::size_t n = 0;
    while (n < root.size() && n < f.path.size() && root[n] == f.path[n]) ++n;
    root = root.substr(0, directory_size(root.substr(0, n)));
    if (root.empty()) break;
  }
  return root;
}

std::optional<std::string> decode_search(std::string_view view) {
  const std::optional<Format> format = read_header(view);
  if (!format) return std::nullopt;
  std::string body(view);
  if (format->final_newline) body += '\n';
  std::string out, path;
  out.reserve(body.size() * 2);
  std::string directory;
  bool first_heading = true;
  for (const Line& line : split_lines(body)) {
    const std::string_view text = line.text;
    if (!text.empty() && text[0] == verbatim_mark) {
      out += text.substr(1);
      out += line.end;
      continue;
    }
    if (text.empty() || (text == "--" && !is_list(format->style))) {
      out += line.full();
      continue;
    }
    if (!is_list(format->style) && is_record(text, format->style)) {
      if (has_paths_in_lines(format->style)) {
        out += path;
        if (format->style == GrepStyle::numbered) out += text[after_number(text, 0) - 1];
      }
      const std::size_t at = lead_at(text, format->style);
      const auto lead = std::find_if(format->leads.begin(), format->leads.end(),
                                     [&](const Lead& l) { return at < text.size() && text[at] == l.letter; });
      if (lead != format->leads.end()) {
        out += text.substr(0, at);
        out += lead->text;
        out += text.substr(at + 1);
      } else {
        out += text;
      }
      out += line.end;
      continue;
    }
    if (is_separator(text.back())) {
      directory = text == from_root ? std::string() : std::string(text);
      continue;
    }
    path = path_of(text, *format, directory);
    if (has_paths_in_lines(format->style)) continue;
    if (format->blank_before_heading && !first_heading) out += line.end;
    first_heading = false;
    out += path;
    out += line.end;
  }
  return out;
}

std::optional<std::string> encode_search(const GrepOutput& g, std::string_view text, const std::vector<bool>& whole,
                                         tokens::Counter& ruler) {
  Format format;
  format.style = g.style;
  format.final_newline = text.ends_with('\n');
  format.root = common_directory(g.files);
  if (format.root.find_first_of(";[]\r\n") != std::string::npos) format.root.clear();
  if (!is_list(g.style)) format.leads = choose_leads(bodies_of(g), ruler);
  // Tools differ in whether a blank line ends a file's matches: what decodes to the source is right.
  for (bool blank : {true, false}) {
    if (blank && g.style != GrepStyle::headed) continue;
    format.blank_before_heading = blank;
    std::string view = encode(g, format, whole);
    if (decode_search(view) == text) return view;
  }
  return std::nullopt;
}

}  // namespace headroom::compressors
