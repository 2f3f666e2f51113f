// Finds the time at the head of a log line.
//
//   "2026-03-01 10:02:11,123 INFO x"  -> bytes 0..23; may be cut after the day, the hour or the minute
//   "[Sun Dec 04 04:47:44 2005] x"    -> bytes 1..20
//   "web.log 2026-03-01 10:02:11 x"   -> bytes 8..27
//
// A time is a date, a time of day or both, in the shapes that loggers write; it may stand behind an opening bracket and
// up to four words. Cost: O(1) a line (the first 96 bytes).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace headroom::compressors::log {

enum class Cut : std::uint8_t { day, hour, minute, whole };  // where a heading may end and the line's own part begin

struct Stamp {
  std::uint8_t begin = 0, end = 0;     // bytes of the line; begin == end: no time
  std::array<std::uint8_t, 4> cuts{};  // by Cut, absolute; 0: this stamp has no such cut
  bool collector = false;  // ISO 8601 with three or more digits of a second and a zone: written by a collector

  bool found() const { return end > begin; }
};

Stamp find_stamp(std::string_view line);

}  // namespace headroom::compressors::log
