// Answers of our tool that a conversation holds already: in the client's own results (an alias), or restored.
#pragma once

#include <functional>
#include <string_view>

#include "relay/answers.h"
#include "relay/call.h"

namespace headroom::relay {

// One result of our tool, in order of the conversation.
struct GivenAnswer {
  int message = 0;  // index into the list of messages
  std::string arguments, text;
};
std::vector<GivenAnswer> given_answers(std::string_view request, Wire wire);

// All of them into the fold.
void given_in(std::string_view request, Wire wire, Answers& answers);

}  // namespace headroom::relay
