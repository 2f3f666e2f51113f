#include "pipeline/outline.h"

#include <algorithm>

#include "base/utf8.h"
#include "json/document.h"

namespace headroom::pipeline {
namespace {

constexpr std::size_t entry_bytes = 60;

bool digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_heading(std::string_view line) {
  std::size_t marks = 0;
  while (marks < line.size() && line[marks] == '#') ++marks;
  return marks >= 1 && marks <= 6 && line.size() > marks + 1 && line[marks] == ' ';
}

bool is_file_head(std::string_view line) {
  return line.starts_with("diff --git ") || line.starts_with("Index: ");
}

bool is_definition(std::string_view line) {
  constexpr std::string_view heads[] = {"def ",    "async def ", "class ",     "func ",   "fn ",        "pub ",
                                        "impl ",   "function ",  "export ",    "struct ", "interface ", "trait ",
                                        "enum ",   "module ",    "namespace ", "public ", "private ",   "protected ",
                                        "static ", "package ",   "type "};
  if (line.empty() || line.back() == ';') return false;
  return std::any_of(std::begin(heads), std::end(heads), [line](std::string_view h) { return line.starts_with(h); });
}

// The date and time a log line begins with, "" if none.
std::string_view stamp_of(std::string_view line) {
  std::size_t begin = 0;
  while (begin < line.size() && (line[begin] == '[' || line[begin] == '(')) ++begin;
  std::size_t end = begin;
  while (end < line.size() && end < begin + 30 &&
         (digit(line[end]) || line[end] == '-' || line[end] == ':' || line[end] == '.' || line[end] == 'T' ||
          line[end] == 'Z' || line[end] == '/' || line[end] == '+' || line[end] == ',' ||
          (line[end] == ' ' && end + 1 < line.size() && digit(line[end + 1]) && end > begin && digit(line[end - 1])))) {
    ++end;
  }
  const std::string_view stamp = line.substr(begin, end - begin);
  const auto colons = std::count(stamp.begin(), stamp.end(), ':');
  return stamp.size() >= 8 && digit(stamp[0]) && colons >= 2 ? stamp : std::string_view();
}

// Control characters would break the bracket's one line.
std::string one_line(std::string_view text) {
  std::string out(text.substr(0, utf8::floor_boundary(text, entry_bytes)));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) c = ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::vector<OutlineEntry> spread(const std::vector<OutlineEntry>& all, std::size_t limit) {
  if (all.size() <= limit) return all;
  std::vector<OutlineEntry> some;
  some.reserve(limit);
  for (std::size_t i = 0; i < limit; ++i) some.push_back(all[i * all.size() / limit]);
  return some;
}

std::vector<OutlineEntry> keys_of(std::string_view text, const LineIndex& lines) {
  std::vector<OutlineEntry> entries;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '[')) return entries;
  const auto doc = json::Document::parse(text);
  if (!doc || doc->root().kind() != json::Kind::object) return entries;
  for (const auto [key, value] : doc->members(0)) {
    std::string entry = one_line(doc->raw(key));
    if (doc->is(value, json::Kind::array)) entry += " [" + std::to_string(doc->count(value)) + "]";
    if (doc->is(value, json::Kind::object)) entry += " {" + std::to_string(doc->count(value)) + "}";
    entries.push_back({lines.line_of((*doc)[key].begin()), std::move(entry)});
    if (entries.size() >= 1000) break;
  }
  return entries;
}

}  // namespace

std::vector<OutlineEntry> outline_of(std::string_view text, const LineIndex& lines, std::size_t limit) {
  if (limit == 0) return {};
  if (auto keys = keys_of(text, lines); !keys.empty()) return spread(keys, limit);
  // Whichever kind of landmark the text has: files of a diff, headings, definitions, else times.
  std::vector<OutlineEntry> files, headings, definitions, stamps;
  constexpr std::size_t most = 20000;  // of each kind: beyond that they are no landmarks
  for (std::size_t n = 1; n <= lines.count(); ++n) {
    std::string_view line = text.substr(lines.begin(n), std::min<std::size_t>(lines.end(n) - lines.begin(n), 200));
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (is_file_head(line) && files.size() < most) files.push_back({n, one_line(line)});
    if (is_heading(line) && headings.size() < most) headings.push_back({n, one_line(line)});
    if (is_definition(line) && definitions.size() < most) definitions.push_back({n, one_line(line)});
    if (stamps.size() < most && (digit(line[0]) || line[0] == '[' || line[0] == '(')) {
      if (const auto stamp = stamp_of(line); !stamp.empty()) stamps.push_back({n, one_line(stamp)});
    }
  }
  // Headings in a log are comments, definitions in it are quotations: stamps on a third of the lines settle it.
  const bool log = 3 * stamps.size() >= lines.count();
  for (const auto* kind : {&files, log ? &stamps : &headings, &definitions, &stamps}) {
    if (kind->size() >= 2) return spread(*kind, limit);
  }
  return {};
}

}  // namespace headroom::pipeline
