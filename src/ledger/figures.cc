#include "ledger/figures.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace headroom::ledger {
namespace {

// Log files are the world's: what they say may be anything.
void grow(std::int64_t& sum, std::int64_t by) {
  std::int64_t whole = 0;
  sum = !__builtin_add_overflow(sum, by, &whole) ? whole
        : by > 0                                 ? std::numeric_limits<std::int64_t>::max()
                                                 : std::numeric_limits<std::int64_t>::min();
}

}  // namespace

void Figures::add(const Row& row) {
  Figures one;
  const bool audited = row.x == audit_code;  // what would have left did not
  one.requests = 1;
  one.failed = row.st >= 400 || row.st == 0;
  one.tokens_before = row.tokens_before;
  one.tokens_after = audited ? row.tokens_before : row.tokens_after;
  if (row.usage) one.measured = 1, one.usage = *row.usage;
  if (row.money) {
    one.saved = row.money->saved, one.spent = row.money->spent, one.billed = row.money->billed;
  } else if (row.tokens_before > one.tokens_after) {
    one.unpriced_tokens = row.tokens_before - one.tokens_after;
  }
  if (row.mi.is_miss()) one.misses = 1, one.miss_microusd = row.mi.microusd;
  one.rounds = row.q;
  *this += one;
}

Figures& Figures::operator+=(const Figures& o) {
  constexpr std::int64_t Figures::* sums[] = {&Figures::requests,     &Figures::failed,   &Figures::tokens_before,
                                              &Figures::tokens_after, &Figures::measured, &Figures::saved,
                                              &Figures::spent,        &Figures::billed,   &Figures::unpriced_tokens,
                                              &Figures::misses,       &Figures::rounds,   &Figures::miss_microusd};
  constexpr std::int64_t Usage::* classes[] = {&Usage::uncached, &Usage::read, &Usage::written, &Usage::output,
                                               &Usage::written_1h};
  for (const auto sum : sums) grow(this->*sum, o.*sum);
  for (const auto one : classes) grow(usage.*one, o.usage.*one);
  return *this;
}

Part& Part::operator+=(const Part& o) {
  grow(times, o.times);
  grow(tokens, o.tokens);
  grow(microusd, o.microusd);
  return *this;
}

std::string saved_percent(const Figures& figures) {
  const double net = static_cast<double>(figures.saved) - static_cast<double>(figures.spent);
  const double whole = net + static_cast<double>(figures.billed);
  if (whole <= 0 || figures.billed == 0) return "0.00";
  const auto hundredths = static_cast<std::int64_t>(std::clamp(net / whole, -100.0, 1.0) * 10'000);
  std::string out = std::to_string(std::abs(hundredths) + 100);  // at least three digits
  out = std::to_string(std::abs(hundredths) / 100) + '.' + out.substr(out.size() - 2);
  return hundredths < 0 ? '-' + out : out;
}

}  // namespace headroom::ledger
