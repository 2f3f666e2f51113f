// The log files: one a day, `requests-2026-01-05.jsonl`, lines as history.h has them; readable by their owner alone.
//
//   auto log = LogWriter::open("logs");
//   log->add(day, "{...}\n");  log->flush();          the lines are with the kernel now: a crash of ours loses none
//
// Several processes may write to one folder: every flush is one write to the end of the file, of whole lines. A write
// that fails (a full disk) is tried again at the next flush; beyond 4 MiB of lines that wait, lines are lost and
// counted.
//
// LogFiles reads a folder into a History, today's file as it grows. When a day is over its sums are put beside it
// (`hours-2026-01-05.jsonl`, with the size of the file they were made of), so that the next start reads sums and not
// rows; files of rows go after so many days, sums stay. Sums can be deleted: they are made again while their rows are
// there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ledger/history.h"

namespace headroom::ledger {

std::string rows_name(History::Days day);   // "requests-2026-01-05.jsonl"
std::string hours_name(History::Days day);  // "hours-2026-01-05.jsonl"

class LogWriter {
 public:
  static constexpr std::size_t most_waiting = std::size_t{4} << 20;

  // To a descriptor, which stays the caller's.
  explicit LogWriter(int descriptor) : descriptor_(descriptor) {}
  // To a folder, which is made if it is not there.
  static Result<LogWriter> open(const std::filesystem::path& folder);
  LogWriter(LogWriter&& other) noexcept;
  LogWriter& operator=(LogWriter&&) = delete;
  ~LogWriter();

  // Whole lines of one day.
  void add(History::Days day, std::string_view lines);
  // False if something still waits.
  bool flush();
  std::uint64_t lost_lines() const { return lost_; }
  std::size_t waiting() const;

 private:
  LogWriter() = default;
  bool write(History::Days day, std::string& lines);
  int file_of(History::Days day);

  std::filesystem::path folder_;
  int descriptor_ = -1;
  int file_ = -1;  // of file_day_
  History::Days file_day_{};
  bool torn_ = false;                             // the file may end within a line
  std::map<History::Days, std::string> waiting_;  // by the day
  std::uint64_t lost_ = 0;
};

class LogFiles {
 public:
  explicit LogFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Reads what is new, at most about `budget` bytes. True if nothing is left.
  bool read(History& history, std::size_t budget);
  // Files of rows that are older than `days` before `today` go, once their sums are beside them.
  void expire(History& history, History::Days today, int days);

 private:
  struct Known {
    std::uint64_t read = 0;  // bytes of the file of rows
    bool summed = false;     // from, or with, a file of sums
  };
  void write_hours(const History& history, History::Days day, const Known& known) const;
  bool read_hours(History& history, History::Days day, std::uint64_t rows_size);

  std::filesystem::path folder_;
  std::map<History::Days, Known> known_;
};

}  // namespace headroom::ledger
