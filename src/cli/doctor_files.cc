// What doctor sees of this machine: the binary, directories and their rights, key, store, tokens, room, clock.
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>
#include <system_error>

#include "api/core.h"
#include "cli/doctor.h"
#include "cli/io.h"
#include "cli/words.h"
#include "store/check.h"
#include "store/files.h"
#include "store/store.h"

namespace headroom::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::system_clock;

constexpr std::uint64_t mebi = 1 << 20, gibi = 1 << 30;

std::string octal(mode_t mode) {
  std::string text = "0";
  for (int shift = 6; shift >= 0; shift -= 3) text += static_cast<char>('0' + (mode >> shift & 7));
  return text;
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::pair<std::uint64_t, std::string_view> units[] = {{gibi, " GiB"}, {mebi, " MiB"}, {1 << 10, " KiB"}};
  for (const auto& [unit, name] : units) {
    if (bytes < unit) continue;
    const std::uint64_t tenths = bytes * 10 / unit;
    return (tenths < 100 ? std::to_string(tenths / 10) + "." + std::to_string(tenths % 10)
                         : std::to_string(tenths / 10))
        .append(name);
  }
  return std::to_string(bytes) + " bytes";
}

std::string quoted(const fs::path& path) {
  const std::string text = path.string();
  if (text.find_first_of(" '\"$`\\*?()") == text.npos) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::optional<struct stat> look(const fs::path& path) {
  struct stat s;
  return ::lstat(path.c_str(), &s) == 0 ? std::optional(s) : std::nullopt;
}

// The path itself, or the first above it that is there.
fs::path nearest_there(fs::path path) {
  while (!path.empty() && !look(path) && path != path.parent_path()) path = path.parent_path();
  return path.empty() ? "." : path;
}

std::string date_text(system_clock::time_point t) {
  const std::time_t seconds = system_clock::to_time_t(t);
  std::tm tm{};
  std::array<char, 32> text{};
  ::gmtime_r(&seconds, &tm);
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &tm)};
}

// A secret's file: of this user, a plain file, for nobody else. False if it was found wanting.
bool is_private(Inspection& i, const fs::path& file, std::string_view what) {
  const auto s = look(file);
  if (!s) return false;
  const std::string named = std::string(what) + " " + file.string();
  if (!S_ISREG(s->st_mode)) {
    i.fail(named + " is no plain file", "put the file itself there, no link");
    return false;
  }
  if (s->st_uid != ::geteuid()) {
    i.fail(named + " belongs to another user", "sudo chown $(id -u) " + quoted(file));
    return false;
  }
  if ((s->st_mode & 077) != 0) {
    i.fail(named + " can be read by others (mode " + octal(s->st_mode) + ")", "chmod 600 " + quoted(file));
    return false;
  }
  return true;
}

enum class Use : std::uint8_t { reads, keeps };

void check_directory(Inspection& i, std::string_view name, const fs::path& path, Use use) {
  const std::string named = std::string(name) + " " + path.string();
  if (path.empty())
    return i.warn("there is no " + std::string(name) + " directory: HOME is not set",
                  "set HOME, or HEADROOM_CONFIG_DIR and HEADROOM_WORKSPACE_DIR");
  const auto s = look(path);
  if (!s) {
    const fs::path above = nearest_there(path);
    if (use == Use::reads || ::access(above.c_str(), W_OK | X_OK) == 0)
      return i.ok(named + ": not there yet" + (use == Use::keeps ? ", made when it is needed" : ""));
    return i.fail(named + " cannot be made: " + above.string() + " may not be written",
                  "give rights to it, or set HEADROOM_WORKSPACE_DIR to a directory of yours");
  }
  if (!S_ISDIR(s->st_mode))
    return i.fail(named + (S_ISLNK(s->st_mode) ? " is a symbolic link" : " is no directory"),
                  "put a directory there, or name another by HEADROOM_WORKSPACE_DIR");
  if (s->st_uid != ::geteuid() && use == Use::keeps)
    return i.fail(named + " belongs to another user", "sudo chown -R $(id -u) " + quoted(path));
  if (use == Use::keeps && ::access(path.c_str(), W_OK | X_OK) != 0)
    return i.fail(named + " may not be written",
                  "chmod 700 " + quoted(path) + ", or is it on a read-only file system?");
  const mode_t others = s->st_mode & (use == Use::keeps ? 077 : 022);
  if (others != 0)
    return i.warn(named + (use == Use::keeps ? " is open to others" : " can be written by others") + " (mode " +
                      octal(s->st_mode) + ")",
                  "chmod 700 " + quoted(path));
  if (use == Use::keeps && store::on_network_file_system(path / "originals.db"))
    return i.warn(named + " is on a network file system: SQLite's locks do not hold there",
                  "set HEADROOM_WORKSPACE_DIR to a local disk, or --store redis://...");
  i.ok(named);
}

const api::Config& handle_of(const Inspection& i) {
  return i.configuration.settings.core.handle;
}
fs::path key_file(const Inspection& i) {
  return handle_of(i).directory / "workspace.key";
}

// The workspace's keys as they stand, made by nobody.
std::optional<store::WorkspaceKey> key_at_hand(const Inspection& i) {
  const api::Config& handle = handle_of(i);
  if (!handle.master_key.empty()) return store::derive_keys(handle.master_key, handle.workspace);
  const auto s = look(key_file(i));
  if (!s || !S_ISREG(s->st_mode)) return std::nullopt;
  const auto blob = Blob::read_file(key_file(i).string());
  if (!blob || blob->view().size() != 32) return std::nullopt;
  return store::derive_keys(blob->view(), handle.workspace);
}

void check_sqlite_store(Inspection& i) {
  const fs::path file = handle_of(i).directory / "originals.db";
  const auto check = store::check_sqlite(file, key_at_hand(i));
  if (!check)
    return i.fail(check.error().message, "look at the rights of " + quoted(file) + "; is another program holding it?");
  if (!check->there) return i.ok("nothing yet");
  const std::string size = bytes_text(check->bytes);
  if (!check->damage.empty())
    return i.fail("damaged (" + size + "): " + check->damage,
                  "the next command puts it aside as " + file.filename().string() +
                      ".corrupt-N and begins a new one; originals before that are gone");
  if (check->later_version)
    return i.fail("made by a later version of headroom", "use that version, or another --workspace directory");
  if (check->key_fits == false)
    return i.fail("its originals were encrypted under another key",
                  "restore " + quoted(key_file(i)) + " (or HEADROOM_MASTER_KEY), or start anew: headroom store purge");
  i.ok(counted(static_cast<std::int64_t>(check->entries)) + " originals, " + size + ", sound");
  std::error_code error;
  for (const fs::directory_entry& e : fs::directory_iterator(file.parent_path(), error)) {
    const std::string name = e.path().filename().string();
    if (name.starts_with("originals.db.corrupt-") && name.find("-wal") == name.npos && name.find("-shm") == name.npos)
      i.note("a damaged store was put aside: " + e.path().string(),
             "rm " + quoted(e.path()) + " once it is not needed");
  }
}

}  // namespace

void check_binary(Inspection& i) {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  i.ok("headroom " + std::string(api::version()) + (error ? "" : ", " + self.string()));
  std::string_view path = i.context.environment("PATH");
  while (!path.empty()) {
    const std::size_t colon = std::min(path.find(':'), path.size());
    const fs::path found = fs::path(path.substr(0, colon)) / "headroom";
    path.remove_prefix(std::min(colon + 1, path.size()));
    if (::access(found.c_str(), X_OK) != 0 || !fs::is_regular_file(found, error)) continue;
    if (!fs::equivalent(found, self, error))
      i.note("the first headroom on PATH is another one: " + found.string(), "headroom version tells which it is");
    return;
  }
}

void check_configuration(Inspection& i) {
  if (i.unreadable)
    return i.fail(i.unreadable->message,
                  "mend it: headroom config shows values, headroom help proxy their names; what "
                  "follows looks at the defaults");
  std::error_code error;
  const fs::path file = i.configuration.config_file.empty() ? i.directories.config / "config.toml"
                                                            : fs::path(i.configuration.config_file);
  const auto s = look(file);
  if (!s) return i.ok("no config.toml: defaults, environment and flags");
  if ((s->st_mode & 022) != 0)
    return i.warn(file.string() + " can be written by others (mode " + octal(s->st_mode) + ")",
                  "chmod 600 " + quoted(file));
  i.ok(file.string());
}

void check_directories(Inspection& i) {
  check_directory(i, "config", i.directories.config, Use::reads);
  check_directory(i, "data", handle_of(i).directory, Use::keeps);
  if (i.directories.state != handle_of(i).directory) check_directory(i, "state", i.directories.state, Use::keeps);
}

void check_key(Inspection& i) {
  const api::Config& handle = handle_of(i);
  if (!handle.master_key.empty()) return i.ok("from HEADROOM_MASTER_KEY");
  if (handle.directory.empty()) return i.note("none without a data directory", "originals are kept in memory only");
  const fs::path file = key_file(i);
  const auto s = look(file);
  if (!s) {
    if (!look(handle.directory / "originals.db")) return i.ok("not there yet, made when it is needed");
    return i.fail("the key is gone: originals that are kept cannot be read, and their handles lead nowhere",
                  "restore " + quoted(file) + ", or start anew: headroom store purge");
  }
  if (!is_private(i, file, "the key")) return;
  if (s->st_size != 32)
    return i.fail("the key file does not hold 32 bytes", "restore it, or move " + quoted(file) + " away to begin anew");
  i.ok(file.string());
}

void check_store(Inspection& i) {
  using Kind = api::Config::StoreKind;
  const api::Config& handle = handle_of(i);
  if (handle.store == Kind::memory || handle.directory.empty())
    return i.note("in memory: originals end with their process");
  if (handle.store == Kind::sqlite) return check_sqlite_store(i);
  if (!i.online) return i.ok("Redis; not asked without --online");
  api::Core core(handle);
  const auto stats = core.store_stats();
  if (!stats) return i.fail("Redis: " + stats.error().message, "check --store, the server, and its password");
  i.ok("Redis, " + counted(static_cast<std::int64_t>(stats->entries)) + " originals of this workspace");
}

void check_tokens(Inspection& i) {
  const proxy::Configuration& c = i.configuration;
  bool said = false;
  for (const fs::path& file : {fs::path(c.token_file), c.setup.state / "tokens.json"}) {
    if (file.empty() || !look(file)) continue;
    said = true;
    if (is_private(i, file, "the file of tokens")) i.ok(file.string());
  }
  if (!i.context.environment("HEADROOM_PROXY_TOKEN").empty()) return i.ok("from HEADROOM_PROXY_TOKEN");
  if (!said) i.ok("none yet: the proxy makes one when it starts");
}

void check_disk(Inspection& i) {
  const fs::path place = nearest_there(handle_of(i).directory);
  struct statvfs s;
  if (::statvfs(place.c_str(), &s) != 0) return i.note("cannot ask for the room at " + place.string());
  const std::uint64_t room = std::uint64_t{s.f_bavail} * s.f_frsize;
  const std::string text = bytes_text(room) + " free at " + place.string();
  const std::string advice = "make room, or lower store_bytes (" + bytes_text(handle_of(i).store_bytes.value) + ")";
  if (room < 64 * mebi) return i.fail(text + ": originals may not fit, and logs stop", advice);
  if (room < gibi) return i.warn(text, advice);
  i.ok(text);
}

// What expires counts on the clock, certificates too.
void check_clock(Inspection& i) {
  const auto now = system_clock::now();
  const std::string text = date_text(now);
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  for (const fs::path& file : {self, handle_of(i).directory / "originals.db"}) {
    const auto s = look(file);
    if (!s || system_clock::from_time_t(s->st_mtime) < now + std::chrono::minutes(5)) continue;
    return i.warn(
        text + ", but " + file.string() + " was written at " + date_text(system_clock::from_time_t(s->st_mtime)),
        "set the clock: originals expire by it, and certificates are judged by it");
  }
  i.ok(text);
}

}  // namespace headroom::cli
