#include "cli/successor.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

#include "cli/io.h"

extern char** environ;

namespace headroom::cli {
namespace {

constexpr int first_inherited = 3, most_inherited = 16;
constexpr std::string_view ready_variable = "HEADROOM_READY_FD";

int number(std::string_view text, int otherwise) {
  int n = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

// Pieces that end in NUL.
std::vector<std::string> pieces(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& t : texts) out.push_back(t.data());
  out.push_back(nullptr);
  return out;
}

// In the child of a process with threads: system calls only, no memory.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* variables, char* process_id,
                         const std::vector<int>& moved) {
  auto id = static_cast<unsigned>(::getpid());
  std::array<char, 12> digits;
  std::size_t n = 0;
  do {
    digits[n++] = static_cast<char>('0' + id % 10);
  } while ((id /= 10) != 0);
  while (n > 0) *process_id++ = digits[--n];
  *process_id = '\0';
  // All are above where they go to (F_DUPFD below), and lose close-on-exec there.
  for (std::size_t i = 0; i < moved.size(); ++i) ::dup2(moved[i], first_inherited + static_cast<int>(i));
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(program, arguments, variables);
  ::_exit(127);
}

}  // namespace

std::filesystem::path own_program() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error);
}

int inherited_sockets(const Context& context) {
  if (context.environment("LISTEN_PID") != std::to_string(::getpid())) return 0;
  return std::clamp(number(context.environment("LISTEN_FDS"), 0), 0, most_inherited);
}

Result<proxy::Successor> start_successor(const std::filesystem::path& program, const std::vector<int>& listening) {
  if (listening.empty() || listening.size() >= most_inherited || program.empty())
    return fail(ErrorKind::unavailable, "nothing to hand over");
  const auto line = Blob::read_file("/proc/self/cmdline");
  if (!line) return std::unexpected(line.error());
  std::vector<std::string> arguments = pieces(line->view());
  std::vector<std::string> variables;
  for (char** v = environ; *v; ++v) {
    const std::string_view text(*v);
    const bool ours = text.starts_with("LISTEN_") || text.starts_with(ready_variable);
    if (!ours) variables.emplace_back(text);
  }
  const int ready_at = first_inherited + static_cast<int>(listening.size());
  variables.push_back("LISTEN_FDS=" + std::to_string(listening.size()));
  variables.push_back(std::string(ready_variable) + "=" + std::to_string(ready_at));
  constexpr std::string_view id = "LISTEN_PID=";
  variables.push_back(std::string(id) + std::string(16, '\0'));
  char* const process_id = variables.back().data() + id.size();

  std::array<int, 2> pipe{-1, -1};
  if (::pipe2(pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    return fail(ErrorKind::unavailable, std::string("no pipe: ") + std::strerror(errno));
  std::vector<int> moved;
  for (std::size_t i = 0; i <= listening.size(); ++i)
    moved.push_back(::fcntl(i < listening.size() ? listening[i] : pipe[1], F_DUPFD_CLOEXEC, 64));
  const std::vector<char*> argument_list = pointers(arguments), variable_list = pointers(variables);
  const pid_t child = std::ranges::find(moved, -1) == moved.end() ? ::fork() : -1;
  if (child == 0) become(program.c_str(), argument_list.data(), variable_list.data(), process_id, moved);
  const int error = errno;
  for (const int fd : moved) ::close(fd);
  ::close(pipe[1]);
  if (child > 0) return proxy::Successor{child, pipe[0]};
  ::close(pipe[0]);
  return fail(ErrorKind::unavailable, std::string("cannot start: ") + std::strerror(error));
}

void tell_predecessor(const Context& context) {
  const int fd = number(context.environment(std::string(ready_variable).c_str()), -1);
  if (fd < first_inherited || inherited_sockets(context) == 0) return;
  const char byte = 1;
  static_cast<void>(!::write(fd, &byte, 1));  // it may be gone: then there is nobody to tell
  ::close(fd);
}

}  // namespace headroom::cli
