// What a command runs in: descriptors, environment, and how it speaks. main() builds it; nothing else reads the
// environment.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headroom::cli {

// What a process ends with.
enum class Exit : int {
  done = 0,
  no = 1,     // the answer is no: handle gone, not a view
  usage = 2,  // wrong flag, wrong option, wrong configuration
  world = 3,  // a file, the store, the output failed
  our_bug = 4
};

Exit exit_of(ErrorKind kind);

struct Context {
  int in = 0, out = 1, err = 2;
  std::function<std::string_view(const char*)> environment;  // "" if not set
  bool colour = false;                                       // on the standard output

  // One line on stderr: "headroom: MESSAGE".
  void say(std::string_view message) const;
  // The result, and nothing else, on stdout; full disks and closed pipes end as Exit::world.
  Exit print(std::string_view text, Exit then = Exit::done) const;
  Exit refuse(const Error& error) const;
};

}  // namespace headroom::cli
