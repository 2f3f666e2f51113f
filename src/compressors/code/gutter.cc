#include "compressors/code/gutter.h"

#include <algorithm>

namespace headroom::compressors::code {
namespace {

constexpr std::size_t most_before = 4, most_behind = 8;  // lines outside the gutter
constexpr std::size_t least_lines = 3;                   // fewer numbered lines are a list, not a gutter

struct Mark {
  std::uint32_t number;
  std::uint32_t width;
  char sort;  // which of the ways of writing it
};

// Blanks, a number, then a tab, "→", "|", ": " or ":" with nothing behind it.
std::optional<Mark> mark_of(std::string_view line) {
  std::size_t i = 0;
  while (i < line.size() && i < 12 && line[i] == ' ') ++i;
  const std::size_t digits = i;
  std::uint32_t number = 0;
  while (i < line.size() && i < digits + 8 && line[i] >= '0' && line[i] <= '9') {
    number = number * 10 + static_cast<std::uint32_t>(line[i++] - '0');
  }
  if (i == digits) return std::nullopt;
  const auto width = [&](std::size_t n) { return static_cast<std::uint32_t>(n); };
  const std::string_view rest = line.substr(i);
  if (rest.starts_with('\t')) return Mark{number, width(i + 1), 't'};
  if (rest.starts_with("\xE2\x86\x92")) return Mark{number, width(i + 3), 'a'};
  if (rest.starts_with('|')) return Mark{number, width(i + 1), '|'};
  if (rest == ":" || rest == ": ") return Mark{number, width(i + rest.size()), ':'};
  if (rest.starts_with(": ")) return Mark{number, width(i + 2), ':'};
  return std::nullopt;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

}  // namespace

std::optional<Gutter> read_gutter(const std::vector<Line>& lines) {
  Gutter g;
  std::optional<Mark> previous;
  while (g.first < lines.size() && g.first <= most_before && !(previous = mark_of(lines[g.first].text))) ++g.first;
  if (!previous) return std::nullopt;
  std::size_t numbered = 0;
  std::uint32_t expected = previous->number;
  g.last = g.first;
  for (std::size_t i = g.first; i < lines.size(); ++i) {
    const std::optional<Mark> mark = mark_of(lines[i].text);
    if (mark && mark->sort == previous->sort && mark->number == expected) {
      g.numbers.push_back(mark->number);
      g.widths.push_back(mark->width);
      ++expected;
      ++numbered;
      g.last = i + 1;
    } else if (!mark && is_blank(lines[i].text)) {
      g.numbers.push_back(0);
      g.widths.push_back(static_cast<std::uint32_t>(lines[i].text.size()));
    } else {
      break;
    }
  }
  g.numbers.resize(g.last - g.first);  // blank lines behind the last number stand outside
  g.widths.resize(g.last - g.first);
  if (numbered < least_lines || numbered * 2 < g.numbers.size() || lines.size() - g.last > most_behind)
    return std::nullopt;
  for (std::size_t i = g.first; i < g.last; ++i) g.code.append(lines[i].full().substr(g.widths[i - g.first]));
  if (!g.code.ends_with('\n')) g.code.push_back('\n');
  return g;
}

}  // namespace headroom::compressors::code
