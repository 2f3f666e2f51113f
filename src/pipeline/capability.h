// Is loss redeemable for this very request? A view may leave something out only where the model, or its client, can get
// it back; everything else is lossless.
//
//   {"tools":[{"name":"run",...}],"messages":[...]}, a proxy that answers our calls  ->  in hand, and our tool joins
//   the same with "tool_choice":"none"                                               ->  lossless; our tool joins all
//                                                                                        the same (the cache holds)
//   the same, a library's bare compress                                              ->  lossless
//
// A pure function of the request and of who handles it. O(1) once the request is read.
#pragma once

#include <cstdint>
#include <string_view>

#include "messages/conversation.h"
#include "pipeline/options.h"

namespace headroom::pipeline {

enum class Redeem : std::uint8_t {
  none,     // lossless views only
  in_hand,  // we see the model's call and have the request: it is its own first store
  store,    // somebody else asks later: store, read back, then emit
};

// Why loss is not redeemable.
enum class NoWayBack : std::uint8_t {
  none,               // it is
  not_declared,       // nobody said that they answer
  signed_body,        // not ours to edit
  no_tools,           // and no caller's word for it
  no_tool_of_ours,    // the request's tools do not have it, and it may not or cannot join them
  calls_off,          // tool_choice: none
  forced,             // tool_choice: one tool
  not_allowed,        // a list of allowed tools without ours
  several_choices,    // n > 1
  structured_output,  // the answer must be JSON
  in_conversation,    // the provider has the history
  not_intercepted,    // a route on which our call would reach the client
};
// "the request asks for several choices"...: for a warning.
std::string_view to_string(NoWayBack reason);

struct Capability {
  Redeem redeem = Redeem::none;
  bool inject = false;  // our tool is to join the request's tools
  NoWayBack why = NoWayBack::none;
};

Capability capability_of(const messages::Conversation& conversation, const Options& options);

}  // namespace headroom::pipeline
