#include "store/audit.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "store/misses.h"
#include "store/test_directory.h"

namespace headroom::store {
namespace {

using namespace std::chrono_literals;

class Audit : public testing::Test {
 protected:
  void write(int n) {
    AuditLog log(file_, [] { return std::chrono::system_clock::time_point(std::chrono::milliseconds(1772359200123)); });
    for (int i = 0; i < n; ++i)
      ASSERT_TRUE(log.append({"uid:1", "default", "482193075514", 20480, "program whole", "live"}));
  }
  std::vector<std::string> lines() const {
    std::ifstream in(file_);
    std::vector<std::string> list;
    for (std::string line; std::getline(in, line);) list.push_back(line);
    return list;
  }
  void save(const std::vector<std::string>& list) const {
    std::ofstream out(file_, std::ios::trunc);
    for (const std::string& line : list) out << line << "\n";
  }
  TestDirectory directory_;
  std::filesystem::path file_ = directory_.path() / "state" / "audit.jsonl";
};

TEST_F(Audit, HoldsWhatItWasToldAndVerifies) {
  EXPECT_EQ(verify_audit(file_)->lines, 0u);
  write(3);
  const auto verdict = verify_audit(file_);
  EXPECT_EQ(verdict->lines, 3u);
  EXPECT_EQ(verdict->broken, 0u);
  EXPECT_TRUE(lines()[1].starts_with(
      R"({"n":2,"time":"2026-03-01T10:00:00.123Z","principal":"uid:1","workspace":"default","handle":"482193075514","bytes":20480,"how":"program whole","result":"live","prev":")"))
      << lines()[1];
  EXPECT_EQ(std::filesystem::status(file_).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(Audit, EveryChangeShows) {
  write(6);
  const auto good = lines();
  const auto broken = [&](auto change) {
    auto list = good;
    change(list);
    save(list);
    return verify_audit(file_)->broken;
  };
  EXPECT_EQ(broken([](auto& l) { l[2].replace(l[2].find("20480"), 5, "20481"); }), 3u);
  EXPECT_EQ(broken([](auto& l) { l.erase(l.begin() + 3); }), 4u);
  EXPECT_EQ(broken([](auto& l) { l.erase(l.begin()); }), 1u);
  EXPECT_EQ(broken([](auto& l) { std::swap(l[1], l[2]); }), 2u);
  EXPECT_EQ(broken([](auto& l) { l.insert(l.begin() + 4, l[4]); }), 6u);
  EXPECT_EQ(broken([](auto& l) { l[5] += " "; }), 6u);
  EXPECT_EQ(broken([](auto&) {}), 0u);
  for (std::size_t i = 0; i < good[3].size(); ++i)
    EXPECT_EQ(broken([i](auto& l) { l[3][i] = static_cast<char>(l[3][i] ^ 1); }), 4u) << i;
}

TEST_F(Audit, GoesOnBehindAnUnfinishedLine) {
  write(2);
  {
    std::ofstream(file_, std::ios::app) << "{\"n\":3,\"ti";
  }
  write(1);
  EXPECT_EQ(lines().size(), 4u);
  EXPECT_EQ(verify_audit(file_)->broken, 3u);
}

TEST_F(Audit, ProcessesTakeTurns) {
  for (int p = 0; p < 4; ++p) {
    if (::fork() == 0) {
      write(50);
      ::_exit(0);
    }
  }
  for (int p = 0; p < 4; ++p) ::wait(nullptr);
  EXPECT_EQ(verify_audit(file_)->lines, 200u);
  EXPECT_EQ(verify_audit(file_)->broken, 0u);
}

TEST(Misses, TwentyAMinuteForEachCaller) {
  Misses::Time now{};
  Misses misses([&] { return now; });
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(misses.may_ask("a")) << i;
    misses.missed("a");
  }
  EXPECT_FALSE(misses.may_ask("a"));
  EXPECT_TRUE(misses.may_ask("b"));
  now += 59s;
  EXPECT_FALSE(misses.may_ask("a"));
  now += 1s;
  EXPECT_TRUE(misses.may_ask("a"));
}

}  // namespace
}  // namespace headroom::store
