#include "compressors/rows/rows.h"

#include <vector>

#include "base/lines.h"
#include "compressors/lines_floor.h"
#include "compressors/log/grouping.h"
#include "compressors/log/lossless.h"
#include "compressors/log/reversible.h"
#include "compressors/rows/acceptance.h"
#include "compressors/statements.h"

namespace headroom::compressors {
namespace {

constexpr std::string_view name = log::rows_manner.name;
// Above this size a lossless view cannot compete with a reversible one; making it would only cost time.
constexpr std::size_t lossless_beside_reversible = 256 * 1024;
constexpr std::size_t least_line = 4;  // bytes on average: a column of small numbers is no rows

// No evidence nominates what is asked last.
int evidence(const detect::Sketch&) {
  return 0;
}

std::vector<View> views(std::string_view text, const Context& context, bool forced) {
  if (text.find('\0') != std::string_view::npos || text.size() < least_line * count_lines(text)) return {};
  const std::vector<Line> lines = split_lines(text);
  if (lines.size() < 2 || reads_as_statement(lines[0].text) || (!forced && !rows::accepts(lines))) return {};
  const std::shared_ptr<const log::Grouping> kept = log::grouping_of(lines, context);
  const log::Grouping& grouping = *kept;
  std::vector<View> out;
  if (context.reversible) {
    if (auto view = log::reversible_view(text, lines, grouping, context, log::rows_manner)) {
      view->method = "rows_lines";
      out.push_back(*std::move(view));
    }
  }
  if (out.empty() || (text.size() <= lossless_beside_reversible && !outdoes_templates(out.front(), text, context))) {
    if (auto view = log::encode(text, lines, grouping, name)) {
      View& v = out.emplace_back();
      v.text = *std::move(view);
      v.method = "rows_templates";
    }
  }
  return out;
}

std::optional<std::string> decode(std::string_view view) {
  return log::decode(view, name);
}

}  // namespace

const Compressor rows_compressor{
    .kind = name, .evidence = evidence, .views = views, .decode = decode, .asked_last = true};

}  // namespace headroom::compressors
