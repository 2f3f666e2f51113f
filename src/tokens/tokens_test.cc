#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "base/utf8.h"
#include "tokens/counter.h"
#include "tokens/merge.h"
#include "tokens/reference_test_support.h"
#include "tokens/splitter.h"
#include "tokens/streaming.h"
#include "tokens/text.h"

namespace headroom::tokens {
namespace {

constexpr VocabularyId kBoth[] = {VocabularyId::o200k, VocabularyId::cl100k};

const Reference& reference(VocabularyId id) {
  static const Reference o200k{VocabularyId::o200k}, cl100k{VocabularyId::cl100k};
  return id == VocabularyId::o200k ? o200k : cl100k;
}

const unsigned char* bytes_of(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}

template <VocabularyId kId>
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> out;
  const unsigned char* const end = bytes_of(text) + text.size();
  const Splitter<kId> splitter(CharClasses::embedded(), end);
  for (const unsigned char* p = bytes_of(text); p < end;) {
    const unsigned char* next = splitter.piece_end(p);
    out.emplace_back(reinterpret_cast<const char*>(p), static_cast<std::size_t>(next - p));
    p = next;
  }
  return out;
}

// What the patterns treat apart: letters of every case, marks, numbers, kinds of space, contractions and their near
// misses. Only characters that Unicode had assigned long before PCRE2's tables and tiktoken's came to differ.
const std::vector<std::string> kAtoms = {"a",
                                         "b",
                                         "Z",
                                         "Q",
                                         "The",
                                         " the",
                                         "word",
                                         "HTTP",
                                         "aB",
                                         "\u00e9",
                                         "\u00c9",
                                         "\u01c5",
                                         "\u02b0",
                                         "\u4e2d",
                                         "\u6587",
                                         "\u0e01",
                                         "\u0301",
                                         "\u0308",
                                         "\u20dd",
                                         "1",
                                         "23",
                                         "4567",
                                         "\u0663",
                                         "\u00b2",
                                         "\u2160",
                                         "'s",
                                         "'S",
                                         "'ll",
                                         "'LL",
                                         "'lL",
                                         "'re",
                                         "'VE",
                                         "'t",
                                         "'d",
                                         "'m",
                                         "'x",
                                         "'l",
                                         "'v",
                                         "'\u017f",
                                         "'",
                                         "\u2019s",
                                         " ",
                                         "  ",
                                         "\t",
                                         "\n",
                                         "\r",
                                         "\r\n",
                                         "\u00a0",
                                         "\u3000",
                                         "\u2028",
                                         "\u0085",
                                         "\v",
                                         "/",
                                         "//",
                                         "!",
                                         "...",
                                         "-",
                                         "--------------------",
                                         "{",
                                         "\"",
                                         ":",
                                         ",",
                                         "_",
                                         "\U0001f600",
                                         "\u200d",
                                         "\ufe0f",
                                         "\ufffd",
                                         std::string(1, '\0'),
                                         "\x01",
                                         "=",
                                         "==",
                                         "aaaa",
                                         "    ",
                                         "0x7f",
                                         "getElementById"};

rc::Gen<std::string> tricky_text() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kAtoms)),
                      [](const std::vector<std::string>& parts) {
                        std::string text;
                        for (const auto& part : parts) text += part;
                        return text;
                      });
}

std::string repeated(std::string_view unit, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += unit;
  return text;
}

TEST(Counter, CountsKnownTexts) {
  Counter o200k, cl100k(VocabularyId::cl100k);
  EXPECT_EQ(o200k.count(""), Tokens(0));
  EXPECT_EQ(o200k.count("hello world"), Tokens(2));
  EXPECT_EQ(cl100k.count("hello world"), Tokens(2));
  // From tiktoken 0.14.0.
  EXPECT_EQ(o200k.count("It's 12345 cans!\n"), Tokens(6));
  EXPECT_EQ(cl100k.count("It's 12345 cans!\n"), Tokens(7));
}

TEST(Splitter, SplitsAsThePatternsDo) {
  using Pieces = std::vector<std::string_view>;
  EXPECT_EQ(split<VocabularyId::o200k>("It's 12345 cans!\n"), (Pieces{"It's", " ", "123", "45", " cans", "!\n"}));
  EXPECT_EQ(split<VocabularyId::cl100k>("It's 12345 cans!\n"), (Pieces{"It", "'s", " ", "123", "45", " cans", "!\n"}));
  // White space: up to the last line end; else all but the last, which leads the word.
  EXPECT_EQ(split<VocabularyId::o200k>("a \n  b"), (Pieces{"a", " \n", " ", " b"}));
  EXPECT_EQ(split<VocabularyId::cl100k>("a \n  "), (Pieces{"a", " \n  "}));
  EXPECT_EQ(split<VocabularyId::o200k>("a \n  "), (Pieces{"a", " \n", "  "}));
  // A letter without case ends the piece when only upper case follows it.
  EXPECT_EQ(split<VocabularyId::o200k>("A\u02b0BC"), (Pieces{"A\u02b0", "BC"}));
  EXPECT_EQ(split<VocabularyId::o200k>("A\u02b0BCd"), (Pieces{"A\u02b0BCd"}));
}

// Pieces as PCRE2 finds them, counts as the definition gives them.
RC_GTEST_PROP(Counter, AgreesWithTheReferenceOnTrickyText, ()) {
  const std::string text = *rc::gen::resize(60, tricky_text());
  const auto o200k = split<VocabularyId::o200k>(text), cl100k = split<VocabularyId::cl100k>(text);
  RC_ASSERT(o200k == reference(VocabularyId::o200k).pieces(text));
  RC_ASSERT(cl100k == reference(VocabularyId::cl100k).pieces(text));
  for (VocabularyId id : kBoth) {
    Counter counter(id);
    const Tokens count = counter.count(text);
    RC_ASSERT(count == Tokens(reference(id).count(text)));
    RC_ASSERT(counter.count(text) == count);  // now from the cache
    RC_ASSERT(counter.at_least(text) ==
              Tokens(static_cast<std::int64_t>((id == VocabularyId::o200k ? o200k : cl100k).size())));
    RC_ASSERT(counter.at_least(text) <= count);
    if (utf8::is_valid(text)) {
      Counter fresh(id);  // has no counts to go by
      const Tokens bound = fresh.at_most(text);
      RC_ASSERT(bound >= count && bound <= Tokens(static_cast<std::int64_t>(text.size())));
    }
    RC_ASSERT(!counter.exceeds(text, count));
    RC_ASSERT(text.empty() || counter.exceeds(text, count - Tokens(1)));
  }
}

// Both ways of merging, on what are no words: all bytes, few letters, long runs.
RC_GTEST_PROP(Merge, BothWaysFollowTheDefinition, ()) {
  const std::string alphabet =
      *rc::gen::element<std::string>("ab", "a", " ", "-", "-=", "acgt", "etaoin shr", "\xE4\xB8\xAD\x96", "\r\n\t ",
                                     "{}\":,", "ABCDEFghijkl", "0O_./");
  const auto size = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(1, 200));
  std::string piece = *rc::gen::container<std::string>(size, rc::gen::elementOf(alphabet));
  if (*rc::gen::inRange(0, 3) == 0) piece = repeated(piece.substr(0, 3), size);
  for (VocabularyId id : kBoth) {
    const Vocabulary& vocabulary = reference(id).vocabulary();
    const std::int64_t expected = reference(id).merge(piece);
    RC_ASSERT(detail::count_by_backtracking(vocabulary, bytes_of(piece), piece.size()) == expected);
    if (piece.size() <= detail::kLongestByMerging) {
      RC_ASSERT(detail::count_by_merging(vocabulary, bytes_of(piece), piece.size()) == expected);
    }
  }
}

// A run of one character, of every length around the longest token: where backtracking has most to take back.
TEST(Merge, RunsOfOneCharacter) {
  for (VocabularyId id : kBoth) {
    for (std::string_view unit : {"a", " ", "-", "=", "*", "#", "\n", "\xE2\x94\x80"}) {
      for (std::size_t n = 1; n <= 300; n += n < 140 ? 1 : 23) {
        const std::string run = repeated(unit, n);
        ASSERT_EQ(detail::count_by_backtracking(reference(id).vocabulary(), bytes_of(run), run.size()),
                  reference(id).merge(run))
            << unit << " x " << n;
      }
    }
  }
}

TEST(Merge, EveryTokenIsOneToken) {
  for (VocabularyId id : kBoth) {
    const Vocabulary& vocabulary = reference(id).vocabulary();
    for (std::uint32_t token = 0; token < vocabulary.size(); ++token) {
      const std::string_view bytes = vocabulary.bytes(token);
      ASSERT_EQ(count_piece(vocabulary, bytes_of(bytes), bytes.size()), 1);
      ASSERT_EQ(detail::count_by_backtracking(vocabulary, bytes_of(bytes), bytes.size()), 1);
    }
  }
}

// Ten million of one character take a moment, not hours.
TEST(Counter, LongRunsAreLinear) {
  Counter counter;
  EXPECT_EQ(counter.count(repeated("a", 1'000'000)), Tokens(125'000));
  EXPECT_EQ(counter.count(repeated(" ", 1 << 20)), Tokens(8192));
  EXPECT_EQ(counter.count(repeated("-", 1 << 18)), Tokens(4096));
}

TEST(Counter, IllFormedBytesCountAsReplacementCharacters) {
  Counter counter;
  const std::string bad =
      "a\xE2\x82"
      "b\xFF\xC0\x80 \xED\xA0\x80"
      "c\xF0\x9F\x98";
  EXPECT_EQ(well_formed_copy(bad),
            "a\uFFFD"
            "b\uFFFD\uFFFD\uFFFD \uFFFD"
            "c\uFFFD");
  EXPECT_EQ(counter.count(bad), counter.count(*well_formed_copy(bad)));
  EXPECT_EQ(well_formed_copy("fine \u00e9"), std::nullopt);
}

RC_GTEST_PROP(Counter, TakesAnyBytes, (const std::string& bytes)) {
  const std::string copy = well_formed_copy(bytes).value_or(bytes);
  RC_ASSERT(utf8::is_valid(copy));
  for (VocabularyId id : kBoth) {
    RC_ASSERT(Counter(id).count(bytes) == Tokens(reference(id).count(copy)));
  }
}

// More texts than the cache of blocks has places, each twice; exceeds() never asks it.
TEST(Counter, BlocksSeenBeforeCountTheSame) {
  Counter counter, uncached;
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (int k = 0; k < 12 + i % 7; ++k) text += "item-" + std::to_string(i * 31 + k) + " was served;\n";
    texts.push_back(std::move(text));
  }
  for (int round = 0; round < 2; ++round) {
    for (const std::string& text : texts) {
      const Tokens n = counter.count(text);
      ASSERT_EQ(n, counter.count(text));
      ASSERT_FALSE(uncached.exceeds(text, n));
      ASSERT_TRUE(uncached.exceeds(text, n - Tokens(1)));
    }
  }
}

TEST(Counter, DigitsApart) {
  Counter counter;
  EXPECT_EQ(counter.count_digits_apart("12345"), Tokens(5));
  EXPECT_EQ(counter.count_digits_apart("a1b"), counter.count("a") + counter.count("b") + Tokens(1));
  EXPECT_EQ(counter.count_digits_apart("no digit"), counter.count("no digit"));
}

// One pass for both, and the cache, against a pass that counts nothing else.
RC_GTEST_PROP(Counter, DigitsApartInOnePassAreThoseOfTheirOwn, ()) {
  std::string text = *rc::gen::resize(40, tricky_text());
  while (text.size() < 300) text += "." + std::to_string(text.size()) + *rc::gen::resize(40, tricky_text());
  for (VocabularyId id : kBoth) {
    Counter counter(id);
    const Tokens together = counter.count(text), apart = counter.count_digits_apart(text), one(1);
    RC_ASSERT(!Counter(id).exceeds(text, apart, Digits::apart) && !Counter(id).exceeds(text, together));
    RC_ASSERT(Counter(id).exceeds(text, apart - one, Digits::apart) && Counter(id).exceeds(text, together - one));
    RC_ASSERT(!counter.exceeds(text, apart, Digits::apart) && counter.exceeds(text, apart - one, Digits::apart));
  }
}

TEST(Witnesses, AllMustAgree) {
  Witnesses witnesses;
  EXPECT_TRUE(witnesses.smaller("short", "a much longer text"));
  EXPECT_FALSE(witnesses.smaller("same", "same"));
  EXPECT_FALSE(witnesses.smaller("", ""));
  EXPECT_FALSE(witnesses.smaller("12 34 56 789", "one hundred and"));  // fewer bytes and o200k tokens, but more digits
}

RC_GTEST_PROP(Witnesses, IsWhatFourCountsSay, ()) {
  const std::string a = *rc::gen::resize(30, tricky_text()), b = *rc::gen::resize(40, tricky_text());
  Counter o200k, cl100k(VocabularyId::cl100k);
  const bool expected = a.size() < b.size() && o200k.count(a) < o200k.count(b) && cl100k.count(a) < cl100k.count(b) &&
                        o200k.count_digits_apart(a) < o200k.count_digits_apart(b);
  RC_ASSERT(Witnesses().smaller(a, b) == expected);
}

// Of texts that are counted before, as callers do, and long enough to be kept.
RC_GTEST_PROP(Witnesses, SayTheSameOfTextsTheyKnow, ()) {
  std::string b = *rc::gen::resize(40, tricky_text());
  while (b.size() < 400) b += " 17 of " + *rc::gen::resize(60, tricky_text());
  const std::string a = b.substr(0, *rc::gen::inRange<std::size_t>(1, b.size())) + *rc::gen::resize(8, tricky_text());
  Witnesses known;
  known.ruler().count(b);
  Counter o200k, cl100k(VocabularyId::cl100k);
  const bool expected = a.size() < b.size() && o200k.count(a) < o200k.count(b) && cl100k.count(a) < cl100k.count(b) &&
                        o200k.count_digits_apart(a) < o200k.count_digits_apart(b);
  RC_ASSERT(known.smaller(a, b) == expected);
}

// Every cut of a small text in two, settled at once: what is counted early must be what the whole gives.
RC_GTEST_PROP(Streaming, SettlesOnlyWhatNothingCanChange, ()) {
  const std::string text = *rc::gen::resize(14, tricky_text());
  for (VocabularyId id : kBoth) {
    Counter counter(id);
    const Tokens whole = counter.count(text);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      const std::size_t at = utf8::floor_boundary(text, cut);
      const Counter::Settled settled = counter.count_settled(std::string_view(text).substr(0, at));
      RC_ASSERT(settled.tokens + counter.count(std::string_view(text).substr(settled.bytes)) == whole);
    }
  }
}

RC_GTEST_PROP(Streaming, AnyChunksGiveTheWholeCount, ()) {
  std::string text = repeated("x", static_cast<std::size_t>(*rc::gen::inRange(0, 2)) * 4090);
  while (text.size() < 9000) text += *rc::gen::resize(100, tricky_text()) + ".";
  if (*rc::gen::arbitrary<bool>()) text[text.size() / 2] = '\xE2';
  StreamingCounter streaming;
  for (std::size_t at = 0; at < text.size();) {
    const auto n = *rc::gen::element<std::size_t>(1, 2, 3, 100, 4095, 5000);
    streaming.feed(std::string_view(text).substr(at, n));
    at += n;
  }
  RC_ASSERT(streaming.finish() == Counter().count(text));
  RC_ASSERT(streaming.finish() == Tokens(0));
}

TEST(Streaming, OneByteAtATimeIsLinear) {
  StreamingCounter streaming;
  for (int i = 0; i < 1'000'000; ++i) streaming.feed("a");
  EXPECT_EQ(streaming.finish(), Tokens(125'000));
}

TEST(Estimate, IsCloseOnOrdinaryText) {
  Counter counter;
  const std::string prose =
      repeated("The quick brown fox jumps over the lazy dog while nobody is looking at it. ", 5000);
  const std::string code = repeated("  for (int i = 0; i < count; ++i) {\n    total += values[i];\n  }\n", 5000);
  for (const std::string& text : {prose, code}) {
    const double ratio =
        static_cast<double>(Counter::estimate(text).value) / static_cast<double>(counter.count(text).value);
    EXPECT_NEAR(ratio, 1.0, 0.2);
  }
  EXPECT_EQ(Counter::estimate(""), Tokens(0));
}

}  // namespace
}  // namespace headroom::tokens
