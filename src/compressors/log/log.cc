#include "compressors/log/log.h"

#include <algorithm>
#include <vector>

#include "base/lines.h"
#include "compressors/lines_floor.h"
#include "compressors/log/acceptance.h"
#include "compressors/log/grouping.h"
#include "compressors/log/lossless.h"
#include "compressors/log/reversible.h"

namespace headroom::compressors {
namespace {

// Above this size a lossless view cannot compete with a reversible one; making it would only cost time.
constexpr std::size_t kLosslessBesideReversible = 256 * 1024;
// Bytes of a line on average, its end counted: what is shorter is no log (blank lines, a column of small numbers), and
// a line takes some 60 bytes of memory to look at.
constexpr std::size_t kLeastLine = 4;

int evidence(const detect::Sketch& s) {
  if (s.lines < 2 || s.has_nul) return 0;
  const auto share = [&s](std::size_t n) { return static_cast<int>(100 * n / s.lines); };
  const int marked = std::min(100, share(s.time_lines) + share(s.level_lines));
  if (share(s.report_lines) >= 8 && share(s.hunk_heads) == 0) return 75;  // before the code it quotes
  if (share(s.markdown_lines) > 20 && marked < 40) return 0;
  if (share(s.diff_lines) > 50 || share(s.json_lines) > 50) return share(s.time_lines) >= 50 ? 40 : 10;
  if (share(s.search_lines) >= 60 && share(s.diagnostic_lines) < 10 && share(s.time_lines) < 50) return 10;
  if (share(s.time_lines) >= 50) return 90;
  if (marked >= 50) return 80;
  if (share(s.diagnostic_lines) >= 10) return 70;
  if (share(s.repeated_lines) >= 40) return 45;
  if (marked >= 10 || share(s.repeated_lines) >= 10) return 40;
  return marked > 0 ? 15 : 0;
}

// A view of ours is not shortened again.
bool reads_as_view(std::string_view first_line) {
  return first_line.starts_with("[log, ") && first_line.ends_with(']');
}

std::vector<View> views(std::string_view text, const Context& context, bool forced) {
  std::vector<View> out;
  if (text.size() < kLeastLine * count_lines(text)) return out;
  const std::vector<Line> lines = split_lines(text);
  if (!forced && !log::may_be_accepted(lines)) return out;
  if (lines.size() < 2 || reads_as_view(lines[0].text)) return out;
  const std::shared_ptr<const log::Grouping> kept = log::grouping_of(lines, context);
  const log::Grouping& grouping = *kept;
  if (!forced && !log::accepts(lines, grouping)) return out;
  if (context.reversible) {
    if (auto view = log::reversible_view(text, lines, grouping, context)) out.push_back(*std::move(view));
  }
  if (out.empty() || (text.size() <= kLosslessBesideReversible && !outdoes_templates(out.front(), text, context))) {
    if (auto view = log::encode(text, lines, grouping)) {
      out.push_back({.text = *std::move(view),
                     .fidelity = Fidelity::lossless,
                     .method = "log_templates",
                     .statement = {},
                     .unit = {}});
    }
  }
  return out;
}

std::optional<std::string> decode(std::string_view view) {
  return log::decode(view);
}

}  // namespace

const Compressor log_compressor{"log", evidence, views, decode};

}  // namespace headroom::compressors
