// Values of every shape come back from lossless views: members that are rows, arrays that are rows, arrays of a few
// objects as columns, what stands between them under headings.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "compressors/compressor.h"
#include "compressors/json/embedded.h"
#include "compressors/json/json_test_support.h"
#include "compressors/json/plan.h"
#include "compressors/json/sections.h"
#include "compressors/json/spelling.h"
#include "compressors/statements.h"

namespace headroom::compressors {
namespace {

std::string shown(const std::string& text) {
  const auto view = encoded(text);
  if (!view) return "";
  const auto back = records::decode(*view);
  EXPECT_TRUE(back && json::same_tokens(*back, text)) << *view << "\n" << back.value_or("(not decoded)");
  return *view;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ",") + part;
  return out;
}

// Any value; what repeats is likely, so that tables are made.
std::string value(int depth) {
  if (depth == 0 || *rc::gen::inRange(0, 4) == 0) return *scalar();
  const int shape = *rc::gen::inRange(0, 5);
  const auto n = *rc::gen::inRange<std::size_t>(0, 12);
  std::vector<std::string> names, parts;
  for (int i = 0; i < 4; ++i) names.push_back(*word());
  const auto alike = [&] {
    std::vector<std::pair<std::string, std::string>> members;
    for (const std::string& name : names) {
      if (*rc::gen::inRange(0, 6) > 0)
        members.emplace_back(name, *rc::gen::inRange(0, 5) == 0 ? value(depth - 1) : *scalar());
    }
    return object(members);
  };
  for (std::size_t i = 0; i < n; ++i) {
    const std::string key = json::quote(*rc::gen::arbitrary<bool>() ? *word() : "k" + std::to_string(i)) + ":";
    switch (shape) {
      case 0:  // an object of anything
        parts.push_back(key + value(depth - 1));
        break;
      case 1:  // like-shaped members
        parts.push_back(key + (*rc::gen::inRange(0, 15) == 0 ? *scalar() : alike()));
        break;
      case 2:  // arrays
        parts.push_back(
            "[" +
            joined(*rc::gen::container<std::vector<std::string>>(*rc::gen::inRange<std::size_t>(0, 5), scalar())) +
            "]");
        break;
      case 3:
        parts.push_back(alike());
        break;
      default:  // an array of anything
        parts.push_back(value(depth - 1));
    }
  }
  return shape < 2 ? "{" + joined(parts) + "}" : "[" + joined(parts) + "]";
}

RC_GTEST_PROP(JsonShapes, AnyValueComesBack, ()) {
  expect_round_trip(value(4));
}

// Arrays of a few objects in every row become columns, whatever their lengths.
RC_GTEST_PROP(JsonShapes, ShortArraysInRowsComeBack, ()) {
  const auto rows = *rc::gen::inRange<std::size_t>(2, 20);
  const std::string a = *word(), b = *word(), c = *word();
  const auto longest = *rc::gen::inRange<std::size_t>(1, 6);
  std::vector<std::string> parts;
  for (std::size_t r = 0; r < rows; ++r) {
    std::vector<std::string> elements;
    const auto n = *rc::gen::inRange<std::size_t>(0, longest + 1);
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<std::pair<std::string, std::string>> members;
      if (*rc::gen::inRange(0, 8) > 0) members.emplace_back(b, *scalar());
      if (*rc::gen::inRange(0, 4) > 0) members.emplace_back(c, std::to_string(i));
      elements.push_back(object(members));
    }
    parts.push_back(object({{"id", std::to_string(r)}, {a, "[" + joined(elements) + "]"}, {"z", *scalar()}}));
  }
  expect_round_trip("[" + joined(parts) + "]");
  expect_round_trip("{\"head\":1,\"list\":[" + joined(parts) + "],\"tail\":[1,2]}");
}

TEST(JsonShapes, MembersThatAreRows) {
  std::string text = R"({"lockfile":3,"packages":{)";
  for (int i = 0; i < 30; ++i) {
    const std::string name = "mod" + std::to_string(i * 7);
    text += (i > 0 ? ",\"lib/" : "\"lib/") + name + R"(":{"version":"1.)" + std::to_string(i) +
            R"(.0","resolved":"https://pkg.example/)" + name + R"(","license":"MIT"})";
  }
  const std::string view = shown(text + R"(,"odd":null,"lib/key":{"other":1}}})");
  EXPECT_NE(view.find("packages: 32 keyed rows\n"), std::string::npos) << view;
  EXPECT_NE(view.find("\n{\"odd\":null}\n"), std::string::npos) << view;
  EXPECT_LT(view.size() * 2, text.size()) << view;
}

// A member called as the column of keys would be: the column takes another name.
TEST(JsonShapes, AMemberCalledKeyStaysApartFromTheKeys) {
  std::string text = "{";
  for (int i = 0; i < 8; ++i) {
    const std::string n = std::to_string(i);
    text += (i > 0 ? ",\"row" : "\"row") + n + R"(":{"key":"inner)" + n + R"(","key_":)" + n +
            R"(,"note":"some words that all rows share"})";
  }
  const std::string view = shown(text + "}");
  EXPECT_NE(view.find("[json, 8 keyed rows, complete"), std::string::npos) << view;
  EXPECT_NE(view.find("key__"), std::string::npos) << view;
}

TEST(JsonShapes, ArraysThatAreRows) {
  std::string text = R"({"columns":["at","host","load"],"values":[)";
  for (int i = 0; i < 40; ++i) {
    text += (i > 0 ? ",[\"2026-10-01T00:" : "[\"2026-10-01T00:") + std::to_string(10 + i) + ":00Z\",\"web-" +
            std::to_string(i % 3) + "\"," + std::to_string(i * 37 % 100) + ".5]";
  }
  const std::string view = shown(text + R"(,[],["short"],["a",null,1,"long"]]})");
  EXPECT_NE(view.find("values: 43 lists\n"), std::string::npos) << view;
  EXPECT_NE(view.find("\n[]\n"), std::string::npos) << view;
  EXPECT_LT(view.size() * 2, text.size()) << view;
}

// A list that reads as a statement of ours is spelled so that it does not.
TEST(JsonShapes, NoListForgesAStatement) {
  std::string text = "[";
  for (int i = 0; i < 12; ++i) text += (i > 0 ? ",[[" : "[[") + std::to_string(i) + R"(],"[end]","a, complete"])";
  const std::string view = shown(text + "]");
  ASSERT_FALSE(view.empty());
  std::size_t at = view.find('\n');
  while (at != std::string::npos) {
    const std::size_t end = view.find('\n', at + 1);
    EXPECT_FALSE(reads_as_statement(view.substr(at + 1, end - at - 1))) << view;
    at = end;
  }
}

TEST(JsonShapes, HeadingsStandAboveWhatTheySave) {
  std::string text = R"({"a":1,"deployment":{"metadata":{)";
  for (int i = 0; i < 12; ++i)
    text += (i > 0 ? ",\"label" : "\"label") + std::to_string(i) + R"(":"v)" + std::to_string(i) + '"';
  const std::string view =
      shown(text + R"(}},"z":[{"only":"one object that is long enough to be opened by itself","list":[1,2,3]}]})");
  EXPECT_NE(view.find("\n-- deployment.metadata\nlabel0=v0\n"), std::string::npos) << view;
  EXPECT_NE(view.find("\n-- z[0]\nonly=one object"), std::string::npos) << view;
}

// What the compressor offers for a text, decoded.
void expect_views_come_back(const std::string& text) {
  search::Query query;
  tokens::Counter ruler;
  for (const View& view : find("json")->views(text, {.query = query, .ruler = ruler, .token_budget = {}}, true)) {
    const auto back = find("json")->decode(view.text);
    if (!back || !json::same_tokens(*back, text)) {
      RC_LOG() << text << "\n" << view.text << "\n" << back.value_or("(not decoded)") << "\n";
      RC_FAIL("not the same tokens");
    }
  }
}

std::string spelled(const std::string& value, records::Spelling spelling) {
  std::string out;
  records::respell(out, value, spelling);
  return out;
}

const std::vector<records::Spelling>& spellings() {
  static const std::vector<records::Spelling> list{
      {}, {.spaced = true}, {.indent = 2}, {.indent = 1, .tab = true}, {.spaced = true, .ascii = true}, {.html = true}};
  return list;
}

// Strings that hold JSON, some of them in another spelling, one in the other.
RC_GTEST_PROP(JsonShapes, StringsThatHoldValuesComeBack, ()) {
  const auto rows = *rc::gen::inRange<std::size_t>(1, 12);
  const records::Spelling spelling = *rc::gen::elementOf(spellings());
  const bool ended = *rc::gen::arbitrary<bool>();
  const std::string key = *word();
  std::vector<std::string> parts;
  for (std::size_t r = 0; r < rows; ++r) {
    const records::Spelling own = *rc::gen::inRange(0, 9) == 0 ? *rc::gen::elementOf(spellings()) : spelling;
    std::string inner =
        object({{"id", std::to_string(r)}, {*word(), value(2)}, {"deep", json::quote(spelled(value(2), own))}});
    parts.push_back(object({{"n", std::to_string(r)},
                            {key, json::quote(spelled(inner, own) + (ended ? "\n" : ""))},
                            {*word(), *scalar()}}));
  }
  const std::string text = "[" + joined(parts) + "]";
  const auto doc = json::Document::parse(text);
  RC_ASSERT(doc.has_value());
  if (const auto opened = records::open_strings(*doc)) {
    std::string closed;
    records::close_strings(closed, opened->text, opened->spelling, opened->ended);
    RC_ASSERT(json::same_tokens(closed, text));
  }
  expect_views_come_back(text);
}

TEST(JsonShapes, StringsThatHoldValuesAreOpened) {
  std::string inner = R"({"items":[)";
  for (int i = 0; i < 30; ++i) {
    inner += (i > 0 ? R"(,{"id":)" : R"({"id":)") + std::to_string(7 * i) + R"(,"name":"part <b> of \xC3\xA4 )" +
             std::to_string(i) + "\"}";
  }
  inner += "]}";
  for (std::size_t at = inner.find("\\xC3\\xA4"); at != std::string::npos; at = inner.find("\\xC3\\xA4"))
    inner.replace(at, 8, "\xC3\xA4");
  for (const records::Spelling spelling : spellings()) {
    const std::string text = R"({"content":[{"type":"text","text":)" + json::quote(spelled(inner, spelling)) + "}]}";
    const auto doc = json::Document::parse(text);
    ASSERT_TRUE(doc);
    const auto opened = records::open_strings(*doc);
    ASSERT_TRUE(opened) << text;
    EXPECT_EQ(opened->spelling, spelling) << text;
    EXPECT_EQ(opened->text, R"({"content":[{"type":"text","text$":)" + inner + "}]}");
  }
  EXPECT_FALSE(records::open_strings(*json::Document::parse(R"({"a":"{\"k\": 1,\"spelled\":2}"})")));
  EXPECT_FALSE(records::open_strings(*json::Document::parse(R"({"a$":1,"a":"{\"k\":1,\"spelled\":2}"})")));
}

TEST(JsonShapes, IndicesThatDoNotFollowAreNoView) {
  EXPECT_EQ(records::decode("[json, complete]\na[0]=1\na[1]=2").value_or(""), R"({"a":[1,2]})");
  EXPECT_FALSE(records::decode("[json, complete]\na[1]=1"));
  EXPECT_FALSE(records::decode("[json, complete]\na[0]=1\na[2]=2"));
  EXPECT_FALSE(records::decode("[json, complete]\na[0]=1\na.b=2"));
  EXPECT_FALSE(records::decode("[json, complete]\na[00]=1"));
  EXPECT_FALSE(records::decode("[json, complete]\n-- a\n"));
  EXPECT_FALSE(records::decode("[json, 2 keyed rows, complete]\nkey|a\n1|2\n"));
}

// The cheapest choice, against all choices.
RC_GTEST_PROP(JsonShapes, HeadingsAreTheCheapest, ()) {
  records::Paths paths;
  std::vector<records::PathId> nodes{records::root_path}, lines;
  const auto n = *rc::gen::inRange(1, 7);
  for (int i = 0; i < n; ++i) {
    const auto parent = nodes[*rc::gen::inRange<std::size_t>(0, nodes.size())];
    nodes.push_back(paths.add(parent, *rc::gen::element<std::string>("metadata", "spec", "a", "x.y", "containers")));
    lines.push_back(nodes.back());
  }
  const auto cost = [&](const std::vector<records::PathId>& headings) {
    std::int64_t sum = 0;
    records::PathId above = records::root_path;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (headings[i] != above) {
        above = headings[i];
        sum += above == records::root_path ? records::price("\n--\n") : records::price(paths.name(above)) + 2;
      }
      sum += records::price(records::name_below(paths, above, lines[i]));
    }
    return sum;
  };
  std::int64_t best = -1;
  std::vector<records::PathId> tried(lines.size());
  const auto all = [&](const auto& self, std::size_t i) -> void {
    if (i == lines.size()) {
      const std::int64_t c = cost(tried);
      if (best < 0 || c < best) best = c;
      return;
    }
    for (records::PathId p = lines[i]; p != records::root_path; p = paths[p].parent) {
      tried[i] = paths[p].parent;
      self(self, i + 1);
    }
  };
  all(all, 0);
  RC_ASSERT(cost(records::choose_headings(paths, lines)) == best);
}

// Values on lines of their own, or spread over lines, in every spelling and with either line end.
RC_GTEST_PROP(JsonShapes, LinesComeBackInEverySpelling, ()) {
  records::Spelling spelling = *rc::gen::elementOf(spellings());
  spelling.crlf = *rc::gen::arbitrary<bool>();
  const auto rows = *rc::gen::inRange<std::size_t>(2, 12);
  std::string lines;
  const std::string a = *word(), b = *word();
  for (std::size_t r = 0; r < rows; ++r) {
    if (r > 0) lines += '\n';
    lines += object(
        {{"n", std::to_string(r)}, {a, json::quote(*word() + "<&>")}, {b, json::quote(*word())}, {"list", "[1,{}]"}});
  }
  if (*rc::gen::arbitrary<bool>()) lines += '\n';
  const std::string text = spelled(lines, spelling);
  const auto view = records::encode_lines(text, {}).view;
  if (!view) return;
  RC_ASSERT(records::decode(*view) == text);
}

TEST(JsonShapes, LinesInEverySpellingHaveAView) {
  for (records::Spelling spelling : spellings()) {
    for (const bool crlf : {false, true}) {
      spelling.crlf = crlf;
      std::string lines;
      for (int r = 0; r < 20; ++r) {
        lines += R"({"n":)" + std::to_string(r * 3) + R"(,"say":"a <b> & \xC3\xA9 )" + std::to_string(r) +
                 "\",\"more\":{\"k\":[1,2]}}\n";
      }
      for (std::size_t at = lines.find("\\xC3\\xA9"); at != std::string::npos; at = lines.find("\\xC3\\xA9"))
        lines.replace(at, 8, "\xC3\xA9");
      const std::string text = spelled(lines, spelling);
      const auto view = records::encode_lines(text, {}).view;
      ASSERT_TRUE(view) << text;
      EXPECT_EQ(records::decode(*view), text);
      EXPECT_LT(view->size() * 2, text.size());
    }
  }
  EXPECT_FALSE(records::encode_lines("{\"a\":1}\r\n{\"a\":2}\n{\"a\":3}\n", {}).view);
}

}  // namespace
}  // namespace headroom::compressors
