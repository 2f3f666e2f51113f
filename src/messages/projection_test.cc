#include "messages/projection.h"

#include <gtest/gtest.h>

#include <string>

namespace headroom::messages {
namespace {

Projection of(std::string_view body) {
  const auto c = read(body);
  EXPECT_TRUE(c) << body;
  return c ? project(*c) : Projection();
}

std::string anthropic(std::string_view messages, std::string_view system = "\"S\"") {
  return "{\"tools\":[{\"name\":\"run\",\"input_schema\":{}}],\"system\":" + std::string(system) + ",\"messages\":[" +
         std::string(messages) + "]}";
}

constexpr std::string_view user = R"({"role":"user","content":"Find \u00e9"})";
constexpr std::string_view call =
    R"({"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"run","input":{"q":[1,  2]}}]})";
constexpr std::string_view result =
    R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"r"}]})";

TEST(Projection, BlocksStandInReadingOrder) {
  const Projection p = of(anthropic(std::string(user) + "," + std::string(call)));
  ASSERT_EQ(p.size(), 6u);
  EXPECT_EQ(p[0].pointer, "/tools/0");
  EXPECT_EQ(p[1].pointer, "/system");
  EXPECT_EQ(p[1].section, Section::system);
  EXPECT_EQ(p[2].pointer, "/messages/0");
  EXPECT_TRUE(p[2].head);
  EXPECT_EQ(p[3].pointer, "/messages/0/content");
  EXPECT_EQ(p[5].pointer, "/messages/1/content/0");
  EXPECT_EQ(p[5].message, 1);
  for (const ProjectedBlock& b : p) EXPECT_GT(b.bytes, 0u);
}

TEST(Projection, AMovedMarkAndAnotherSpellingChangeNothing) {
  const std::string u(user), c(call), r(result);
  const Projection p = of(anthropic(u + "," + c + "," + r));
  const std::string marked =
      R"({"content":[{"cache_control":{"type":"ephemeral"},"text":"Find é","type":"text"}], "role":"user"},)" + c +
      R"(,{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","cache_control":{"type":"ephemeral"},)"
      R"("content":[{"type":"text","text":"r","cache_control":{"type":"ephemeral"}}]}]})";
  const Projection q =
      of(anthropic(marked, R"([{"type":"text","text":"S","cache_control":{"type":"ephemeral","ttl":"1h"}}])"));
  ASSERT_EQ(p.size(), q.size());
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_EQ(p[i].digest, q[i].digest) << q[i].pointer;
}

TEST(Projection, SaysWhereTwoRequestsPart) {
  const std::string u(user), c(call), r(result);
  const Projection one = of(anthropic(u)), two = of(anthropic(u + "," + c + "," + r));
  EXPECT_TRUE(is_prefix(one, two));
  EXPECT_FALSE(is_prefix(two, one));
  EXPECT_EQ(first_difference(two, one)->pointer, "/messages/1");
  const Projection clock = of(anthropic(u, "\"S 2\""));
  const auto difference = first_difference(one, clock);
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->pointer, "/system");
  EXPECT_EQ(difference->section, Section::system);
  EXPECT_EQ(difference->rewritten, clock[1].bytes + clock[2].bytes + clock[3].bytes);
  // Any other byte of the input of a call, or of a text, counts.
  EXPECT_FALSE(is_prefix(
      of(anthropic(u + "," + c)),
      of(anthropic(
          u + R"(,{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"run","input":{"q":[1,2]}}]})"))));
  EXPECT_FALSE(is_prefix(
      of(anthropic(u + "," + r)),
      of(anthropic(u + R"(,{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"R"}]})"))));
}

TEST(Projection, TheVolatileTailIsNoPart) {
  const std::string tail = R"({"type":"text","text":"[moved from the system prompt: 1 = 2026-01-05]"})";
  const Projection with = of(anthropic(R"({"role":"user","content":[{"type":"text","text":"hi"},)" + tail + "]}"));
  EXPECT_TRUE(is_prefix(of(anthropic(R"({"role":"user","content":"hi"})")), with));
  EXPECT_EQ(with.size(), 4u);
  const Projection chat =
      of(R"([{"role":"user","content":"hi"},{"role":"system","content":"[moved from the system prompt: 1 = x]"}])");
  EXPECT_EQ(chat.size(), 2u);
}

TEST(Projection, CallsOfChatAreBlocks) {
  const Projection p = of(
      R"([{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
      R"({"role":"tool","tool_call_id":"c","content":[{"type":"text","text":"x"}]}])");
  const Projection q = of(
      R"([{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
      R"({"tool_call_id":"c","role":"tool","content":"x","cache_control":{"type":"ephemeral"}}])");
  ASSERT_EQ(p.size(), 6u);
  EXPECT_EQ(p[3].pointer, "/1/tool_calls/0");
  EXPECT_TRUE(is_prefix(p, q) && is_prefix(q, p));
}

}  // namespace
}  // namespace headroom::messages
