#include "messages/conversation.h"

#include <gtest/gtest.h>

#include <string>

namespace headroom::messages {
namespace {

constexpr std::string_view openai_body = R"({"model":"gpt-4o", "temperature": 1.0, "messages":[
 {"role":"system","content":"Be brief."},
 {"role":"user","content":[{"type":"text","text":"What failed?"},{"type":"image_url","image_url":{"url":"data:..."}}]},
 {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"run","arguments":"{\"cmd\":\"make\"}"}}]},
 {"role":"tool","tool_call_id":"c1","content":"line\u00e9\/one\n\ud800"}],"tools":[{"type":"function"}], "x": 1e400})";

constexpr std::string_view anthropic_body =
    R"({"system":[{"type":"text","text":"S","cache_control":{"type":"ephemeral"}}],"messages":[
 {"role":"user","content":"Find it"},
 {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"x"},{"type":"tool_use","id":"t1","name":"grep","input":{"q":"a"}}]},
 {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","is_error":true,"content":[{"type":"text","text":"r1"},{"type":"text","text":"r2"}]},
   {"type":"tool_result","tool_use_id":"t9","content":"r3"},{"type":"text","text":"and now?"}]}]})";

TEST(OpenAi, FindsLeavesAndCalls) {
  const auto c = read(openai_body);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->format, Format::openai);
  EXPECT_EQ(c->message_count, 4);
  EXPECT_TRUE(c->has_tools);
  ASSERT_EQ(c->leaves.size(), 3u);
  EXPECT_EQ(c->leaves[1].pointer, "/messages/1/content/0/text");
  EXPECT_EQ(c->leaves[2].role, Role::tool);
  EXPECT_EQ(c->leaves[2].pointer, "/messages/3/content");
  ASSERT_EQ(c->leaves[2].call, 0);
  EXPECT_EQ(c->calls[0].name, "run");
  EXPECT_EQ(c->calls[0].arguments, "{\"cmd\":\"make\"}");
}

TEST(Anthropic, FindsResultsInsideUserMessages) {
  const auto c = read(anthropic_body);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->format, Format::anthropic);
  ASSERT_EQ(c->leaves.size(), 6u);
  EXPECT_EQ(c->leaves[0].role, Role::system);
  EXPECT_EQ(c->leaves[0].message, -1);
  EXPECT_EQ(c->leaves[3].pointer, "/messages/2/content/0/content/1/text");
  EXPECT_TRUE(c->leaves[3].error);
  EXPECT_EQ(c->leaves[3].call, 0);
  EXPECT_EQ(c->leaves[4].call, -1);
  EXPECT_FALSE(c->leaves[4].error);
  EXPECT_EQ(c->leaves[5].role, Role::user);
}

TEST(Read, TakesABareListAndSaysWhyNot) {
  const auto list = read(R"([{"role":"user","content":"hi"}])");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->leaves[0].pointer, "/0/content");
  EXPECT_EQ(read("{").error().refusal, Refusal::not_json);
  EXPECT_EQ(read("{}").error().refusal, Refusal::no_messages);
  EXPECT_EQ(read("\"\xff\"").error().refusal, Refusal::encoding);
  EXPECT_EQ(read(std::string(10000, '[')).error().refusal, Refusal::too_deep);
  EXPECT_EQ(read(R"({"messages":[{"role":"user","content":"a","content":"b"}]})").error().refusal,
            Refusal::duplicate_key);
}

TEST(Read, KnowsWhetherTheModelCanCallOurTool) {
  const auto of = [](std::string_view members) { return *read("{\"messages\":[]," + std::string(members) + "}"); };
  EXPECT_FALSE(of(R"("tools":[])").has_tools);
  EXPECT_TRUE(of(R"("tools":[{"name":"run"}])").has_tools);
  EXPECT_FALSE(of(R"("tools":[{"name":"run"}])").has_our_tool);
  EXPECT_TRUE(
      of(R"("tools":[{"name":"mcp__headroom__Headroom_Retrieve","input_schema":{"properties":{"hash":{}}}}],"system":"")")
          .has_our_tool);
  EXPECT_TRUE(
      of(R"("tools":[{"type":"function","function":{"name":"headroom_retrieve","parameters":{"properties":{"hash":{}}}}}])")
          .has_our_tool);
  EXPECT_TRUE(
      of(R"("tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"headroom_retrieve"}}]}})")
          .may_call_tools);
  EXPECT_FALSE(
      of(R"("tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"run"}}]}})")
          .may_call_tools);
  EXPECT_FALSE(of(R"("tool_choice":"none")").may_call_tools);
  EXPECT_FALSE(of(R"("tool_choice":{"type":"function","function":{"name":"run"}})").may_call_tools);
  EXPECT_TRUE(of(R"("tool_choice":{"type":"any"},"system":"")").may_call_tools);
}

TEST(Read, KnowsWhereRequestsEnded) {
  const auto c = read(anthropic_body);
  ASSERT_EQ(c->message_list.size(), 3u);
  EXPECT_EQ(c->boundaries, (std::vector<int>{0, 2}));
  EXPECT_TRUE(c->message_list[2].boundary);
  EXPECT_EQ(c->message_list[2].role, Role::user);  // it has a text of the user's too
  const auto only = read(
      R"([{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"n","input":{}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"x"}]},{"role":"assistant","content":"prefill"}])");
  EXPECT_EQ(only->message_list[2].role, Role::tool);
  EXPECT_EQ(only->boundaries, (std::vector<int>{0, 2}));
  const auto chat = read(openai_body);
  EXPECT_EQ(chat->boundaries, (std::vector<int>{1, 3}));
  EXPECT_EQ(chat->model, "gpt-4o");
  EXPECT_TRUE(chat->tools);
}

TEST(Read, PairsCallsWithResults) {
  const auto c = read(anthropic_body);
  ASSERT_EQ(c->results.size(), 2u);
  EXPECT_EQ(c->calls[0].result, 0);
  EXPECT_EQ(c->results[0].call, 0);
  EXPECT_EQ(c->results[0].id, "t1");
  EXPECT_TRUE(c->results[0].error);
  EXPECT_EQ(c->results[0].first_leaf, 2);
  EXPECT_EQ(c->results[0].leaves, 2);
  EXPECT_EQ(c->results[1].call, -1);
  EXPECT_EQ(c->leaves[3].part, Part::result_text);
  EXPECT_EQ(c->leaves[4].part, Part::result_string);
  EXPECT_EQ(c->leaves[5].part, Part::text_part);
  EXPECT_EQ(c->leaves[5].result, -1);
}

TEST(Read, RefusesEveryTruncation) {
  for (std::size_t n = 0; n < openai_body.size(); ++n) EXPECT_FALSE(read(openai_body.substr(0, n))) << n;
}

}  // namespace
}  // namespace headroom::messages
