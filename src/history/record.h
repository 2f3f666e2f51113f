// A conversation's past as plain records: what epochs, stale reads and repeats are decided on. `pipeline` fills them
// from `messages`; nothing in this folder knows a wire format, a store or a compressor, so every decision here is a
// pure function of the records.
//
//   user:      fix the test        ->  Message{user}
//   assistant: Read src/a.py       ->  Message{assistant}, Call{"Read", {"file_path":"src/a.py"}, message 1}
//   tool:      1  import os...     ->  Message{tool},      Block{message 2, call 0, "1  import os..."}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace headroom::history {

enum class Role : std::uint8_t { system, user, assistant, tool };

struct Message {
  Role role = Role::user;
  bool boundary = false;  // the last of a run of non-assistant messages: a request of this conversation ended here
};

// A tool call as the assistant made it. Views live as long as the conversation they were read from.
struct Call {
  std::string_view name;
  std::string_view arguments;  // JSON text, decoded if the format carries it in a string; may be no JSON at all
  int message = 0;             // index into messages
};

// A text the model reads: a tool's result, or what a person or the model said. Document order.
struct Block {
  int message = 0;
  int call = -1;  // of a tool's result: index into calls, -1 if its call is not in the list
  Role role = Role::tool;
  std::string_view text;  // decoded
  Tokens tokens;          // of the text, on the ruler
  bool error = false;     // the result's own error flag
  bool slot = false;      // it may change at all: no gate of the caller's options keeps it as it is
};

// What stands for an image where its message is told in words. Document order.
struct Picture {
  int message = 0;
  std::string text;
};

struct Past {
  std::vector<Message> messages;
  std::vector<Call> calls;
  std::vector<Block> blocks;
  std::vector<Picture> pictures;  // of those that may be told; render() alone reads them
};

}  // namespace headroom::history
