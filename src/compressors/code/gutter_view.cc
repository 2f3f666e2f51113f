#include "compressors/code/gutter_view.h"

#include <algorithm>
#include <charconv>

#include "base/lines.h"

namespace headroom::compressors::code {
namespace {

constexpr std::string_view lead = "[code, lines ", middle = ", complete; numbers were right-aligned in ",
                           tail = " columns]";
constexpr std::size_t widest = 12;

std::size_t digits_at(std::string_view line) {
  return std::min(line.find_first_not_of("0123456789"), line.size());
}

bool take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

bool take_number(std::string_view& text, std::uint32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

std::optional<std::string> encode_gutter(const Recognised& source) {
  if (!source.gutter) return std::nullopt;
  const Gutter& g = *source.gutter;
  if (g.first != 0 || g.numbers.front() == 0) return std::nullopt;  // the first line says where numbers begin
  std::size_t width = 0;
  for (std::size_t i = g.first; i < g.last; ++i) {
    const std::string_view line = source.lines[i].text;
    const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
    if (g.numbers[i - g.first] == 0) return std::nullopt;  // a line without a number would read as one that lost it
    width = std::max(width, blanks == 0 ? 0 : blanks + digits_at(line.substr(blanks)));
  }
  if (width == 0 || width > widest) return std::nullopt;
  std::string out(lead);
  out.append(std::to_string(g.numbers.front())).append("-").append(std::to_string(g.numbers.back())).append(middle);
  out.append(std::to_string(width)).append(tail).append("\n");
  for (std::size_t i = 0; i < source.lines.size(); ++i) {
    std::string_view line = source.lines[i].full();
    if (i < g.last) line.remove_prefix(line.find_first_not_of(' '));
    out.append(line);
  }
  if (decode_gutter(out) != source.text) return std::nullopt;
  return out;
}

std::optional<std::string> decode_gutter(std::string_view view) {
  std::string_view head = view.substr(0, view.find('\n'));
  std::uint32_t first = 0, last = 0, width = 0;
  if (!take(head, lead) || !take_number(head, first) || !take(head, "-") || !take_number(head, last) ||
      !take(head, middle) || !take_number(head, width) || head != tail || last < first || width > widest)
    return std::nullopt;
  view.remove_prefix(std::min(view.find('\n'), view.size() - 1) + 1);
  std::string out;
  std::uint32_t expected = first;
  for (const Line& line : split_lines(view)) {
    if (expected <= last) {
      std::string_view rest = line.text;
      std::uint32_t number = 0;
      if (!take_number(rest, number) || number != expected) return std::nullopt;
      ++expected;
      const std::size_t digits = line.text.size() - rest.size();
      out.append(width > digits ? width - digits : 0, ' ');
    }
    out.append(line.full());
  }
  if (expected <= last) return std::nullopt;
  return out;
}

}  // namespace headroom::compressors::code
