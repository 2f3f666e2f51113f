#include "compressors/lines_floor.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "base/lines.h"
#include "compressors/log/grouping.h"
#include "compressors/log/lossless.h"
#include "tokens/counter.h"

namespace headroom::compressors {
namespace {

constexpr Tokens no_limit{1 << 30};

TEST(LinesFloor, CountsNewWordsNumbersAndLines) {
  EXPECT_EQ(lines_floor("job 17 done in 35 ms\njob 18 done in 40 ms\n", no_limit), Tokens(10));
  EXPECT_EQ(lines_floor("", no_limit), Tokens(0));
  EXPECT_EQ(lines_floor("same\nsame\nsame\n", no_limit), Tokens(2));
  EXPECT_EQ(lines_floor("readFile x86\n", no_limit), Tokens(5));  // read, File, x, 86, the line
  EXPECT_EQ(lines_floor("it's\n", no_limit), Tokens(2));
  EXPECT_EQ(lines_floor("up down\ndown up\n", no_limit), Tokens(5));  // what tells a line of old words: one more
  EXPECT_EQ(lines_floor("get 1\rget 2\r\n", no_limit), Tokens(5));    // two states of a line are two lines
}

TEST(LinesFloor, StopsWhereItIsEnough) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "row " + std::to_string(i) + "\n";
  EXPECT_EQ(lines_floor(text, Tokens(100)), Tokens(100));
  EXPECT_EQ(lines_floor(text, no_limit), Tokens(20'001));
  EXPECT_EQ(lines_floor(std::string(100'000, 'a'), no_limit),
            lines_floor(std::string(4096, 'a'), no_limit) + Tokens(1));
}

TEST(LinesFloor, TellsWhichViewsOutdoTemplates) {
  std::string text;
  for (int i = 0; i < 2'000; ++i) text += "row " + std::to_string(i * 7919) + " kept\n";
  const search::Query query = search::Query::parse({});
  tokens::Counter ruler;
  const Context context{query, ruler, std::nullopt, true};
  View view;
  view.text = "[log, 2000 lines]\n1 row 0 kept";
  EXPECT_TRUE(outdoes_templates(view, text, context));
  EXPECT_FALSE(outdoes_templates(view, text.substr(0, 500), context));
  view.text = text;
  EXPECT_FALSE(outdoes_templates(view, text, context));
}

// Lines as logs have them: of few templates, with values that are new, that come again, that count; some lines alike.
RC_GTEST_PROP(LinesFloor, NoLosslessViewIsBelowIt, ()) {
  static constexpr const char* words[] = {
      "job",        "worker", "started", "done in", "user=", "readFile",           "it's", "caf\xC3\xA9",
      "/srv/shop/", "GET",    "-",       "=",       "(x)",   "2026-03-01 10:00:0", "\t"};
  const auto word = [] { return std::string(words[*rc::gen::inRange<std::size_t>(0, std::size(words))]); };
  std::vector<std::vector<std::string>> templates;
  for (int t = 0; t < 3; ++t) {
    templates.emplace_back();
    const int size = *rc::gen::inRange(1, 8);
    for (int k = 0; k < size; ++k) templates.back().push_back(word());
  }
  std::string text;
  const int lines = *rc::gen::inRange(20, 100);
  for (int i = 0; i < lines; ++i) {
    for (const std::string& fixed : templates[*rc::gen::inRange<std::size_t>(0, templates.size())]) {
      text += fixed;
      const int style = *rc::gen::inRange(0, 5);
      if (style == 0) text += std::to_string(i);
      if (style == 1) text += std::to_string(*rc::gen::inRange(0, 100'000));
      if (style == 2) text += "abc" + std::to_string(*rc::gen::inRange(0, 3)) + "ms";
      if (style > 2) text += ' ';
    }
    text += " on the second replica of the shop\n";
  }
  const std::vector<Line> split = split_lines(text);
  const auto view = log::encode(text, split, log::group_lines(split));
  RC_PRE(view.has_value());
  tokens::Counter ruler;
  RC_ASSERT(ruler.count(*view) >= lines_floor(text, no_limit));
}

}  // namespace
}  // namespace headroom::compressors
