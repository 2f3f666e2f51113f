// Stack traces inside a text: which lines say what went wrong, which are frames of the caller's own code, which of
// libraries.
//
//   Traceback (most recent call last):                      told
//     File "/srv/shop/orders.py", line 9, in handle         own frame (with the lines of source below it)
//       return load(s)
//     File "/usr/lib/python3.11/json/__init__.py", line 346, in loads     a library's
//       return _default_decoder.decode(s)
//   json.decoder.JSONDecodeError: Expecting value           told
//
// Python, JVM, JavaScript and C# ("at ..."), Go (goroutines), Rust (backtraces). A frame is a library's if it says so:
// by its path (site-packages, node_modules, the tool chain's source) or by its package. Traces with the same frames are
// one kind, whatever their addresses and arguments. O(bytes).
// Limits: a message over several lines is known by its first; frames cut in two by other output end the trace.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/lines.h"
#include "compressors/log/stamp.h"

namespace headroom::compressors::log {

struct Frame {
  std::size_t first, lines;
  bool own;
};

struct Trace {
  std::size_t begin = 0, end = 0;  // lines
  std::vector<Frame> frames;       // as they stand; the innermost last in Python, first elsewhere
  std::vector<std::size_t> told;   // lines that are no frames: the head, the message, causes
  bool innermost_last = false;
  bool waiting = false;        // a goroutine that only waits
  std::uint64_t digest = 0;    // equal for traces of the same frames
  std::size_t same_as = npos;  // an earlier trace of the same frames, as an index
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

// In order, none inside another.
std::vector<Trace> find_traces(std::span<const Line> lines, std::span<const Stamp> stamps);

// What the library of a frame is called: "site-packages/click", "java.util", "std"; "" if it does not say.
std::string library_of(std::string_view frame);

}  // namespace headroom::compressors::log
