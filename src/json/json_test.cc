// The scanner, the strings and token equality: against an independent parser, by exhaustion where that is cheap.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "json/document.h"
#include "json/strings.h"

namespace headroom::json {
namespace {

bool accepts(std::string_view text) {
  return Document::parse(text).has_value();
}

TEST(JsonDocument, TakesWhatIsJson) {
  for (const char* const text :
       {"0", "-0", "1.5", "1e3", "1E+3", "-0.0e-10", "\"\"", "null", "true", "false", "[]", "{}", " [ 1 , 2 ] ",
        "{\"a\":1,\"a\":2}", "\"\\ud800\"", "\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\"", "[[[[]]]]", "\t\r\n0\n"}) {
    EXPECT_TRUE(accepts(text)) << text;
  }
}

TEST(JsonDocument, RefusesWhatIsNot) {
  for (const char* const text : {"",
                                 " ",
                                 "NaN",
                                 "Infinity",
                                 "-",
                                 "01",
                                 "1.",
                                 ".5",
                                 "1e",
                                 "+1",
                                 "0x1",
                                 "'a'",
                                 "{a:1}",
                                 "[1,]",
                                 "{\"a\":1,}",
                                 "[1 2]",
                                 "\"\t\"",
                                 "\"\\x\"",
                                 "\"\\u12g4\"",
                                 "nul",
                                 "True",
                                 "None",
                                 "[1}",
                                 "{\"a\"}",
                                 "{\"a\":}",
                                 "{1:2}",
                                 "1 2",
                                 "[1] x",
                                 "\"\x80\"",
                                 "\"\xED\xA0\x80\"",
                                 "/*c*/1",
                                 "\xEF\xBB\xBF[]"}) {
    EXPECT_FALSE(accepts(text)) << text;
  }
}

TEST(JsonDocument, DepthIsBoundedWithoutRecursion) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_TRUE(accepts(nested(max_depth)));
  EXPECT_FALSE(accepts(nested(max_depth + 1)));
  EXPECT_FALSE(accepts(std::string(100000, '[')));
}

TEST(JsonDocument, NodesKnowTheirPlaces) {
  const std::string text = R"({"a": [1, 2], "b": "x"})";
  const auto doc = Document::parse(text);
  ASSERT_TRUE(doc);
  ASSERT_EQ(doc->size(), 7u);
  EXPECT_EQ(doc->end_of(2), 5u);
  EXPECT_EQ(doc->raw(2), "[1, 2]");
  EXPECT_EQ(doc->count(0), 2u);
  EXPECT_EQ(doc->member(0, "b"), NodeId{6});
  EXPECT_FALSE(doc->member(0, "c"));
  std::vector<std::string_view> elements;
  for (const NodeId e : doc->elements(2)) elements.push_back(doc->raw(e));
  EXPECT_EQ(elements, (std::vector<std::string_view>{"1", "2"}));
}

// Containers know where they end however the list of nodes grew: a dense half behind a sparse one, and the other way.
TEST(JsonDocument, GrowsWithTextsOfAnyDensity) {
  std::string sparse, dense;
  for (int i = 0; i < 3000; ++i) {
    sparse += "{\"a\":\"" + std::string(200, 'x') + "\"},";
    dense += "[{},[],1],";
  }
  for (const std::string& text : {"[" + sparse + dense + "0]", "[" + dense + sparse + "0]"}) {
    const auto doc = Document::parse(text);
    ASSERT_TRUE(doc);
    ASSERT_EQ(doc->size(), 2u + 3000 * 3 + 3000 * 4);
    EXPECT_EQ(doc->count(0), 6001u);
    for (NodeId id = 0; id < doc->size(); ++id) {
      const bool container = doc->is(id, Kind::object) || doc->is(id, Kind::array);
      ASSERT_EQ(doc->end_of(id) == id + 1, !container || doc->raw(id).size() == 2);
      if (!container) continue;
      ASSERT_EQ(doc->raw(id).front() == '{' ? '}' : ']', doc->raw(id).back());
      const auto alone = Document::parse(doc->raw(id));
      ASSERT_TRUE(alone.has_value());
      ASSERT_EQ(alone->size(), doc->end_of(id) - id);
    }
  }
}

TEST(JsonDocument, EveryPrefixIsTruncatedOrParses) {
  const std::string text = "{\"a\": [1, -2.5e+3, true, \"x\\u00e9\\n\xC3\xA9\", {}], \"b\": null}";
  for (std::size_t n = 0; n < text.size(); ++n) {
    const auto doc = Document::parse(std::string_view(text).substr(0, n));
    ASSERT_FALSE(doc) << n;
    EXPECT_TRUE(doc.error().truncated) << n << ": " << doc.error().message;
    EXPECT_LE(doc.error().offset, n);
  }
}

TEST(JsonStrings, EveryEscapeOfFourDigitsComesBack) {
  for (unsigned v = 0; v <= 0xFFFF; ++v) {
    char raw[16];
    std::snprintf(raw, sizeof raw, "\"\\u%04x\"", v);
    const auto doc = Document::parse(raw);
    ASSERT_TRUE(doc) << raw;
    const std::string value = doc->string(0);
    ASSERT_TRUE(utf8::is_valid_wtf8(value)) << raw;
    ASSERT_TRUE(same_tokens(quote(value), raw)) << raw << ' ' << quote(value);
  }
}

// Strings are read and decoded by blocks: each escape, and what is none, at each place of one and across two.
TEST(JsonStrings, EscapesAreReadAtEveryPlaceOfABlock) {
  const std::pair<const char*, const char*> pieces[] = {
      {"\\\"", "\""},         {"\\\\", "\\"},   {"\\n\\t", "\n\t"},    {"\\\\\\\"", "\\\""},
      {"\\/", "/"},           {"\\u0041", "A"}, {"\\u20ac", "\u20ac"}, {"\\ud83d\\ude00", "\U0001F600"},
      {"\\b\\f\\r", "\b\f\r"}};
  const char* const wrong[] = {"\\x", "\\u00g1", "\x01", "\n", "\\\\\x1f", "\\\\\\q"};
  for (std::size_t before = 0; before < 180; ++before) {
    for (const std::size_t after :
         {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{40}, std::size_t{130}}) {
      const std::string front(before, 'a'), back(after, 'z');
      for (const auto& [raw, plain] : pieces) {
        const std::string text = "[\"" + front + raw + back + raw + "\",1]";
        const auto doc = Document::parse(text);
        ASSERT_TRUE(doc) << text;
        EXPECT_TRUE((*doc)[1].escaped());
        EXPECT_EQ(doc->string(1), front + plain + back + plain) << text;
        std::string kept = "kept";
        unescape_to(kept, doc->string_raw(1));
        EXPECT_EQ(kept, "kept" + front + plain + back + plain);
      }
      for (const char* const raw : wrong) EXPECT_FALSE(accepts("[\"" + front + raw + back + "\"]")) << raw << before;
    }
  }
}

TEST(JsonStrings, PairsJoinAndLoneSurrogatesStayEscapes) {
  EXPECT_EQ(unescape("\\ud83d\\ude80"), "\xF0\x9F\x9A\x80");
  EXPECT_EQ(quote(unescape("\\ud83d")), "\"\\ud83d\"");
  EXPECT_EQ(quote(unescape("\\ude80\\ud83d")), "\"\\ude80\\ud83d\"");
  EXPECT_EQ(quote(std::string_view("a\0\"\\\n", 5)), "\"a\\u0000\\\"\\\\\\n\"");
}

TEST(JsonSameTokens, TellsWhatDiffers) {
  EXPECT_TRUE(same_tokens("[1, \"\\u0041\"]", " [1,\"A\"] "));
  for (const auto& [a, b] : std::vector<std::pair<const char*, const char*>>{{"1.0", "1"},
                                                                             {"1e3", "1000"},
                                                                             {"-0", "0"},
                                                                             {"9007199254740993", "9007199254740992"},
                                                                             {"\"1\"", "1"},
                                                                             {"null", "\"\""},
                                                                             {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}"},
                                                                             {"{\"a\":1,\"a\":2}", "{\"a\":2}"},
                                                                             {"[[],1]", "[[1]]"},
                                                                             {"{}", "[]"},
                                                                             {"[1]", "[1"},
                                                                             {"true", "false"}}) {
    EXPECT_FALSE(same_tokens(a, b)) << a << ' ' << b;
  }
}

// A random text of values, a few hundred bytes at most.
void append_value(std::string& out, std::mt19937& random, int depth) {
  static const std::vector<std::string> leaves{"null", "true", "false",   "0",           "-7",           "0.5",
                                               "1e9",  "\"\"", "\"a b\"", "\"\\u00e9\"", "\"\xC3\xA9\"", "\"\\n\\\"\""};
  const unsigned kind = depth == 0 ? 0 : random() % 4;
  if (kind < 2) {
    out += leaves[random() % leaves.size()];
    return;
  }
  const unsigned n = random() % 4;
  out += kind == 2 ? '[' : '{';
  for (unsigned i = 0; i < n; ++i) {
    if (i > 0) out += random() % 2 != 0 ? "," : " ,\n";
    if (kind == 3) out += "\"k" + std::to_string(i) + "\" : ";
    append_value(out, random, depth - 1);
  }
  out += kind == 2 ? ']' : '}';
}

TEST(JsonDocument, AgreesWithAnIndependentParser) {
  std::mt19937 random(20261122);
  constexpr std::string_view damage = "\"\\{]},:0- \x01u\xC3";
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    append_value(text, random, 4);
    // Half of the texts are damaged: both must say the same of them too.
    if (random() % 2 != 0) text[random() % text.size()] = damage[random() % damage.size()];
    const auto doc = Document::parse(text);
    ASSERT_EQ(doc.has_value(), nlohmann::json::accept(text)) << text;
    if (!doc) continue;
    for (NodeId id = 0; id < doc->size(); ++id) {
      if (!doc->is(id, Kind::string)) continue;
      ASSERT_EQ(doc->string(id), nlohmann::json::parse(doc->raw(id)).get<std::string>()) << text;
    }
  }
}

// Runs of backslashes of every length, before everything that may or may not follow them, at all places of a block.
TEST(JsonStrings, RunsOfBackslashesAgreeWithAnIndependentParser) {
  std::mt19937 random(20261123);
  constexpr std::string_view likely = "\\\\\\\\nntt\"";
  constexpr std::string_view rare = "/bfru\n\x01x\xC3";
  int taken = 0;
  for (int round = 0; round < 100'000; ++round) {
    std::string text(random() % 100, 'a');
    text.insert(0, "\"");
    for (unsigned pieces = random() % 12; pieces > 0; --pieces) {
      text.append(random() % 70, 'b').append(random() % 3 == 0 ? random() % 140 : random() % 4, '\\');
      text += random() % 8 == 0 ? rare[random() % rare.size()] : likely[random() % likely.size()];
      if (random() % 4 != 0 && text.ends_with('"') && !text.ends_with("\\\"")) text.pop_back();
    }
    text += '"';
    const auto doc = Document::parse(text);
    ASSERT_EQ(doc.has_value(), nlohmann::json::accept(text)) << text;
    if (!doc) continue;
    ++taken;
    ASSERT_EQ((*doc)[0].escaped(), text.find('\\') != std::string::npos) << text;
    ASSERT_EQ(doc->string(0), nlohmann::json::parse(text).get<std::string>()) << text;
  }
  EXPECT_GT(taken, 10'000);
}

}  // namespace
}  // namespace headroom::json
