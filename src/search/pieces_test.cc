#include "search/pieces.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace headroom::search {
namespace {

std::vector<std::string> texts(std::string_view text) {
  std::vector<std::string> out;
  for (const Piece& p : split_pieces(text)) out.emplace_back(text.substr(p.begin, p.end - p.begin));
  return out;
}

TEST(Pieces, HunksOfADiff) {
  EXPECT_EQ(texts("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n@@ -9 +9 @@\n-c\n"),
            (std::vector<std::string>{"diff --git a/x b/x\n--- a/x\n+++ b/x\n", "@@ -1 +1 @@\n-a\n+b\n",
                                      "@@ -9 +9 @@\n-c\n"}));
}

TEST(Pieces, RecordsKeepTheirContinuationLines) {
  const std::string a = "2026-01-05 10:00:00 ERROR boom\n  at f()\n  at g()\n", b = "2026-01-05 10:00:01 INFO ok\n";
  EXPECT_EQ(texts(a + b), (std::vector<std::string>{a, b}));
}

TEST(Pieces, RunsEndAtTwelveLinesOrAnEmptyOne) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "line\n";
  EXPECT_EQ(texts(text).size(), 3u);
  EXPECT_EQ(texts("1\n2\n3\n4\n5\n6\n\n8\n"), (std::vector<std::string>{"1\n2\n3\n4\n5\n6\n\n", "8\n"}));
}

TEST(Pieces, LongLinesAreCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "é";
  for (const std::string& t : texts(text)) {
    EXPECT_LE(t.size(), max_run_bytes);
    EXPECT_EQ(t.size() % 2, 0u);
  }
}

RC_GTEST_PROP(Pieces, CoverTheTextInOrder, ()) {
  const auto line =
      rc::gen::elementOf(std::vector<std::string>{"", "x", "@@ -1 +1 @@", "2026-01-05 10:00:00 a", "  at f",
                                                  std::string(5000, 'y'), "\xff\xfe", std::string(2, '\0')});
  std::string text;
  for (const std::string& l : *rc::gen::container<std::vector<std::string>>(line)) text += l + "\n";
  if (*rc::gen::arbitrary<bool>()) text += "end";
  std::size_t at = 0;
  for (const Piece& p : split_pieces(text)) {
    RC_ASSERT(p.begin == at);
    RC_ASSERT(p.end > p.begin);
    RC_ASSERT(p.end - p.begin <= max_piece_bytes);
    at = p.end;
  }
  RC_ASSERT(at == text.size());
}

TEST(Nearest, SharesTheMostTrigrams) {
  const std::vector<std::string_view> pieces{"nothing alike here", "connexion refuse", "xyz"};
  EXPECT_EQ(nearest("Connection refused", pieces, 2).front(), 1u);
  EXPECT_EQ(nearest("qqqqq", pieces, 3), (std::vector<std::size_t>{0}));
  EXPECT_EQ(nearest("", pieces, 3), (std::vector<std::size_t>{0}));
  EXPECT_TRUE(nearest("a", {}, 3).empty());
}

}  // namespace
}  // namespace headroom::search
