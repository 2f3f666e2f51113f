// The query of a slot: the last user text before it (weight 1) and the scalar arguments of its own call (weight 2).
// Nothing that comes later, ever (promise 2).
#pragma once

#include <string>
#include <string_view>

#include "messages/conversation.h"
#include "search/query.h"

namespace headroom::pipeline {

// `leaf`: index into conversation.leaves.
search::Query query_of(const messages::Conversation& conversation, std::size_t leaf);

// The scalars of a call's arguments, one per line; text that is no JSON stands for itself.
std::string scalar_arguments(std::string_view arguments);

}  // namespace headroom::pipeline
