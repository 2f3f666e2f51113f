// Log files are read back by whoever comes later: any bytes must read, in linear time, and what was read must be
// written and read again as the same sums.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ledger/history.h"
#include "ledger/row.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headroom::ledger;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  History history;
  history.take(bytes);
  const Time now = *parse_iso("2026-01-05T09:12:44.031Z");
  for (const Series series : {Series::hourly, Series::daily, Series::weekly, Series::monthly}) {
    (void)history.json(series, now, true);
    (void)history.csv(series, now);
  }
  History again;
  for (auto at = history.hours().begin(); at != history.hours().end();) {
    const auto day = std::chrono::floor<std::chrono::days>(at->first);
    again.take(history.day_lines(day));
    at = history.hours().lower_bound(day + std::chrono::days(1));
  }
  const Figures before = history.totals(), after = again.totals();
  // Sums beyond what one line may say are cut there.
  const bool large = before.saved > 1'000'000'000'000'000 || before.billed > 1'000'000'000'000'000;
  if (!large && (before.requests != after.requests || before.usage.output != after.usage.output)) std::abort();
  if (const auto row = parse_row(bytes); row && to_line(*row).size() > longest_row) std::abort();
  return 0;
}
