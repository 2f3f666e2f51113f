#include "detect/sketch.h"

#include <gtest/gtest.h>

#include <string>

#include "detect/line_shapes.h"

namespace headroom::detect {
namespace {

TEST(TimePrefix, FindsTheStampsOfCommonLogs) {
  for (std::string_view line : {"2026-03-01T10:02:11.123Z start", "2026-03-01 10:02:11,123 INFO x", "[12:00:01] go",
                                "Mar  1 10:02:11 host sshd[1]: x", "[2026/03/01 10:02:11] x", "10:02:11.123 x",
                                "[    1.234567] usb", "081109 203615 148 INFO dfs", "03-17 16:13:38.811 D/x",
                                "17/06/09 20:10:40 INFO executor", "[Sun Dec 04 04:47:44 2005] [notice] x"}) {
    EXPECT_GT(time_prefix(line), 0u) << line;
  }
  for (std::string_view line : {"hello", "src/a.cc:12:3: error", "12 apples", "", "[", "- 2026"}) {
    EXPECT_EQ(time_prefix(line), 0u) << line;
  }
  EXPECT_EQ(time_prefix("[12:00:01] go"), 10u);
}

TEST(SearchSplit, SplitsPathAndLine) {
  const auto s = search_split("src/a.cc:12:int x;");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->path_size, 8u);
  EXPECT_EQ(s->line, 12u);
  EXPECT_TRUE(search_split("C:\\src\\x.c:12:int"));
  EXPECT_TRUE(has_path_prefix("src/a.cc:  int x;"));
  EXPECT_FALSE(has_path_prefix("https://host.example/a.html: x"));
  EXPECT_FALSE(has_path_prefix("see src/a.cc: it says so"));
  EXPECT_EQ(search_split("app-2024-01.txt:12:x")->path_size, 15u);
  EXPECT_TRUE(search_split("src/a.cc-12-context"));
  EXPECT_FALSE(search_split("10:02:11 started"));
  EXPECT_FALSE(search_split("    indented:12:x"));
}

TEST(TestReportLine, KnowsWhatRunnersPrint) {
  for (std::string_view line :
       {"==== FAILURES ====", "___ test_pool ___", "_ _ _ _ _", "E   assert 2 == 3", "E       assert x",
        ">       take()", "....F.. [ 13%]", "tests/a.py::b PASSED                 [  9%]",
        "FAILED tests/a.py::b - KeyError", "shop/pool.py:31: in take"}) {
    EXPECT_TRUE(is_test_report_line(line)) << line;
  }
  for (std::string_view line : {"", "====", "E", "Every day", "> quoted", "=> x", "def f():", "    a.py:31: in take",
                                "src/a.cc:12:5: error: x", "FAILED to start", "__init__(self)", "battery [ 80%"}) {
    EXPECT_FALSE(is_test_report_line(line)) << line;
  }
}

// The samples are strided over; one head over six hundred added lines counts wherever it stands.
TEST(Sketch, SeesTheOnlyHunkHead) {
  for (const char* before : {"", "a\n", "a\nb\n", "a\nb\nc\n"}) {
    std::string text = std::string(before) + "@@ -0,0 +1,900 @@\n";
    for (int i = 0; i < 900; ++i) text += "+    word_" + std::to_string(i) + "\n";
    EXPECT_EQ(sketch(text).hunk_heads, 1u);
  }
}

TEST(Sketch, CountsWhatItSees) {
  EXPECT_EQ(sketch("").lines, 0u);
  EXPECT_EQ(sketch("  {\"a\":1}\n").first, '{');
  EXPECT_EQ(sketch("  {\"a\":1}\n").last, '}');
  const Sketch diff = sketch("diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n+b\n c\n");
  EXPECT_EQ(diff.hunk_heads, 1u);
  EXPECT_EQ(diff.diff_lines, 5u);
  std::string jsonl;
  for (int i = 0; i < 50; ++i) jsonl += "{\"i\":" + std::to_string(i) + "}\n";
  EXPECT_EQ(sketch(jsonl).json_lines, sketch(jsonl).lines);
  const Sketch cut =
      sketch("[\n  {\n    \"id\": 1,\n    \"tags\": [\n      \"new\",\n      \"a b\"\n    ]\n  },\n  {\n    \"id\": 2");
  EXPECT_EQ(cut.member_lines, cut.lines);
  EXPECT_EQ(sketch("[2026-03-01 10:02] started\n\"quoted\" and more\n").member_lines, 0u);
  EXPECT_TRUE(sketch(std::string("ab\0cd", 5)).has_nul);
  EXPECT_TRUE(sketch("bad \xff bytes here and more").invalid_utf8);
}

TEST(Sketch, SamplesLargeContentsAndNeverMore) {
  std::string big;
  while (big.size() < (std::size_t{4} << 20)) big += "2026-03-01T10:02:11Z INFO request served in 12 ms\n";
  const Sketch s = sketch(big);
  EXPECT_EQ(s.bytes, big.size());
  EXPECT_LE(s.lines, 3 * 257u);
  EXPECT_EQ(s.lines, s.time_lines);
}

}  // namespace
}  // namespace headroom::detect
