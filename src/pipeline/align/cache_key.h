// A key by which OpenAI sends the requests of one conversation to the cache that holds their prefix, where the client
// set none.
//
//   {"model":"gpt-5","input":[...]}  ->  {"model":"gpt-5","input":[...],"prompt_cache_key":"5f0c1e2d3a4b5968"}
//
// 16 hexadecimal digits of an HMAC of the tools, the system text (as it stands after relocation) and the first user
// text, under the workspace's key: the same for every turn, and says nothing of them. O(tools + system text).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/edits.h"
#include "messages/conversation.h"

namespace headroom::pipeline {

struct CacheKeyMember {
  Edit edit;          // one more member of the request
  std::string value;  // JSON
};

// nullopt: no format that has it, a bare list, or the client's own is there.
std::optional<CacheKeyMember> derive_cache_key(const messages::Conversation& conversation,
                                               std::span<const std::string> system_texts, std::string_view key);

}  // namespace headroom::pipeline
