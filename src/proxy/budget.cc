#include "proxy/budget.h"

#include <fstream>

#include "ledger/log.h"
#include "ledger/row.h"

namespace headroom::proxy {

using std::chrono::sys_days;

void Budget::load(const std::filesystem::path& logs, Time now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  std::ifstream file(logs / ledger::rows_name(today));
  for (std::string line; std::getline(file, line);) {
    const auto row = ledger::parse_row(line);
    if (row && row->money && std::chrono::floor<std::chrono::days>(row->t) == today)
      add(std::string(row->by.view()), row->money->billed, now);
  }
}

void Budget::add(const std::string& caller, std::int64_t microusd, Time now) {
  if (microusd <= 0) return;
  const auto today = std::chrono::floor<std::chrono::days>(now);
  const std::scoped_lock lock(mutex_);
  if (day_ != today) spent_.clear();
  day_ = today;
  if (spent_.size() < most_callers || spent_.contains(caller)) spent_[caller] += microusd;
}

std::optional<std::chrono::seconds> Budget::wait(const std::string& caller, std::int64_t budget, Time now) const {
  if (budget <= 0) return std::nullopt;
  const auto today = std::chrono::floor<std::chrono::days>(now);
  const std::scoped_lock lock(mutex_);
  const auto at = spent_.find(caller);
  if (day_ != today || at == spent_.end() || at->second < budget) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(today + std::chrono::days(1) - now);
}

}  // namespace headroom::proxy
