// What providers' prompt caches do with a sequence of requests, and what that costs: the ground of every bill here.
//
//   Prompt a = read_prompt(body1), b = read_prompt(body2);        blocks in reading order, with tokens and marks
//   AnthropicCache cache(row);
//   cache.send(a, seconds(0));   // {written 5 m: 9,000}
//   cache.send(b, seconds(40));  // {read: 9,000, written 5 m: 700}
//
// The rules are the providers' documented ones. Anthropic (and Bedrock): at most four marks; an entry ends at a mark
// and covers all before it; a mark looks back over at most 20 blocks for an entry; prefixes under the model's minimum
// are not cached; entries live five minutes or an hour from their last use; marks of an hour stand before those of five
// minutes. OpenAI: no marks; the longest prefix seen in the last minutes counts from 1,024 tokens in steps of 128.
// Gemini: the same without steps. What is not modelled: eviction under load, routing to another machine, a model's own
// tokens inside a block (prefixes are compared block by block).
//
// A send is O(blocks). Virtual time only.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/units.h"
#include "messages/conversation.h"
#include "prices/prices.h"
#include "tokens/counter.h"

namespace headroom::replay {

enum class Mark : std::uint8_t { none, minutes, hour };

struct PromptBlock {
  Hash128 prefix;  // of this block and all before it
  std::int64_t tokens = 0;
  Mark mark = Mark::none;
  bool head = false;  // a message's role and members: no content block
};

struct Prompt {
  std::vector<PromptBlock> blocks;
  std::int64_t tokens() const;
};

// Counts each block once, however many requests hold it. Not thread-safe.
class PromptReader {
 public:
  explicit PromptReader(tokens::Counter& counter) : counter_(counter) {}
  // `body` must read in `format` ("" = by shape); a body that does not is one block.
  Prompt read(std::string_view body, std::string_view format);
  // Tokens of messages that a model wrote: JSON of one message each.
  std::int64_t written(std::string_view message);

 private:
  std::int64_t count(const json::Document& doc, json::NodeId node);
  tokens::Counter& counter_;
  std::unordered_map<Hash128, std::int64_t, Hash128Hasher> known_;  // only looked up: its order reaches nothing
};

// Input tokens of one request by what they cost.
struct Usage {
  std::int64_t read = 0, written_5m = 0, written_1h = 0, plain = 0;
  bool refused = false;  // the provider would answer 400: more than four marks, or an hour's behind a five minutes'
  std::int64_t total() const { return read + written_5m + written_1h + plain; }
};

using Seconds = std::chrono::seconds;

class Cache {
 public:
  virtual ~Cache() = default;
  virtual Usage send(const Prompt& prompt, Seconds now) = 0;
};

class AnthropicCache final : public Cache {
 public:
  static constexpr int most_marks = 4, look_back = 20;
  explicit AnthropicCache(std::int64_t min_prefix) : min_prefix_(min_prefix) {}
  Usage send(const Prompt& prompt, Seconds now) override;

 private:
  struct Entry {
    Seconds expires, life;
  };
  const Entry* live(const Hash128& prefix, Seconds now) const;
  std::int64_t min_prefix_;
  std::unordered_map<Hash128, Entry, Hash128Hasher> entries_;
};

class AutomaticCache final : public Cache {
 public:
  AutomaticCache(std::int64_t min_prefix, std::int64_t step, Seconds life)
      : min_prefix_(min_prefix), step_(step), life_(life) {}
  Usage send(const Prompt& prompt, Seconds now) override;

 private:
  std::int64_t min_prefix_, step_;
  Seconds life_;
  std::unordered_map<Hash128, Seconds, Hash128Hasher> seen_;  // prefix -> when its life ends
};

// As the price row's provider has it.
std::unique_ptr<Cache> cache_for(const prices::Row& row);

// In pico-dollars.
std::int64_t cost(const Usage& usage, const prices::Row& row);

}  // namespace headroom::replay
