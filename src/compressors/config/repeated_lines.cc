#include "compressors/config/repeated_lines.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "base/hash.h"
#include "compressors/statements.h"

namespace headroom::compressors::config {
namespace {

constexpr std::size_t kLeastBlock = 3, kLeastBytes = 40;  // below, the lines are as short as their number
constexpr std::size_t kLooks = 16;                        // earlier places tried for one line
constexpr std::string_view kOpen = "[= lines ";
constexpr std::string_view kLegend = " lines, complete; [= lines 2-4] = those lines again]";
constexpr std::size_t kMostBytes = std::size_t{1} << 25;  // that a view may stand for

bool take_number(std::string_view& rest, std::size_t& n) {
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), n);
  if (error != std::errc{}) return false;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return true;
}

}  // namespace

std::optional<std::string> encode_repeats(const std::vector<Line>& lines, std::string_view text,
                                          std::string_view name) {
  const std::size_t n = lines.size();
  std::vector<std::uint64_t> digests(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (reads_as_statement(lines[i].text)) return std::nullopt;
    digests[i] = hash64(lines[i].full());
  }
  const auto key_at = [&](std::size_t i) { return digests[i] ^ (digests[i + 1] * 3) ^ (digests[i + 2] * 7); };
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> places;
  std::string out = "[" + std::string(name) + ", " + std::to_string(n) + std::string(kLegend) + "\n";
  bool any = false;
  std::size_t known = 0;  // lines before it are in `places`
  for (std::size_t i = 0; i < n;) {
    for (; known + kLeastBlock <= i; ++known) places[key_at(known)].push_back(known);
    std::size_t best = 0, from = 0;
    if (i + kLeastBlock <= n) {
      if (const auto found = places.find(key_at(i)); found != places.end()) {
        const std::vector<std::size_t>& at = found->second;
        for (std::size_t k = at.size(); k-- > 0 && at.size() - k <= kLooks;) {
          std::size_t same = 0;
          while (i + same < n && at[k] + same < i && lines[at[k] + same].full() == lines[i + same].full()) ++same;
          if (same > best) best = same, from = at[k];
        }
      }
    }
    std::size_t bytes = 0;
    for (std::size_t k = 0; k < best; ++k) bytes += lines[i + k].text.size() + 1;
    if (best < kLeastBlock || bytes < kLeastBytes) {
      out += lines[i++].full();
      continue;
    }
    any = true;
    out.append(kOpen).append(std::to_string(from + 1)).append("-").append(std::to_string(from + best)).append("]\n");
    i += best;
  }
  if (!any) return std::nullopt;
  return decode_repeats(out, name) == text ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<std::string> decode_repeats(std::string_view view, std::string_view lead) {
  std::string_view rest = view;
  std::string_view first = take_line(rest);
  if (!first.starts_with('[') || !first.substr(1).starts_with(lead)) return std::nullopt;
  const std::size_t comma = first.find(", ");
  if (comma == std::string_view::npos) return std::nullopt;
  first.remove_prefix(comma + 2);
  std::size_t total = 0;
  if (!take_number(first, total) || first != kLegend) return std::nullopt;
  std::string out;
  std::vector<std::pair<std::size_t, std::size_t>> lines;  // where each begins, and its bytes
  const auto add = [&](std::string_view line) {
    lines.emplace_back(out.size(), line.size());
    out += line;
  };
  for (const Line& line : split_lines(rest)) {
    std::string_view inner = line.text;
    std::size_t from = 0, to = 0;
    if (!inner.starts_with(kOpen)) {
      add(line.full());
      continue;
    }
    inner.remove_prefix(kOpen.size());
    if (!take_number(inner, from) || !inner.starts_with('-')) return std::nullopt;
    inner.remove_prefix(1);
    if (!take_number(inner, to) || inner != "]" || from == 0 || from > to || to > lines.size()) return std::nullopt;
    for (std::size_t k = from - 1; k < to; ++k) {
      if (out.size() + lines[k].second > kMostBytes) return std::nullopt;
      add(std::string(out, lines[k].first, lines[k].second));
    }
  }
  return lines.size() == total ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace headroom::compressors::config
