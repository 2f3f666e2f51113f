// A body as the provider's prompt cache sees it: its blocks in reading order (tools, system, messages), each as a
// digest and a size. Two requests share a cached prefix exactly as far as their lists agree from the start.
//
//   {"system":"S","messages":[{"role":"user","content":"hi"}]}
//   -> system {"text":"S","type":"text"} | head of message 0 (its role) | {"text":"hi","type":"text"} of message 0
//
// What does not count: the members `cache_control`, blocks that are a `cachePoint` only, white space between members
// and the order of a block's own members, the spelling of a decoded text, whether a content is a string or a list of
// one text part, and the volatile tail (a last text "[moved from the system prompt: ...]"). All other members count by
// their raw bytes.
//
// O(body).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "messages/conversation.h"

namespace headroom::messages {

inline constexpr std::string_view tail_lead = "[moved from the system prompt: ";

enum class Section : std::uint8_t { tools, system, messages };

struct ProjectedBlock {
  Hash128 digest;
  std::size_t bytes = 0;  // decoded texts and raw members, with their names
  Section section = Section::messages;
  int message = -1;       // index into message_list
  bool head = false;      // of a message: its role and members, the content apart
  json::NodeId node = 0;  // the tool, part, block, item; of a head: the message
  std::string pointer;    // RFC 6901, from the body's root
};

using Projection = std::vector<ProjectedBlock>;

Projection project(const Conversation& conversation);

// The first place where `b` does not go on as `a` did; nullopt if `a` is a prefix of `b`.
struct Difference {
  std::size_t index;    // into both lists
  std::string pointer;  // of the block of `b` that stands there; of `a`, if `b` ends before it
  Section section;
  std::size_t rewritten = 0;  // bytes of `b` from there on: what a cache must be written with again
};
std::optional<Difference> first_difference(const Projection& a, const Projection& b);

inline bool is_prefix(const Projection& a, const Projection& b) {
  return !first_difference(a, b);
}

}  // namespace headroom::messages
