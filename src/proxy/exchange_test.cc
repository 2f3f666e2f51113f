// What an exchange does beside shortening: a stored response's open call, the budget, never waiting on a loop.
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "proxy/proxy_test_support.h"
#include "proxy/rewrite.h"
#include "store/test_directory.h"

namespace headroom::proxy::test {
namespace {

using Json = nlohmann::ordered_json;

std::string table(int rows) {
  Json list = Json::array();
  for (int i = 0; i < rows; ++i)
    list.push_back({{"id", i}, {"name", "item-" + std::to_string(i * 7919 % 1000)}, {"at", i * 31 % 977}});
  return list.dump(1);
}

// ---- a call of ours that a stored response left open
// -----------------------------------------------------------------

struct Stored {
  std::string tool = "headroom_retrieve";
  std::string refusal = R"({"error":{"message":"No tool output found for function call call_1.","param":"input"}})";
  int fetch_status = 200;
  std::vector<std::string> asked = {};  // "METHOD target body"

  bool operator()(Wire& wire, const Message& request) {
    asked.push_back(std::string(request.head.method()) + " " + std::string(request.head.target()) + " " + request.body);
    if (request.head.method() == "GET") {
      EXPECT_EQ(request.head.get("authorization"), "Bearer k");
      EXPECT_FALSE(request.head.find("content-type"));
      const Json call = {{"type", "function_call"},
                         {"call_id", "call_1"},
                         {"name", tool},
                         {"arguments", R"({"hash":"123456789012"})"}};
      wire.send(reply(Json{{"id", "resp_1"}, {"output", {call}}}.dump(), fetch_status));
    } else if (request.body.find("function_call_output") == std::string::npos) {
      wire.send(reply(refusal, 400, "application/json", "x-their: 1\r\n"));
    } else {
      wire.send(
          reply(R"({"id":"resp_2","output":[{"type":"message","content":[{"type":"output_text","text":"fine"}]}]})"));
    }
    return true;
  }
};

const std::string going_on =
    R"({"model":"gpt-5","previous_response_id":"resp_1","input":[{"role":"user","content":"and now?"}],"x":1.0})";

Message ask(Stored& stored, std::string_view body = going_on) {
  test::Provider provider([&](Wire& wire, const Message& request) { return stored(wire, request); });
  Proxy proxy(provider.port());
  Message answer = proxy.ask(post("/v1/responses?v=1", body, "authorization: Bearer k\r\n"));
  EXPECT_TRUE(proxy.calms_down());
  return answer;
}

TEST(StoredResponse, AnOpenCallOfOursIsAnsweredOnce) {
  Stored stored;
  const Message answer = ask(stored);
  EXPECT_EQ(answer.head.status(), 200) << answer.body;
  EXPECT_NE(answer.body.find("fine"), std::string::npos);
  ASSERT_EQ(stored.asked.size(), 3u);
  EXPECT_EQ(stored.asked[0], "POST /v1/responses?v=1 " + going_on);
  EXPECT_EQ(stored.asked[1], "GET /v1/responses/resp_1?v=1 ");
  const Json sent = Json::parse(stored.asked[2].substr(stored.asked[2].find('{')));
  EXPECT_EQ(sent["input"].size(), 2u);
  EXPECT_EQ(sent["input"][0]["type"], "function_call_output");
  EXPECT_EQ(sent["input"][0]["call_id"], "call_1");
  EXPECT_EQ(sent["input"][1]["content"], "and now?");
  EXPECT_EQ(sent["previous_response_id"], "resp_1");
}

TEST(StoredResponse, TheProvidersTimeInEarlierRoundsIsNotOurs) {
  Stored stored;
  test::Provider provider([&](Wire& wire, const Message& request) {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    return stored(wire, request);
  });
  Proxy proxy(provider.port());
  EXPECT_EQ(proxy.ask(post("/v1/responses", going_on, "authorization: Bearer k\r\n")).head.status(), 200);
  ASSERT_EQ(stored.asked.size(), 3u);
  EXPECT_TRUE(proxy.calms_down());
  const Json stats = Json::parse(proxy.ask("GET /stats HTTP/1.1\r\nhost: localhost\r\n\r\n").body);
  EXPECT_GE(stats["latency"]["average_ms"], 450) << stats["latency"];
  EXPECT_LT(stats["overhead"]["average_ms"], 150) << stats["overhead"];
}

TEST(StoredResponse, AnyOtherRefusalIsTheClients) {
  const Stored calm;
  Stored theirs, gone, other, large;
  theirs.tool = "run";
  gone.fetch_status = 404;
  other.refusal = R"({"error":{"message":"Unknown parameter: x"}})";
  large.refusal =
      R"({"error":{"message":"No tool output found for function call )" + std::string(200'000, 'c') + "\"}}";
  const std::pair<Stored*, std::size_t> cases[] = {{&theirs, 2}, {&gone, 2}, {&other, 1}, {&large, 1}};
  for (const auto& [stored, asked] : cases) {
    const Message answer = ask(*stored);
    EXPECT_TRUE(answer.complete);
    EXPECT_EQ(answer.head.status(), 400);
    EXPECT_EQ(answer.head.get("x-their"), "1");
    EXPECT_EQ(answer.body, stored->refusal);
    EXPECT_EQ(stored->asked.size(), asked);
  }
  Stored fresh;
  EXPECT_EQ(ask(fresh, R"({"model":"gpt-5","input":"hi"})").body, fresh.refusal);
  EXPECT_EQ(fresh.asked.size(), 1u);
  Stored odd;
  EXPECT_EQ(ask(odd, R"({"model":"gpt-5","previous_response_id":"../files","input":"hi"})").body, odd.refusal);
  EXPECT_EQ(odd.asked.size(), 1u);
}

// ---- budget
// ---------------------------------------------------------------------------------------------------------------

TEST(BudgetOfADay, EndsInTheDialectOfTheRoute) {
  test::Provider provider([](Wire& wire, const Message&) {
    wire.send(reply(R"({"model":"gpt-4o","usage":{"prompt_tokens":100000,"completion_tokens":10}})"));
    return true;
  });
  Proxy proxy(provider.port(), [](Configuration& c) { c.settings.budget = 200'000; });
  const std::string body = R"({"model":"gpt-4o","messages":[]})";
  EXPECT_EQ(proxy.ask(post("/v1/chat/completions", body, "authorization: Bearer k\r\n")).head.status(), 200);
  for (const auto& [path, field] : {std::pair("/v1/chat/completions", "code"), std::pair("/v1/messages", "type")}) {
    const Message refused = proxy.ask(post(path, body));
    EXPECT_EQ(refused.head.status(), 429);
    EXPECT_EQ(refused.head.get("x-headroom-error"), "rate_limited");
    EXPECT_GT(std::stoi(std::string(refused.head.get("retry-after"))), 0);
    EXPECT_EQ(Json::parse(refused.body)["error"][field], "rate_limited") << refused.body;
  }
  EXPECT_EQ(proxy.ask("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").head.status(), 200);
  EXPECT_EQ(provider.requests(), 1);
}

// ---- never waiting
// --------------------------------------------------------------------------------------------------------

TEST(Rewrite, WhatMayNotWaitNeverAsksTheStore) {
  const store::TestDirectory directory;
  api::Config config;
  config.store = api::Config::StoreKind::sqlite;
  config.directory = directory.path() / "data";
  api::Core core(config);
  pipeline::Options options;
  options.retrieval = pipeline::Retrieval::auto_;
  const auto body = [](const std::string& content) {
    return Json{
        {"model", "claude-x"},
        {"tools", {{{"name", "run"}, {"input_schema", {{"type", "object"}}}}}},
        {"messages",
         {{{"role", "user"}, {"content", "which?"}},
          {{"role", "assistant"},
           {"content", {{{"type", "tool_use"}, {"id", "t1"}, {"name", "run"}, {"input", {{"q", "all"}}}}}}},
          {{"role", "user"}, {"content", {{{"type", "tool_result"}, {"tool_use_id", "t1"}, {"content", content}}}}}}}}
        .dump();
  };
  RewriteJob job;
  job.format = "anthropic";
  job.may_wait = false;
  // Nothing is left out: no store is asked, and the bytes are those that a thread which may wait makes.
  job.body = body("two lines\nof text");
  const Rewritten small = rewrite(core, job, options);
  EXPECT_FALSE(small.needs_store);
  EXPECT_TRUE(small.counted);
  // Something is left out.
  job.body = body(table(150));
  const Rewritten asks = rewrite(core, job, options);
  EXPECT_TRUE(asks.needs_store);
  EXPECT_FALSE(!asks.body.empty() || asks.counted || asks.relay);
  EXPECT_FALSE(std::filesystem::exists(config.directory / "originals.db"));
  job.may_wait = true;
  const Rewritten waits = rewrite(core, job, options);
  ASSERT_FALSE(waits.body.empty());
  EXPECT_NE(waits.body.view().find("hash="), std::string_view::npos);
  EXPECT_TRUE(std::filesystem::exists(config.directory / "originals.db"));
  EXPECT_EQ(rewrite(core, job, options).body.view(), waits.body.view());
  // A stored response's chain is in the store.
  job.format = "responses";
  job.may_wait = false;
  job.body = going_on;
  EXPECT_TRUE(rewrite(core, job, options).needs_store);
}

}  // namespace
}  // namespace headroom::proxy::test
