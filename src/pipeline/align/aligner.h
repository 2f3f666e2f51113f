// Why a provider's cache was missed: each request is held against what the same conversation sent before.
//
//   Aligner aligner;
//   auto seen = aligner.observe({projection, tokens, system_text}, now, life);
//       -> matched; 41 of 44 blocks as before; changed: /system/0, bytes 113-121 "09:12:44" -> "09:13:02", 18,400
//       tokens
//   auto why = aligner.attribute(seen, {.read = 0, .written = 18'900, .plain = 40}, price_row);
//       -> Cause::changed, by the client
//
// Kept: of each of the last 1,000 conversations the last four projections, as chained digests and sizes, and the system
// text (its first 16 KiB) of the newest. A new request belongs to the conversation with which it shares the longest
// chain of digests, of the messages alone or from the very beginning: a clock in the system prompt changes the
// beginning, not the conversation; nor does another first message, where half of the blocks stand where they stood. In
// memory only: nothing of it reaches a body.
//
// Requests may be told in another order than they went out in (what ends first is told first): each is held against
// those that went out before it, as `order` says.
//
// Time is the caller's, so a test's time is virtual. observe: O(blocks + conversations * log blocks). Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "messages/projection.h"
#include "prices/prices.h"

namespace headroom::pipeline {

struct AlignLimits {
  std::size_t conversations = 1000, projections = 4, system_bytes = 16 << 10;
};

// A request as it went to the provider.
struct Sent {
  const messages::Projection& projection;
  std::span<const std::int64_t> tokens;  // one for each block
  std::string_view system_text;          // all system texts, one after the other
  bool epoch = false;                    // we rewrote earlier blocks on purpose in this request
  std::int64_t order = 0;                // when it went out, in any unit; those alike: as they are told
};

// The first block in which a request differs from what was sent before.
struct AlignChange {
  std::size_t block = 0;  // index into the new projection
  std::string pointer;    // of the block; "" where blocks only left
  messages::Section section = messages::Section::messages;
  bool by_epoch = false;
  // In the system text: what stood there and what stands there now, bytes [begin, end) of the new text.
  std::size_t begin = 0, end = 0;
  std::string before, after;      // at most 120 bytes each
  std::int64_t tokens_again = 0;  // tokens from there on that had been sent before, written again
};

struct Seen {
  std::uint64_t conversation = 0, request = 0;
  bool first = true;                  // nothing of it was sent before
  std::int64_t total = 0;             // tokens of the request
  std::int64_t common = 0;            // of it, the longest prefix that some earlier request had
  std::int64_t before = 0;            // tokens of the request before
  std::chrono::seconds idle{0};       // since the request before
  bool expired = false;               // longer than entries live
  std::optional<AlignChange> change;  // nullopt: the newest request before is a prefix of this one
};

enum class Cause : std::uint8_t { hit, partial, first, too_short, changed, expired, provider };
std::string_view to_string(Cause cause);

// What the provider reported.
struct ReportedUsage {
  std::int64_t read = 0, written = 0, plain = 0;
  std::int64_t total() const { return read + written + plain; }
};

struct Attribution {
  Cause cause = Cause::hit;
  std::int64_t expected = 0;  // tokens that a whole hit would have read, in the provider's own count
  bool by_epoch = false;      // of changed
};

class Aligner {
 public:
  explicit Aligner(AlignLimits limits = {}) : limits_(limits) {}

  // Notes a request and says what it shares with those before. `life`: how long the provider keeps an entry.
  Seen observe(const Sent& sent, std::chrono::seconds now, std::chrono::seconds life);

  // The cause of what the provider reported for it. A hit has read 95 % of what the request before left in the cache.
  Attribution attribute(const Seen& seen, const ReportedUsage& usage, const prices::Row& row);

  std::size_t conversations() const { return conversations_.size(); }

 private:
  struct Kept {
    std::uint64_t id = 0;
    std::vector<std::uint64_t> chain;  // digest of all blocks up to and with each
    std::vector<std::int64_t> tokens;  // the same for tokens
    std::int64_t order = 0;
    std::chrono::seconds at{0};
    std::optional<std::int64_t> cached;  // read and written, as the provider reported them
  };
  struct Talk {
    std::uint64_t id = 0;
    std::list<Kept> kept;                 // the newest first, by when they went out
    std::vector<std::uint64_t> messages;  // chain of the newest's messages alone
    std::vector<std::uint64_t> places;    // digests of their blocks, not chained
    std::string system;
  };

  Talk* find(const Kept& whole, const std::vector<std::uint64_t>& messages, const std::vector<std::uint64_t>& places);

  AlignLimits limits_;
  std::list<Talk> conversations_;  // the most recently used first
  std::uint64_t next_ = 1;
};

}  // namespace headroom::pipeline
