#include "proxy/budget.h"

#include <gtest/gtest.h>

#include <fstream>

#include "ledger/log.h"
#include "ledger/row.h"
#include "store/test_directory.h"

namespace headroom::proxy {
namespace {

using namespace std::chrono_literals;
constexpr auto day = std::chrono::sys_days(std::chrono::year(2026) / 3 / 4);
constexpr auto noon = std::chrono::system_clock::time_point(day + 12h);

TEST(Budget, EndsTheDayForOneCaller) {
  Budget b;
  b.add("a", 700, noon);
  EXPECT_EQ(b.wait("a", 1000, noon), std::nullopt);
  b.add("a", 300, noon);
  EXPECT_EQ(b.wait("a", 1000, noon), 12h);
  EXPECT_EQ(b.wait("b", 1000, noon), std::nullopt);
  EXPECT_EQ(b.wait("a", 0, noon), std::nullopt);  // no budget
  EXPECT_EQ(b.wait("a", 1000, noon + 12h), std::nullopt);
  b.add("a", 1000, noon + 13h);
  EXPECT_EQ(b.wait("a", 1001, noon + 13h), std::nullopt);
}

TEST(Budget, GoesOnFromTodaysRows) {
  const store::TestDirectory directory;
  const auto write = [&](auto at, std::int64_t billed) {
    ledger::Row row;
    row.t = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::time_point(at));
    row.st = 200;
    row.by = "local";
    row.md = "gpt-4o";
    row.usage = ledger::Usage{10, 0, 0, 1, 0};
    row.money = ledger::Money{0, 0, billed};
    std::ofstream(directory.path() / ledger::rows_name(std::chrono::floor<std::chrono::days>(noon)), std::ios::app)
        << ledger::to_line(row) << "no line of ours\n";
  };
  write(noon - 1h, 400);
  write(noon - 2h, 500);
  Budget b;
  b.load(directory.path(), noon);
  EXPECT_EQ(b.wait("local", 901, noon), std::nullopt);
  EXPECT_TRUE(b.wait("local", 900, noon));
  Budget tomorrow;
  tomorrow.load(directory.path(), noon + 24h);
  EXPECT_EQ(tomorrow.wait("local", 1, noon + 24h), std::nullopt);
}

}  // namespace
}  // namespace headroom::proxy
