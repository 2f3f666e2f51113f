// The row that every request leaves: log and ledger in one, a JSON line of at most 300 bytes.
//
//   {"t":"2026-01-05T09:12:44.031Z","id":"7f3a9c21d0e4","rt":"anthropic.messages","md":"claude-sonnet-4-5","st":200,
//    "by":"local","cv":"5f0c1e2d3a4b","b":[182345,96120],"k":[57812,21456],"u":[312,56000,1200,890],"m":[12345,210,19800],
//    "ms":[0.812,640,8123],"mi":["system","changed",18400]}
//
//   t   when the request came, UTC            k   tokens [before, after], on our own ruler
//   id  x-headroom-request-id                 u   usage [uncached, cache read, cache write, output] of the provider
//   rt  provider and route                    m   micro-dollars [saved, spent, billed]; absent without usage or price
//   md  model                                 q   hidden rounds
//   st  status the client got                 ms  [own, first byte, total]
//   by  caller                                ep  cause of an epoch in this request
//   cv  conversation, a keyed digest          mi  a cache miss: [segment, cause, micro-dollars]
//   b   bytes [in, out] of the bodies         x   code of an error or a skip;  lb  labels [project, user, stack]
//
// No field can hold content: words have a closed alphabet and come through a check (words.h), all else is numbers,
// enumerations and digests. Labels are numbers too; what they stand for is said once per file (log.h). Fields that are
// zero or empty are left out. A line that would be longer than 300 bytes loses b, ep, mi, by, cv, ms, lb, in this
// order; what sums are made of always stays. Numbers are cut at 8 digits of tokens and 10 of anything else.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/usage.h"
#include "ledger/words.h"

namespace headroom::ledger {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using Micros = std::chrono::microseconds;

using RequestId = Word<16>;
using RouteName = Word<20>;  // provider, a dot, route: "anthropic.messages", "openai.chat", "own.compress"
using ModelName = Word<40>;
using CallerName = Word<16>;  // "local", "uid", a token's name or, if that is longer, its digest
using Code = Word<24>;        // "upstream_timeout", "client_gone", "not_json"

// A number for a project, user or stack: a digest of its name, the same in every process; 0: none given.
enum class LabelId : std::uint32_t { none = 0 };

// A keyed digest: says which requests belong together and nothing else. 48 bits, 0: not known.
struct ConversationId {
  std::uint64_t value = 0;
  friend constexpr bool operator==(ConversationId, ConversationId) = default;
};

enum class EpochCause : std::uint8_t { none, paying, limit, asked };
enum class Segment : std::uint8_t { none, tools, system, messages };
enum class MissCause : std::uint8_t { none, hit, partial, first, too_short, changed, epoch, expired, provider };

std::string_view to_string(EpochCause cause);
std::string_view to_string(Segment segment);
std::string_view to_string(MissCause cause);  // "short" for too_short

struct Miss {
  Segment segment = Segment::none;    // where the first difference is
  MissCause cause = MissCause::none;  // none, hit, first and too_short are no misses and leave no field
  std::int64_t microusd = 0;          // what the tokens cost beyond what reading them would have
  bool is_miss() const {
    return cause >= MissCause::partial && cause != MissCause::first && cause != MissCause::too_short;
  }
};

struct Money {
  std::int64_t saved = 0, spent = 0, billed = 0;  // micro-dollars
};

struct Row {
  Time t{};
  RequestId id;
  RouteName rt;
  ModelName md;
  int st = 0;  // 499: the client left
  CallerName by;
  ConversationId cv;
  std::int64_t bytes_in = 0, bytes_out = 0;
  std::int64_t tokens_before = 0, tokens_after = 0;
  std::optional<Usage> usage;
  std::optional<Money> money;
  int q = 0;
  Micros own{0}, first_byte{0}, total{0};
  EpochCause ep = EpochCause::none;
  Miss mi;
  Code x;
  std::array<LabelId, 3> labels{};  // project, user, stack
};

// Code of a row of mode audit: `k` says what would have been, the original went out.
inline constexpr Code audit_code = "audit";

inline constexpr std::size_t longest_row = 300;

// One line with its line end. At most 300 bytes for every row there is.
std::string to_line(const Row& row);
// The same, appended: what the writer calls.
void append_line(std::string& out, const Row& row);
// nullopt: not a line of ours. What numbers and digests lost when they were written is lost.
std::optional<Row> parse_row(std::string_view line);

// "2026-01-05T09:12:44.031Z", and back; years 1970 to 9999.
std::string to_iso(Time t);
std::optional<Time> parse_iso(std::string_view text);

}  // namespace headroom::ledger
