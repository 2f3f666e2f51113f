// The master key: 32 random bytes in a file that only its owner can read, or handed in. A workspace's keys are derived
// from it by HKDF, each for one purpose, so that two workspaces give the same content different handles and cannot read
// each other's data keys.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "store/aead.h"
#include "store/files.h"
#include "store/hmac.h"
#include "store/store.h"

namespace headroom::store {
namespace {

constexpr std::size_t key_bytes = key_size;

// The master key in `file`: nullopt if there is no such file.
Result<std::optional<std::string>> read_key(const std::filesystem::path& file) {
  const File opened(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (opened.fd() < 0) {
    if (errno == ENOENT) return std::nullopt;
    return std::unexpected(system_error("cannot open the key file", errno));
  }
  struct stat s;
  if (::fstat(opened.fd(), &s) != 0) return std::unexpected(system_error("cannot look at the key file", errno));
  if (!S_ISREG(s.st_mode)) return fail(ErrorKind::unavailable, "the key file is not a regular file");
  if (s.st_uid != ::geteuid()) return fail(ErrorKind::unavailable, "the key file belongs to another user");
  if ((s.st_mode & 0077) != 0 && ::fchmod(opened.fd(), 0600) != 0) {
    return std::unexpected(system_error("cannot make the key file private", errno));
  }
  std::array<char, key_bytes + 1> buffer;
  const ssize_t n = ::read(opened.fd(), buffer.data(), buffer.size());
  if (n < 0) return std::unexpected(system_error("cannot read the key file", errno));
  // Never replaced: every handle given out so far hangs on the key that was there.
  if (n != key_bytes)
    return fail(ErrorKind::corrupt, "the key file does not hold 32 bytes; restore it, or move it away to begin anew");
  return std::string(buffer.data(), key_bytes);
}

// Writes a fresh key beside `file` and links it into place, so no one ever reads half a key; who comes second keeps the
// first's.
Result<void> make_key(const std::filesystem::path& file) {
  std::array<unsigned char, key_bytes + 8> random;
  if (::getentropy(random.data(), random.size()) != 0)
    return std::unexpected(system_error("no randomness to be had", errno));
  std::filesystem::path fresh = file;
  fresh += ".new-";
  constexpr std::string_view hex = "0123456789abcdef";
  for (std::size_t i = key_bytes; i < random.size(); ++i) {
    fresh += hex[random[i] >> 4];
    fresh += hex[random[i] & 15];
  }
  {
    const File opened(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (opened.fd() < 0) return std::unexpected(system_error("cannot make the key file", errno));
    if (::write(opened.fd(), random.data(), key_bytes) != static_cast<ssize_t>(key_bytes) ||
        ::fsync(opened.fd()) != 0) {
      const Error error = system_error("cannot write the key file", errno);
      ::unlink(fresh.c_str());
      return std::unexpected(error);
    }
  }
  const int linked = ::link(fresh.c_str(), file.c_str());
  const int error = errno;
  ::unlink(fresh.c_str());
  if (linked != 0 && error != EEXIST) return std::unexpected(system_error("cannot put the key file in place", error));
  return {};
}

}  // namespace

Result<std::string> load_or_make_master(const std::filesystem::path& file) {
  Result<std::optional<std::string>> master = read_key(file);
  if (master && !*master) {
    if (const auto made = make_private_directory(file.parent_path()); !made) return std::unexpected(made.error());
    if (const auto made = make_key(file); !made) return std::unexpected(made.error());
    master = read_key(file);
  }
  if (!master) return std::unexpected(master.error());
  if (!*master) return fail(ErrorKind::unavailable, "the key file disappeared while it was made");
  return std::move(**master);
}

WorkspaceKey derive_keys(std::string_view master, std::string_view workspace) {
  const auto derived = [&](std::string purpose) { return hkdf_sha256(master, purpose.append(workspace)); };
  return {std::string(workspace), derived("headroom 1 handle key "), derived("headroom 1 wrapping key ")};
}

Result<WorkspaceKey> load_or_make_key(const std::filesystem::path& file, std::string_view workspace) {
  auto master = load_or_make_master(file);
  if (!master) return std::unexpected(master.error());
  WorkspaceKey keys = derive_keys(*master, workspace);
  wipe(*master);
  return keys;
}

std::optional<std::string> parse_master_key(std::string_view text) {
  std::string key;
  if (text.size() == 2 * key_bytes) {
    for (std::size_t i = 0; i < text.size(); i += 2) {
      unsigned value = 0;
      const auto read = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
      if (read.ptr != text.data() + i + 2) return std::nullopt;
      key += static_cast<char>(value);
    }
    return key;
  }
  if (text.size() == 44 && text.ends_with('=')) text.remove_suffix(1);
  if (text.size() != 43) return std::nullopt;
  unsigned bits = 0, held = 0;
  for (const char c : text) {
    const unsigned value = c >= 'A' && c <= 'Z'   ? static_cast<unsigned>(c - 'A')
                           : c >= 'a' && c <= 'z' ? static_cast<unsigned>(c - 'a') + 26
                           : c >= '0' && c <= '9' ? static_cast<unsigned>(c - '0') + 52
                           : c == '+' || c == '-' ? 62
                           : c == '/' || c == '_' ? 63
                                                  : 64;
    if (value == 64) return std::nullopt;
    bits = bits << 6 | value;
    if ((held += 6) < 8) continue;
    held -= 8;
    key += static_cast<char>(bits >> held & 0xFF);
  }
  return key;
}

}  // namespace headroom::store
