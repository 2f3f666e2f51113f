// Sums by the hour and the day, read from lines of log files, and the series that /stats-history shows.
//
//   History h;
//   h.take(R"({"t":"2026-01-05T09:12:44.031Z","rt":"anthropic.messages","md":"claude-sonnet-4-5","st":200,...})" "\n");
//   h.json(Series::daily, now)  -> {"series":"daily","points":[{"t":"2026-01-05T00:00:00.000Z","requests":1,...}],...}
//
// Lines are of four kinds, each a JSON object; what is none of them is counted and passed over:
//
//   row     row.h; has `st`
//   label   {"l":71,"is":"my-project"}: what the number 71 in `lb` stands for
//   part    {"p":["Bash","log"],"t":"...","n":12,"k":4567,"m":890}: tokens and micro-dollars that left since the last
//   one hour    {"h":"2026-01-05T09:00:00.000Z","n":[requests,failed,measured,rounds],"k":[before,after,unpriced],
//            "u":[uncached,read,written,output],"m":[saved,spent,billed],"mi":[misses,micro-dollars]}: sums of an hour;
//            with `md`, of that model on that day
//
// Hours are UTC, weeks begin on Monday. A day keeps at most 100 models and 300 pairs of tool and kind; others are
// summed as "other". take: O(bytes), about 100 MB/s; json: O(points + days). Not thread-safe. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/exchange.h"
#include "ledger/figures.h"
#include "ledger/ledger.h"
#include "ledger/row.h"

namespace headroom::ledger {

class History {
 public:
  using Hours = std::chrono::sys_time<std::chrono::hours>;
  using Days = std::chrono::sys_days;
  struct Day {
    std::map<ModelName, Figures> models;
    std::map<std::pair<ToolName, KindName>, Part> parts;
  };

  static constexpr std::size_t longest_line = 4096, most_models = 100, most_parts = 300;

  // Whole lines; a last one without a line end is taken as one.
  void take(std::string_view lines);
  void add(const Row& row);
  void add(Time t, const ToolName& tool, const KindName& kind, const Part& part);

  // All of one day as lines of the kinds hour and part.
  std::string day_lines(Days day) const;
  // Forgets one day, to read it anew.
  void forget(Days day);

  // The points up to and with that of `now`: 168 hours, 90 days, 53 weeks or 24 months, not before the first row.
  // `complete`: all files have been read.
  std::string json(Series series, Time now, bool complete) const;
  std::string csv(Series series, Time now) const;

  Figures totals() const;
  std::uint64_t refused_lines() const { return refused_; }
  const std::map<Hours, Figures>& hours() const { return hours_; }
  const std::map<Days, Day>& days() const { return days_; }

 private:
  struct Point {
    Time begin;
    Figures figures;
  };
  std::vector<Point> points(Series series, Time now) const;
  bool take_line(std::string_view line);
  Figures& of_model(Days day, const ModelName& model);

  std::map<Hours, Figures> hours_;
  std::map<Days, Day> days_;
  std::uint64_t refused_ = 0;
};

// The lines of the kinds part and label.
void append_part_line(std::string& out, Time t, const ToolName& tool, const KindName& kind, const Part& part);
void append_label_line(std::string& out, LabelId id, std::string_view text);

}  // namespace headroom::ledger
