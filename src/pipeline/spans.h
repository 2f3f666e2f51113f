// Mixed content as a list of spans: the output inside a tool's frame, fenced blocks, tables of Markdown, JSON values
// inside other text (and what is whole of one that a limit cut), what stands between tag lines, and the rest.
//
//   Here is the answer:\n```json\n{"a": 1}\n```\nDone.   ->   [text][fenced {"a": 1}][text]
//
// Joining the spans gives the text again. O(n): the bytes spent on parses that fail are bounded by a multiple of the
// text.
#pragma once

#include <string_view>
#include <vector>

namespace headroom::pipeline {

struct Span {
  std::string_view text;
  bool inner;                   // content of its own, to be recognised for itself; else what surrounds it
  std::string_view label = {};  // what the fence around it says of it: "python"
  bool output = false;          // all that a tool printed inside its frame (sections.h)
};

// One span if nothing inner was found.
std::vector<Span> split_spans(std::string_view text);

}  // namespace headroom::pipeline
