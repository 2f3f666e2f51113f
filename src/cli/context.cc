#include "cli/context.h"

#include "cli/io.h"

namespace headroom::cli {

Exit exit_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_request:
      return Exit::usage;
    case ErrorKind::not_found:
      return Exit::no;
    case ErrorKind::internal:
      return Exit::our_bug;
    case ErrorKind::unavailable:
    case ErrorKind::full:
    case ErrorKind::collision:
    case ErrorKind::corrupt:
    case ErrorKind::too_large:
      break;
  }
  return Exit::world;
}

void Context::say(std::string_view message) const {
  std::string line("headroom: ");
  line.append(message).append("\n");
  // Where stderr cannot be written there is nobody left to tell.
  static_cast<void>(write_all(err, {line}));
}

Exit Context::print(std::string_view text, Exit then) const {
  if (const auto written = write_all(out, {text}); !written) return refuse(written.error());
  return then;
}

Exit Context::refuse(const Error& error) const {
  say(error.message);
  return exit_of(error.kind);
}

}  // namespace headroom::cli
