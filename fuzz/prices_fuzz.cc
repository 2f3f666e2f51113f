// Any bytes as a price file: what is accepted has prices that decisions can be made with, and is read the same twice.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "prices/prices.h"

namespace hp = headroom::prices;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto prices = hp::Prices::parse(text);
  if (!prices) {
    if (!prices.error().message.starts_with("prices: ")) std::abort();
    return 0;
  }
  const auto again = hp::Prices::parse(text);
  if (!again || again->rows().size() != prices->rows().size() || again->date() != prices->date()) std::abort();
  for (const hp::Row& row : prices->rows()) {
    for (const hp::PicoDollars p : {row.in, row.out, row.read, row.write_5m, row.write_1h}) {
      if (p.value < 0 || p.value > 4'000'000'000'000) std::abort();  // twice the highest price allowed: an hour's write
    }
    if (row.glob.empty() || row.step.value <= 0 || row.min_prefix.value < 0) std::abort();
    if (row.limit.value > 0 && row.reserve >= row.limit) std::abort();
    std::string name = row.glob;
    std::erase(name, '*');
    const hp::Row* found = prices->of(name);
    if (found != nullptr && found != again->of(name) && found->glob != again->of(name)->glob) std::abort();
  }
  return 0;
}
