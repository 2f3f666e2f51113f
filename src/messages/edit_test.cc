// Edits, the spelling they keep, and the check that reads the result again.
#include "messages/edit.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdio>
#include <string>

#include "json/strings.h"
#include "messages/check.h"
#include "messages/spelling.h"

namespace headroom::messages {
namespace {

// The body with one leaf replaced; checked.
std::string after(const Conversation& c, std::string_view body, std::size_t leaf, std::string_view text) {
  const Replacement now = replace_leaf(c, c.leaves[leaf], text);
  const std::string out = splice(body, now.edits);
  Plan plan;
  EXPECT_TRUE(violation(c, out, {}).has_value() || out == body);
  plan_leaf(c, c.leaves[leaf], plan);
  const auto wrong = violation(c, out, plan);
  EXPECT_FALSE(wrong) << *wrong << "\n" << out;
  return out;
}

std::string respell(std::string_view raw, std::string_view view) {
  const Spelling original(raw);
  const std::string out = write(original, align(original, view));
  EXPECT_EQ(json::unescape(out), view) << raw;
  return out;
}

TEST(Spelling, MapsEveryEscape) {
  const std::string raw = R"(a\/b\u00e9\ud83d\ude80\n\ud800x\u000a)";
  const Spelling s(raw);
  EXPECT_EQ(s.text(), json::unescape(raw));
  EXPECT_EQ(s.escapes().size(), 6u);
  EXPECT_FALSE(s.is_plain());
  EXPECT_EQ(s.raw(1, 2), R"(\/)");
  EXPECT_EQ(s.raw(2, 5), R"(b\u00e9)");
  EXPECT_EQ(s.raw(5, 9), R"(\ud83d\ude80)");
  EXPECT_EQ(s.raw(0, s.text().size()), raw);
  EXPECT_TRUE(Spelling(R"(a\nb\t\"\\)").is_plain());
}

// What needs no Spelling has one that is plain, and what has an odd one is never taken for plain.
RC_GTEST_PROP(Spelling, IsPlainWithoutBeingMade, ()) {
  const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "a", "é", R"(\n)", R"(\")", R"(\\)", R"(\b)", R"(\f)", R"(\r)", R"(\t)", R"(\/)", R"(\u0001)", R"(\u001f)",
      R"(\u001F)", R"(\u000a)", R"(\u007f)", R"(\u00e9)", R"(\ud800)", R"(\ud83d\ude80)"));
  std::string raw;
  for (const std::string& part : parts) raw += part;
  const bool plain = Spelling(raw).is_plain();
  RC_ASSERT(!is_plainly_spelled(raw) || plain);
  RC_ASSERT(is_plainly_spelled(raw) || !plain || raw.find("\\ud") != raw.npos);
}

TEST(Spelling, OfKeptTextIsTheClients) {
  const std::string raw = R"(src\/a.cc \u00e9\nsrc\/b.cc\n\ud800 half\nplain line\nkey,\u003cb\u003e,x)";
  EXPECT_EQ(respell(raw, json::unescape(raw)), raw);
  EXPECT_EQ(respell(raw, "src/b.cc\nplain line\n[1 line left out: a/b]"),
            R"(src\/b.cc\nplain line\n[1 line left out: a/b])");
  EXPECT_EQ(respell(raw, "src/b.cc"), R"(src\/b.cc)");
  EXPECT_EQ(respell(raw, "[x]\n\xED\xA0\x80 half\n"), R"([x]\n\ud800 half\n)");
  EXPECT_EQ(respell(raw, "1 src/a.cc"), R"(1 src\/a.cc)");  // a word of a line that was not kept whole
  EXPECT_EQ(respell(raw, "new/path é"), R"(new/path \u00e9)");
  EXPECT_EQ(respell(raw, ""), "");
}

TEST(Spelling, OfAllFourDigitEscapesComesBack) {
  for (unsigned v = 0; v <= 0xFFFF; ++v) {
    char raw[32];
    std::snprintf(raw, sizeof raw, "a\\u%04X b\\n\\u%04x", v, v);
    const Spelling s(raw);
    ASSERT_EQ(s.text(), json::unescape(raw));
    ASSERT_EQ(respell(raw, s.text()), raw);
  }
}

// Raw string content from a list of small parts, odd spellings among them.
std::string raw_of(const std::vector<int>& parts) {
  static const std::vector<std::string> bits{"a",       "/",   "\\/",  "\\u00e9", "é",    "\\n",
                                             "\\u000A", " ",   "\\\"", "\\u0022", "word", "\\ud83d",
                                             "\\ude80", "\\t", "x,y",  "\\u003C", "🚀",   "\\\\"};
  std::string out;
  for (const int p : parts) out += bits[static_cast<std::size_t>(p) % bits.size()];
  return out;
}

RC_GTEST_PROP(Spelling, GivesTheViewWhateverItIs, ()) {
  const auto part = rc::gen::inRange(0, 18);
  const std::string raw = raw_of(*rc::gen::container<std::vector<int>>(part));
  const Spelling s(raw);
  RC_ASSERT(s.text() == json::unescape(raw));
  RC_ASSERT(respell(raw, s.text()) == raw);
  // Any lines of it, in order, with others between.
  std::string view;
  for (std::size_t begin = 0; begin <= s.text().size();) {
    const std::size_t end = std::min(s.text().find('\n', begin), s.text().size());
    if (*rc::gen::arbitrary<bool>()) view += s.text().substr(begin, end - begin) + '\n';
    if (*rc::gen::inRange(0, 4) == 0) view += "[left out: a/b é]\n";
    begin = end + 1;
  }
  const std::string out = write(s, align(s, view));
  // Two halves that only meet in the view are one character to JSON: nothing can write them apart.
  RC_PRE(json::unescape(json::escape(view)) == view);
  RC_ASSERT(json::unescape(out) == view);
}

constexpr std::string_view openai_body = R"({"model":"gpt-4o", "temperature": 1.0, "messages":[
 {"role":"user","content":[{"type":"text","text":"What failed?"},{"type":"image_url","image_url":{"url":"data:..."}}]},
 {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"run","arguments":"{}"}}]},
 {"role":"tool","tool_call_id":"c1","content":"line\u00e9\/one\n\ud800"}], "x": 1e400, "y": 9223372036854775808})";

TEST(Edits, LeaveAllOtherBytesAlone) {
  const auto c = read(openai_body);
  ASSERT_TRUE(c);
  const std::string out = after(*c, openai_body, 1, "line\u00e9/one\nnew \"text\"\n");
  EXPECT_NE(out.find(R"("content":"line\u00e9\/one\nnew \"text\"\n"}], "x": 1e400, "y": 9223372036854775808})"),
            std::string::npos);
  EXPECT_NE(out.find(R"("temperature": 1.0, )"), std::string::npos);
}

RC_GTEST_PROP(Edits, GiveTheIntendedText, (std::string text)) {
  const auto c = read(openai_body);
  const auto valid = json::unescape(json::escape(text));  // invalid bytes become U+FFFD: a view is valid UTF-8
  for (std::size_t i = 0; i < c->leaves.size(); ++i) {
    const std::string out = after(*c, openai_body, i, valid);
    const auto again = read(out);
    RC_ASSERT(again.has_value());
    RC_ASSERT(text_of(*again, again->leaves[i]) == valid);
  }
}

TEST(Edits, AJsonValueStaysOneOrBecomesText) {
  const std::string_view gemini =
      R"({"contents":[{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"rows": [1, 2] }}}]}]})";
  const auto g = read(gemini);
  EXPECT_NE(after(*g, gemini, 0, "[1,2]").find(R"("rows": [1,2] })"), std::string::npos);
  EXPECT_NE(after(*g, gemini, 0, "[2 rows]").find(R"("rows": "[2 rows]" })"), std::string::npos);

  const std::string_view converse =
      R"({"messages":[{"role":"user","content":[{"toolResult":{"toolUseId":"t","content":[{"json" : {"a": 1}}]}}]}]})";
  const auto b = read(converse);
  EXPECT_NE(after(*b, converse, 0, R"({"a":1})").find(R"([{"json" : {"a":1}}])"), std::string::npos);
  EXPECT_NE(after(*b, converse, 0, "short").find(R"([{"text" : "short"}])"), std::string::npos);
  const Replacement now = replace_leaf(*b, b->leaves[0], "short");
  EXPECT_EQ(now.pointer, "/messages/0/content/0/toolResult/content/0");
  EXPECT_EQ(now.value, R"({"text":"short"})");

  const std::string_view vercel =
      R"({"prompt":[{"role":"tool","content":[{"type":"tool-result","toolCallId":"t","toolName":"f","output":{"value":{"a": 1},"type":"error-json"}}]}]})";
  const auto v = read(vercel);
  EXPECT_NE(after(*v, vercel, 0, "short").find(R"("output":{"value":"short","type":"error-text"})"), std::string::npos);
}

TEST(Check, SaysWhatChangedThatMustNot) {
  const std::string body(openai_body);
  const auto c = read(body);
  EXPECT_FALSE(violation(*c, body, {}));
  const auto replaced = [&](std::string_view from, std::string_view to) {
    std::string out = body;
    return out.replace(out.find(from), from.size(), to);
  };
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"1.0", "1.00"},
                                                        {"\\/one", "/one"},
                                                        {"\"c1\",\"type\"", "\"c2\",\"type\""},
                                                        {"\"run\"", "\"ran\""},
                                                        {"user", "tool"},
                                                        {"{\"role\":\"user\"", "{\"role\":\"user\",\"x\":1"},
                                                        {", \"x\": 1e400", ""},
                                                        {"What", "what"},
                                                        {"1e400", "1e401"}}) {
    EXPECT_TRUE(violation(*c, replaced(from, to), {})) << from;
  }
  // A plan for one leaf allows that leaf alone.
  Plan plan;
  plan_leaf(*c, c->leaves[0], plan);
  EXPECT_FALSE(violation(*c, replaced("What failed?", "x"), plan));
  EXPECT_TRUE(violation(*c, replaced("\\/one", "/one"), plan));
  EXPECT_TRUE(violation(*c, body.substr(0, body.size() - 1), plan));
}

TEST(Check, UnitsLeaveWholeOrNotAtAll) {
  const std::string body = R"({"messages":[{"role":"user","content":"a"},
    {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"n","input":{}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"x"}]},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]})";
  const auto c = read(body);
  const auto without = [&](int first, int last) {
    std::string out = body;
    const auto& list = c->message_list;
    const std::size_t begin = c->doc[list[static_cast<std::size_t>(first)].node].begin();
    return out.replace(begin, c->doc[list[static_cast<std::size_t>(last)].node].end() - begin,
                       R"({"role":"user","content":"[left]"})");
  };
  EXPECT_FALSE(violation(*c, without(1, 2), {{}, {}, {{1, 2}}}));
  EXPECT_TRUE(violation(*c, without(1, 1), {{}, {}, {{1, 1}}}));  // a call without its result
  EXPECT_TRUE(violation(*c, without(0, 0), {{}, {}, {{0, 0}}}));  // the first user message
  EXPECT_TRUE(violation(*c, without(1, 2), {{}, {}, {{1, 3}}}));
  EXPECT_TRUE(violation(*c, without(1, 2), {}));
  EXPECT_FALSE(violation(*c, without(3, 3), {{}, {}, {{3, 3}}}));
}

}  // namespace
}  // namespace headroom::messages
