#include "pipeline/past.h"

#include <gtest/gtest.h>

#include <string>

#include "json/strings.h"

namespace headroom::pipeline {
namespace {

// A user, then calls with results of several lines, so that every text has escapes.
std::string body_of(int turns) {
  std::string body = R"({"messages":[{"role":"user","content":"look \"there\""})";
  for (int t = 0; t < turns; ++t) {
    const std::string id = "\"c" + std::to_string(t) + "\"";
    body += R"(,{"role":"assistant","tool_calls":[{"type":"function","id":)" + id;
    body += R"(,"function":{"name":"run","arguments":"{\"n\":)" + std::to_string(t) + "}\"}}]}";
    body += R"(,{"role":"tool","tool_call_id":)" + id + R"(,"content":)";
    body += json::quote("line one of " + std::to_string(t) + "\n\tline \"two\"\n") + "}";
  }
  return body + "]}";
}

TEST(Texts, AreLentOrHeldUntilDropped) {
  const std::string body = body_of(3);
  const auto c = messages::read(body, std::nullopt);
  ASSERT_TRUE(c);
  Texts texts(*c);
  std::string buffer;
  for (std::size_t i = 0; i < c->leaves.size(); ++i) {
    const std::string whole = messages::text_of(*c, c->leaves[i]);
    EXPECT_EQ(texts.look(i, buffer), whole);
    EXPECT_EQ(texts.look(i, buffer).data(), buffer.data()) << "held, though only looked at";
    const std::string_view held = texts[i];
    EXPECT_EQ(held, whole);
    EXPECT_EQ(texts.look(i, buffer).data(), held.data());
    texts.drop(i);
    EXPECT_EQ(texts.look(i, buffer).data(), buffer.data()) << "held after it was dropped";
    EXPECT_EQ(texts[i], whole);
  }
}

TEST(Texts, UnitsReadAsFromAWholePast) {
  const std::string body = body_of(12);
  const auto c = messages::read(body, std::nullopt);
  ASSERT_TRUE(c);
  Texts texts(*c), held(*c);
  history::Past bare = past_without_texts(*c, {}, {}, {}), whole = bare;
  for (std::size_t i = 0; i < whole.blocks.size(); ++i) whole.blocks[i].text = held[i];
  const auto units = history::units_of(whole, c->message_count - 1);
  ASSERT_EQ(units.size(), 13u);
  for (const history::Unit& unit : units) {
    EXPECT_EQ(render_unit(bare, unit, texts), history::render(whole, unit));
    for (const history::Block& b : bare.blocks) EXPECT_TRUE(b.text.empty());
  }
}

}  // namespace
}  // namespace headroom::pipeline
