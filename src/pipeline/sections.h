// The output inside what a tool puts around it: head lines with labels, a foot, a line with the exit status.
//
//   Exit code: 0             plain
//   Wall time: 0.4 seconds   plain
//   Output:                  plain
//   diff --git a/x b/x       a part: treated as if it came alone
//   ...
//
//   Command: npm test / Directory: (root) / Stdout: {...} / Stderr: (empty) / Exit Code: 0
//
// A head is at most twelve lines of "Label: value", the last with a label that announces what was printed ("Output",
// "Stdout", "Result"...); its part begins behind the label, on the same line or the next. A foot is a run of such lines
// at the end, one of them with a label of how a command ended. A status is a line of its own, first or last: "Exit code
// 1", "[exit status 1]". Nothing of it is taken away: the pieces joined are the text. O(head + foot).
//
// Shapes: Codex CLI and Gemini CLI print the two above; others a status line.
#pragma once

#include <cstddef>
#include <string_view>

namespace headroom::pipeline {

struct Sections {
  std::size_t begin = 0, end = 0;  // of the part; 0 and the text's size if nothing stands around it
};

Sections find_sections(std::string_view text);

inline bool has_frame(std::string_view text) {
  const Sections s = find_sections(text);
  return s.begin > 0 || s.end < text.size();
}

}  // namespace headroom::pipeline
