#include "compressors/json/lossless_sample.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "compressors/json/encode.h"
#include "json/document.h"
#include "tokens/counter.h"

namespace headroom::compressors::records {
namespace {

constexpr std::size_t long_run = 8;       // rows, or a quarter of them all
constexpr std::size_t least_rows = 16;    // of fewer the sample tells little
constexpr Tokens frame{80};               // the first lines: what the table is, its columns
constexpr std::int64_t likely_share = 3;  // all rows cost two in so many of what the sample's would at least

void append_run(std::string& out, const Grid& grid, std::size_t first, std::size_t rows) {
  for (std::size_t r = first; r < first + rows; ++r) {
    if (out.size() > 1) out += ',';
    out += grid.doc->raw(grid.rows[r]);
  }
}

}  // namespace

Tokens lossless_by_sample(const Grid& grid) {
  const std::size_t rows = grid.rows.size();
  if (rows < least_rows || !grid.depth.empty()) return {};
  std::string text = "[";
  const std::size_t run = std::min(long_run, rows / 4);
  append_run(text, grid, rows / 4, run);
  append_run(text, grid, rows / 4 * 3 - run, run);
  text += ']';
  const auto doc = json::Document::parse(text);
  if (!doc) return {};
  const auto view = encode(*doc, {});
  if (!view) return {};
  const Tokens cost = tokens::Counter::estimate(*view);
  if (cost <= frame) return {};
  return Tokens((cost - frame).value * 2 * static_cast<std::int64_t>(rows) / static_cast<std::int64_t>(2 * run) /
                likely_share);
}

}  // namespace headroom::compressors::records
