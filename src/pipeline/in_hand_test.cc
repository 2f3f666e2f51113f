#include "pipeline/in_hand.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "json/strings.h"

namespace headroom::pipeline {
namespace {

const store::WorkspaceKey key{"default", std::string(32, 'k')};

std::string body_of(const std::vector<std::string>& results) {
  std::string body = R"({"messages":[{"role":"user","content":"go"})";
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string id = "c" + std::to_string(i);
    body += R"(,{"role":"assistant","content":null,"tool_calls":[{"id":")" + id +
            R"(","type":"function","function":{"name":"run","arguments":"{\"n\":)" + std::to_string(i) + R"(}"}}]})";
    body += R"(,{"role":"tool","tool_call_id":")" + id + R"(","content":)" + json::quote(results[i]) + "}";
  }
  return body + "]}";
}

TEST(InHand, FindsTheOriginalAndItsCall) {
  const std::vector<std::string> results{"plain", "with\nescapes \"x\"", "", "\xC3\xA9"};
  const std::string body = body_of(results);
  InHand hand(body, "", key);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto found = hand.find(store::handle_of(key, results[i]));
    ASSERT_TRUE(found) << i;
    EXPECT_EQ(found->content, results[i]);
    EXPECT_EQ(found->source.tool, "run");
    EXPECT_EQ(found->source.arguments, "{\"n\":" + std::to_string(i) + "}");
  }
  EXPECT_FALSE(hand.find(store::handle_of(key, "another")));
  EXPECT_FALSE(hand.find(store::handle_of({"other", std::string(32, 'o')}, "plain")));
}

TEST(InHand, OfEqualTextsTheEarlierCounts) {
  const std::string body = body_of({"same", "same"});
  InHand hand(body, "openai", key);
  EXPECT_EQ(hand.find(store::handle_of(key, "same"))->source.arguments, "{\"n\":0}");
}

TEST(InHand, TakesTextsThatAreNotOfTheBody) {
  const std::string body = body_of({"a"});
  InHand hand(body, "", key);
  EXPECT_TRUE(hand.has(store::handle_of(key, "a")));
  hand.add("a unit that left", {"unit", ""});
  hand.add("another", {"unit", ""});
  EXPECT_EQ(hand.find(store::handle_of(key, "a unit that left"))->content, "a unit that left");
  EXPECT_TRUE(hand.has(store::handle_of(key, "another")));
}

TEST(InHand, BrokenBodiesHoldNothing) {
  for (const std::string_view body : {"", "{", "null", "{}", "\xff"}) {
    InHand hand(body, "", key);
    EXPECT_FALSE(hand.has(store::handle_of(key, "a")));
  }
}

TEST(Locate, LooksInTheRequestThenInTheStoreThenAmongWhatIsGone) {
  auto now = std::chrono::system_clock::time_point(std::chrono::hours(1));
  const auto store = store::open_memory(key, {.ttl = std::chrono::seconds(60), .now = [&] { return now; }});
  const store::Original both[] = {{"stored", "slot", {"run", "x"}, 1, 1}, {"in both", "slot", {"run", "y"}, 1, 1}};
  for (const auto& r : store->put(both)) ASSERT_TRUE(r);
  int opened = 0;
  const auto open = [&]() -> Result<store::Store*> { return ++opened, store.get(); };
  const std::string body = body_of({"in both"});
  InHand hand(body, "", key);
  using Where = Located::Where;
  EXPECT_EQ(locate(store::handle_of(key, "in both"), &hand, open).where, Where::in_hand);
  EXPECT_EQ(opened, 0);
  const Located found = locate(store::handle_of(key, "stored"), &hand, open);
  EXPECT_EQ(found.where, Where::store);
  EXPECT_EQ(found.content, "stored");
  EXPECT_EQ(locate(store::handle_of(key, "never"), &hand, open).where, Where::nowhere);
  now += std::chrono::minutes(5);
  const Located gone = locate(store::handle_of(key, "stored"), nullptr, open);
  EXPECT_EQ(gone.where, Where::gone);
  EXPECT_EQ(gone.hint->tool, "run");
  const auto broken = []() -> Result<store::Store*> { return fail(ErrorKind::unavailable, "no"); };
  EXPECT_EQ(locate(store::handle_of(key, "stored"), nullptr, broken).where, Where::unreachable);
  EXPECT_EQ(locate(store::handle_of(key, "stored"), nullptr, nullptr).where, Where::nowhere);
}

}  // namespace
}  // namespace headroom::pipeline
