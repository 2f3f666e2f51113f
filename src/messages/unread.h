// Messages that hold more than the readers read: documents, files, sound, blocks of kinds that are not known.
//
//   {"role":"user","content":[{"type":"document","source":{"data":"<80 kB>"}},{"type":"text","text":"see there"}]}
//     ->  80 kB of it are neither a text nor an image nor a result
//
// Told by size alone, so that it holds for every format and for kinds that do not exist yet: what a message's texts and
// images leave of its bytes is names and brackets, or something else. Of the model's own messages nothing is told: what
// they hold beside texts and calls (thinking, signatures, what the provider ran) is the provider's. O(leaves).
#pragma once

#include <vector>

#include "messages/conversation.h"

namespace headroom::messages {

// Of each message.
std::vector<bool> hold_more(const Conversation& conversation);

}  // namespace headroom::messages
