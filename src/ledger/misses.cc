#include "ledger/misses.h"

#include <algorithm>
#include <vector>

#include "ledger/money.h"
#include "messages/projection.h"

namespace headroom::ledger {
namespace {

using std::chrono::seconds;

messages::Section section_of(Segment segment) {
  return segment == Segment::tools    ? messages::Section::tools
         : segment == Segment::system ? messages::Section::system
                                      : messages::Section::messages;
}

Segment segment_of(messages::Section section) {
  return section == messages::Section::tools    ? Segment::tools
         : section == messages::Section::system ? Segment::system
                                                : Segment::messages;
}

MissCause cause_of(const pipeline::Attribution& why) {
  switch (why.cause) {
    case pipeline::Cause::hit:
      return MissCause::hit;
    case pipeline::Cause::partial:
      return MissCause::partial;
    case pipeline::Cause::first:
      return MissCause::first;
    case pipeline::Cause::too_short:
      return MissCause::too_short;
    case pipeline::Cause::changed:
      return why.by_epoch ? MissCause::epoch : MissCause::changed;
    case pipeline::Cause::expired:
      return MissCause::expired;
    case pipeline::Cause::provider:
      break;
  }
  return MissCause::provider;
}

// How long the provider keeps what this request reads and writes: five minutes or an hour by Anthropic's marks; "five
// to ten minutes of inactivity" by OpenAI's documentation.
seconds life_of(const prices::Row* prices, const Usage& usage) {
  if (usage.written_1h > 0) return seconds(3600);
  const bool marked = prices && (prices->provider == "anthropic" || prices->provider == "bedrock");
  return seconds(marked ? 300 : 600);
}

// The segment in which the provider stopped reading, by the share of the prompt that it read.
Segment segment_behind(const Prompt& prompt, const Usage& usage) {
  std::int64_t bytes = 0, sum = 0;
  for (const Prompt::Block& block : prompt.blocks) bytes += block.bytes;
  const double read = usage.input() == 0 ? 0 : static_cast<double>(usage.read) / static_cast<double>(usage.input());
  for (const Prompt::Block& block : prompt.blocks) {
    sum += block.bytes;
    if (static_cast<double>(sum) > read * static_cast<double>(bytes)) return block.segment;
  }
  return Segment::messages;
}

}  // namespace

Explained Misses::explain(const Prompt& prompt, const Usage& usage, const prices::Row* prices, seconds now, bool epoch,
                          Micros went_out) {
  static const prices::Row unknown{};
  const prices::Row& row = prices ? *prices : unknown;
  Explained out;
  if (prompt.blocks.empty() || usage.input() == 0) return out;
  if (usage.input() < row.min_prefix.value) {
    out.miss.cause = MissCause::too_short;
    return out;
  }
  messages::Projection projection;
  std::vector<std::int64_t> sizes;
  projection.reserve(prompt.blocks.size());
  sizes.reserve(prompt.blocks.size());
  for (const Prompt::Block& block : prompt.blocks) {
    messages::ProjectedBlock& one = projection.emplace_back();
    one.digest = {block.digest, 0};
    one.bytes = block.bytes;
    one.section = section_of(block.segment);
    one.message = block.message;
    one.head = block.head;
    sizes.push_back(block.bytes);
  }
  const pipeline::Seen seen =
      aligner_.observe({projection, sizes, {}, epoch, went_out.count()}, now, life_of(prices, usage));
  const pipeline::Attribution why =
      aligner_.attribute(seen, {.read = usage.read, .written = usage.written, .plain = usage.uncached}, row);
  out.expected = why.expected;
  out.miss.cause = cause_of(why);
  if (!out.miss.is_miss()) return out;
  out.miss.segment = out.miss.cause == MissCause::changed || out.miss.cause == MissCause::epoch
                         ? segment_of(seen.change->section)
                         : segment_behind(prompt, usage);
  out.tokens_again = std::clamp<std::int64_t>(why.expected - usage.read, 0, usage.uncached + usage.written);
  if (prices) out.miss.microusd = to_micro(out.tokens_again * (price_of_new(usage, row) - row.read.value));
  return out;
}

}  // namespace headroom::ledger
