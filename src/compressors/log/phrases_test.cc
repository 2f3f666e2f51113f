#include "compressors/log/phrases.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "compressors/log/phrases_test_support.h"

namespace headroom::compressors::log {
namespace {

Phrases phrases_of(std::string_view text) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find('\n', i), text.size());
    parts.push_back({i, end});
    i = end + 1;
  }
  return find_phrases(text, parts);
}

std::string back(const Phrases& p) {
  std::string out;
  const std::vector<std::string_view> values(p.values.begin(), p.values.end());
  EXPECT_TRUE(expand_phrases(p.text, p.mark, values, 1 << 20, out));
  return out;
}

TEST(LogPhrases, NamesWhatStandsAgainAndAgain) {
  std::string text;
  for (const char* word : {"alpha", "beta", "gamma", "delta"})
    text += std::string("link ") + word + " -L /srv/shop/target/debug/deps -o " + word + "\n";
  const Phrases p = phrases_of(text);
  ASSERT_EQ(p.mark, "$");
  ASSERT_EQ(p.values.size(), 1u);
  EXPECT_EQ(p.values[0], "-L /srv/shop/target/debug/deps -o");
  EXPECT_NE(p.text.find("link alpha $A alpha\n"), std::string::npos) << p.text;
  EXPECT_EQ(back(p), text);
}

TEST(LogPhrases, TakesAMarkThatIsFree) {
  std::string text = "cost $A & more\n";
  for (int i = 0; i < 5; ++i) text += "see /srv/shop/target/debug/deps/x for item\n" + std::to_string(i * 977) + "\n";
  const Phrases p = phrases_of(text);
  EXPECT_EQ(p.mark, "~");
  EXPECT_EQ(back(p), text);
}

TEST(LogPhrases, HoldsNoSeverityWord) {
  std::string text;
  for (int i = 0; i < 9; ++i)
    text += std::to_string(i) + " the nightly import of customer orders failed on the second replica " +
            std::to_string(i * 7) + "\n";
  for (const std::string& value : phrases_of(text).values) EXPECT_EQ(value.find("failed"), std::string::npos);
}

TEST(LogPhrases, AWholeWordIsABareLetter) {
  std::string text;
  std::vector<Part> parts;
  for (int i = 0; i < 6; ++i) {
    text += "T1 ";
    const std::size_t begin = text.size();
    text += "\"/srv/shop release 2026/target/deps\"";
    parts.push_back({begin + 1, text.size() - 1, begin, text.size()});
    text += " x\n";
  }
  const Phrases p = find_phrases(text, parts);
  ASSERT_EQ(p.values.size(), 1u);
  EXPECT_TRUE(p.text.starts_with("T1 A x\n")) << p.text;
}

TEST(LogPhrases, ExpandingIsBounded) {
  const std::string value(1000, 'v');
  std::string text, out;
  for (int i = 0; i < 1000; ++i) text += "$A";
  EXPECT_FALSE(expand_phrases(text, "$", {value}, 10'000, out));
  out.clear();
  EXPECT_TRUE(expand_phrases("$ $B $A$", "$", {"x"}, 100, out));
  EXPECT_EQ(out, "$ $B x$");
}

// As logs repeat themselves: lines of a few parts, in fields that may be words of a template.
RC_GTEST_PROP(LogPhrases, AreThoseOfTheReference, ()) {
  static constexpr const char* kParts[] = {"/srv/shop/target/debug/deps",
                                           " -L ",
                                           "--warn=unused",
                                           "alpha",
                                           "beta",
                                           " ",
                                           "  ",
                                           "\xE2\x80\x98",
                                           "_",
                                           "x86_64",
                                           "2026-03-01",
                                           "#",
                                           "failed",
                                           "7",
                                           "1204",
                                           "\t",
                                           ":",
                                           "aa",
                                           "a"};
  const auto part = [] { return std::string(kParts[*rc::gen::inRange<std::size_t>(0, std::size(kParts))]); };
  std::vector<std::string> often;
  for (int k = 0; k < 6; ++k) {
    often.emplace_back();
    const int size = *rc::gen::inRange(1, 9);
    for (int i = 0; i < size; ++i) often.back() += part();
  }
  std::string text;
  std::vector<Part> parts;
  const int lines = *rc::gen::inRange(0, 120);
  for (int i = 0; i < lines; ++i) {
    const int fields = *rc::gen::inRange(1, 4);
    for (int f = 0; f < fields; ++f) {
      text += 'T';
      const std::size_t begin = text.size();
      text += often[*rc::gen::inRange<std::size_t>(0, often.size())];
      if (*rc::gen::inRange(0, 3) == 0) text += part();
      const bool word = *rc::gen::inRange(0, 2) == 0;
      parts.push_back({begin, text.size(), word ? begin : 0, word ? text.size() : 0});
    }
    text += '\n';
  }
  const Phrases fast = find_phrases(text, parts), slow = reference::find_phrases(text, parts);
  RC_ASSERT(fast.mark == slow.mark);
  RC_ASSERT(fast.values == slow.values);
  RC_ASSERT(fast.text == slow.text);
}

RC_GTEST_PROP(LogPhrases, ExpandingGivesTheTextBack, ()) {
  static constexpr const char* kWords[] = {
      "/srv/shop/target/", "deps", "--warn=", "alpha", " ", "  ", "\xE2\x80\x98", "_", "x86_64-unknown-linux", "\xff",
      "\xC3\xA9",          "$",    "A",       "\n",    "7", "\t"};
  std::string text;
  const std::size_t n = *rc::gen::inRange<std::size_t>(0, 300);
  for (std::size_t i = 0; i < n; ++i) text += kWords[*rc::gen::inRange<std::size_t>(0, std::size(kWords))];
  const Phrases p = phrases_of(text);
  if (!p.mark.empty()) RC_ASSERT(back(p) == text);
}

}  // namespace
}  // namespace headroom::compressors::log
