// The proxy's own endpoints: compress, retrieve, figures, health.
#include <gtest/gtest.h>

#include "proxy/proxy_test_support.h"

namespace headroom::proxy::test {
namespace {

TEST(Proxy, CompressAndRetrieve) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  Json body = {
      {"model", "gpt-4o"},
      {"odd", 1},
      {"config", {{"mode", "ccr"}, {"nonsense", 2}, {"session_id", "s"}}},
      {"messages",
       {{{"role", "user"}, {"content", "which failed?"}},
        {{"role", "assistant"},
         {"content", nullptr},
         {"tool_calls", {{{"id", "c1"}, {"type", "function"}, {"function", {{"name", "run"}, {"arguments", "{}"}}}}}}},
        {{"role", "tool"}, {"tool_call_id", "c1"}, {"content", rows(400)}}}}};
  const Message answer = proxy.ask(post("/v1/compress", body.dump(), ""));
  ASSERT_EQ(answer.head.status(), 200) << answer.body;
  const Json got = Json::parse(answer.body);
  ASSERT_EQ(got["messages"].size(), 3u);
  EXPECT_EQ(got["messages"][0], body["messages"][0]);
  EXPECT_EQ(got["tokens_before"].get<int>() - got["tokens_after"].get<int>(), got["tokens_saved"].get<int>());
  EXPECT_GT(got["tokens_saved"].get<int>(), 1000);
  EXPECT_EQ(got["ignored_keys"], Json::parse(R"(["odd","nonsense"])"));
  EXPECT_EQ(got["session"]["id"], "s");
  ASSERT_EQ(got["ccr_hashes"].size(), 1u) << answer.body;
  const std::string hash = got["ccr_hashes"][0];
  const Message whole = proxy.ask("GET /v1/retrieve/" + hash + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_EQ(whole.head.status(), 200) << whole.body;
  EXPECT_EQ(Json::parse(whole.body)["original_content"], rows(400));
  const Message part = proxy.ask(post("/v1/retrieve", Json{{"hash", hash}, {"rows", "77"}}.dump(), ""));
  EXPECT_NE(Json::parse(part.body)["original_content"].get<std::string>().find("item-77"), std::string::npos);
  const Message none = proxy.ask("GET /v1/retrieve/000000000001 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(none.head.status(), 404);
  EXPECT_EQ(Json::parse(none.body)["status"], "not_found");
  for (const std::string_view bad :
       {"", "[]", "{}", "{\"model\":1}", "{\"model\":\"m\"}", "{\"model\":\"m\",\"messages\":{}}", "x"})
    EXPECT_EQ(proxy.ask(post("/v1/compress", bad, "")).head.status(), 400) << bad;
  const Json lossless = Json::parse(
      proxy.ask(post("/v1/compress", Json{{"model", "gpt-4o"}, {"messages", body["messages"]}}.dump(), "")).body);
  EXPECT_EQ(lossless["lossless"], true);
  EXPECT_TRUE(lossless["ccr_hashes"].empty());
}

TEST(Proxy, TwentyMissesAMinute) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  int limited = 0;
  for (int i = 0; i < 25; ++i) {
    const Message m =
        proxy.ask("GET /v1/retrieve/00000000" + std::to_string(1000 + i) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    limited += m.head.status() == 429;
  }
  EXPECT_EQ(limited, 5);
}

TEST(Proxy, FiguresAndHealth) {
  test::Provider provider(answer_ok);
  Proxy proxy(provider.port());
  const auto get = [&](std::string_view path) {
    return proxy.ask("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  };
  EXPECT_EQ(Json::parse(get("/livez").body)["alive"], true);
  EXPECT_EQ(Json::parse(get("/readyz").body)["status"], "ready");
  EXPECT_EQ(Json::parse(get("/readyz").body)["class"].get<std::string>().size(), 16u);
  EXPECT_TRUE(Json::parse(get("/health").body).contains("upstreams"));
  for (int i = 0; i < 3; ++i)
    proxy.ask(post("/v1/messages", R"({"model":"claude-x","messages":[{"role":"user","content":"hi"}]})"));
  const Json stats = Json::parse(get("/stats").body);
  EXPECT_EQ(stats["requests"]["total"], 3) << stats.dump(1);
  EXPECT_EQ(stats["tokens"]["output"], 3) << stats.dump(1);
  EXPECT_NE(get("/metrics").body.find("headroom_requests_total"), std::string::npos);
  EXPECT_EQ(get("/stats-history?series=daily").head.status(), 200);
  EXPECT_EQ(get("/transformations/feed?limit=2").head.status(), 200);
  EXPECT_EQ(get("/debug/memory").head.status(), 200);
  EXPECT_EQ(get("/v1/retrieve/stats").head.status(), 200);
  EXPECT_EQ(proxy.ask(post("/cache/clear", "", "")).head.status(), 200);
  Wire events(proxy.port());
  events.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  while (events.in().find("event: stats") == std::string::npos && events.fill(milliseconds(3000))) {
  }
  EXPECT_NE(events.in().find("event: stats"), std::string::npos) << events.in();
}

}  // namespace
}  // namespace headroom::proxy::test
