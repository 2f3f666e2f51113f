// Divides each line's time into a part that stands once, as a heading, and a part that stays with the line.
//
//   "2026-03-01 10:02:11 a", "2026-03-01 10:02:13 b"  ->  "-- 2026-03-01 10:", "02:11 a", "02:13 b"
//
// One level for the whole view: day, hour, minute or the whole time, whichever costs the fewest tokens; none if none
// saves. Cost: O(lines).
#pragma once

#include <span>
#include <string_view>

#include "base/lines.h"
#include "compressors/log/stamp.h"

namespace headroom::compressors::log {

class TimeHeadings {
 public:
  TimeHeadings(std::span<const Line> lines, std::span<const Stamp> stamps);

  Cut cut() const { return cut_; }
  // True if the line's time is written as heading and tail.
  bool timed(std::size_t i) const;
  std::string_view head(std::size_t i) const;  // from the time's first byte to the cut
  std::string_view tail(std::size_t i) const;  // from the cut to the time's end
  std::size_t head_size(std::size_t i) const { return head(i).size(); }
  std::int64_t tail_price(std::size_t i) const;

 private:
  bool fits(std::size_t i, Cut cut) const;
  std::int64_t price_of(Cut cut) const;

  std::span<const Line> lines_;
  std::span<const Stamp> stamps_;
  Cut cut_ = Cut::whole;
  bool any_ = false;
};

}  // namespace headroom::compressors::log
