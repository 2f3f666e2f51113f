// What `simulate` adds to a compress answer: the messages as they would be sent, tokens by role, waste found, and a
// digest of the part that a provider's cache would hold.
#pragma once

#include <string>

#include "api/core.h"
#include "pipeline/compress.h"

namespace headroom::api {

// JSON members without braces, to be put into the answer.
std::string simulated_members(const Input& input, const pipeline::Outcome& outcome);

}  // namespace headroom::api
