#include "history/gutter.h"

#include <charconv>
#include <cstring>
#include <optional>

namespace headroom::history {
namespace {

// What tools print between number and line. Longer ones first: of two that fit equally long runs the longer one is
// taken.
constexpr std::string_view separators[] = {" | ", "\xE2\x86\x92", " \xE2\x94\x82 ", "| ", ": ", ". ", "\t", "|", ":",
                                           " "};

constexpr std::size_t least_lines = 3;      // a shorter run of numbers may be chance
constexpr std::size_t greatest_width = 12;  // blanks and digits together
constexpr std::int64_t greatest_number = 999'999'999;

struct Numbered {
  std::int64_t number;
  std::size_t size;    // of blanks and digits
  std::size_t blanks;  // in front
};

std::optional<Numbered> leading_number(std::string_view line) {
  std::size_t i = 0;
  while (i < line.size() && line[i] == ' ' && i < greatest_width) ++i;
  std::int64_t n = 0;
  const auto r = std::from_chars(line.data() + i, line.data() + std::min(line.size(), i + 10), n);
  if (r.ec != std::errc() || n < 0 || n > greatest_number || line[i] == '-') return std::nullopt;
  const auto size = static_cast<std::size_t>(r.ptr - line.data());
  if (size > greatest_width || (line[i] == '0' && size > i + 1)) return std::nullopt;
  return Numbered{n, size, i};
}

}  // namespace

void GutterStyle::print(std::string& out, std::int64_t number) const {
  char digits[24];
  const auto r = std::to_chars(digits, digits + sizeof digits, number);
  const auto size = static_cast<std::size_t>(r.ptr - digits);
  if (size < width) out.append(width - size, ' ');
  out.append(digits, size).append(separator);
}

std::size_t GutterStyle::size(std::int64_t number) const {
  std::size_t digits = 1;
  for (; number >= 10; number /= 10) ++digits;
  return std::max<std::size_t>(digits, width) + separator.size();
}

bool GutterStyle::prints_alike(const GutterStyle& other, std::int64_t from) const {
  return separator == other.separator && size(from) == other.size(from);
}

std::optional<NumberedLine> read_numbered(std::string_view line, std::string_view separator) {
  const auto n = leading_number(line);
  if (!n || !line.substr(n->size).starts_with(separator)) return std::nullopt;
  return NumberedLine{n->number, GutterStyle{static_cast<std::uint8_t>(n->blanks > 0 ? n->size : 0), separator}};
}

std::optional<NumberedLine> read_numbered(std::string_view line) {
  for (const std::string_view separator : separators) {
    if (auto found = read_numbered(line, separator)) return found;
  }
  return std::nullopt;
}

NumberedLines::NumberedLines(std::string_view text) {
  starts_.reserve(text.size() / 32 + 2);
  for (std::size_t at = 0; at < text.size();) {
    const void* end = std::memchr(text.data() + at, '\n', text.size() - at);
    at = end ? static_cast<std::size_t>(static_cast<const char*>(end) - text.data()) + 1 : text.size();
    starts_.push_back(static_cast<std::uint32_t>(at));
  }
  find_gutter(text);
}

void NumberedLines::find_gutter(std::string_view text) {
  for (std::size_t begin = 0; begin < 2 && begin + least_lines <= count(); ++begin) {
    for (const std::string_view separator : separators) {
      const auto first = read_numbered(full(text, begin), separator);
      if (!first) continue;
      const std::size_t end = end_of_run(text, begin, *first);
      if (end - begin < least_lines || end - begin <= numbered_.size()) continue;
      numbered_ = {begin, end};
      first_ = first->number;
      style_ = first->style;
    }
    if (has_gutter()) return;
  }
}

std::size_t NumberedLines::end_of_run(std::string_view text, std::size_t begin, const NumberedLine& first) const {
  std::string expected;
  std::size_t line = begin;
  for (std::int64_t number = first.number; line < count(); ++line, ++number) {
    expected.clear();
    first.style.print(expected, number);
    if (!full(text, line).starts_with(expected)) break;
  }
  return line;
}

std::string_view NumberedLines::bare(std::string_view text, std::size_t line) const {
  std::string_view whole = full(text, line);
  if (line >= numbered_.begin && line < numbered_.end) whole.remove_prefix(style_.size(number(line)));
  return whole;
}

}  // namespace headroom::history
