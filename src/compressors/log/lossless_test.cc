#include "compressors/log/lossless.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "compressors/log/log.h"
#include "compressors/log/log_samples.h"
#include "compressors/log/notation.h"

namespace headroom::compressors::log {
namespace {

std::optional<std::string> encoded(std::string_view text) {
  const std::vector<Line> lines = split_lines(text);
  return encode(text, lines, group_lines(lines));
}

TEST(LogLossless, ReadsAsThePageSays) {
  const std::string text =
      "2026-03-01 10:02:11 web-3 worker[17]: job a81 done in 35 ms\n"
      "2026-03-01 10:02:11 web-3 worker[17]: job a82 done in 1204 ms\n"
      "2026-03-01 10:03:13 web-3 kernel: out of memory, killed process 17 (worker)\n"
      "2026-03-01 10:03:14 web-3 worker[19]: job a83 done in 36 ms\n"
      "2026-03-01 10:04:14 web-3 worker[19]: job a84 done in 37 ms\n"
      "2026-03-01 10:04:14 web-3 worker[19]: job a84 done in 37 ms\n"
      "2026-03-01 10:04:14 web-3 worker[19]: job a84 done in 37 ms\n";
  const auto view = encoded(text);
  ASSERT_TRUE(view);
  EXPECT_EQ(*view,
            "[log, 7 lines, complete; T1 = pattern, its * filled by the words after it; @ = the time, if none stands "
            "there that "
            "above]\n"
            "T1=@ web-3 worker[*]: job * done in * ms\n"
            "-- 2026-03-01 10:\n"
            "02:11 T1 17 a81 35\n"
            "T1 17 a82 1204\n"
            "03:13 web-3 kernel: out of memory, killed process 17 (worker)\n"
            "03:14 T1 19 a83 36\n"
            "04:14 T1 19 a84 37 x3");
  EXPECT_EQ(decode(*view), text);
}

TEST(LogLossless, GivesEveryByteBack) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    for (const auto& lines :
         {service_lines(400, seed), daemon_lines(400, seed), runner_lines(150, seed), build_lines(300, seed)}) {
      for (const std::string_view end : {"\n", "\r\n"}) {
        std::string text = joined(lines, end);
        for (int open = 0; open < 2; ++open) {
          const auto view = encoded(text);
          ASSERT_TRUE(view);
          EXPECT_LT(view->size(), text.size());
          EXPECT_EQ(decode(*view), text);
          text.resize(text.size() - end.size());
        }
      }
    }
  }
}

TEST(LogLossless, SavesOnEveryShape) {
  EXPECT_LT(encoded(joined(service_lines(500, 4)))->size() * 100, joined(service_lines(500, 4)).size() * 45);
  EXPECT_LT(encoded(joined(daemon_lines(500, 4)))->size() * 100, joined(daemon_lines(500, 4)).size() * 50);
  EXPECT_LT(encoded(joined(build_lines(500, 4)))->size() * 100, joined(build_lines(500, 4)).size() * 70);
}

TEST(LogLossless, ASevereTemplatesFirstLineStandsWhole) {
  std::vector<std::string> lines = service_lines(60, 5);
  for (int i = 0; i < 30; ++i)
    lines.push_back("2026-03-01 10:00:00 ERROR [pay] payment " + std::to_string(4000 + i) + " refused by gateway");
  const auto view = encoded(joined(lines));
  ASSERT_TRUE(view);
  EXPECT_NE(view->find("ERROR [pay] payment 4000 refused by gateway"), std::string::npos);
  EXPECT_NE(view->find("ERROR [pay] payment * refused by gateway"), std::string::npos);
}

TEST(LogLossless, SeverityWordsAreNeverHoles) {
  std::vector<std::string> lines;
  for (int i = 0; i < 60; ++i)
    lines.push_back("step " + std::to_string(i) + " of the nightly import has " + (i % 7 == 3 ? "failed" : "passed") +
                    " on node " + std::to_string(i % 5));
  const auto view = encoded(joined(lines));
  ASSERT_TRUE(view);
  std::size_t failed = 0;
  for (std::size_t at = view->find("\nT"); at != std::string::npos; at = view->find("\nT", at + 1)) {
    const std::string line = view->substr(at + 1, view->find('\n', at + 1) - at - 1);
    if (line.find('=') == std::string::npos) {
      EXPECT_EQ(line.find("failed"), std::string::npos) << line;
    }
    failed += line.find("failed") != std::string::npos;
  }
  EXPECT_GE(failed, 1u);
}

TEST(LogLossless, LinesThatLookLikeOursComeBack) {
  std::vector<std::string> lines = service_lines(80, 6);
  for (const char* odd :
       {"T1 17 a81 35", "T1=@ x", "-- 2026-03-01 10:", "02:11 T1 1 2 3", "02:11 something", "12| twelve", "[= line 3]",
        "[= lines 3-9]", "[log, 6 lines, complete]", "done x3", "A=b", "[lines 3-9 of 12: 3 templates, 0 errors]", "",
        " ", "\t", "\x1b[31mred\x1b[0m x2", "\xff\xfe\x00z", "{1} {2} * @ \xC2\xA7"}) {
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(lines.size() / 2), odd);
    lines.push_back(odd);
    lines.insert(lines.begin(), odd);
  }
  const std::string text = joined(lines);
  const auto view = encoded(text);
  ASSERT_TRUE(view);
  EXPECT_EQ(decode(*view), text);
}

TEST(LogLossless, EqualBlocksAreNamedByLine) {
  std::vector<std::string> lines;
  for (int k = 0; k < 3; ++k) {
    lines.push_back("run " + std::to_string(k) + " begins with a fresh cache and " +
                    std::string(1, static_cast<char>('a' + k)));
    for (int i = 0; i < 6; ++i)
      lines.push_back("    at org.example.Service.method" + std::string(1, static_cast<char>('a' + i)) +
                      "(Service.java, generated from template)");
  }
  const std::string text = joined(lines);
  const auto view = encoded(text);
  ASSERT_TRUE(view);
  EXPECT_NE(view->find("[= lines 2-7]"), std::string::npos) << *view;
  EXPECT_NE(view->find("\n2| "), std::string::npos);
  EXPECT_EQ(decode(*view), text);
}

TEST(LogLossless, ABlankTakesTheTemplateAboveAndAnEqualsSignTheRest) {
  std::vector<std::string> lines;
  const auto package = [](int i) {
    return "lib" + std::to_string(i * 7) + "-utils (" + std::to_string(i) + ".4-" + std::to_string(i * 31) + "deb12)";
  };
  for (int i = 1; i < 20; ++i) lines.push_back("unpack " + package(i) + " from the mirror");
  lines.push_back(" one blank of its own");
  for (int i = 1; i < 20; ++i) lines.push_back("set up " + package(i) + " from the mirror");
  const std::string text = joined(lines);
  const auto view = encoded(text);
  ASSERT_TRUE(view);
  EXPECT_NE(view->find("\n lib14 2 "), std::string::npos) << *view;
  EXPECT_NE(view->find("\n lib21 =\n"), std::string::npos) << *view;
  EXPECT_NE(view->find("20|  one blank of its own"), std::string::npos) << *view;
  EXPECT_EQ(decode(*view), text);
}

TEST(LogLossless, RefusesWhatIsNoView) {
  for (const std::string_view view : {"", "x", "[log]", "[log, 2 lines, complete]\na", "[log, 1 line, complete]\nT1 a",
                                      "[log, 1 lines, complete]\n[= line 1]",
                                      "[log, 99999999 lines, complete]\na x99999999", "[json, 1 row, complete]\na"}) {
    const auto back = decode(view);
    if (back) {
      EXPECT_LE(back->size(), std::size_t{1} << 27) << view;
    }
  }
}

RC_GTEST_PROP(LogLossless, DecodesArbitraryBytes, (const std::vector<std::string>& pieces)) {
  std::string text;
  for (const std::string& piece : pieces) {
    for (int i = 0; i < 3; ++i) text += piece + (piece.size() % 3 == 0 ? "\r\n" : "\n");
  }
  if (const auto view = encoded(text)) RC_ASSERT(decode(*view) == text);
}

RC_GTEST_PROP(LogLossless, DecodesLogLikeLines, ()) {
  static constexpr const char* kWords[] = {
      "T1",    "x3",     "--",  "@",     "*",  "{1}", "[=",         "02:11",  "2026-03-01 10:02:1",
      "error", "failed", "a=1", "\"q\"", "\"", "\\",  "10.1.2.",    "/v1/u/", "\x1b[31m",
      "A",     "",       " ",   "\t",    "\r", "7| ", "exit code ", "=",      "$A"};
  const std::size_t n = *rc::gen::inRange<std::size_t>(2, 60);
  std::string text;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t words = *rc::gen::inRange<std::size_t>(0, 7);
    for (std::size_t k = 0; k < words; ++k) {
      text += kWords[*rc::gen::inRange<std::size_t>(0, std::size(kWords))];
      if (*rc::gen::inRange(0, 3) == 0) text += std::to_string(*rc::gen::inRange(0, 30));
      if (*rc::gen::inRange(0, 4) != 0) text += ' ';
    }
    text += '\n';
  }
  if (const auto view = encoded(text)) RC_ASSERT(decode(*view) == text);
}

}  // namespace
}  // namespace headroom::compressors::log
