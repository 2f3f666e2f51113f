#include "compressors/log/log.h"

#include <algorithm>
#include <vector>

#include "base/lines.h"
#include "compressors/log/grouping.h"
#include "compressors/log/reversible.h"

namespace headroom::compressors {
namespace {

int evidence(const detect::Sketch& s) {
  if (s.lines < 5 || s.has_nul) return 0;
  return 50;
}

std::vector<View> views(std::string_view text, const Context& context, bool forced) {
  std::vector<View> out;
  (void)forced;
  const std::vector<Line> lines = split_lines(text);
  const log::Grouping grouping = log::group_lines(lines);
  if (context.reversible) {
    if (auto view = log::reversible_view(text, lines, grouping, context)) out.push_back(*std::move(view));
  }
  return out;
}

std::optional<std::string> decode(std::string_view) {
  return std::nullopt;
}

}  // namespace

const Compressor log_compressor{"log", evidence, views, decode};

}  // namespace headroom::compressors
