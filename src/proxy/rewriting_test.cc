// A request shortened on its way, and the call of our tool answered in the reply.
#include <gtest/gtest.h>

#include "proxy/proxy_test_support.h"

namespace headroom::proxy::test {
namespace {

TEST(Proxy, ShortensAndAnswersItsOwnTool) {
  std::vector<Json> seen;
  test::Provider provider([&](Wire& wire, const Message& request) {
    const Json body = Json::parse(request.body);
    seen.push_back(body);
    const auto n = body["messages"].size();
    if (n == 3) {
      const std::string text = body["messages"][2]["content"][0]["content"];
      const std::size_t at = text.find("hash=");
      const std::string hash = at == text.npos ? "000000000000" : text.substr(at + 5, 12);
      wire.send(reply(Json{{"id", "msg_1"},
                           {"type", "message"},
                           {"role", "assistant"},
                           {"model", "claude-x"},
                           {"content",
                            {{{"type", "tool_use"},
                              {"id", "own1"},
                              {"name", "headroom_retrieve"},
                              {"input", {{"hash", hash}, {"rows", "70-79"}}}}}},
                           {"stop_reason", "tool_use"},
                           {"stop_sequence", nullptr},
                           {"usage", {{"input_tokens", 100}, {"output_tokens", 20}}}}
                          .dump()));
    } else {
      wire.send(reply(Json{{"id", "msg_2"},
                           {"type", "message"},
                           {"role", "assistant"},
                           {"model", "claude-x"},
                           {"content", {{{"type", "text"}, {"text", "item-77"}}}},
                           {"stop_reason", "end_turn"},
                           {"stop_sequence", nullptr},
                           {"usage", {{"input_tokens", 150}, {"output_tokens", 5}}}}
                          .dump()));
    }
    return true;
  });
  Proxy proxy(provider.port());
  const std::string body = conversation(false).dump();
  const Message answer = proxy.ask(post("/v1/messages", body, "x-api-key: k\r\naccept-encoding: gzip, br\r\n"));
  ASSERT_EQ(answer.head.status(), 200) << answer.body;
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(provider.last().head.get("accept-encoding"), "identity");
  EXPECT_EQ(seen[0]["tools"].size(), 2u);
  EXPECT_LT(seen[0].dump().size(), body.size() / 2);
  EXPECT_NE(seen[1]["messages"].back().dump().find("item-77"), std::string::npos) << seen[1]["messages"].back().dump();
  const Json got = Json::parse(answer.body);
  EXPECT_EQ(got["content"][0]["text"], "item-77");
  EXPECT_EQ(got["content"].size(), 1u);
  EXPECT_EQ(got["usage"]["input_tokens"], 250);
  EXPECT_EQ(got["usage"]["output_tokens"], 25);
  EXPECT_GT(std::stoi(std::string(answer.head.get("x-headroom-tokens-saved"))), 1000);
  EXPECT_EQ(answer.head.get("x-headroom-model"), "claude-x");
  // The same again gives the same bytes, whatever is cached.
  const std::string first = seen[0].dump();
  proxy.ask(post("/v1/messages", body));
  EXPECT_EQ(seen[2].dump(), first);
}

TEST(Proxy, AuditSendsTheOriginal) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  const std::string body = conversation(false).dump();
  const Message answer = proxy.ask(post("/v1/messages", body, "x-api-key: k\r\nx-headroom-mode: audit\r\n"));
  EXPECT_EQ(answer.head.status(), 200);
  EXPECT_EQ(answer.head.get("x-headroom-applied"), "false");
  EXPECT_EQ(provider.last().body, body);
}

}  // namespace
}  // namespace headroom::proxy::test
