// Usage figures of several rounds as one: every number summed, whatever its name and depth.
//
//   {"input_tokens":10,"cache":{"read":3}} + {"input_tokens":12,"cache":{"read":4},"tier":"x"}
//     -> {"input_tokens":22,"cache":{"read":7},"tier":"x"}
//
// What is no number is the later round's. Lists whose elements name a modality are summed by modality, other lists are
// joined. Members are in the later round's order, then those that only the earlier one has. O(n).
#pragma once

#include <string>
#include <string_view>

namespace headroom::relay {

// Both are JSON texts, "" for none.
std::string sum_usage(std::string_view earlier, std::string_view later);

// One round's figures told in two parts: the later part's members, and the earlier's that it has not (or as null).
std::string overlay_usage(std::string_view earlier, std::string_view later);

}  // namespace headroom::relay
