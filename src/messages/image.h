// Images of a request: their bytes, and the edits by which one becomes smaller or leaves.
//
//   {"type":"image","source":{"data":"<large>",...}}
//     ->  {"type":"image","source":{"data":"<small>",...}},{"type":"text","text":"[image 1920x1080 shown at ...]"}
//
// The statement is an element of its own right after the image, in the form that the format gives a text. O(bytes).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/edits.h"
#include "messages/check.h"
#include "messages/conversation.h"

namespace headroom::messages {

// The base64 text of an image's bytes as it stands in the body, with or without escapes: what a cache is keyed by.
std::string_view raw_data(const Conversation& conversation, const Image& image);

// Nullopt: not base64, or a data: URI that is not; an address of an image elsewhere.
std::optional<std::string> bytes_of(const Conversation& conversation, const Image& image);

// `data`: base64 of a file of the same kind.
void replace_bytes(const Conversation& conversation, const Image& image, std::string_view data,
                   std::string_view statement, std::vector<Edit>& edits, Plan& plan);

// The statement stands where the image was.
void replace_image(const Conversation& conversation, const Image& image, std::string_view statement,
                   std::vector<Edit>& edits, Plan& plan);

}  // namespace headroom::messages
