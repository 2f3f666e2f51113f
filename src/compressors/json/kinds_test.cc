#include "compressors/json/kinds.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "compressors/json/decode.h"
#include "compressors/json/encode.h"
#include "json/document.h"
#include "tokens/counter.h"

namespace headroom::compressors::records {
namespace {

using json::Document;

std::string event(std::size_t i, std::size_t kind) {
  const std::string n = std::to_string(i), at = "\"at\": \"2026-03-01T10:" + std::to_string(10 + i % 50) + ":00Z\"";
  switch (kind % 4) {
    case 0:
      return R"({"type": "push", )" + at + R"(, "repo": "shop/api", "branch": "b)" + n + R"(", "commits": )" + n + "}";
    case 1:
      return R"({"type": "issue", )" + at + R"(, "number": )" + n + R"(, "title": "Reader fails )" + n +
             R"(", "labels": ["bug"]})";
    case 2:
      return R"({"type": "deploy", )" + at + R"(, "env": "prod", "ok": false, "took": )" + n + "}";
    default:
      return R"({"type": "metric", )" + at + R"(, "name": "cpu", "value": )" + n + R"(.5, "host": "web-)" + n + "\"}";
  }
}

std::string events(std::size_t n, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out.append(i > 0 ? separator : "").append(event(i, i * 7 % 11));
  return out;
}

std::optional<Kinds> split(const std::string& text) {
  const auto doc = Document::parse(text);
  return doc ? split_kinds(*doc) : std::nullopt;
}

// The text as its rows joined again, if they were told apart.
std::string there_and_back(const std::string& text) {
  const auto kinds = split(text);
  if (!kinds) return "not told apart";
  std::string_view head = kinds->style;
  const auto style = read_kinds_style(head);
  if (!style || !head.empty()) return "style not read";
  const auto rows = join_kinds(kinds->text, *style, ",");
  if (!rows) return "not joined";
  return style->member.empty() ? "[" + *rows + "]" : *rows;
}

TEST(Kinds, RowsComeBackInOrder) {
  const std::string rows = events(40, ",");
  EXPECT_EQ(there_and_back("[" + rows + "]"), "[" + rows + "]");
  EXPECT_EQ(split("[" + rows + "]")->style, " by \"type\"");
  const std::string held = "{\"next\": null, \"all events\": [" + rows + "]}";
  EXPECT_EQ(there_and_back(held), held);
  EXPECT_EQ(split(held)->style, " by \"type\" in \"all events\"");
}

TEST(Kinds, WithoutAColumnThatTellsTheirKeysDo) {
  std::string text = "[";
  for (int i = 0; i < 20; ++i)
    text += (i > 0 ? "," : "") +
            (i % 3 == 0 ? "{\"a\":" + std::to_string(i) + ",\"b\":1,\"row\":2}" : std::string("{\"c\":[],\"d\":{}}"));
  text += "]";
  EXPECT_EQ(there_and_back(text), text);
  EXPECT_EQ(split(text)->style, " by keys");
  EXPECT_NE(split(text)->text.find("\"place\":0"), std::string::npos);  // "row" is taken
}

TEST(Kinds, AlikeRowsAreOneKind) {
  std::string alike = "[", few = "[" + events(5, ",") + "]", many = "[";
  for (int i = 0; i < 30; ++i) {
    const std::string n = std::to_string(i);
    alike += (i > 0 ? "," : "") + std::string("{\"type\":\"") + (i % 2 ? "x" : "y") + "\",\"n\":" + n + "}";
    many += (i > 0 ? "," : "") + std::string("{\"k") + n + "\":" + n + "}";
  }
  for (const std::string& text : {alike + "]", few, many + "]", std::string("[]"), std::string("{}"), std::string("3"),
                                  "[" + events(20, ",") + ", 7]"})
    EXPECT_FALSE(split(text)) << text.substr(0, 60);
}

TEST(Kinds, ViewsWithThemAreCheaperAndDecode) {
  tokens::Counter ruler;
  EncodeOptions one;
  one.ruler = &ruler;
  EncodeOptions kinds = one;
  kinds.tell_kinds = true;
  const std::string text = "[" + events(120, ", ") + "]";
  const auto doc = Document::parse(text);
  const auto with = encode(*doc, kinds), without = encode(*doc, one);
  ASSERT_TRUE(with && without);
  EXPECT_LT(ruler.count(*with), ruler.count(*without));
  EXPECT_TRUE(with->starts_with("[json by \"type\", complete")) << *with;
  const auto back = decode(*with);
  ASSERT_TRUE(back);
  EXPECT_TRUE(json::same_tokens(text, *back));
  const std::string lines = events(120, "\n") + "\n";
  const auto view = encode_lines(lines, kinds).view;
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->starts_with("[json lines spaced by \"type\"")) << *view;
  EXPECT_EQ(decode(*view), lines);
}

TEST(Kinds, PlacesThatAreNoneAreRefused) {
  for (const std::string& text :
       std::vector<std::string>{R"({"a":[{"row":0},{"row":0}]})", R"({"a":[{"row":1}]})", R"({"a":[{"row":99999999}]})",
                                R"({"a":[{"row":-1}]})", R"({"a":[{}]})", R"({"a":[7]})", R"({"a":7})", "[]", "{"})
    EXPECT_FALSE(join_kinds(text, {}, ",")) << text;
  EXPECT_EQ(join_kinds(R"({"a":[{"row":1,"x":2}],"b":[{"row":0}]})", {}, ","), R"({},{"x":2})");
}

RC_GTEST_PROP(Kinds, AnyRowsDecode, (const std::vector<std::size_t>& seeds)) {
  std::string rows;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    rows += i > 0 ? "," : "";
    switch (seeds[i] % 7) {
      case 5:
        rows += R"({"type":"push","type":"x","a":{"b":[1,{"c":null}]}})";
        break;
      case 6:
        rows += "{}";
        break;
      default:
        rows += event(i, seeds[i]);
    }
  }
  const std::string text = "[" + rows + "]";
  const std::string again = there_and_back(text);
  RC_ASSERT(again == "not told apart" || again == text);
  tokens::Counter ruler;
  EncodeOptions options;
  options.ruler = &ruler;
  options.tell_kinds = true;
  const auto doc = Document::parse(text);
  if (const auto view = encode(*doc, options)) {
    const auto back = decode(*view);
    RC_ASSERT(back.has_value());
    RC_ASSERT(json::same_tokens(text, *back));
  }
}

}  // namespace
}  // namespace headroom::compressors::records
