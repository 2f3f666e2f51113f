// Values that change from one request to the next without meaning another thing: dates, clocks, epoch seconds, ids of
// sessions and requests. In a system prompt each of them costs the whole prompt cache.
//
//   "Today is Monday, January 5, 2026. Session: 9f1c2d3e4b5a."   ->   [10, 33) date, [44, 56) id
//
// By pattern alone: a value stands by itself (no letter, digit, slash or hyphen beside it: names of models and paths
// keep their parts), and is its value only, never its label. Code fences are skipped. O(text); no regular expressions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace headroom::pipeline {

enum class Volatile : std::uint8_t { date, id };

struct VolatileValue {
  std::size_t begin, end;  // bytes
  Volatile kind;
};

// In order, disjoint; of two that overlap the longer one. Dates: 2026-01-05, with or without a time and a zone;
// 5 January 2026, Jan 5, 2026, Mon Jan  5 10:15:30 2026, with or without a weekday; 1/5/2026; times; epoch seconds and
// milliseconds. Ids: UUID, ULID, JWT, hexadecimal of 32 digits or more, and what follows the label of a session,
// request, conversation, trace, span, run, thread or correlation id.
std::vector<VolatileValue> volatile_values(std::string_view text);

}  // namespace headroom::pipeline
