// Files that hold what users sent: made 0600 in a directory made 0700, never reached through a symbolic link.
//
// A check by name followed by an open by name would leave a gap, but both happen inside a directory that only its owner
// can write. A database's file must not be opened here to look at it: closing any descriptor of a file drops every
// POSIX lock that this process has on it, those of another connection too.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"

namespace headroom::store {

// An open file descriptor, closed at the end of its life.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();
  int fd() const { return fd_; }

 private:
  int fd_;
};

// Which file a name stands for: to notice that another process has replaced it.
struct FileIdentity {
  std::uint64_t device = 0, inode = 0;
  friend constexpr auto operator<=>(const FileIdentity&, const FileIdentity&) = default;
};

// Makes the directory (and those above it) 0700 if it is missing. The last component must be a real directory.
Result<void> make_private_directory(const std::filesystem::path& directory);

// Makes an empty file 0600 if there is none; takes the rights of others away if it has them. Refuses symbolic links,
// other kinds of file, and files of another user.
Result<FileIdentity> ensure_private_file(const std::filesystem::path& file);

// nullopt if there is no such file. A symbolic link is told as itself.
std::optional<FileIdentity> identity(const std::filesystem::path& file);

// Refuses anything but a regular file at a path; a missing file is fine.
Result<void> refuse_link(const std::filesystem::path& file);

// True for file systems on which locks or shared memory between machines do not work (NFS, SMB).
bool on_network_file_system(const std::filesystem::path& file);

// "cannot open the store: No such file or directory": no path, which may name the user.
Error system_error(std::string_view what, int error);

}  // namespace headroom::store
