#include "compressors/listing/ranges.h"

#include <algorithm>
#include <charconv>

namespace headroom::compressors::listing {
namespace {

constexpr std::size_t kWidest = 9;  // digits of a number

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The run of digits in which two names of one length differ, if they differ in nothing else.
std::optional<NameRange> differ(std::string_view first, std::string_view last) {
  if (first.size() != last.size() || first.empty()) return std::nullopt;
  const auto [a, b] = std::mismatch(first.begin(), first.end(), last.begin());
  if (a == first.end()) return std::nullopt;
  std::size_t begin = static_cast<std::size_t>(a - first.begin()), end = begin;
  if (!is_digit(first[begin]) || !is_digit(last[begin])) return std::nullopt;
  while (begin > 0 && is_digit(first[begin - 1])) --begin;
  while (end < first.size() && is_digit(first[end]) && is_digit(last[end])) ++end;
  if (end - begin > kWidest || (end < first.size() && (is_digit(first[end]) || is_digit(last[end]))) ||
      first.substr(end) != last.substr(end))
    return std::nullopt;
  NameRange r{first, begin, end - begin, 0, 0};
  std::from_chars(first.data() + begin, first.data() + end, r.from);
  std::from_chars(last.data() + begin, last.data() + end, r.to);
  return r.to > r.from ? std::optional(r) : std::nullopt;
}

}  // namespace

std::string NameRange::name(std::uint64_t n) const {
  const std::string digits = std::to_string(n);
  std::string out(first);
  out.replace(at, width, std::string(width - digits.size(), '0') + digits);
  return out;
}

std::optional<NameRange> read_range(std::string_view text) {
  // Both names are of one length, so the dots stand in the middle.
  if (text.size() < 4 || text.size() % 2 != 0) return std::nullopt;
  const std::size_t half = (text.size() - 2) / 2;
  if (text.substr(half, 2) != "..") return std::nullopt;
  const auto range = differ(text.substr(0, half), text.substr(half + 2));
  return range && range->count() >= 3 ? range : std::nullopt;
}

bool follows(std::string_view name, std::string_view next) {
  const auto range = differ(name, next);
  return range && range->to == range->from + 1;
}

}  // namespace headroom::compressors::listing
