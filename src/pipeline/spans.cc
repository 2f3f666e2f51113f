#include "pipeline/spans.h"

#include <algorithm>
#include <iterator>

#include "base/lines.h"
#include "detect/line_shapes.h"
#include "json/document.h"
#include "pipeline/sections.h"

namespace headroom::pipeline {
namespace {

constexpr std::size_t min_json = 200;     // bytes: below, a value inside other text is left to it
constexpr std::size_t max_attempts = 64;  // parses of JSON that may fail
// Bytes of well-formed JSON before the place where it breaks off: a tool's limit cut it there. Less may be anything.
constexpr std::size_t min_broken = 1000;
constexpr std::size_t least_table = 7;   // lines: its names, their rule, rows
constexpr std::size_t least_values = 5;  // rows behind a cut that are one part

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// "<stdout>", "</output>", "<tool_result name=x>": a tag alone on its line.
bool is_tag_line(std::string_view line) {
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  if (line.size() < 3 || line.size() > 120 || line.front() != '<' || line.back() != '>') return false;
  const char c = line[1] == '/' ? line[2] : line[1];
  return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && line.find('<', 1) == std::string_view::npos;
}

// "|---|:--:|" under the names of a table.
bool is_rule(std::string_view line) {
  return line.find("--") != std::string_view::npos && line.find('|') != std::string_view::npos &&
         line.find_first_not_of("|-: \t") == std::string_view::npos;
}

// Where a JSON value may begin in a line: its first bracket, if the line begins with it or it follows a blank or a
// colon.
std::size_t json_start(std::string_view line) {
  for (std::size_t i = 0; i < line.size() && i < 200; ++i) {
    if (line[i] != '{' && line[i] != '[') continue;
    if (i == 0 || is_blank(line[i - 1]) || line[i - 1] == ':' || line[i - 1] == '=') return i;
    return std::string_view::npos;
  }
  return std::string_view::npos;
}

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text), lines_(split_lines(text)) {}

  std::vector<Span> run() {
    while (line_ < lines_.size()) {
      if (fence() || table() || tags() || json_lines() || json()) continue;
      ++line_;
    }
    flush(text_.size());
    return std::move(spans_);
  }

 private:
  std::size_t offset(std::size_t line) const {
    return line < lines_.size() ? static_cast<std::size_t>(lines_[line].text.data() - text_.data()) : text_.size();
  }
  void flush(std::size_t end) {
    if (end > done_) spans_.push_back({text_.substr(done_, end - done_), false, {}});
    done_ = end;
  }
  // The inner text [begin, end), without its last line end.
  void inner(std::size_t begin, std::size_t end, std::string_view label = {}) {
    if (end > begin && text_[end - 1] == '\n') --end;
    if (end > begin && text_[end - 1] == '\r') --end;
    if (end <= begin) return;
    flush(begin);
    spans_.push_back({text_.substr(begin, end - begin), true, label});
    done_ = end;
  }

  // Lines up to the one that `closes`; nothing if none does.
  template <class Closes>
  bool enclosed(Closes closes, std::string_view label = {}) {
    for (std::size_t i = line_ + 1; i < lines_.size(); ++i) {
      if (!closes(lines_[i].text)) continue;
      inner(offset(line_ + 1), offset(i), label);
      line_ = i + 1;
      return true;
    }
    return false;
  }

  bool fence() {
    if (no_more_fences_ || !detect::is_fence(lines_[line_].text)) return false;
    std::string_view label = lines_[line_].text;
    label.remove_prefix(std::min(label.find_first_not_of(" \t`~"), label.size()));
    const bool found = enclosed([](std::string_view l) { return detect::is_fence(l); }, label);
    no_more_fences_ = !found;
    return found;
  }

  // Bars around cells and a rule of dashes below the names, for some rows.
  bool table() {
    std::size_t end = line_ + 1;
    if (lines_[line_].text.find('|') == std::string_view::npos || end >= lines_.size() || !is_rule(lines_[end].text))
      return false;
    while (end < lines_.size() && lines_[end].text.find('|') != std::string_view::npos) ++end;
    if (end - line_ < least_table) return false;
    inner(offset(line_), offset(end));
    line_ = end;
    return true;
  }

  bool tags() {
    const std::string_view open = lines_[line_].text;
    if (open.find('<') == std::string_view::npos || open.find("</") != std::string_view::npos || !is_tag_line(open))
      return false;
    if (++tag_attempts_ > max_attempts) return false;
    const std::size_t a = open.find('<') + 1;
    const std::string name(open.substr(a, open.find_first_of(" >", a) - a));
    const std::string close = "</" + name + ">";
    return enclosed([&](std::string_view l) { return l.find(close) != std::string_view::npos && is_tag_line(l); });
  }

  // A row of values, each on its line, as tools print events and as a limit leaves them before and behind its cut.
  bool json_lines() {
    std::size_t end = line_;
    while (end < lines_.size() && is_json_line(lines_[end].text)) ++end;
    if (end - line_ < least_values || offset(end) - offset(line_) < min_json) return false;
    inner(offset(line_), offset(end));
    line_ = end;
    return true;
  }
  static bool is_json_line(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool brackets =
        (line.starts_with('{') && line.ends_with('}')) || (line.starts_with('[') && line.ends_with(']'));
    return brackets && json::Document::parse(line).has_value();
  }

  bool json() {
    const std::string_view line = lines_[line_].text;
    const std::size_t at = json_start(line);
    if (at == std::string_view::npos || attempts_ >= max_attempts) return false;
    const std::size_t begin = offset(line_) + at;
    if (text_.size() - begin < min_json) return false;
    const auto doc = json::Document::parse_prefix(text_.substr(begin));
    if (!doc) {
      ++attempts_;
      return broken_off(begin, begin + doc.error().offset);
    }
    if (doc->root().end() < min_json) {
      ++attempts_;
      return false;
    }
    const std::size_t end = begin + doc->root().end();
    // The value must end its line.
    while (line_ < lines_.size() && offset(line_) < end) ++line_;
    std::size_t rest = end;
    while (rest < offset(line_) &&
           (is_blank(text_[rest]) || text_[rest] == ',' || text_[rest] == ';' || text_[rest] == '\r'))
      ++rest;
    if (rest < offset(line_) && text_[rest] != '\n') return true;
    flush(begin);
    spans_.push_back({text_.substr(begin, end - begin), true, {}});
    done_ = end;
    return true;
  }

  // A value that is well-formed up to `end` and then breaks off; behind it, up to the end of the text, what is whole
  // again: "[{...}, {...}, {"id": 1[... output cut ...]": 7}, {...}, {...}]".
  bool broken_off(std::size_t begin, std::size_t end) {
    if (end - begin < min_broken) return false;
    flush(begin);
    spans_.push_back({text_.substr(begin, end - begin), true, {}});
    done_ = end;
    for (std::size_t at = end; (at = next_element(at)) < text_.size();) at = rows(at);
    line_ = lines_.size();
    return true;
  }
  // The next bracket behind a comma: the values before it may be inside one that was cut.
  std::size_t next_element(std::size_t at) const {
    for (; at < text_.size() && attempts_ < max_attempts; ++at) {
      at = text_.find_first_of("{[", at);
      if (at == std::string_view::npos) break;
      const std::size_t before = text_.find_last_not_of(" \t\r\n", at - 1);
      if (before != std::string_view::npos && before >= done_ && text_[before] == ',') return at;
    }
    return text_.size();
  }
  // Values one behind the other, parted by commas, from `at` on: one part if they are many, else the large ones.
  std::size_t rows(std::size_t at) {
    std::vector<std::string_view> values;
    for (std::size_t next = at; next < text_.size() && (text_[next] == '{' || text_[next] == '[');) {
      const auto doc = json::Document::parse_prefix(text_.substr(next));
      if (!doc) {
        ++attempts_;
        break;
      }
      values.push_back(text_.substr(next, doc->root().end()));
      at = next + doc->root().end();
      next = text_.find_first_not_of(" \t\r\n", at);
      if (next == std::string_view::npos || text_[next] != ',') break;
      next = std::min(text_.find_first_not_of(" \t\r\n", next + 1), text_.size());
    }
    if (values.empty()) return at + 1;
    const auto add = [&](std::string_view part) {
      if (part.size() < min_json) return;
      flush(offset_of(part));
      spans_.push_back({part, true, {}});
      done_ = at_end(part);
    };
    if (values.size() >= least_values) {
      add({values.front().data(), at_end(values.back()) - offset_of(values.front())});
    } else {
      for (const std::string_view v : values) add(v);
    }
    return at;
  }
  std::size_t offset_of(std::string_view part) const { return static_cast<std::size_t>(part.data() - text_.data()); }
  std::size_t at_end(std::string_view part) const { return offset_of(part) + part.size(); }

  std::string_view text_;
  std::vector<Line> lines_;
  std::vector<Span> spans_;
  std::size_t line_ = 0, done_ = 0, attempts_ = 0, tag_attempts_ = 0;
  bool no_more_fences_ = false;
};

}  // namespace

std::vector<Span> split_spans(std::string_view text) {
  const Sections s = find_sections(text);
  std::vector<Span> out;
  if (s.begin > 0) out.push_back({text.substr(0, s.begin), false, {}});
  if (s.begin < s.end) {
    std::vector<Span> parts = Splitter(text.substr(s.begin, s.end - s.begin)).run();
    if (parts.size() == 1 && s.end - s.begin < text.size()) parts.front().inner = parts.front().output = true;
    std::ranges::move(parts, std::back_inserter(out));
  }
  if (s.end < text.size()) out.push_back({text.substr(s.end), false, {}});
  return out;
}

}  // namespace headroom::pipeline
