#include "pipeline/numbered.h"

#include <algorithm>

#include "base/lines.h"
#include "compressors/code/gutter.h"

namespace headroom::pipeline {

std::optional<std::vector<Range>> printed_ranges(std::string_view content, std::string_view asked) {
  const auto gutter = compressors::code::read_gutter(split_lines(content));
  if (!gutter) return std::nullopt;
  // Numbers by line, rising: a line without one has that of the line before it.
  std::vector<std::uint32_t> numbers = gutter->numbers;
  for (std::size_t i = 1; i < numbers.size(); ++i) numbers[i] = std::max(numbers[i], numbers[i - 1]);
  if (numbers.front() == gutter->first + 1 && numbers.back() == gutter->last) return std::nullopt;
  const auto ranges = parse_ranges(asked, numbers.front(), numbers.back());
  if (!ranges) return std::nullopt;
  std::vector<Range> lines;
  for (const Range& r : *ranges) {
    const auto first = std::lower_bound(numbers.begin(), numbers.end(), r.first);
    const auto last = std::upper_bound(numbers.begin(), numbers.end(), r.last);
    const auto index = [&](auto at) { return gutter->first + static_cast<std::size_t>(at - numbers.begin()); };
    if (first < last) lines.push_back({index(first) + 1, index(last)});
  }
  if (lines.empty()) return std::nullopt;
  return lines;
}

}  // namespace headroom::pipeline
