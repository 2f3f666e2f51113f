#include "detect/sketch.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/utf8.h"
#include "detect/line_shapes.h"

namespace headroom::detect {
namespace {

constexpr std::size_t sample = std::size_t{64} << 10;
constexpr std::size_t max_line = 4096;  // of a line only so much is looked at
constexpr std::size_t max_lines = 256;  // of a sample, evenly spread: shares do not change beyond that
constexpr std::size_t few_lines =
    32;  // where brackets at both ends or the first bytes say JSON, whose parser judges anyway

constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Head, middle and tail, cut at line starts but for the head; the whole text if it is no longer than the three.
std::vector<std::string_view> samples(std::string_view text) {
  if (text.size() <= 3 * sample) return {text};
  const auto line_start = [&](std::size_t at) {
    const std::size_t n = text.find('\n', at);
    return n == std::string_view::npos || n > at + sample ? at : n + 1;
  };
  const std::size_t middle = line_start(text.size() / 2 - sample / 2), tail = line_start(text.size() - sample);
  return {text.substr(0, sample), text.substr(middle, std::min(sample, tail - std::min(tail, middle))),
          text.substr(tail)};
}

std::string_view trim(std::string_view s) {
  while (!s.empty() && is_space(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
  return s;
}

// A whole object or array; not the name of a table or section ("[[package]]", "[order.0]").
bool looks_like_json_line(std::string_view trimmed) {
  if (trimmed.size() < 2 || (trimmed.front() != '{' && trimmed.front() != '[')) return false;
  if (trimmed.back() == ',') trimmed.remove_suffix(1);
  if (trimmed.back() != (trimmed.front() == '{' ? '}' : ']')) return false;
  const std::string_view inner = trimmed.substr(std::min(trimmed.find_first_not_of("[{ \t"), trimmed.size() - 1));
  return std::string_view("\"]}-0123456789").find(inner[0]) != std::string_view::npos || inner.starts_with("true") ||
         inner.starts_with("false") || inner.starts_with("null");
}

// Strips one leading ANSI colour code, so that coloured lines are recognised by what they say.
std::string_view skip_escape(std::string_view line) {
  while (line.size() > 2 && line[0] == '\x1b' && line[1] == '[') {
    std::size_t i = 2;
    while (i < line.size() && !((line[i] | 0x20) >= 'a' && (line[i] | 0x20) <= 'z')) ++i;
    if (i >= line.size()) break;
    line.remove_prefix(i + 1);
  }
  return line;
}

class Seen {  // shapes met before, in a fixed table: collisions only blur a count
 public:
  bool met(std::uint64_t shape) {
    std::uint64_t& slot = table_[shape % table_.size()];
    const bool hit = slot == shape;
    slot = shape;
    return hit;
  }

 private:
  std::array<std::uint64_t, 1024> table_{};
};

// A sample may begin or end inside a code point: three bytes at either end do not count.
bool has_invalid_utf8(std::string_view part) {
  std::size_t begin = 0;
  while (begin < 3 && begin < part.size() && (static_cast<unsigned char>(part[begin]) & 0xC0) == 0x80) ++begin;
  const auto bad = utf8::first_invalid(part.substr(begin));
  return bad && begin + *bad + 3 < part.size();
}

bool is_dense_line(std::string_view trimmed) {
  constexpr std::size_t least = 300;
  return trimmed.size() >= least &&
         static_cast<std::size_t>(std::count(trimmed.begin(), trimmed.end(), ' ')) * 100 < trimmed.size() * 6;
}

bool is_digit_line(std::string_view trimmed) {
  constexpr std::size_t least = 60;
  return trimmed.size() >= least && trimmed.size() <= max_line &&
         std::all_of(trimmed.begin(), trimmed.end(), [](char c) {
           return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '+' || c == '/' ||
                  c == '=';
         });
}

// Words two and more blanks apart, the first not ended by a mark of prose, of code or of a search tool ("12: return").
bool has_gutter(std::string_view trimmed) {
  const std::size_t gap = trimmed.find("  ");
  return gap != std::string_view::npos &&
         std::string_view(":.;,{}()!?").find(trimmed[gap - 1]) == std::string_view::npos;
}

// How often each separator of a delimited table stands in the first sampled line and in those like it.
class Separators {
 public:
  void count(std::string_view line) {
    std::array<std::size_t, marks.size()> here{};
    bool quoted = false;
    for (const char c : line) {
      const std::uint8_t which = which_mark[static_cast<unsigned char>(c)];
      if (which == none) continue;
      if (which == quote) {
        quoted = !quoted;
      } else if (!quoted) {
        ++here[which];
      }
    }
    if (first_) first_line_ = here;
    first_ = false;
    for (std::size_t i = 0; i < marks.size(); ++i) alike_[i] += here[i] > 0 && here[i] == first_line_[i];
  }
  std::size_t most() const { return *std::max_element(alike_.begin(), alike_.end()); }

 private:
  static constexpr std::array<char, 4> marks = {'\t', ',', ';', '|'};
  static constexpr std::uint8_t quote = marks.size(), none = quote + 1;
  // Of each byte: one of the marks, a quote, or none, as most are.
  static constexpr std::array<std::uint8_t, 256> which_mark = [] {
    std::array<std::uint8_t, 256> t{};
    t.fill(marks.size() + 1);
    for (std::size_t i = 0; i < marks.size(); ++i)
      t[static_cast<unsigned char>(marks[i])] = static_cast<std::uint8_t>(i);
    t['"'] = marks.size();
    return t;
  }();
  bool first_ = true;
  std::array<std::size_t, marks.size()> first_line_{}, alike_{};
};

// A line of indented JSON: "name": 3, "text", or brackets that open or close.
bool is_member_line(std::string_view trimmed) {
  if (trimmed.back() == ',') trimmed.remove_suffix(1);
  if (trimmed.empty()) return false;
  const char last = trimmed.back();
  if (trimmed.front() != '"') return trimmed.find_first_not_of("{}[]") == std::string_view::npos;
  return last == '"' || trimmed.find("\": ") != std::string_view::npos;
}

// The first bytes say JSON, as no log's do: [2026-03-01], [info], {name}.
bool begins_as_json(std::string_view body) {
  if (body.front() != '{' && body.front() != '[') return false;
  const std::size_t next = body.find_first_not_of(" \t\r\n", 1);
  if (next == std::string_view::npos) return false;
  return body[next] == '"' || (body.front() == '[' && (body[next] == '{' || body[next] == '['));
}

// What is counted across the lines of all samples.
struct Counting {
  Seen seen;
  Separators separators;
};

void count_line(std::string_view line, Sketch& s, Counting& counting) {
  const std::string_view trimmed = trim(line);
  if (trimmed.empty()) return;
  ++s.lines;
  s.dense_lines += is_dense_line(trimmed.substr(0, max_line));
  s.digit_lines += is_digit_line(trimmed);
  counting.separators.count(line.substr(0, max_line));
  s.gutter_lines += has_gutter(trimmed.substr(0, max_line));
  s.json_lines += looks_like_json_line(trimmed);
  s.member_lines += is_member_line(trimmed);
  line = skip_escape(line.substr(0, max_line));
  s.time_lines += time_prefix(line) != 0;
  s.level_lines += has_level_or_tool_prefix(line);
  s.search_lines += search_split(line).has_value();
  s.path_lines += is_path_line(line);
  s.path_text_lines += has_path_prefix(line);
  s.listing_lines += is_listing_line(line);
  s.diff_lines += is_diff_line(line);
  s.hunk_heads += is_hunk_head(line);
  s.diagnostic_lines += is_diagnostic(line);
  s.report_lines += is_test_report_line(line);
  s.markdown_lines += is_markdown(line);
  s.setting_lines += is_setting_line(trimmed);
  s.fence_lines += is_fence(line);
  s.code_lines += is_code_line(trimmed);
  s.sentence_lines += is_sentence_line(trimmed);
  s.repeated_lines += counting.seen.met(shape_of(line));
}

// Which line of a group of `stride` is looked at: scattered, for in records of as many lines as the stride, or twice as
// many, one in `stride` would always be the same field.
std::size_t chosen_of(std::size_t group, std::size_t stride) {
  return ((group * 0x9E3779B97F4A7C15ull) >> 32) % stride;
}

void count_lines(std::string_view part, std::size_t limit, Sketch& s, Counting& counting) {
  const auto total = static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n')) + 1;
  const std::size_t stride = (total + limit - 1) / limit;
  std::size_t begin = 0;
  for (std::size_t i = 0; begin < part.size(); ++i) {
    std::size_t end = part.find('\n', begin);
    if (end == std::string_view::npos) end = part.size();
    const std::string_view line = part.substr(begin, end - begin);
    if (i % stride == chosen_of(i / stride, stride)) {
      count_line(line, s, counting);
    } else {
      s.hunk_heads += is_hunk_head(line);  // one stands over hundreds of lines that may look like anything
    }
    begin = end + 1;
  }
}

}  // namespace

Sketch sketch(std::string_view content) {
  Sketch s;
  s.bytes = content.size();
  const std::string_view body = trim(content);
  if (body.empty()) return s;
  s.first = body.front();
  s.last = body.back();
  Counting counting;
  const bool bracketed = (s.first == '{' && s.last == '}') || (s.first == '[' && s.last == ']') || begins_as_json(body);
  for (std::string_view part : samples(content)) {
    s.invalid_utf8 |= has_invalid_utf8(part);
    s.has_nul |= std::memchr(part.data(), '\0', part.size()) != nullptr;
    s.has_escape_codes |= part.find("\x1b[") != std::string_view::npos;
    count_lines(part, bracketed ? few_lines : max_lines, s, counting);
  }
  s.delimited_lines = counting.separators.most();
  return s;
}

}  // namespace headroom::detect
