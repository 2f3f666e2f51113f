#include "compressors/diff/short_hunk.h"

#include <array>
#include <charconv>

#include "compressors/definitions.h"
#include "compressors/statements.h"

namespace headroom::compressors {
namespace {

// Shorter runs hardly repay their fence.
constexpr std::size_t shortest_run = 3;

struct Fence {
  char mark;
  std::string_view open, close;
};
constexpr std::array<Fence, 2> fences = {{{'+', "{+", "+}"}, {'-', "[-", "-]"}}};

const Fence* fence_of(char mark) {
  for (const Fence& f : fences) {
    if (f.mark == mark) return &f;
  }
  return nullptr;
}
const Fence* fence_opened_by(std::string_view line) {
  for (const Fence& f : fences) {
    if (f.open == line) return &f;
  }
  return nullptr;
}

bool is_mark(char c) {
  return c == ' ' || c == '+' || c == '-' || c == '\\';
}

// A definition that came or went keeps its mark: a run's landmarks are found by eye, and quoted as they stood.
bool is_definition(std::string_view line) {
  return !defined_name(line.substr(1)).empty();
}

// "@@ -10 +12 def f():": the numbers as they stand, and what follows them.
struct ShortHead {
  std::string_view old_start, new_start, section;
};
std::optional<ShortHead> parse_short(std::string_view s) {
  ShortHead h;
  const auto take = [&](std::string_view lead, std::string_view& number) {
    if (!s.starts_with(lead)) return false;
    s.remove_prefix(lead.size());
    std::size_t n = 0;
    while (n < s.size() && s[n] >= '0' && s[n] <= '9') ++n;
    number = s.substr(0, n);
    s.remove_prefix(n);
    return n > 0;
  };
  if (!take("@@ -", h.old_start) || !take(" +", h.new_start)) return std::nullopt;
  if (!s.empty() && (s[0] != ' ' || s.starts_with(" @@"))) return std::nullopt;
  h.section = s;
  return h;
}

std::string range(std::string_view start, std::uint64_t count) {
  std::string out(start);
  if (count != 1) (out += ',') += std::to_string(count);  // as git and diff write it
  return out;
}

struct Counts {
  std::uint64_t old_lines = 0, new_lines = 0;
};

std::string full_head(const ShortHead& h, Counts n) {
  std::string out = "@@ -" + range(h.old_start, n.old_lines) + " +" + range(h.new_start, n.new_lines) + " @@";
  return out += h.section;
}

}  // namespace

std::optional<std::string> short_hunk_head(const std::vector<Line>& lines, const Hunk& h) {
  if (h.style != HunkStyle::unified) return std::nullopt;
  for (std::size_t i = h.head + 1; i < h.end; ++i) {
    if (lines[i].text.empty()) return std::nullopt;  // a line's blank was stripped: it would end the body
  }
  std::string short_head =
      "@@ -" + std::to_string(h.old_start) + " +" + std::to_string(h.new_start) + std::string(h.section);
  const std::optional<ShortHead> parsed = parse_short(short_head);
  if (!parsed || full_head(*parsed, {h.old_count, h.new_count}) != lines[h.head].text) return std::nullopt;
  return short_head;
}

bool is_short_hunk_head(std::string_view line) {
  return parse_short(line).has_value();
}

std::uint64_t short_hunk_start(std::string_view line) {
  const std::optional<ShortHead> head = parse_short(line);
  std::uint64_t start = 0;
  if (head) std::from_chars(head->new_start.data(), head->new_start.data() + head->new_start.size(), start);
  return start;
}

bool continues_hunk(std::string_view line) {
  return !line.empty() && (is_mark(line[0]) || fence_opened_by(line) != nullptr);
}

std::string fenced_body(const std::vector<Line>& lines, const Hunk& h, tokens::Counter& ruler, Tokens& saved) {
  std::string out;
  for (std::size_t i = h.head + 1; i < h.end;) {
    const Fence* fence = fence_of(lines[i].text[0]);
    std::size_t end = i + 1;
    if (fence != nullptr && !is_definition(lines[i].text)) {
      while (end < h.end && lines[end].text[0] == fence->mark && !is_definition(lines[end].text)) ++end;
    }
    std::string marked, fenced;
    bool fits = fence != nullptr && end - i >= shortest_run;
    for (std::size_t k = i; k < end; ++k) {
      marked += lines[k].full();
      if (!fits) continue;
      const std::string_view text = lines[k].text.substr(1);
      fits = text != fence->close && !lines[k].end.empty() && !reads_as_statement(text);
      fenced += lines[k].full().substr(1);
    }
    if (fits) {
      fenced.insert(0, std::string(fence->open) + '\n').append(fence->close).append("\n");
      const Tokens less = ruler.count(marked) - ruler.count(fenced);
      fits = less > Tokens(0);
      if (fits) saved = saved + less;
    }
    out += fits ? fenced : marked;
    i = end;
  }
  return out;
}

std::optional<FencedBody> read_fenced_body(const std::vector<Line>& lines, std::size_t at) {
  FencedBody body;
  std::size_t i = at;
  while (i < lines.size() && continues_hunk(lines[i].text)) {
    const Fence* fence = fence_opened_by(lines[i].text);
    if (fence == nullptr) {
      body.text += lines[i++].full();
      continue;
    }
    for (++i; i < lines.size() && lines[i].text != fence->close; ++i) (body.text += fence->mark) += lines[i].full();
    if (i == lines.size()) return std::nullopt;
    ++i;
  }
  body.end = i;
  return body;
}

std::optional<std::string> full_hunk_head(std::string_view line, std::string_view body) {
  const std::optional<ShortHead> head = parse_short(line);
  if (!head) return std::nullopt;
  Counts n;
  for (const Line& l : split_lines(body)) {
    const char c = l.text.empty() ? ' ' : l.text[0];
    n.old_lines += c == ' ' || c == '-';
    n.new_lines += c == ' ' || c == '+';
  }
  return full_head(*head, n);
}

}  // namespace headroom::compressors
