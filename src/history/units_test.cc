#include "history/units.h"

#include <gtest/gtest.h>

#include <string>

#include "history/unit_index.h"

namespace headroom::history {
namespace {

// A user, then turns of one call with its result.
struct Made {
  std::vector<std::string> texts;
  Past past;
};

Made made(int turns) {
  Made m;
  m.texts.reserve(static_cast<std::size_t>(turns) * 2 + 1);
  m.texts.emplace_back("Look at everything.");
  m.past.messages.push_back({Role::user, true});
  m.past.blocks.push_back({0, -1, Role::user, m.texts.back(), Tokens(5), false, false});
  for (int t = 0; t < turns; ++t) {
    const int message = 1 + 2 * t;
    m.texts.push_back("{\"command\":\"show part" + std::to_string(t) + "\"}");
    m.past.calls.push_back({"Bash", m.texts.back(), message});
    m.past.messages.push_back({Role::assistant, false});
    m.past.messages.push_back({Role::tool, true});
    m.texts.push_back("output of part" + std::to_string(t) + " and nothing else");
    m.past.blocks.push_back({message + 1, t, Role::tool, m.texts.back(), Tokens(100), t == 3, true});
  }
  return m;
}

TEST(Units, AreTurnsWithoutGaps) {
  const Made m = made(10);
  const auto units = units_of(m.past, 20);
  ASSERT_EQ(units.size(), 11u);
  int next = 0;
  for (const Unit& u : units) {
    EXPECT_EQ(u.first, next);
    EXPECT_TRUE(u.whole);
    next = u.end;
  }
  EXPECT_EQ(next, 21);
  EXPECT_FALSE(units_of(m.past, 19).back().whole);  // the call's result lies behind
}

TEST(Units, AreJudgedByWhatLiesBeforeAlone) {
  Made m = made(30);
  m.past.calls[20].arguments = m.past.calls[3].arguments;  // the call that failed succeeds later
  Past before = m.past;
  before.messages.resize(31);
  std::erase_if(before.calls, [](const Call& c) { return c.message > 30; });
  std::erase_if(before.blocks, [](const Block& b) { return b.message > 30; });
  const auto judged = judge(m.past, 30, 4, {}), alone = judge(before, 30, 4, {});
  ASSERT_EQ(judged.size(), alone.size());
  for (std::size_t i = 0; i < judged.size(); ++i) {
    EXPECT_EQ(judged[i].hold, alone[i].hold) << i;
    EXPECT_EQ(judged[i].score, alone[i].score) << i;
  }
  EXPECT_EQ(judged[4].hold, Hold::pinned);  // not resolved yet
}

TEST(Units, ProtectedOnesNeverLeave) {
  const Made m = made(30);
  const auto judged = judge(m.past, 60, 4, std::vector<bool>(61));
  const std::vector<Tokens> sizes(judged.size(), Tokens(100)), lines(judged.size(), Tokens(40));
  const auto all = leaving(judged, sizes, lines, Tokens(3100), Tokens(0), Tokens(0));
  for (const int u : all) EXPECT_NE(judged[static_cast<std::size_t>(u)].hold, Hold::keeps);
  EXPECT_EQ(all.size(), 31u - 5);  // the user and the last four stay
  EXPECT_TRUE(leaving(judged, sizes, lines, Tokens(3100), Tokens(3100), Tokens(4000)).empty());
  const auto some = leaving(judged, sizes, lines, Tokens(3100), Tokens(2500), Tokens(2800));
  EXPECT_EQ(some.size(), 10u);
  for (const Judged& j : judged) EXPECT_TRUE(j.score >= 0 && j.score <= 1000);
}

TEST(Units, RecencyHalvesEverySixteen) {
  EXPECT_EQ(recency(0), 250);
  EXPECT_EQ(recency(16), 125);
  EXPECT_EQ(recency(10'000), 0);
  for (int age = 1; age < 300; ++age) EXPECT_LE(recency(age), recency(age - 1));
}

TEST(UnitIndex, LinesAreShortAndFold) {
  const Made m = made(200);
  tokens::Counter counter;
  std::vector<Entry> entries;
  const auto turns = turns_of(m.past);
  for (const Unit& u : units_of(m.past, 400)) {
    entries.push_back(unit_entry(m.past, u, turns[static_cast<std::size_t>(u.first)], "482193075514", counter));
    EXPECT_LE(entries.back().cost, most_line) << entries.back().line;
  }
  const std::size_t n = to_fold(entries);
  ASSERT_GE(n, 2u);
  const std::string content = folded_content(entries, n), first = entries.front().line;
  fold(entries, n, "771920384412", counter);
  EXPECT_EQ(content.find(first), 0u);
  EXPECT_EQ(entries.front().lines, static_cast<int>(n));
  EXPECT_EQ(to_fold(entries), 0u);
  EXPECT_NE(run_text(entries, 0, 1).find("hash=771920384412]"), std::string::npos);
}

}  // namespace
}  // namespace headroom::history
