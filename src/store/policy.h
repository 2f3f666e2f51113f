// What every backend agrees on: which contents may be kept, how long, and what may leave when there is no room.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/result.h"
#include "store/store.h"

namespace headroom::store {

using Clock = std::chrono::system_clock;

inline constexpr std::size_t max_content = std::size_t{64} << 20;
inline constexpr std::size_t max_arguments = 200;  // bytes of a source's arguments that are kept
// Carried by a request this recently: part of a live conversation, never evicted.
inline constexpr std::chrono::seconds live_window = std::chrono::minutes(10);
// An entry that is gone leaves its handle and what to call again for this long.
inline constexpr std::chrono::seconds gone_window = std::chrono::hours(24 * 7);

// Expired entries that a put takes along, so that no put pays for all of them.
inline constexpr int swept_per_put = 16;

Result<void> check_original(const Original& original, const Options& options);

// The source as it is kept: arguments cut at max_arguments, not inside a character.
Source kept_source(const Source& source);

// True if an entry last carried at `carried` must stay. Also true a little into the future: clocks of processes differ,
// and a clock set back must neither free live entries nor hold all others for ever.
inline bool is_live(Clock::time_point carried, Clock::time_point now) {
  return carried > now - live_window && carried < now + live_window;
}

}  // namespace headroom::store
