// The tokens that a provider reported for a request, by what they cost.
//
//   Anthropic {"input_tokens":40,"cache_read_input_tokens":9000,"cache_creation_input_tokens":700,"output_tokens":250}
//     -> uncached 40, read 9,000, written 700, output 250
//
// The four are disjoint: input billed is uncached + read + written. OpenAI and Gemini report a prompt that includes
// what was read from the cache; whoever reads their usage subtracts it. `written_1h` says how much of `written` is to
// be kept for an hour, which has its own price.
#pragma once

#include <algorithm>
#include <cstdint>

namespace headroom::ledger {

struct Usage {
  std::int64_t uncached = 0, read = 0, written = 0, output = 0;
  std::int64_t written_1h = 0;  // of `written`

  constexpr std::int64_t input() const { return uncached + read + written; }
  constexpr Usage& operator+=(const Usage& o) {
    uncached += o.uncached, read += o.read, written += o.written, output += o.output, written_1h += o.written_1h;
    return *this;
  }
  // What a provider says may be anything: within 0 and 10^10 no sum or price of it overflows.
  constexpr Usage sane() const {
    const auto within = [](std::int64_t n) { return std::clamp<std::int64_t>(n, 0, 10'000'000'000); };
    return {within(uncached), within(read), within(written), within(output), within(written_1h)};
  }
  friend constexpr bool operator==(const Usage&, const Usage&) = default;
};

}  // namespace headroom::ledger
