#include "store/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/vfs.h>
#endif

#include <cerrno>
#include <system_error>

namespace headroom::store {
namespace {

constexpr mode_t private_file = 0600, private_directory = 0700, of_others = 0077;

}  // namespace

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Error system_error(std::string_view what, int error) {
  return {ErrorKind::unavailable, std::string(what) + ": " + std::generic_category().message(error)};
}

Result<void> make_private_directory(const std::filesystem::path& directory) {
  std::error_code error;
  const std::filesystem::path target = directory.empty() ? std::filesystem::path(".") : directory;
  if (!std::filesystem::exists(std::filesystem::symlink_status(target, error))) {
    const std::filesystem::path above = target.parent_path();
    if (!above.empty()) std::filesystem::create_directories(above, error);
    if (::mkdir(target.c_str(), private_directory) != 0 && errno != EEXIST) {
      return std::unexpected(system_error("cannot make the store's directory", errno));
    }
  }
  const File opened(::open(target.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (opened.fd() < 0) return std::unexpected(system_error("cannot open the store's directory", errno));
  return {};
}

Result<FileIdentity> ensure_private_file(const std::filesystem::path& file) {
  const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, private_file);
  if (made >= 0) {
    ::close(made);
  } else if (errno != EEXIST) {
    return std::unexpected(system_error("cannot make a file of the store", errno));
  }
  struct stat s;
  if (::lstat(file.c_str(), &s) != 0) return std::unexpected(system_error("cannot look at a file of the store", errno));
  if (!S_ISREG(s.st_mode)) return fail(ErrorKind::unavailable, "a file of the store is not a regular file");
  if (s.st_uid != ::geteuid()) return fail(ErrorKind::unavailable, "a file of the store belongs to another user");
  if ((s.st_mode & of_others) != 0 && ::chmod(file.c_str(), private_file) != 0) {
    return std::unexpected(system_error("cannot make a file of the store private", errno));
  }
  return FileIdentity{static_cast<std::uint64_t>(s.st_dev), static_cast<std::uint64_t>(s.st_ino)};
}

std::optional<FileIdentity> identity(const std::filesystem::path& file) {
  struct stat s;
  if (::lstat(file.c_str(), &s) != 0) return std::nullopt;
  return FileIdentity{static_cast<std::uint64_t>(s.st_dev), static_cast<std::uint64_t>(s.st_ino)};
}

Result<void> refuse_link(const std::filesystem::path& file) {
  struct stat s;
  if (::lstat(file.c_str(), &s) == 0 && !S_ISREG(s.st_mode)) {
    return fail(ErrorKind::unavailable, "a file of the store is not a regular file");
  }
  return {};
}

bool on_network_file_system([[maybe_unused]] const std::filesystem::path& file) {
#if defined(__linux__)
  struct statfs s;
  if (::statfs(file.c_str(), &s) != 0) return false;
  constexpr unsigned network[] = {0x6969u, 0x517Bu, 0xFF534D42u, 0xFE534D42u};  // NFS, SMB, CIFS, SMB2
  for (unsigned type : network) {
    if (static_cast<unsigned>(s.f_type) == type) return true;
  }
#endif
  return false;
}

}  // namespace headroom::store
