// The shorter proof says yes only where a whole reading would, and says it of the changes that every request brings.
#include "messages/texts_changed.h"

#include <gtest/gtest.h>

#include <string>

#include "base/edits.h"
#include "messages/edit.h"
#include "messages/our_tool.h"

namespace headroom::messages {
namespace {

constexpr std::string_view body =
    R"({"tools":[ {"type":"function","function":{"name":"run"}} ],"messages":[{"role":"user","content":"one"},)"
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"run","arguments":"{}"}}]},)"
    R"({"role":"tool","tool_call_id":"c","content":"t\u0077o"}],"n":1.0})";

Conversation conversation() {
  return *read(body);
}

Plan all_texts(const Conversation& c) {
  Plan plan;
  for (const Leaf& leaf : c.leaves) plan_leaf(c, leaf, plan);
  return plan;
}

std::string replaced(std::string_view from, std::string_view to) {
  std::string out(body);
  return out.replace(out.find(from), from.size(), to);
}

TEST(TextsChanged, StringsInThePlaceOfTexts) {
  const Conversation c = conversation();
  const Plan plan = all_texts(c);
  ASSERT_EQ(plan.changed.size(), 2u);
  for (const std::string& after :
       {std::string(body), replaced("\"one\"", "\"\""), replaced("t\\u0077o", "[2 lines]\\n\\\"x\\\""),
        replaced("\"one\"", "\"\xE7\x95\x8C\"")})
    EXPECT_TRUE(only_texts_changed(c, after, plan)) << after;
}

TEST(TextsChanged, NothingElse) {
  const Conversation c = conversation();
  const Plan plan = all_texts(c);
  for (const std::string& after :
       {replaced("\"one\"", "1"), replaced("\"one\"", "[\"one\"]"), replaced("\"one\"", "\"one"),
        replaced("\"one\"", "\"o\",\"x\":\"ne\""), replaced("\"one\"", "\"o\xFFne\""), replaced("\"one\"", "\"o\nne\""),
        replaced("\"one\"", "\"o\\q\""), replaced("\"one\"", "\"one\" "), replaced("1.0", "1.00"),
        replaced("\"run\"", "\"ran\""), replaced("\"user\"", "\"tool\""), replaced(",\"n\":1.0}", "}"),
        std::string(body) + " ", std::string(body.substr(0, body.size() - 1)), std::string()})
    EXPECT_FALSE(only_texts_changed(c, after, plan)) << after;
  EXPECT_FALSE(only_texts_changed(c, replaced("\"one\"", "\"two\""), {})) << "not planned";
}

TEST(TextsChanged, MoreToolsAtTheEndOfTheirList) {
  const Conversation c = conversation();
  const auto added = add_tool(c);
  ASSERT_TRUE(added);
  Plan plan = all_texts(c);
  plan.appended = {added->list};
  const Edit tool = added->edit;
  EXPECT_TRUE(only_texts_changed(c, splice(body, {&tool, 1}), plan));
  EXPECT_TRUE(only_texts_changed(c, body, plan)) << "none came";
  Edit wrong = tool;
  for (const std::string_view text : {",1", ",", ",{\"a\":1", ",{\"a\":1}}", "{\"a\":1}", ",{\"a\":1},"}) {
    wrong.replacement = std::string(text);
    EXPECT_FALSE(only_texts_changed(c, splice(body, {&wrong, 1}), plan)) << text;
  }
  wrong = tool;
  wrong.offset = c.doc[added->list].end() - std::size_t{1};
  EXPECT_FALSE(only_texts_changed(c, splice(body, {&wrong, 1}), plan)) << "behind the white space";

  constexpr std::string_view none = R"({"tools":[],"messages":[{"role":"user","content":"one"}]})";
  const auto empty = read(none);
  plan.changed = {};
  plan.appended = {*empty->tools};
  const std::size_t at = none.find(']');
  for (const auto& [text, holds] : std::initializer_list<std::pair<std::string_view, bool>>{
           {"{\"a\":1}", true}, {"{\"a\":1},{\"b\":2}", true}, {",{\"a\":1}", false}, {"1", false}}) {
    const Edit first{at, 0, std::string(text)};
    EXPECT_EQ(only_texts_changed(*empty, splice(none, {&first, 1}), plan), holds) << text;
  }
}

TEST(TextsChanged, WhatMustBeReadIsLeftToReading) {
  const Conversation c = conversation();
  Plan plan = all_texts(c);
  plan.appended = {c.root};
  EXPECT_FALSE(only_texts_changed(c, body, plan)) << "members of the request";
  plan = all_texts(c);
  plan.appended = {c.messages};
  EXPECT_FALSE(only_texts_changed(c, body, plan)) << "messages";
  plan = all_texts(c);
  plan.left = {{1, 2}};
  EXPECT_FALSE(only_texts_changed(c, body, plan)) << "messages that left";
  plan = all_texts(c);
  plan.changed.push_back(plan.changed.back() + 1);
  EXPECT_FALSE(only_texts_changed(c, body, plan)) << "no text";

  // A JSON value that becomes a text: its key or its type changes, too.
  constexpr std::string_view converse =
      R"({"messages":[{"role":"user","content":[{"toolResult":{"toolUseId":"t","content":[{"json":{"a":1}}]}}]}]})";
  const auto b = read(converse);
  ASSERT_EQ(b->leaves.size(), 1u);
  EXPECT_FALSE(only_texts_changed(*b, converse, all_texts(*b)));
}

}  // namespace
}  // namespace headroom::messages
