#include "compressors/log/stamp.h"

#include <gtest/gtest.h>

#include <string>

namespace headroom::compressors::log {
namespace {

std::string time_of(std::string_view line) {
  const Stamp s = find_stamp(line);
  return std::string(line.substr(s.begin, s.end - s.begin));
}

std::string head_of(std::string_view line, Cut cut) {
  const Stamp s = find_stamp(line);
  return std::string(line.substr(s.begin, s.cuts[static_cast<std::size_t>(cut)] - s.begin));
}

TEST(Stamp, FindsTheTimesLoggersWrite) {
  EXPECT_EQ(time_of("2026-03-01 10:02:11,123 INFO x"), "2026-03-01 10:02:11,123");
  EXPECT_EQ(time_of("2026-03-01T10:02:11.123456Z x"), "2026-03-01T10:02:11.123456Z");
  EXPECT_EQ(time_of("2026-03-01T10:02:11+01:00 x"), "2026-03-01T10:02:11+01:00");
  EXPECT_EQ(time_of("[Sun Mar 01 04:47:44 2026] [notice] x"), "Sun Mar 01 04:47:44");
  EXPECT_EQ(time_of("Mar  1 04:47:44 host sshd[1]: x"), "Mar  1 04:47:44");
  EXPECT_EQ(time_of("26/03/01 20:10:40 INFO x"), "26/03/01 20:10:40");
  EXPECT_EQ(time_of("03-17 16:13:38.811  1702 D x"), "03-17 16:13:38.811");
  EXPECT_EQ(time_of("260301 203615 148 INFO x"), "260301 203615");
  EXPECT_EQ(time_of("[12:00:01] x"), "12:00:01");
  EXPECT_EQ(time_of("20260301-10:02:11:606|Sensor|300|x"), "20260301-10:02:11");
  EXPECT_EQ(time_of("ts=2026-03-01T10:02:11Z level=info x"), "2026-03-01T10:02:11Z");
  EXPECT_EQ(time_of("time=\"2026-03-01T10:02:11Z\" level=info x"), "2026-03-01T10:02:11Z");
  EXPECT_EQ(time_of("10.1.1.1 - - [01/Mar/2026:10:02:11 +0000] \"GET /\""), "01/Mar/2026:10:02:11");
  EXPECT_EQ(time_of("api.log.1 2026-03-01 00:00:00.008 25746 INFO x"), "2026-03-01 00:00:00.008");
  EXPECT_EQ(time_of("\xEF\xBB\xBF"
                    "2026-03-01T10:02:11.1234567Z x"),
            "2026-03-01T10:02:11.1234567Z");
}

TEST(Stamp, LeavesOtherNumbersAlone) {
  for (const char* line :
       {"", "x", "[  0%] Built", "2026-03-01 was a Sunday", "1.2.3", "12:5  error  no-undef", "src/a.cc:12:5: error",
        "10:02", "Marvin said 10", "12345678 99:99", "-", "[", "2026-", "Mar", "Mar ", "Sun Mar"}) {
    EXPECT_FALSE(find_stamp(line).found()) << line;
  }
}

TEST(Stamp, KnowsWhereAHeadingMayEnd) {
  constexpr std::string_view line = "2026-03-01 10:02:11 x";
  EXPECT_EQ(head_of(line, Cut::day), "2026-03-01 ");
  EXPECT_EQ(head_of(line, Cut::hour), "2026-03-01 10:");
  EXPECT_EQ(head_of(line, Cut::minute), "2026-03-01 10:02:");
  EXPECT_EQ(head_of(line, Cut::whole), "2026-03-01 10:02:11");
}

TEST(Stamp, TellsACollectorsStamp) {
  EXPECT_TRUE(find_stamp("2026-03-01T10:02:11.1234567Z x").collector);
  EXPECT_FALSE(find_stamp("2026-03-01 10:02:11.123 x").collector);
  EXPECT_FALSE(find_stamp("2026-03-01T10:02:11Z x").collector);
}

}  // namespace
}  // namespace headroom::compressors::log
