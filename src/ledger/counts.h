// What is counted beside rows, by closed sets: the labels of /metrics and the bars of the dashboard.
//
//   counts.skip(pipeline::Reason::too_small);  counts.refuse(Gate::host);  counts.retrieve(Retrieved::found);
//
// Each count is one relaxed addition to an atomic; any thread. reset() is not atomic as a whole: a count that comes
// while it runs may or may not survive.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pipeline/skip.h"

namespace headroom::ledger {

// Which rule of the gate said no.
enum class Gate : std::uint8_t { framing, host, origin, caller, right, upstream, rate, budget, size, draining };
// What a call of the retrieve tool, or of /v1/retrieve, got.
enum class Retrieved : std::uint8_t { found, partial, expired, not_found, limited, unavailable };
// Who an upstream error came from...
enum class Upstream : std::uint8_t {
  anthropic,
  openai,
  gemini,
  cloudcode,
  vertex,
  bedrock,
  azure,
  chatgpt,
  grok,
  other
};
// ...and what it was: ours to say, or a status of the provider's.
enum class UpstreamError : std::uint8_t {
  unreachable,
  tls_error,
  protocol_error,
  timeout,
  broken_off,
  status_400,  // and all 4xx that are not below
  status_401,  // and 403
  status_429,
  status_500,  // and all 5xx that are not below
  status_529
};

inline constexpr std::size_t reasons = static_cast<std::size_t>(pipeline::Reason::check_failed) + 1;
inline constexpr std::size_t gates = static_cast<std::size_t>(Gate::draining) + 1;
inline constexpr std::size_t retrieved_results = static_cast<std::size_t>(Retrieved::unavailable) + 1;
inline constexpr std::size_t upstreams = static_cast<std::size_t>(Upstream::other) + 1;
inline constexpr std::size_t upstream_errors = static_cast<std::size_t>(UpstreamError::status_529) + 1;

std::string_view to_string(Gate gate);
std::string_view to_string(Retrieved result);
std::string_view to_string(Upstream upstream);
std::string_view to_string(UpstreamError error);
// 400 to 599 as the row of the table above that it belongs to.
UpstreamError upstream_error_of(int status);

class Counts {
 public:
  void skip(pipeline::Reason reason, std::uint64_t n = 1) { add(skipped[static_cast<std::size_t>(reason)], n); }
  void refuse(Gate gate) { add(refused[static_cast<std::size_t>(gate)], 1); }
  void retrieve(Retrieved result) { add(retrieved[static_cast<std::size_t>(result)], 1); }
  void upstream_failed(Upstream upstream, UpstreamError error) {
    add(failed[static_cast<std::size_t>(upstream)][static_cast<std::size_t>(error)], 1);
  }
  void reset();

  using Count = std::atomic<std::uint64_t>;
  std::array<Count, reasons> skipped{};
  std::array<Count, gates> refused{};
  std::array<Count, retrieved_results> retrieved{};
  std::array<std::array<Count, upstream_errors>, upstreams> failed{};

 private:
  static void add(Count& count, std::uint64_t n) { count.fetch_add(n, std::memory_order_relaxed); }
};

}  // namespace headroom::ledger
