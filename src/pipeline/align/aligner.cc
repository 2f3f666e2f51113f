#include "pipeline/align/aligner.h"

#include <algorithm>
#include <array>

#include "base/hash.h"

namespace headroom::pipeline {
namespace {

using messages::Projection;
using messages::Section;

std::uint64_t chained(std::uint64_t before, const Hash128& block) {
  const std::array<std::uint64_t, 3> all{before, block.low, block.high};
  return hash64(std::string_view(reinterpret_cast<const char*>(all.data()), sizeof all));
}

// Length of the common prefix of two chains: equal at i means equal up to i, so it is found by halves.
std::size_t common(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  std::size_t low = 0, high = std::min(a.size(), b.size());
  while (low < high) {
    const std::size_t middle = (low + high + 1) / 2;
    if (a[middle - 1] == b[middle - 1]) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// The span in which two texts differ, at the borders of characters.
void set_span(std::string_view before, std::string_view after, AlignChange& change) {
  std::size_t head = 0;
  const std::size_t shorter = std::min(before.size(), after.size());
  while (head < shorter && before[head] == after[head]) ++head;
  while (head > 0 && ((head < after.size() && continues_character(after[head])) ||
                      (head < before.size() && continues_character(before[head]))))
    --head;
  std::size_t tail = 0;
  while (tail < shorter - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) ++tail;
  while (tail > 0 && continues_character(after[after.size() - tail])) --tail;
  change.begin = head;
  change.end = after.size() - tail;
  constexpr std::size_t most = 120;
  change.before = before.substr(head, std::min(most, before.size() - tail - head));
  change.after = after.substr(head, std::min(most, after.size() - tail - head));
}

std::int64_t upto(const std::vector<std::int64_t>& sums, std::size_t blocks) {
  return blocks == 0 ? 0 : sums[blocks - 1];
}

}  // namespace

std::string_view to_string(Cause cause) {
  constexpr std::string_view names[] = {"hit", "partial", "first", "short", "changed", "expired", "provider"};
  return names[static_cast<std::size_t>(cause)];
}

Aligner::Talk* Aligner::find(const Kept& whole, const std::vector<std::uint64_t>& messages,
                             const std::vector<std::uint64_t>& places) {
  Talk* best = nullptr;
  std::size_t best_messages = 0, best_whole = 0;
  for (Talk& talk : conversations_) {
    const std::size_t of_messages = common(talk.messages, messages);
    if (of_messages < 2) continue;  // a role and its first text: less is no conversation
    const std::size_t of_whole = common(talk.kept.front().chain, whole.chain);
    // The longest chain of messages; of those alike, the longest from the beginning, then the most recently used.
    if (!best || of_messages > best_messages || (of_messages == best_messages && of_whole > best_whole)) {
      best = &talk, best_messages = of_messages, best_whole = of_whole;
    }
  }
  if (best) return best;
  for (Talk& talk : conversations_) {  // the first message itself was rewritten
    std::size_t equal = 0;
    for (std::size_t i = 0; i < std::min(places.size(), talk.places.size()); ++i) equal += places[i] == talk.places[i];
    if (talk.places.size() >= 3 && equal * 2 >= talk.places.size()) return &talk;
  }
  return nullptr;
}

Seen Aligner::observe(const Sent& sent, std::chrono::seconds now, std::chrono::seconds life) {
  Kept now_kept;
  std::vector<std::uint64_t> messages, places;
  std::uint64_t chain = 0, message_chain = 0;
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < sent.projection.size(); ++i) {
    const messages::ProjectedBlock& block = sent.projection[i];
    now_kept.chain.push_back(chain = chained(chain, block.digest));
    now_kept.tokens.push_back(tokens += i < sent.tokens.size() ? sent.tokens[i] : 0);
    if (block.section != Section::messages) continue;
    messages.push_back(message_chain = chained(message_chain, block.digest));
    if (!block.head) places.push_back(block.digest.low);
  }
  now_kept.id = next_++;
  now_kept.order = sent.order;
  now_kept.at = now;
  Seen seen;
  seen.total = tokens;
  seen.request = now_kept.id;
  Talk* talk = find(now_kept, messages, places);
  if (!talk) {
    conversations_.emplace_front().id = next_++;
    if (conversations_.size() > limits_.conversations) conversations_.pop_back();
    talk = &conversations_.front();
  } else {
    const auto at = std::ranges::find_if(conversations_, [talk](const Talk& t) { return &t == talk; });
    conversations_.splice(conversations_.begin(), conversations_, at);
  }
  const auto before = std::ranges::find_if(talk->kept, [&](const Kept& kept) { return kept.order <= sent.order; });
  if (before != talk->kept.end()) {
    const Kept& newest = *before;
    seen.first = false;
    seen.before = newest.tokens.empty() ? 0 : newest.tokens.back();
    seen.idle = now - newest.at;
    seen.expired = seen.idle > life;
    for (auto kept = before; kept != talk->kept.end(); ++kept) {
      seen.common = std::max(seen.common, upto(now_kept.tokens, common(kept->chain, now_kept.chain)));
    }
    if (const std::size_t shared = common(newest.chain, now_kept.chain); shared < newest.chain.size()) {
      AlignChange& change = seen.change.emplace();
      change.block = shared;
      change.by_epoch = sent.epoch;
      if (shared < sent.projection.size()) {
        change.pointer = sent.projection[shared].pointer;
        change.section = sent.projection[shared].section;
      }
      change.tokens_again =
          std::max<std::int64_t>(std::min(seen.before, seen.total) - upto(now_kept.tokens, shared), 0);
      if (change.section == Section::system) {
        set_span(talk->system, sent.system_text.substr(0, limits_.system_bytes), change);
      }
    }
  }
  seen.conversation = talk->id;
  const bool is_newest = before == talk->kept.begin();
  talk->kept.insert(before, std::move(now_kept));
  if (talk->kept.size() > limits_.projections) talk->kept.pop_back();
  if (!is_newest) return seen;
  talk->messages = std::move(messages);
  talk->places = std::move(places);
  talk->system = sent.system_text.substr(0, limits_.system_bytes);
  return seen;
}

Attribution Aligner::attribute(const Seen& seen, const ReportedUsage& usage, const prices::Row& row) {
  Attribution out;
  const auto at = std::ranges::find(conversations_, seen.conversation, &Talk::id);
  const double scale = seen.total > 0 ? static_cast<double>(usage.total()) / static_cast<double>(seen.total) : 1;
  const bool marked = row.write_5m > row.in;  // a provider that bills what it writes tells how much that is
  std::int64_t cached = static_cast<std::int64_t>(static_cast<double>(seen.before) * scale);
  if (at != conversations_.end()) {
    const auto own = std::ranges::find(at->kept, seen.request, &Kept::id);
    if (own != at->kept.end()) {
      own->cached = marked ? usage.read + usage.written : usage.total();
      if (const auto before = std::next(own); before != at->kept.end() && before->cached)
        cached = std::min(cached, *before->cached);
    }
  }
  if (cached < row.min_prefix.value) cached = 0;
  const std::int64_t step = std::max<std::int64_t>(row.step.value, 1);
  const auto whole_steps = [&](std::int64_t n) {
    const std::int64_t least = row.min_prefix.value;
    return n < least ? 0 : least + (n - least) / step * step;
  };
  const auto nearly = [&](std::int64_t n) { return usage.read * 100 >= whole_steps(n) * 95; };
  out.expected = whole_steps(cached);
  const std::int64_t still = std::min(cached, static_cast<std::int64_t>(static_cast<double>(seen.common) * scale));
  if (seen.first) {
    out.cause = usage.read > 0 ? Cause::hit : Cause::first;  // another conversation's tools and system prompt
  } else if (usage.total() < row.min_prefix.value || out.expected == 0) {
    out.cause = Cause::too_short;
  } else if (nearly(cached)) {
    out.cause = Cause::hit;
  } else if (seen.expired) {
    out.cause = Cause::expired;
  } else if (seen.change && whole_steps(still) * 100 < out.expected * 95) {
    out.cause = Cause::changed;
    out.by_epoch = seen.change->by_epoch;
  } else {
    out.cause = usage.read > 0 ? Cause::partial : Cause::provider;
  }
  return out;
}

}  // namespace headroom::pipeline
