#include "ledger/counts.h"

namespace headroom::ledger {

std::string_view to_string(Gate gate) {
  constexpr std::string_view names[] = {"framing",  "host", "origin", "caller", "right",
                                        "upstream", "rate", "budget", "size",   "draining"};
  static_assert(std::size(names) == gates);
  return names[static_cast<std::size_t>(gate)];
}

std::string_view to_string(Retrieved result) {
  constexpr std::string_view names[] = {"found", "partial", "expired", "not_found", "limited", "unavailable"};
  static_assert(std::size(names) == retrieved_results);
  return names[static_cast<std::size_t>(result)];
}

std::string_view to_string(Upstream upstream) {
  constexpr std::string_view names[] = {"anthropic", "openai", "gemini",  "cloudcode", "vertex",
                                        "bedrock",   "azure",  "chatgpt", "grok",      "other"};
  static_assert(std::size(names) == upstreams);
  return names[static_cast<std::size_t>(upstream)];
}

std::string_view to_string(UpstreamError error) {
  constexpr std::string_view names[] = {
      "unreachable", "tls_error", "protocol_error", "timeout", "broken_off", "400", "401", "429", "500", "529"};
  static_assert(std::size(names) == upstream_errors);
  return names[static_cast<std::size_t>(error)];
}

UpstreamError upstream_error_of(int status) {
  if (status == 401 || status == 403) return UpstreamError::status_401;
  if (status == 429) return UpstreamError::status_429;
  if (status == 529) return UpstreamError::status_529;
  return status < 500 ? UpstreamError::status_400 : UpstreamError::status_500;
}

void Counts::reset() {
  const auto clear = [](auto& counts) {
    for (Count& count : counts) count.store(0, std::memory_order_relaxed);
  };
  clear(skipped);
  clear(refused);
  clear(retrieved);
  for (auto& of_upstream : failed) clear(of_upstream);
}

}  // namespace headroom::ledger
