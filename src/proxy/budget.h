// What each caller has spent today, by the provider's usage at list prices: --budget ends a day's requests there.
//
//   Budget b;  b.load(logs, now);  b.add("local", 1'250'000, now);  b.left("local", 1'000'000, now)  ->  seconds to
//   wait
//
// A day is UTC's. A start goes on from today's rows of the log (which do not name callers of over 16 characters);
// proxies beside this one are not seen before that.
// Requests under way when the budget is reached are finished, and models without a price count nothing: a limit against
// running away, not a bill.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace headroom::proxy {

class Budget {
 public:
  using Time = std::chrono::system_clock::time_point;

  // Today's rows of a folder of logs; none is fine.
  void load(const std::filesystem::path& logs, Time now);
  void add(const std::string& caller, std::int64_t microusd, Time now);
  // nullopt: the caller may go on; else how long until it may again.
  std::optional<std::chrono::seconds> wait(const std::string& caller, std::int64_t budget, Time now) const;

 private:
  static constexpr std::size_t most_callers = 10'000;
  mutable std::mutex mutex_;
  std::chrono::sys_days day_{};
  std::map<std::string, std::int64_t> spent_;
};

}  // namespace headroom::proxy
