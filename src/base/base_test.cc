#include <gtest/gtest.h>
#define XXH_INLINE_ALL
#include <rapidcheck/gtest.h>
#include <xxhash.h>

#include <string>
#include <vector>

#include "base/base64.h"
#include "base/edits.h"
#include "base/hash.h"
#include "base/lines.h"
#include "base/numbering.h"
#include "base/prefixes.h"
#include "base/units.h"
#include "base/utf8.h"

namespace headroom {
namespace {

RC_GTEST_PROP(Lines, JoinToTheText, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab\r\n\r\n")));
  std::string joined;
  for (const Line& line : split_lines(text)) {
    joined += line.full();
    RC_ASSERT(line.text.find('\n') == std::string_view::npos);
  }
  RC_ASSERT(joined == text);
  RC_ASSERT(count_lines(text) == split_lines(text).size());
}

TEST(Lines, KnowTheirEnds) {
  EXPECT_TRUE(split_lines("").empty());
  const auto lines = split_lines("a\r\n\nb\rc");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].end, "\r\n");
  EXPECT_EQ(lines[1].text, "");
  EXPECT_EQ(lines[2].text, "b\rc");
  EXPECT_EQ(lines[2].end, "");
}

TEST(Utf8, RefusesWhatTheStandardRefuses) {
  for (std::string_view bad : {"\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                               "\xF5\x80\x80\x80", "\xE2\x82", "abcdefgh\xFF"}) {
    EXPECT_FALSE(utf8::is_valid(bad));
  }
  EXPECT_EQ(utf8::first_invalid("abcdefghij\xFFk"), 10u);
  EXPECT_TRUE(utf8::is_valid_wtf8("\xED\xA0\x80"));
  EXPECT_FALSE(utf8::is_valid_wtf8("\xC0\xAF"));
}

// Texts of every length around the steps that are read at once, with what is bad or long at every place.
TEST(Utf8, FindsTheFirstInvalidByteAtEveryPlace) {
  for (std::size_t n = 0; n <= 70; ++n) {
    const std::vector<char> plain(n, 'a');  // no byte behind its last
    ASSERT_FALSE(utf8::first_invalid({plain.data(), n})) << n;
    for (std::size_t at = 0; at < n; ++at) {
      std::vector<char> text = plain;
      text[at] = '\xFF';
      ASSERT_EQ(utf8::first_invalid({text.data(), n}), at) << n;
      text[at] = '\xC3';
      if (at + 1 < n) text[at + 1] = '\xA9';
      ASSERT_EQ(utf8::first_invalid({text.data(), n}).has_value(), at + 1 == n) << n << " " << at;
    }
  }
}

TEST(Utf8, WritesAndReadsEveryCodePoint) {
  for (char32_t v = 0; v <= 0x10FFFF; ++v) {
    std::string s;
    utf8::append(s, v);
    const bool surrogate = v >= 0xD800 && v <= 0xDFFF;
    ASSERT_EQ(utf8::is_valid(s), !surrogate);
    ASSERT_TRUE(utf8::is_valid_wtf8(s));
    if (!surrogate) {
      ASSERT_EQ(utf8::decode(s, 0).value, v);
      ASSERT_EQ(utf8::decode(s, 0).size, s.size());
    }
    ASSERT_EQ(utf8::floor_boundary(s, s.size() - 1), s.size() == 1 ? 0u : 0u);
  }
}

TEST(Edits, SpliceInOrder) {
  EXPECT_EQ(splice("abcdef", {}), "abcdef");
  const std::vector<Edit> edits{{0, 1, "A"}, {2, 2, ""}, {6, 0, "!"}};
  EXPECT_EQ(splice("abcdef", edits), "Abef!");
}

TEST(Hash, TellsTextsApart) {
  EXPECT_EQ(hash128("a"), hash128("a"));
  EXPECT_NE(hash128("a"), hash128("b"));
  EXPECT_NE(hash64("a", 1), hash64("a", 2));
}

// Digests of long texts come by wider vectors where the processor has them: XXH3's all the same.
TEST(Hash, IsXxh3OfAnyLength) {
  std::string text;
  for (std::size_t n = 0; n < 9000; n = n < 1200 ? n + 1 : n + 97) {
    while (text.size() < n) text += static_cast<char>(text.size() * 131 >> 3);
    const XXH128_hash_t expected = XXH3_128bits(text.data(), n);
    ASSERT_EQ(hash128(std::string_view(text).substr(0, n)), (Hash128{expected.low64, expected.high64})) << n;
  }
}

TEST(Tokens, AddUp) {
  Tokens t(3);
  t += Tokens(4);
  EXPECT_EQ(t - Tokens(2), Tokens(5));
  EXPECT_LT(Tokens(1), Tokens(2));
}

TEST(Base64, GivesThePublishedExamples) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Base64, TakesNothingElse) {
  for (const std::string_view text : {"Z", "Zg", "Zg=", "Z===", "====", "Zh==", "Zg==Zg==", "Zm9v\n", "Zm-_", "Zg=a"})
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

RC_GTEST_PROP(Base64, ComesBack, (const std::string& bytes)) {
  RC_ASSERT(from_base64(base64(bytes)) == bytes);
}

RC_GTEST_PROP(NumberingProperty, NumbersInTheOrderOfFirstSight, (const std::vector<std::uint8_t>& seen)) {
  Numbering numbering;
  std::vector<std::uint64_t> known;
  for (const std::uint8_t s : seen) {
    const std::uint64_t digest = std::uint64_t{s} << 32;
    const auto at = std::find(known.begin(), known.end(), digest);
    const auto number = static_cast<std::uint32_t>(at - known.begin());
    if (at == known.end()) known.push_back(digest);
    RC_ASSERT(numbering.number(digest) == number);
    RC_ASSERT(numbering.size() == known.size());
  }
}

TEST(Numbering, Grows) {
  Numbering numbering;
  for (int pass = 0; pass < 2; ++pass) {
    for (std::uint32_t i = 0; i < 100'000; ++i) ASSERT_EQ(numbering.number(i * std::uint64_t{0x9E3779B97F4A7C15}), i);
  }
}

TEST(Prefixes, AreThoseOfTheirFirstByte) {
  constexpr auto rows = std::to_array<std::string_view>({"npm ERR!", "npm", "\xE2\x9C\x93", "Get:", "n", "###"});
  constexpr Prefixes prefixes(rows);
  EXPECT_FALSE(prefixes.begins(""));
  for (int c = 0; c < 256; ++c) {
    for (const std::string_view rest : {"", "pm", "pm ERR! 1", "et:", "\x9C\x93", "##"}) {
      const std::string text = static_cast<char>(c) + std::string(rest);
      const bool should = std::ranges::any_of(rows, [&](std::string_view row) { return text.starts_with(row); });
      EXPECT_EQ(prefixes.begins(text), should) << text;
    }
  }
}

}  // namespace
}  // namespace headroom
