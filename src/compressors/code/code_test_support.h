// What must hold of every shortened code, checked without the code that made it: for tests, fuzzing and the benchmark.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/lines.h"
#include "compressors/code/stub.h"

namespace headroom::compressors::code {

struct StubRange {
  std::size_t first, last;
};

// The lines a stub says it stands for.
inline std::optional<StubRange> stub_range(std::string_view line) {
  constexpr std::string_view lead = " [lines ";
  if (!reads_as_stub(line)) return std::nullopt;
  line.remove_prefix(line.find(lead) + lead.size());
  StubRange r{};
  const char* end = line.data() + line.size();
  const auto [dash, error] = std::from_chars(line.data(), end, r.first);
  if (error != std::errc() || dash == end || *dash != '-') return std::nullopt;
  const auto [colon, error2] = std::from_chars(dash + 1, end, r.last);
  if (error2 != std::errc() || colon == end || *colon != ':') return std::nullopt;
  return r;
}

// "" if `view` is the source's lines in order, each once, but for stubs that name exactly the lines that are missing at
// their place; else what is wrong. For sources without a gutter. `hidden`, if not null, gets the ranges.
inline std::string view_error(std::string_view source, std::string_view view,
                              std::vector<StubRange>* hidden = nullptr) {
  const std::vector<Line> lines = split_lines(source), shown = split_lines(view);
  std::size_t next = 0;  // index of the line that must come next
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const std::string where = "view line " + std::to_string(i + 1) + ": ";
    if (const auto range = stub_range(shown[i].text)) {
      if (range->first != next + 1) return where + "a stub that does not begin where lines are missing";
      if (range->last < range->first || range->last > lines.size()) return where + "a stub of lines that are not there";
      next = range->last;
      if (hidden != nullptr) hidden->push_back(*range);
      continue;
    }
    if (next >= lines.size() || shown[i].text != lines[next].text) return where + "not the source's next line";
    if (i + 1 < shown.size() && shown[i].end != lines[next].end) return where + "another line end";
    ++next;
  }
  // A view has no line end at its end, so blank lines there are not seen.
  while (next < lines.size() && lines[next].text.empty()) ++next;
  return next == lines.size() ? "" : "the last lines are missing";
}

}  // namespace headroom::compressors::code
