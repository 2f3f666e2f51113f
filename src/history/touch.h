// What a tool call does to files, read from its name and arguments alone.
//
//   Read {"file_path":"src/a.py","offset":10,"limit":5}            -> read src/a.py 10-14
//   apply_patch "*** Begin Patch\n*** Update File: a.py\n@@..."    -> edit a.py
//   Bash {"command":"cd src && sed -n 1,40p a.py"}                 -> read src/a.py 1-40
//   Bash {"command":"make fmt"}                                    -> unknown: it may have changed any file
//
// Tools are rows of a table (touch.cc), shell commands rows of another (shell.cc). What no row knows does nothing that
// could make a read stale: not knowing is safe. O(arguments).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "history/record.h"

namespace headroom::history {

enum class Effect : std::uint8_t {
  read,    // the result shows lines of the file
  write,   // the whole file is now what was written
  edit,    // part of it changed, or it grew
  move,    // `path` is gone, `to` is now what it was
  copy,    // `to` is now what `path` is
  remove,  // it is gone
};

// Lines of a file, counted from 1, both counted in. last == 0: to the end.
struct FileLines {
  std::int64_t first = 1, last = 0;
  bool whole() const { return first == 1 && last == 0; }
  friend bool operator==(FileLines, FileLines) = default;
};

// What a read shows.
enum class Extent : std::uint8_t {
  lines,    // `lines`, if the file has as many
  tail,     // the last ones, how many is known but not where they stand
  unknown,  // part of the file, or the whole under a limit that is not known
};

struct Touch {
  Effect effect = Effect::read;
  std::string path;  // as written, put behind the directory the command had gone to ("src" and "a.py": "src/a.py")
  std::string to;    // of move and copy
  Extent extent = Extent::lines;
  FileLines lines;           // of a read
  std::int64_t limit = 0;    // a read shows at most so many lines of the file, by the tool's own default; 0: no limit
  bool conditional = false;  // runs only if something before it went well, which its output would not show
};

struct Touches {
  std::vector<Touch> list;  // in the order in which they happen
  bool only_reads = false;  // the result holds what the reads show and nothing else
  bool shell = false;       // a shell ran it: partial success is possible, errors are lines of its output
  bool unknown = false;     // something else ran that may have changed any file
  std::string directory;    // of a shell call: where it says it runs, or ""
  bool moved = false;       // of a shell call: a `cd` of it may hold for later calls
  std::string moved_to;     // where to, as Touch::path is written; "" if that is not known
};

Touches touches_of(const Call& call);

// How a statement of ours names a call: tool and most telling argument, on one line, at most 80 bytes:
// "Read src/a.py", "Bash npm test", "grep TODO".
std::string call_label(const Call& call);

}  // namespace headroom::history
