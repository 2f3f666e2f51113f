#include "compressors/json/decode.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "compressors/json/cells.h"
#include "compressors/json/embedded.h"
#include "compressors/json/kinds.h"
#include "compressors/json/paths.h"
#include "compressors/json/sections.h"
#include "compressors/json/spelling.h"
#include "compressors/json/table_reader.h"
#include "json/document.h"

namespace headroom::compressors::records {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::uint64_t max_rows = std::uint64_t{1} << 26;

struct Count {
  std::uint64_t n;
  RowKind kind = RowKind::objects;
  bool nested = false;
};

// "300 rows", "300 keyed rows", "300 lists", "300 items" or "300 nested rows".
std::optional<Count> count_of(std::string_view s) {
  struct Word {
    std::string_view text;
    RowKind kind;
    bool nested;
  };
  constexpr Word words[] = {{" nested rows", RowKind::objects, true},
                            {" keyed rows", RowKind::keyed, false},
                            {" rows", RowKind::objects, false},
                            {" lists", RowKind::lists, false},
                            {" items", RowKind::items, false}};
  for (const Word& word : words) {
    if (!s.ends_with(word.text)) continue;
    const auto n = read_number(s.substr(0, s.size() - word.text.size()));
    if (!n || *n == 0 || *n > max_rows) return std::nullopt;
    return Count{*n, word.kind, word.nested};
  }
  return std::nullopt;
}

// The rows of a block with the brackets around them.
bool read_block(Lines& lines, const Count& count, const TableReader::Values& enclosing, std::string& out);

// Rows below rows: up to three classes' preambles, then the rows, each one blank deeper than the row it belongs to.
bool read_nested(Lines& lines, std::uint64_t count, const TableReader::Values& enclosing, std::string& out) {
  std::optional<TableReader> with, without, below;
  for (;;) {
    const std::string_view title = lines.peek();
    std::optional<TableReader>* reader = title == "with rows below:" ? &with
                                         : title == "without:"       ? &without
                                         : title == "below:"         ? &below
                                                                     : nullptr;
    if (reader == nullptr) break;
    if (*reader) return false;
    lines.next();
    reader->emplace(lines);
    (*reader)->nested = reader == &with;
    if (!(*reader)->read_head()) return false;
  }
  if (!with) return false;
  struct Open {
    std::string behind;
    TableReader::Values values;
    bool first = true;
  };
  std::vector<Open> open;  // the rows that the next line may be below
  bool first = true;
  const auto depth_of = [](std::string_view line) {
    std::size_t n = 0;
    while (n < line.size() && line[n] == ' ') ++n;
    return n;
  };
  while (count > 0) {
    if (lines.done()) return false;
    std::string_view line = lines.next();
    const std::size_t depth = depth_of(line);
    line.remove_prefix(depth);
    if (depth > open.size() || depth > static_cast<std::size_t>(json::max_depth)) return false;
    while (open.size() > depth) {
      out += open.back().behind;
      open.pop_back();
    }
    const TableReader::Values& above = open.empty() ? enclosing : open.back().values;
    bool& first_here = open.empty() ? first : open.back().first;
    if (!lines.done() && count > 1 && depth_of(lines.peek()) == depth + 1) {
      Open row;
      std::string before;
      with->above = &above;
      with->leave = &row.values;
      if (!with->read_branch(line, before, row.behind)) return false;
      if (!first_here) out += ',';
      first_here = false;
      out += before;
      --count;
      open.push_back(std::move(row));
      continue;
    }
    std::optional<TableReader>& reader = depth > 0 && below ? below : without;
    if (!reader || (line.starts_with('{') && end_of_json(line, 0) == line.size())) {
      if (!line.starts_with('{')) return false;
      if (!first_here) out += ',';
      first_here = false;
      out += line;
      --count;
      continue;
    }
    reader->above = &above;
    if (!reader->read_line(line, count, first_here, out, ",")) return false;
  }
  while (!open.empty()) {
    out += open.back().behind;
    open.pop_back();
  }
  return true;
}

bool read_block(Lines& lines, const Count& count, const TableReader::Values& enclosing, std::string& out) {
  const bool keyed = count.kind == RowKind::keyed;
  out += keyed ? '{' : '[';
  if (count.nested) {
    if (!read_nested(lines, count.n, enclosing, out)) return false;
  } else if (!TableReader(lines, count.kind).read(count.n, out, ",")) {
    return false;
  }
  out += keyed ? '}' : ']';
  return true;
}

bool read_members(Lines& lines, std::string& out) {
  Paths paths;
  std::unordered_map<PathId, std::string> values;
  ObjectBuilder builder(paths);
  PathId heading = root_path;
  bool begun = false;
  while (!lines.done()) {
    const std::string_view line = lines.next();
    if (line == no_heading) {
      heading = root_path;
      continue;
    }
    std::string_view rest = line;
    if (line.starts_with(heading_lead)) {
      rest.remove_prefix(heading_lead.size());
      const auto path = paths.parse(rest);
      if (!path || !rest.empty()) return false;
      heading = *path;
      continue;
    }
    const auto path = paths.parse(rest, heading);
    if (!path) return false;
    if (!begun) {
      PathId top = *path;
      while (paths[top].parent != root_path) top = paths[top].parent;
      builder.begin(out, paths[top].index >= 0);
      begun = true;
    }
    if (rest.starts_with('=')) {
      rest.remove_prefix(1);
      std::string json;
      if (!append_cell_json(json, rest, false)) return false;
      if (json[0] == '"') values[*path] = unquoted(json);
      builder.add(out, *path, json);
    } else if (rest.starts_with(": ")) {
      const auto count = count_of(rest.substr(2));
      if (!count) return false;
      builder.key(out, *path);
      TableReader::Values enclosing;
      if (count->nested) {
        // Names are those of the object that holds the rows: of its own members, without its path.
        const PathId holder = paths[*path].parent;
        for (const auto& [id, value] : values) {
          if (paths[id].parent == holder) enclosing[name_below(paths, holder, id)] = value;
        }
      }
      if (!read_block(lines, *count, enclosing, out)) return false;
    } else {
      return false;
    }
  }
  return begun && builder.end(out);
}

// "[json cut off in 2 spaced, 300 rows, complete; the last 57 bytes as they came]": the view of the whole elements,
// what closed them taken off again, and the last bytes.
std::optional<std::string> decode_cut(std::string_view view) {
  constexpr std::string_view lead = "[json cut off in ", tail = " bytes as they came]", before = "the last ";
  const std::string_view head = view.substr(0, view.find('\n'));
  if (!head.starts_with(lead) || !head.ends_with(tail)) return std::nullopt;
  const std::size_t at = head.rfind(before);
  if (at == npos || at + before.size() + tail.size() > head.size()) return std::nullopt;
  const auto size = read_number(head.substr(at + before.size(), head.size() - at - before.size() - tail.size()));
  if (!size || *size + head.size() + 2 > view.size()) return std::nullopt;
  std::string_view rest = head.substr(lead.size());
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const auto depth = read_number(rest.substr(0, digits));
  if (!depth || *depth == 0 || *depth > static_cast<std::uint64_t>(json::max_depth)) return std::nullopt;
  rest.remove_prefix(digits);
  const Spelling spelling = read_spelling(rest);
  std::string whole = "[json";
  whole += rest;
  whole += view.substr(head.size(), view.size() - head.size() - *size - 1);
  const auto json = decode(whole);
  if (!json) return std::nullopt;
  std::string out;
  respell(out, *json, spelling);
  for (std::uint64_t i = 0; i < *depth && !out.empty(); ++i) {
    out.pop_back();
    while (spelling.indent > 0 && !out.empty() && (out.back() == ' ' || out.back() == '\n')) out.pop_back();
  }
  out += view.substr(view.size() - *size);
  return out;
}

}  // namespace

std::optional<std::string> decode(std::string_view view) {
  if (view.starts_with("[json cut off in ")) return decode_cut(view);
  Lines lines(view);
  std::string_view head = lines.next();
  if (!head.starts_with("[json") || !head.ends_with(']')) return std::nullopt;
  head.remove_prefix(5);
  const auto strings = read_strings_style(head);
  const auto closed = [&strings](std::string text) {
    if (!strings) return text;
    std::string out;
    close_strings(out, text, strings->spelling, strings->ended);
    return out;
  };
  bool json_lines = false, ended = true;
  Spelling spelling;
  if (head.starts_with(" lines")) {
    json_lines = true;
    head.remove_prefix(6);
    spelling = read_spelling(head);
    if (head.starts_with(" unended")) {
      ended = false;
      head.remove_prefix(8);
    }
  }
  const auto kinds = read_kinds_style(head);
  if (!head.starts_with(", ")) return std::nullopt;
  head.remove_prefix(2);
  const std::size_t complete = head.find("complete");
  if (complete == npos) return std::nullopt;
  const std::string_view what = head.substr(0, complete);
  std::string out;
  const auto as_lines = [&](std::string text) {
    text = closed(std::move(text));
    if (ended) text += '\n';
    if (spelling == Spelling{}) return text;
    std::string spelled;
    respell(spelled, text, spelling);
    return spelled;
  };
  if (kinds) {
    const auto count = what.ends_with(", ") ? count_of(what.substr(0, what.size() - 2)) : std::nullopt;
    if (count ? !read_block(lines, *count, {}, out) || !lines.done() : !what.empty() || !read_members(lines, out))
      return std::nullopt;
    auto rows = join_kinds(out, *kinds, json_lines ? "\n" : ",");
    if (!rows) return std::nullopt;
    if (json_lines) return as_lines(*std::move(rows));
    return closed(kinds->member.empty() ? "[" + *rows + "]" : *std::move(rows));
  }
  if (what.empty() && !json_lines) {
    if (!read_members(lines, out)) return std::nullopt;
    return closed(std::move(out));
  }
  if (!what.ends_with(", ")) return std::nullopt;
  const auto count = count_of(what.substr(0, what.size() - 2));
  if (!count) return std::nullopt;
  if (!json_lines) {
    if (!read_block(lines, *count, {}, out) || !lines.done()) return std::nullopt;
    return closed(std::move(out));
  }
  if (count->nested || count->kind == RowKind::keyed) return std::nullopt;
  if (!TableReader(lines, count->kind).read(count->n, out, "\n") || !lines.done()) return std::nullopt;
  return as_lines(std::move(out));
}

}  // namespace headroom::compressors::records
