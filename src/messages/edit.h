// What a view becomes in a body: edits over byte ranges, everything else as it came.
//
//   {"type":"tool_result","content":"a\/b\nc"}, view "a/b"  ->  {"type":"tool_result","content":"a\/b"}
//
// Text that a view keeps from the original is written as the client wrote it (`\/`, `\u00e9`, lone surrogates); text
// that is new is raw UTF-8 with \" \\ \b \f \n \r \t and \u00XX below 0x20. O(leaf + view).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/edits.h"
#include "messages/conversation.h"

namespace headroom::messages {

// What stands for a leaf now: its edits, and the same for a caller that has objects instead of bytes.
struct Replacement {
  std::vector<Edit> edits;  // sorted by offset
  std::string pointer;      // what to set; RFC 6901
  std::string value;        // JSON: to what, if that is no string; else "", and one edit puts the string there
};

// The leaf with a new decoded value. A json_value whose view is a JSON array or object stays a value; else it becomes a
// string: Gemini's member itself, Bedrock's `json` item a `text` item, vercel's output of type `text` or `error-text`.
Replacement replace_leaf(const Conversation& conversation, const Leaf& leaf, std::string_view text);

}  // namespace headroom::messages
