// Traces: what stands in an assistant's turn in place of a call of ours that the client never saw. A later request
// turns them back into the very call (restore.h); docs/formats/traces.md has the grammar.
//
//   [headroom_retrieve toolu_01 {"hash":"482193075514"} end]
//   [NAME ID ARGUMENTS( at N)?( back N)?( signed)?( end)?]
//
// NAME is the tool's name as the model called it. ID is the call's id, in quotes if it is no plain word, `-` if it has
// none. ARGUMENTS are the model's bytes if they are a JSON object on one line, else they stand in a JSON string. `at
// N`: behind N other calls of its round (chat, whose calls stand apart from the text). `back N`: the call stood N steps
// before the trace: bytes of text, or blocks that are neither text nor calls. `signed`: the next call carries this
// call's signature (Gemini). `end`: a hidden round followed.
//
// print and parse are inverse to each other on what print gives; parse takes nothing else. O(n).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/call.h"

namespace headroom::relay {

enum class TraceMode : std::uint8_t { auto_, always, never };

struct Trace {
  Call call;
  std::size_t at = 0;
  std::size_t back = 0;
  bool signed_next = false;
  bool end = false;
};

std::string print(const Trace& trace);
// The whole text must be a trace.
std::optional<Trace> parse_trace(std::string_view text);

// A trace among the lines of a text, with its place: [begin, end) with the line ends that were put around it.
struct TraceLine {
  Trace trace;
  std::size_t begin, end;
};
std::vector<TraceLine> find_trace_lines(std::string_view text);

// Whether the bytes can hold a trace at all: a quick look before a body is read.
bool may_hold_trace(std::string_view bytes);

}  // namespace headroom::relay
