#include "ledger/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "json/document.h"
#include "store/files.h"

namespace headroom::ledger {
namespace {

using std::chrono::days;
using Days = History::Days;

constexpr std::string_view rows_prefix = "requests-", hours_prefix = "hours-", suffix = ".jsonl";

std::string name_of(std::string_view prefix, Days day) {
  return std::string(prefix) + to_iso(day).substr(0, 10) + std::string(suffix);
}

// The day in "requests-2026-01-05.jsonl".
std::optional<Days> day_in(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() != prefix.size() + 10 + suffix.size())
    return std::nullopt;
  const auto t = parse_iso(std::string(name.substr(prefix.size(), 10)) + "T00:00:00.000Z");
  return t ? std::optional(std::chrono::floor<days>(*t)) : std::nullopt;
}

// Reads [from, from + most) of a regular file; "" if it cannot be read.
std::string read_part(const std::filesystem::path& path, std::uint64_t from, std::size_t most) {
  const store::File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat about{};
  if (file.fd() < 0 || ::fstat(file.fd(), &about) != 0 || !S_ISREG(about.st_mode)) return {};
  std::string out(most, '\0');
  std::size_t done = 0;
  while (done < most) {
    const ssize_t n = ::pread(file.fd(), out.data() + done, most - done, static_cast<off_t>(from + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  out.resize(done);
  return out;
}

std::uint64_t size_of(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

// All bytes, or what could not be written.
std::size_t write_all(int fd, std::string_view bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

}  // namespace

std::string rows_name(Days day) {
  return name_of(rows_prefix, day);
}
std::string hours_name(Days day) {
  return name_of(hours_prefix, day);
}

Result<LogWriter> LogWriter::open(const std::filesystem::path& folder) {
  if (auto made = store::make_private_directory(folder); !made) return std::unexpected(made.error());
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    return std::unexpected(store::system_error("cannot write to the folder of log files", errno));
  LogWriter out;
  out.folder_ = folder;
  return out;
}

LogWriter::LogWriter(LogWriter&& other) noexcept
    : folder_(std::move(other.folder_)),
      descriptor_(other.descriptor_),
      file_(std::exchange(other.file_, -1)),
      file_day_(other.file_day_),
      torn_(other.torn_),
      waiting_(std::move(other.waiting_)),
      lost_(other.lost_) {}

LogWriter::~LogWriter() {
  if (file_ >= 0) ::close(file_);
}

std::size_t LogWriter::waiting() const {
  std::size_t sum = 0;
  for (const auto& [day, lines] : waiting_) sum += lines.size();
  return sum;
}

void LogWriter::add(Days day, std::string_view lines) {
  if (waiting() + lines.size() > most_waiting) {
    lost_ += static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
    return;
  }
  waiting_[day] += lines;
}

int LogWriter::file_of(Days day) {
  if (descriptor_ >= 0) return descriptor_;
  if (file_ >= 0 && file_day_ == day) return file_;
  if (file_ >= 0) ::close(std::exchange(file_, -1));
  const std::filesystem::path path = folder_ / rows_name(day);
  if (!store::ensure_private_file(path)) return -1;
  file_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  file_day_ = day;
  torn_ = false;
  return file_;
}

// What could not be written stays, from the beginning of its line; the piece of it that is in the file gets a line end
// before it is written again.
bool LogWriter::write(Days day, std::string& lines) {
  const int fd = file_of(day);
  if (fd < 0) return false;
  const std::string bytes = (torn_ ? "\n" : "") + lines;
  const std::size_t before = bytes.size() - lines.size();
  const std::size_t done = write_all(fd, bytes);
  if (done > 0) torn_ = bytes[done - 1] != '\n';
  const std::size_t sent = done - std::min(done, before);
  lines.erase(0, sent == 0 ? 0 : lines.rfind('\n', sent - 1) + 1);
  return lines.empty();
}

bool LogWriter::flush() {
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (write(at->first, at->second)) {
      at = waiting_.erase(at);
    } else {
      return false;
    }
  }
  return true;
}

bool LogFiles::read_hours(History& history, Days day, std::uint64_t rows_size) {
  const std::filesystem::path path = folder_ / hours_name(day);
  constexpr std::size_t most = std::size_t{1} << 20;
  const std::string lines = read_part(path, 0, most);
  // The last line says how many bytes of rows the sums are of.
  if (lines.empty() || lines.back() != '\n') return false;
  const std::size_t last = lines.rfind('\n', lines.size() - 2) + 1;
  const auto doc = json::Document::parse(std::string_view(lines).substr(last), {.depth = 2});
  const auto of = doc ? doc->member(0, "of") : std::nullopt;
  if (!of || (rows_size != 0 && doc->raw(*of) != std::to_string(rows_size))) return false;
  history.take(lines);
  return true;
}

void LogFiles::write_hours(const History& history, Days day, const Known& known) const {
  const std::filesystem::path path = folder_ / hours_name(day);
  const std::filesystem::path fresh = folder_ / (hours_name(day) + '.' + std::to_string(::getpid()));
  const std::string lines = history.day_lines(day) + "{\"of\":" + std::to_string(known.read) + "}\n";
  ::unlink(fresh.c_str());
  {
    const store::File file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.fd() < 0) return;
    if (write_all(file.fd(), lines) != lines.size()) {
      ::unlink(fresh.c_str());
      return;
    }
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) ::unlink(fresh.c_str());
}

bool LogFiles::read(History& history, std::size_t budget) {
  std::set<Days> with_rows, all;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    const std::string name = entry.path().filename().string();
    if (const auto day = day_in(name, rows_prefix)) with_rows.insert(*day), all.insert(*day);
    if (const auto day = day_in(name, hours_prefix)) all.insert(*day);
  }
  if (error || all.empty()) return true;
  // A request that began before midnight is written to its own day: the two newest files may still grow.
  const Days newest = with_rows.empty() ? Days{} : *with_rows.rbegin();
  for (const Days day : all) {
    const bool closed = day + days(1) < newest;
    const auto [at, first_time] = known_.try_emplace(day);
    Known& known = at->second;
    if (known.summed && closed) continue;
    const std::uint64_t size = with_rows.contains(day) ? size_of(folder_ / rows_name(day)) : 0;
    if (first_time && (closed || size == 0) && read_hours(history, day, size)) {
      known = {size, true};
      continue;
    }
    while (known.read < size) {
      if (budget == 0) return false;
      constexpr std::size_t most = std::size_t{1} << 20;
      const std::string bytes =
          read_part(folder_ / rows_name(day), known.read, std::clamp(budget, History::longest_line * 2, most));
      const std::size_t whole = bytes.rfind('\n') + 1;  // 0: no line end
      budget -= std::min(budget, std::max<std::size_t>(bytes.size(), 1));
      if (whole > 0) {
        history.take(std::string_view(bytes).substr(0, whole));
        known.read += whole;
      } else if (bytes.size() > History::longest_line) {
        known.read += bytes.size();  // no line of ours
      } else {
        break;  // a line that is still being written
      }
    }
    if (closed && known.read >= size && !known.summed) {
      write_hours(history, day, known);
      known.summed = true;
    }
  }
  return true;
}

void LogFiles::expire(History& history, Days today, int keep) {
  for (auto& [day, known] : known_) {
    if (day + std::chrono::days(keep) >= today) continue;
    const std::filesystem::path path = folder_ / rows_name(day);
    const std::uint64_t size = size_of(path);
    if (size == 0 || known.read < size) continue;
    if (!known.summed) write_hours(history, day, known);
    known.summed = true;
    std::error_code error;
    if (std::filesystem::exists(folder_ / hours_name(day), error)) std::filesystem::remove(path, error);
  }
}

}  // namespace headroom::ledger
