#include "compressors/listing/grouped.h"

#include <charconv>

#include "compressors/listing/ranges.h"
#include "compressors/statements.h"

namespace headroom::compressors::listing {
namespace {

constexpr std::uint64_t kMostLines = 8'000'000;  // that a view may stand for
constexpr std::string_view kLegend = ", complete; names behind a blank belong to the line above them that ends in /]";

bool take(std::string_view& rest, std::string_view word) {
  if (!rest.starts_with(word)) return false;
  rest.remove_prefix(word.size());
  return true;
}

// What of a line goes into a heading: all up to the last '/' before its end.
std::size_t heading_size(std::string_view line) {
  if (line.size() < 2) return 0;
  const std::size_t slash = line.rfind('/', line.size() - 2);
  return slash == std::string_view::npos ? 0 : slash + 1;
}

bool is_numbered(std::string_view line) {
  const std::size_t n = line.find_first_not_of("0123456789");
  return n != 0 && n != std::string_view::npos && line[n] == '|';
}

// Lines that would be read as a heading, as a name below one, or as a numbered line.
bool is_ambiguous(std::string_view line) {
  return line.starts_with(' ') || line.ends_with('/') || is_numbered(line);
}

}  // namespace

std::optional<std::string> encode_grouped(const Listing& l, std::string_view text) {
  const std::string_view line_end = l.lines[0].end;
  const bool unended = l.lines.back().end.empty();
  for (std::size_t i = 0; i + unended < l.lines.size(); ++i) {
    if (l.lines[i].end != line_end) return std::nullopt;
  }
  std::string out = "[listing " + std::string(name_of(l.style)) + ", " + std::to_string(l.lines.size()) + " lines";
  if (line_end == "\r\n") out += ", crlf";
  if (unended) out += ", unended";
  out.append(kLegend).append("\n");
  const auto heading = [&](std::size_t i) {
    const std::string_view line = l.lines[i].text;
    return l.entries[i].kind == LineKind::entry ? line.substr(0, heading_size(line)) : std::string_view();
  };
  const auto name = [&](std::size_t i) { return l.lines[i].text.substr(heading(i).size()); };
  std::string_view open;
  for (std::size_t i = 0; i < l.lines.size();) {
    const std::string_view here = heading(i);
    const bool grouped = !here.empty() && !is_ambiguous(here.substr(0, here.size() - 1)) && !read_range(name(i)) &&
                         (here == open || (i + 1 < l.lines.size() && heading(i + 1) == here));
    if (!grouped) {
      if (is_ambiguous(l.lines[i].text)) out += std::to_string(i + 1) + "| ";
      out.append(l.lines[i].text).append("\n");
      ++i;
      continue;
    }
    if (here != open) out.append(here).append("\n");
    open = here;
    std::size_t end = i + 1;
    while (end < l.lines.size() && heading(end) == here && follows(name(end - 1), name(end)) &&
           (end == i + 1 || read_range(std::string(name(i)) + ".." + std::string(name(end)))))
      ++end;
    if (end - i < 3 || !read_range(std::string(name(i)) + ".." + std::string(name(end - 1)))) end = i + 1;
    out.append(" ").append(name(i));
    if (end > i + 1) out.append("..").append(name(end - 1));
    out += '\n';
    i = end;
  }
  out.pop_back();
  return decode_grouped(out) == text ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<std::string> decode_grouped(std::string_view view) {
  std::string_view rest = view;
  std::string_view first = take_line(rest);
  if (!take(first, "[listing ")) return std::nullopt;
  const std::size_t comma = first.find(", ");
  if (comma == std::string_view::npos || !style_of(first.substr(0, comma))) return std::nullopt;
  first.remove_prefix(comma + 2);
  std::uint64_t lines = 0;
  const auto [after, error] = std::from_chars(first.data(), first.data() + first.size(), lines);
  if (error != std::errc{} || lines == 0 || lines > kMostLines) return std::nullopt;
  first.remove_prefix(static_cast<std::size_t>(after - first.data()));
  if (!take(first, " lines")) return std::nullopt;
  const bool crlf = take(first, ", crlf"), unended = take(first, ", unended");
  if (first != kLegend) return std::nullopt;

  const std::string_view end = crlf ? "\r\n" : "\n";
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;
  std::string out;
  std::string_view heading;
  std::uint64_t done = 0;
  while (done < lines) {
    if (rest.empty() && done + 1 < lines) return std::nullopt;
    const std::string_view line = take_line(rest);
    const std::string number = std::to_string(done + 1) + "| ";
    if (line.starts_with(number)) {
      out.append(line.substr(number.size())).append(end);
      ++done;
    } else if (line.ends_with('/')) {
      heading = line;
    } else if (!line.starts_with(' ')) {
      out.append(line).append(end);
      ++done;
    } else if (const auto range = read_range(line.substr(1))) {
      if (range->count() > lines - done || range->count() * (heading.size() + line.size()) > kMostBytes - out.size())
        return std::nullopt;
      for (std::uint64_t n = range->from; n <= range->to; ++n) out.append(heading).append(range->name(n)).append(end);
      done += range->count();
    } else {
      out.append(heading).append(line.substr(1)).append(end);
      ++done;
    }
    if (out.size() > kMostBytes) return std::nullopt;
  }
  if (!rest.empty()) return std::nullopt;
  if (unended) out.resize(out.size() - end.size());
  return out;
}

}  // namespace headroom::compressors::listing
