// The ledger: takes what the proxy tells of each request, and answers what its own endpoints ask.
//
//   auto ledger = Ledger::open({.directory = state / "logs", .wake = [&] { tell_event_streams(); }});
//   (*ledger)->record(std::move(exchange));       any thread, about a microsecond, never waits for a disk
//   (*ledger)->counts().refuse(Gate::host);
//   (*ledger)->stats(now, gauges)                 the JSON of /stats
//
// One thread of its own takes what was recorded, at most 200 ms later: explains cache misses, prices rows, adds them
// up, writes their lines. Whoever asks for figures first takes what is still waiting, so that a request that is over is
// in them. The files of earlier runs are read by that thread when it starts; `history_loaded` says when that is done.
//
// Bounds: 16,384 exchanges wait at most (then record() itself works some off); 1,000 events; 1,000 conversations; 100
// models, 200 tools; an hour of history is under 200 bytes. No clock: times are the caller's.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ledger/counts.h"
#include "ledger/exchange.h"
#include "ledger/row.h"
#include "prices/prices.h"

namespace headroom::ledger {

struct Config {
  std::filesystem::path directory = {};  // of the log files; "-": lines go to `descriptor`; "": none are kept
  int descriptor = 2;
  int days = 90;                           // files of rows that are older are deleted; sums by the hour stay
  const prices::Prices* prices = nullptr;  // null: the file compiled in
  std::function<void()> wake = {};         // called by the ledger's thread when events have come; must not block
};

struct StoreFigures {
  std::int64_t entries = 0, most_entries = 0, bytes = 0, most_bytes = 0;
  std::int64_t original_tokens = 0, shown_tokens = 0;
  std::string_view kind = "memory";  // "memory", "sqlite", "redis"
  bool reachable = true;
};

// What only the proxy knows at the moment of asking.
struct Gauges {
  std::int64_t requests = 0, streams = 0, websockets = 0, connections = 0, waiting = 0;  // in flight
  std::int64_t bytes_in_flight = 0;
  std::chrono::seconds uptime{0};
  bool views = false;  // --log-messages: requests can be looked into (views.h)
  StoreFigures store = {};
};

// A request to /v1/retrieve, or a call of our tool. The query is content: it is shown to callers with that right
// (/v1/retrieve/stats), kept in memory for the last 20, and nowhere else.
struct Retrieval {
  std::uint64_t hash = 0;
  std::string query = {};  // cut at 200 bytes
  std::int64_t items = 0, total_items = 0;
  ToolName tool = {};
  Word<16> type = {};  // "whole", "lines", "rows", "path", "query"
  Retrieved result = Retrieved::found;
};

enum class Series : std::uint8_t { hourly, daily, weekly, monthly };
std::optional<Series> parse_series(std::string_view name);

// Frames of an event stream.
struct Events {
  std::string bytes;       // "id: 41\nevent: request\ndata: {...}\n\n"...
  std::uint64_t last = 0;  // give this as `after` the next time
  bool more = false;       // there are more: ask again at once
};

class Ledger {
 public:
  // Fails if the directory cannot be made or written.
  static Result<std::unique_ptr<Ledger>> open(Config config);
  // Writes what is waiting.
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  void record(Exchange&& exchange);
  Counts& counts();
  void retrieved(const Retrieval& retrieval);  // counts it too

  // The number of a label (x-headroom-project, -user-id, -stack; at most 64 bytes); none if it is no word. The table
  // takes 4,000; what comes later is "other".
  LabelId label(std::string_view text);

  std::string stats(Time now, const Gauges& gauges);  // /stats
  std::string metrics(const Gauges& gauges);          // /metrics
  std::string history_json(Series series, Time now);  // /stats-history?format=json
  std::string history_csv(Series series, Time now);   // ...=csv
  std::string feed(std::size_t limit);                // /transformations/feed?limit=
  std::string retrieve_stats(const Gauges& gauges);   // /v1/retrieve/stats
  // Events with an id greater than `after`, at most 100. An id that is not known any more, or never was: all there are.
  Events events(std::uint64_t after);
  // One `stats` event: what /events sends every two seconds.
  std::string stats_event(Time now, const Gauges& gauges);
  std::uint64_t last_event() const;

  void reset();  // /stats/reset: figures since the start; files and history stay
  bool history_loaded() const;
  // Blocks until what was recorded before is in its file.
  void flush();

 private:
  struct Impl;
  explicit Ledger(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace headroom::ledger
