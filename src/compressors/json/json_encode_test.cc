// The lossless side of the JSON compressor: every view comes back token for token, whatever the keys and values.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "compressors/json/cells.h"
#include "compressors/json/decode.h"
#include "compressors/json/encode.h"
#include "compressors/json/json.h"
#include "compressors/json/json_test_support.h"
#include "compressors/json/spelling.h"
#include "compressors/statements.h"
#include "json/document.h"
#include "json/strings.h"

namespace headroom::compressors {
namespace {

// A column's values over rows: constant, counting, templated or wild.
std::string cell_of(int style, std::size_t row, const std::string& word, const std::string& wild) {
  const std::string n = std::to_string(row);
  switch (style) {
    case 0:
      return json::quote(word);
    case 1:
      return n;
    case 2:
      return json::quote(word + n);
    case 3:
      return json::quote(word + "/" + n + "-" + word);
    case 4:
      return json::quote("https://host.example/api/v1/orders/" + n + "?page=" + word);
    case 5:
      return json::quote(row % 2 != 0 ? "customer of the northern region" : "customer of the southern region");
    case 6:
      return row % 7 == 3 ? "null" : json::quote("took " + n + " ms to answer the call");
    case 7:
      return "{\"x\":" + n + ",\"y\":{\"z\":" + json::quote(word) + "}}";
    case 8:
      return "[{\"x\":" + n + "}]";
    case 9:
      return "[{\"x\":" + n + "},{\"x\":" + wild + "}]";
    case 10:
      return row % 5 == 0 ? "null" : "{\"x\":" + wild + "}";
    case 11:
      return "\"2026-03-0" + std::to_string(1 + row / 4 % 9) + "T08:1" + std::to_string(row % 10) + ":05Z\"";
    default:
      return wild;
  }
}

RC_GTEST_PROP(JsonEncode, TablesComeBack, ()) {
  const auto columns = *rc::gen::inRange<std::size_t>(1, 8);
  const auto rows = *rc::gen::inRange<std::size_t>(2, 40);
  std::vector<std::string> names, words;
  std::vector<int> styles;
  for (std::size_t c = 0; c < columns; ++c) {
    names.push_back(*word());
    words.push_back(*word());
    styles.push_back(*rc::gen::inRange(0, 14));
  }
  const bool sparse = *rc::gen::arbitrary<bool>();
  std::string text = "[";
  for (std::size_t r = 0; r < rows; ++r) {
    std::vector<std::pair<std::string, std::string>> members;
    for (std::size_t c = 0; c < columns; ++c) {
      if (sparse && *rc::gen::inRange(0, 6) == 0) continue;
      members.emplace_back(names[c], cell_of(styles[c], r, words[c], *scalar()));
    }
    if (r > 0) text += ",";
    text += object(members);
  }
  text += "]";
  if (*rc::gen::arbitrary<bool>())
    text = "{\"total\":" + *scalar() + ",\"data\":{\"items\":" + text + "},\"next\":" + *scalar() + "}";
  expect_round_trip(text);
}

RC_GTEST_PROP(JsonEncode, ListsComeBack, ()) {
  const auto items = *rc::gen::container<std::vector<std::string>>(scalar());
  std::string text = "[";
  for (std::size_t i = 0; i < items.size(); ++i) text += (i > 0 ? "," : "") + items[i];
  expect_round_trip(text + "]");
}

std::string tree(int depth, const std::string& path) {
  std::vector<std::pair<std::string, std::string>> members;
  const std::string name = *word() + std::to_string(*rc::gen::inRange(0, 30));
  const std::string here = path + "/" + name;
  members.emplace_back("name", json::quote(name));
  members.emplace_back("path", json::quote(here));
  if (depth > 0) {
    std::string below = "[";
    const int n = *rc::gen::inRange(0, 5);
    for (int i = 0; i < n; ++i) below += (i > 0 ? "," : "") + tree(*rc::gen::inRange(0, depth), here);
    members.emplace_back("children", below + "]");
  } else {
    members.emplace_back("size", *scalar());
  }
  if (*rc::gen::inRange(0, 4) == 0) members.emplace_back(*word(), *scalar());
  return object(members);
}

RC_GTEST_PROP(JsonEncode, TreesComeBack, ()) {
  expect_round_trip(tree(4, ""));
}

// The column that holds the rows below is none that all rows share, even where its arrays are equal.
TEST(JsonEncode, EqualRowsBelowComeBack) {
  const std::string below = R"([{"x":1,"y":"p"},{"x":2,"y":"q"},{"x":3,"y":"r"}])";
  const std::string text = R"({"rows":[{"a":"one","below":)" + below + R"(},{"a":"two","below":)" + below + "}]}";
  const auto view = encoded(text);
  ASSERT_TRUE(view);
  EXPECT_NE(view->find("nested rows"), std::string::npos) << *view;
  const auto back = records::decode(*view);
  ASSERT_TRUE(back) << *view;
  EXPECT_TRUE(json::same_tokens(*back, text)) << *back;
}

// Strings that hold escapes are narrowed like others: shared edges, other columns' cells inside.
TEST(JsonEncode, EscapedStringsShareTheirEdges) {
  std::string text = "[";
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i), day = std::to_string(10 + i / 10);
    const std::string id = "k\\\\" + n;  // escaped: one backslash
    text += (i > 0 ? ",{" : "{") + ("\"id\":\"" + id) + "\",\"at\":\"day \\\"" + day + "\\\":" + n;
    text += "\",\"url\":\"a\\/b " + id + " end\",\"plain\":\"x" + n + "\"}";
  }
  text += "]";
  const auto view = encoded(text);
  ASSERT_TRUE(view);
  EXPECT_NE(view->find("url=a/b k\\{id} end"), std::string::npos) << *view;
  const auto back = records::decode(*view);
  ASSERT_TRUE(back) << *view;
  EXPECT_TRUE(json::same_tokens(*back, text)) << *back;
}

TEST(JsonEncode, SaysOnceWhatRowsShare) {
  std::string text = "[";
  for (int i = 0; i < 40; ++i) {
    if (i > 0) text += ", ";
    const std::string id = std::to_string(81231 + i * 3);
    text += R"({"id": )" + id + R"(, "url": "https://shop.example/o/)" + id + R"(", "placed": "2026-03-0)" +
            std::to_string(i % 9 + 1) + R"(T08:14:05Z", "cur": "EUR", "note": )" + (i % 2 != 0 ? "null" : "\"\"") + "}";
  }
  text += "]";
  const auto view = encoded(text);
  ASSERT_TRUE(view);
  EXPECT_NE(view->find("url=https://shop.example/o/{id}"), std::string::npos) << *view;
  EXPECT_NE(view->find("cur=EUR"), std::string::npos) << *view;
  EXPECT_NE(view->find("[json, 40 rows, complete"), std::string::npos) << *view;
  EXPECT_TRUE(reads_as_statement(view->substr(0, view->find('\n'))));
  EXPECT_LT(view->size() * 3, text.size());
  EXPECT_TRUE(json::same_tokens(*records::decode(*view), text));
}

TEST(JsonEncode, KeepsKindsApart) {
  const std::string text =
      R"([{"v":1.0},{"v":"1.0"},{"v":null},{"v":"null"},{},{"v":""},{"v":-0},{"v":1e3},{"v":9007199254740993},{"v":[]},{"v":{}}])";
  for (const bool marks : {true, false}) {
    const auto view = encoded(text, marks);
    if (!view) continue;
    EXPECT_TRUE(json::same_tokens(records::decode(*view).value_or(""), text)) << *view;
  }
}

TEST(JsonEncode, RowsOfAnotherOrderStandApart) {
  std::string text = "[";
  for (int i = 0; i < 60; ++i) text += R"({"a":)" + std::to_string(i) + R"(,"b":"x"},)";
  text += R"({"b":"x","a":60},{"a":61,"a":62,"b":"x"}])";
  const auto view = encoded(text);
  ASSERT_TRUE(view);
  EXPECT_NE(view->find("\n{\"b\":\"x\",\"a\":60}\n"), std::string::npos) << *view;
  EXPECT_TRUE(json::same_tokens(records::decode(*view).value_or(""), text)) << *view;
}

TEST(JsonEncode, LinesComeBackByteForByte) {
  for (const char* const colon : {":", ": "}) {
    for (const char* const end : {"", "\n"}) {
      std::string text;
      for (int i = 0; i < 30; ++i) {
        if (i > 0) text += '\n';
        text += std::string("{\"ts\"") + colon + std::to_string(1000 + i) + (colon[1] != 0 ? ", " : ",") + "\"msg\"" +
                colon + "\"tick " + std::to_string(i * 7) + "\"}";
      }
      text += end;
      const auto view = records::encode_lines(text, {}).view;
      ASSERT_TRUE(view);
      EXPECT_EQ(records::decode(*view), text);
      EXPECT_LT(view->size() * 2, text.size());
    }
  }
}

TEST(JsonEncode, LinesWithoutAMiddleAreNoLines) {
  std::string text;
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i);
    text += i == 20 ? "{\"id\":" + n + ",\"name\":\"wor\n\n... [252 lines truncated] ...\n\nker\",\"up\":true}\n"
                    : "{\"id\":" + n + ",\"name\":\"worker " + n + "\",\"up\":true}\n";
  }
  const records::Encoded encoded = records::encode_lines(text, {});
  EXPECT_FALSE(encoded.view);
  EXPECT_TRUE(encoded.is_no_lines);  // known before a table is made of them
}

TEST(JsonEncode, CutOffTextsComeBackByteForByte) {
  std::string compact = "{\"total\":3,\"items\":[";
  for (int i = 0; i < 40; ++i) {
    compact +=
        (i > 0 ? ",{\"id\":" : "{\"id\":") + std::to_string(i * 3) + ",\"name\":\"customer of the north\",\"tags\":[]}";
  }
  compact += "]}";
  for (const records::Spelling spelling :
       {records::Spelling{}, records::Spelling{.spaced = true}, records::Spelling{.indent = 2}}) {
    std::string text;
    records::respell(text, compact, spelling);
    for (const std::size_t keep : {text.size() / 2, text.size() / 2 + 7, text.size() - 9, text.size() - 12}) {
      const std::string cut = text.substr(0, keep);
      const auto view = records::encode_cut(cut, {}).view;
      ASSERT_TRUE(view) << cut;
      EXPECT_EQ(records::decode(*view), cut);
      EXPECT_LT(view->size() * 2, cut.size());
    }
  }
}

TEST(JsonEncode, ManyKeysAndDeepTextsAreTakenOrLeftButNeverWrong) {
  std::string wide = "[";
  for (int r = 0; r < 5; ++r) {
    if (r > 0) wide += ',';
    wide += '{';
    for (int k = 0; k < 5000; ++k) wide += (k > 0 ? ",\"k" : "\"k") + std::to_string(k) + "\":" + std::to_string(k * r);
    wide += '}';
  }
  wide += ']';
  const auto view = encoded(wide);
  if (view) {
    EXPECT_TRUE(json::same_tokens(records::decode(*view).value_or(""), wide));
  }
  EXPECT_FALSE(encoded(std::string(100000, '[')));
  EXPECT_FALSE(records::decode("[json, 99999999 rows, complete]\na\n"));
  EXPECT_FALSE(records::decode(""));
}

TEST(JsonSpelling, RespellsAsPrintersDo) {
  std::string out;
  records::respell(out, R"({"a":[1,{"b":"x,y"}],"c":{},"d":[]})", {.spaced = true});
  EXPECT_EQ(out, R"({"a": [1, {"b": "x,y"}], "c": {}, "d": []})");
  out.clear();
  records::respell(out, R"({"a":[1],"c":{}})", {.indent = 2});
  EXPECT_EQ(out, "{\n  \"a\": [\n    1\n  ],\n  \"c\": {}\n}");
  out.clear();
  records::respell(out, "\"\xC3\xA9\xF0\x9F\x9A\x80\"", {.ascii = true});
  EXPECT_EQ(out, R"("\u00e9\ud83d\ude80")");
}

RC_GTEST_PROP(JsonCells, SplitFindsWhatWasPrinted, ()) {
  const char separator = *rc::gen::element('|', ',', '\t', ' ');
  const auto words = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(word()));
  std::string line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) line += separator;
    records::append_string_cell(line, words[i], {separator, i + 1 == words.size(), false});
  }
  const auto cells = records::split_cells(line, words.size(), separator);
  RC_ASSERT(cells.has_value());
  RC_ASSERT(cells->size() == words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string json;
    RC_ASSERT(records::append_cell_json(json, (*cells)[i], false));
    RC_ASSERT(json::same_tokens(json, json::quote(words[i])));
  }
}

}  // namespace
}  // namespace headroom::compressors
