#include "compressors/json/lossless_sample.h"

#include <cstddef>
#include <string>

#include "compressors/json/encode.h"
#include "json/document.h"
#include "tokens/counter.h"

namespace headroom::compressors::records {
namespace {

constexpr std::size_t run_rows = 8, sample_rows = 2 * run_rows;
constexpr std::size_t least_rows = 4 * sample_rows;  // of fewer the sample costs too much of what it may save
constexpr Tokens frame{80};                          // the first lines: what the table is, its columns
constexpr std::int64_t likely_share = 2;             // all rows cost one in so many of what the sample's would at least

void append_run(std::string& out, const Grid& grid, std::size_t first) {
  for (std::size_t r = first; r < first + run_rows; ++r) {
    if (out.size() > 1) out += ',';
    out += grid.doc->raw(grid.rows[r]);
  }
}

}  // namespace

Tokens lossless_by_sample(const Grid& grid) {
  const std::size_t rows = grid.rows.size();
  if (rows < least_rows || !grid.depth.empty()) return {};
  std::string text = "[";
  append_run(text, grid, rows / 4);
  append_run(text, grid, rows / 4 * 3 - run_rows);
  text += ']';
  const auto doc = json::Document::parse(text);
  if (!doc) return {};
  const auto view = encode(*doc, {});
  if (!view) return {};
  const Tokens cost = tokens::Counter::estimate(*view);
  if (cost <= frame) return {};
  return Tokens((cost - frame).value * static_cast<std::int64_t>(rows / sample_rows) / likely_share);
}

}  // namespace headroom::compressors::records
