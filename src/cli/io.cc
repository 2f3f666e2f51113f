#include "cli/io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace headroom::cli {
namespace {

Error io_error(std::string_view doing, std::string_view name) {
  std::string message("cannot ");
  message.append(doing).append(" ").append(name).append(": ").append(std::strerror(errno));
  return {ErrorKind::unavailable, std::move(message)};
}

// Closes a descriptor that we opened.
struct Closer {
  int fd;
  ~Closer() { ::close(fd); }
};

}  // namespace

Result<Blob> Blob::read_fd(int fd, std::string_view name) {
  // realloc moves large blocks by remapping them, and pages not yet written take no memory.
  constexpr std::size_t first = 1 << 18, largest_guess = std::size_t{1} << 32;
  struct stat info{};
  std::size_t room = first;
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
    room = std::min(static_cast<std::size_t>(info.st_size) + 1, largest_guess);
  }
  Blob blob;
  for (std::size_t reserved = 0;;) {
    if (blob.size_ == reserved) {
      reserved = reserved ? reserved * 2 : room;
      char* const grown = static_cast<char*>(std::realloc(blob.data_.get(), reserved));
      if (!grown) return fail(ErrorKind::unavailable, "out of memory while reading " + std::string(name));
      static_cast<void>(blob.data_.release());
      blob.data_.reset(grown);
    }
    const ssize_t n = ::read(fd, blob.data_.get() + blob.size_, reserved - blob.size_);
    if (n == 0) return blob;
    if (n < 0) {
      if (errno == EINTR) continue;
      return std::unexpected(io_error("read", name));
    }
    blob.size_ += static_cast<std::size_t>(n);
  }
}

Result<Blob> Blob::read_file(const std::string& path) {
  if (path == "-") return read_fd(STDIN_FILENO, "the standard input");
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::unexpected(io_error("open", path));
  const Closer closer{fd};
  return read_fd(fd, path);
}

Result<void> write_all(int fd, std::initializer_list<std::string_view> pieces) {
  for (std::string_view piece : pieces) {
    while (!piece.empty()) {
      const ssize_t n = ::write(fd, piece.data(), piece.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return std::unexpected(io_error("write to", fd == STDOUT_FILENO ? "the standard output" : "a file"));
      piece.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  return {};
}

bool is_terminal(int fd) {
  return ::isatty(fd) == 1;
}

}  // namespace headroom::cli
