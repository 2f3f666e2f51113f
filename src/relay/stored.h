// Responses that the provider stores: a client that goes on from one (`previous_response_id`) sends no history, so a
// call of ours that a mixed turn left open there is known only when the provider refuses the request for it.
//
//   400 "No tool output found for function call call_1"  ->  GET that response; with_stored_answers(request, response)
//   gives the request with the answer in front of its input, to be sent once more; nullopt: the 400 is the client's.
//
// Pure but for the originals, which are in no conversation at hand: they come from the store. O(request + response).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "relay/answers.h"

namespace headroom::relay {

// Whether an error body says that a call has no output.
bool lacks_tool_output(std::string_view error_body);
// The response that the request goes on from, "" if none.
std::string previous_response(std::string_view request);

// The same request, going on from another response.
std::string going_on_from(std::string_view request, std::string_view response);

std::optional<std::string> with_stored_answers(std::string_view request, std::string_view stored_response,
                                               Answers& answers);

}  // namespace headroom::relay
