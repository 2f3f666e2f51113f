// A new process of this program on the listeners of this one (SIGUSR2): same arguments, same environment, the file that
// has the program's name now, so that an upgrade refuses nobody.
//
//   old: SIGUSR2 -> fork, listeners at 3, 4..., LISTEN_FDS, LISTEN_PID, HEADROOM_READY_FD -> exec
//   new: listens -> a byte into HEADROOM_READY_FD -> the old one accepts no more and finishes what it has
#pragma once

#include <filesystem>
#include <vector>

#include "cli/context.h"
#include "proxy/app.h"

namespace headroom::cli {

// The file of this process; taken when it starts, since a replaced file has another name later.
std::filesystem::path own_program();

// Sockets that the service manager, or the process before this one, listens on for us (sd_listen_fds(3)).
int inherited_sockets(const Context& context);

Result<proxy::Successor> start_successor(const std::filesystem::path& program, const std::vector<int>& listening);
// Tells the process that started this one, if one did.
void tell_predecessor(const Context& context);

}  // namespace headroom::cli
