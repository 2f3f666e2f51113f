#include "store/audit.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <fstream>
#include <optional>

#include "store/files.h"
#include "store/hmac.h"

namespace headroom::store {
namespace {

constexpr std::string_view first_hash = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view hash_member = ",\"hash\":\"";
constexpr std::size_t hash_size = 64, longest_line = 4096;

// Domain-separated: the key is public and makes the HMAC a hash.
std::string hash_of(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : hmac_sha256("headroom audit 1", text)) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

// Names are ours or the configuration's; what JSON could not hold as it is becomes '?'.
void append_member(std::string& line, std::string_view name, std::string_view value) {
  constexpr std::size_t most = 200;
  line.append(",\"").append(name).append("\":\"");
  for (const char c : value.substr(0, most)) line += c < ' ' || c > '~' || c == '"' || c == '\\' ? '?' : c;
  line += '"';
}

std::string time_text(std::chrono::system_clock::time_point t) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count();
  const std::time_t seconds = ms / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t n = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  const std::string rest = std::to_string(1000 + ms % 1000);
  return std::string(text.data(), n) + "." + rest.substr(1) + "Z";
}

struct Line {
  std::uint64_t number = 0;
  std::string prev, hash;
};

// The parts of a line that was written here and not changed since; nullopt if it is anything else.
std::optional<Line> read_line(std::string_view text) {
  constexpr std::string_view begin = "{\"n\":", prev_member = ",\"prev\":\"", end = "\"}";
  const std::size_t tail = hash_member.size() + hash_size + end.size();
  if (!text.starts_with(begin) || text.size() < tail || !text.ends_with(end)) return std::nullopt;
  const std::size_t at = text.size() - tail;
  if (text.substr(at, hash_member.size()) != hash_member) return std::nullopt;
  Line line;
  line.hash = text.substr(at + hash_member.size(), hash_size);
  const std::size_t prev = text.rfind(prev_member, at);
  if (prev == text.npos || prev + prev_member.size() + hash_size + 1 != at) return std::nullopt;
  line.prev = text.substr(prev + prev_member.size(), hash_size);
  if (std::from_chars(text.data() + begin.size(), text.data() + at, line.number).ec != std::errc()) return std::nullopt;
  if (hash_of(text.substr(0, at)) != line.hash) return std::nullopt;
  return line;
}

// The last line of an open file: where the chain goes on. An unfinished one (a process was killed) is closed first.
Result<Line> last_line(int fd, bool& unfinished) {
  struct stat s;
  if (::fstat(fd, &s) != 0) return std::unexpected(system_error("cannot look at the audit log", errno));
  if (s.st_size == 0) return Line{0, "", std::string(first_hash)};
  std::string tail(std::min<std::size_t>(static_cast<std::size_t>(s.st_size), 2 * longest_line), '\0');
  const auto from = static_cast<off_t>(static_cast<std::size_t>(s.st_size) - tail.size());
  if (::pread(fd, tail.data(), tail.size(), from) != static_cast<ssize_t>(tail.size()))
    return std::unexpected(system_error("cannot read the audit log", errno));
  unfinished = !tail.ends_with('\n');
  std::string_view text = tail;
  if (const std::size_t end = text.rfind('\n'); end != text.npos) text = text.substr(0, end);
  const std::size_t begin = text.rfind('\n');
  const auto line = read_line(begin == text.npos ? text : text.substr(begin + 1));
  // The chain goes on from what can be read; that it was broken shows in `verify`.
  return line ? *line : Line{0, "", std::string(first_hash)};
}

}  // namespace

Result<void> AuditLog::append(const AuditEvent& event) {
  if (const auto made = make_private_directory(file_.parent_path()); !made) return made;
  if (const auto made = ensure_private_file(file_); !made) return std::unexpected(made.error());
  const File opened(::open(file_.c_str(), O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC));
  if (opened.fd() < 0) return std::unexpected(system_error("cannot open the audit log", errno));
  if (::flock(opened.fd(), LOCK_EX) != 0) return std::unexpected(system_error("cannot lock the audit log", errno));
  bool unfinished = false;
  const auto last = last_line(opened.fd(), unfinished);
  if (!last) return std::unexpected(last.error());
  std::string line = unfinished ? "\n" : "";
  const std::size_t begin = line.size();
  line += "{\"n\":" + std::to_string(last->number + 1);
  append_member(line, "time", time_text(now_ ? now_() : std::chrono::system_clock::now()));
  append_member(line, "principal", event.principal);
  append_member(line, "workspace", event.workspace);
  append_member(line, "handle", event.handle);
  line += ",\"bytes\":" + std::to_string(event.bytes);
  append_member(line, "how", event.how);
  append_member(line, "result", event.result);
  append_member(line, "prev", last->hash);
  const std::string hash = hash_of(std::string_view(line).substr(begin));
  line.append(hash_member).append(hash).append("\"}\n");
  if (::write(opened.fd(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    return std::unexpected(system_error("cannot write the audit log", errno));
  return {};
}

Result<AuditVerdict> verify_audit(const std::filesystem::path& file) {
  AuditVerdict verdict;
  verdict.last_hash = first_hash;
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return verdict;
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(ErrorKind::unavailable, "cannot read the audit log");
  std::string text;
  while (std::getline(in, text)) {
    ++verdict.lines;
    const auto line = read_line(text);
    if (!line || line->prev != verdict.last_hash || line->number != verdict.lines) {
      if (verdict.broken == 0) verdict.broken = verdict.lines;
    }
    if (line) verdict.last_hash = line->hash;
  }
  return verdict;
}

}  // namespace headroom::store
