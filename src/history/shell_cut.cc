#include "history/shell_cut.h"

#include <algorithm>
#include <string>

namespace headroom::history {

std::optional<Cut> sed_cut(std::string_view script) {
  if (!script.ends_with('p')) return std::nullopt;
  script.remove_suffix(1);
  const std::size_t comma = script.find(',');
  const auto first = to_number(script.substr(0, comma));
  if (!first || *first == 0) return std::nullopt;
  if (comma == std::string_view::npos) return Cut{Extent::lines, {*first, *first}};
  std::string_view end = script.substr(comma + 1);
  if (end == "$") return Cut{Extent::lines, {*first, 0}};
  const bool relative = end.starts_with('+');
  const auto last = to_number(relative ? end.substr(1) : end);
  if (!last) return std::nullopt;
  return Cut{Extent::lines, {*first, relative ? *first + *last : std::max(*first, *last)}};
}

Cut within(const Cut& outer, const Cut& inner) {
  if (inner.extent == Extent::lines && inner.lines.whole()) return outer;
  if (outer.extent != Extent::lines || inner.extent != Extent::lines) return {Extent::unknown, {}};
  FileLines lines{outer.lines.first + inner.lines.first - 1, 0};
  if (inner.lines.last != 0) lines.last = outer.lines.first + inner.lines.last - 1;
  if (outer.lines.last != 0) lines.last = lines.last == 0 ? outer.lines.last : std::min(lines.last, outer.lines.last);
  if (lines.last != 0 && lines.last < lines.first) return {Extent::unknown, {}};
  return {Extent::lines, lines};
}

Cut head_cut(const Arguments& a) {
  if (a.has("-c") || a.has("--bytes")) return {Extent::unknown, {}};
  std::optional<std::string> n = a.value("-n");
  if (!n) n = a.value("--lines");
  if (!n) n = "10";
  const auto count = to_number(*n);
  if (!count || *count == 0) return {Extent::unknown, {}};
  return {Extent::lines, {1, *count}};
}

Cut tail_cut(const Arguments& a) {
  if (a.has("-c") || a.has("--bytes") || a.has("-f") || a.has("-F")) return {Extent::unknown, {}};
  std::optional<std::string> n = a.value("-n");
  if (!n) n = a.value("--lines");
  if (n && n->starts_with('+')) {
    const auto first = to_number(std::string_view(*n).substr(1));
    if (first) return {Extent::lines, {std::max<std::int64_t>(*first, 1), 0}};
  }
  return {Extent::tail, {}};
}

}  // namespace headroom::history
