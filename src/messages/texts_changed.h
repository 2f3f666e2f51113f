// Whether a result is the request with nothing but other strings in the place of texts, and more tools at the end of
// their list: so the request's own reading holds for it, and it need not be read.
//
//   {"messages":[{"role":"user","content":"long"}]}   the plan: that "long" may change
//   {"messages":[{"role":"user","content":"ok"}]}     true: equal bytes, one JSON string, equal bytes
//
// A JSON text stays one, of the same values in the same places, if a string of it becomes another string, or if one
// more value comes behind a comma at the end of an array. Which messages, calls and results a request has does not
// depend on what its texts say, nor on its tools. Compares and reads strings at memory's speed; a whole reading of a
// megabyte of messages takes five times as long.
#pragma once

#include <string_view>

#include "messages/check.h"
#include "messages/conversation.h"

namespace headroom::messages {

// `plan.changed` and `plan.appended` ascending. False also where the plan allows more than this can prove: then the
// result must be read.
bool only_texts_changed(const Conversation& before, std::string_view after, const Plan& plan);

}  // namespace headroom::messages
