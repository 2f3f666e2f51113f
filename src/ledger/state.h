// The figures since the start, as they are kept between exchanges: what /stats, /metrics and /events show.
//
// Bounds: 100 models, 24 providers, 200 pairs of tool and kind (then "other"), 1,000 events. Not thread-safe: the
// ledger holds a lock around it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "ledger/counts.h"
#include "ledger/exchange.h"
#include "ledger/figures.h"
#include "ledger/histogram.h"
#include "ledger/ledger.h"
#include "ledger/misses.h"
#include "ledger/money.h"
#include "ledger/row.h"

namespace headroom::ledger {

using ProviderName = Word<20>;
ProviderName provider_of(const RouteName& route);  // "anthropic" of "anthropic.messages"

struct Event {
  std::uint64_t id = 0;
  Row row;
  std::array<TransformName, 4> transforms{};
  Mode mode = Mode::optimize;
  bool stream = false;
};

struct MissSum {
  std::int64_t times = 0, tokens = 0, microusd = 0;
};

struct State {
  static constexpr std::size_t most_models = 100, most_providers = 24, most_parts = 200, most_events = 1000;
  static constexpr std::size_t segments = 4, causes = 9;

  Figures totals;
  std::map<ModelName, Figures> models;
  std::map<ProviderName, Figures> providers;
  std::map<std::pair<ToolName, KindName>, Part> parts;
  std::int64_t cached = 0;        // requests that read from the provider's cache
  std::int64_t rate_limited = 0;  // answered with 429
  Histogram latency, overhead, first_byte, queue;
  std::array<std::int64_t, 3> saved{}, spent{};                // by Basis, by Spending
  std::array<std::array<MissSum, causes>, segments> misses{};  // hits, first and short ones too

  std::deque<Event> events;  // the newest last
  std::uint64_t next_event = 1;

  // `bill`: null without usage or price.
  void add(const Exchange& exchange, const Explained& explained, const Bill* bill);
  // Figures go, events stay: their ids go on.
  void reset();
};

// Labels by their number.
using Labels = std::unordered_map<LabelId, std::string>;

// What the texts below are made of.
struct Shown {
  const State& state;
  const Counts& counts;
  const Gauges& gauges;
  const Labels& labels;
  std::uint64_t lost_lines = 0;
};

inline constexpr std::size_t most_stats_bytes = 16 << 10;
std::string stats_json(const Shown& shown, Time now);  // stats.cc
std::string metrics_text(const Shown& shown);          // metrics.cc

// events.cc: the object of one row as /events and /transformations/feed show it.
std::string event_json(const Event& event, const Labels& labels);

}  // namespace headroom::ledger
