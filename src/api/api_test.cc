// The core call: requests refused by name, options from one table, answers reproducible, bodies spliced.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "api/core.h"
#include "api/nearest.h"
#include "api/options.h"
#include "api/tool.h"
#include "api/values.h"
#include "json/document.h"
#include "json/strings.h"
#include "json/writer.h"
#include "tokens/counter.h"

namespace headroom::api {
namespace {

std::string error_of(Core& core, std::string_view request) {
  const Answer answer = core.call(request);
  EXPECT_NE(answer.status, Status::answered) << request;
  return answer.json;
}

TEST(Nearest, FindsMisspeltNames) {
  constexpr std::string_view names[] = {"min_lossy", "min_lossless", "keep_code", "ttl"};
  EXPECT_EQ(nearest("min_losy", names), "min_lossy");
  EXPECT_EQ(nearest("min-lossy", names), "min_lossy");
  EXPECT_EQ(nearest("kepe_code", names), "keep_code");
  EXPECT_EQ(nearest("TTL", names), "ttl");
  EXPECT_EQ(nearest("something_else", names), "");
  EXPECT_EQ(nearest("", names), "");
  EXPECT_EQ(nearest(std::string(1000, 'x'), names), "");
}

TEST(Options, NamesAreUniqueAndDefaultsPrint) {
  std::set<std::string_view> seen;
  for (const std::string_view name : option_names()) EXPECT_TRUE(seen.insert(name).second) << name;
  for (const OptionRow& row : options()) {
    json::Writer out;
    write_value(out, row, Settings{});
    EXPECT_TRUE(json::Document::parse(out.text())) << row.name << " " << out.text();
    EXPECT_FALSE(row.help.empty()) << row.name;
  }
}

TEST(Options, EveryDefaultReadsBack) {
  for (const OptionRow& row : options()) {
    json::Writer before, after;
    write_value(before, row, Settings{});
    Layer layer;
    layer.add_json(row.name, before.text());
    Settings settings;
    std::vector<std::string> warnings;
    const auto ok = layer.apply(settings, warnings);
    ASSERT_TRUE(ok) << ok.error().message;
    write_value(after, row, settings);
    EXPECT_EQ(before.text(), after.text()) << row.name;
  }
}

TEST(Options, OursWinOverThePeers) {
  for (const bool ours_first : {true, false}) {
    Layer layer;
    if (ours_first) layer.add_json("min_lossy", "300");
    layer.add_json("min_tokens_to_compress", "400");
    if (!ours_first) layer.add_json("min_lossy", "300");
    Settings settings;
    std::vector<std::string> warnings;
    ASSERT_TRUE(layer.apply(settings, warnings));
    EXPECT_EQ(settings.call.min_lossy, Tokens(300));
    EXPECT_EQ(warnings.size(), 1u);
  }
}

RC_GTEST_PROP(Options, AnyJsonIsTakenOrRefused, (const std::string& text)) {
  for (const OptionRow& row : options()) {
    Layer layer;
    layer.add_json(row.name, json::quote(text));
    layer.add_text(row.name, text);
    Settings settings;
    std::vector<std::string> warnings;
    static_cast<void>(layer.apply(settings, warnings));
  }
}

TEST(Values, UnitsAndRanges) {
  EXPECT_EQ(GivenValue::text("24h").duration(), std::chrono::hours(24));
  EXPECT_EQ(GivenValue::json("\"7d\"").duration(), std::chrono::hours(168));
  EXPECT_EQ(GivenValue::json("90").duration(), std::chrono::seconds(90));
  EXPECT_FALSE(GivenValue::text("-1h").duration());
  EXPECT_EQ(GivenValue::text("256MiB").bytes(), std::uint64_t{256} << 20);
  EXPECT_FALSE(GivenValue::text("99999999999999999999").bytes());
  EXPECT_FALSE(GivenValue::text("1e400").number());
  EXPECT_FALSE(GivenValue::json("\"5\"").integer());
  EXPECT_EQ(GivenValue::json("3e2").integer(), 300);
  EXPECT_FALSE(GivenValue::json("1.5").integer());
}

TEST(Call, RefusesByName) {
  Core core{Config{}};
  EXPECT_NE(error_of(core, R"({"op":"comprss"})").find("\\\"compress\\\""), std::string::npos);
  EXPECT_NE(error_of(core, R"({"op":"compress","content":"x","optoins":{}})").find("options"), std::string::npos);
  EXPECT_NE(error_of(core, R"({"op":"compress","content":"x","options":{"min_losy":1}})").find("min_lossy"),
            std::string::npos);
  for (const char* request :
       {"", "[]", "{}", "{\"op\":1}", "{\"op\":\"compress\"}", "{\"op\":\"retrieve\"}", "{\"op\":\"decode\"}",
        R"({"op":"compress","content":1})", R"({"op":"compress","body":1})",
        R"({"op":"compress","body":[],"content":""})", R"({"op":"compress","content":"x","options":[]})",
        R"({"op":"compress","content":"x","options":{"ttl":1}})",
        R"({"op":"compress","content":"x","options":{"ttl_batch":true}})", R"({"op":"tool","format":"x"})",
        R"({"op":"compress","content":"x","return":"x"})", R"({"op":"retrieve","hash":"1","max_tokens":0})"}) {
    const Answer answer = core.call(request);
    EXPECT_EQ(answer.status, Status::bad_request) << request;
    EXPECT_NE(answer.json.find("\"invalid_request\""), std::string::npos) << request;
  }
}

TEST(Call, BodyAsValueAndAsStringGiveTheSame) {
  std::string rows = "[";
  for (int i = 0; i < 200; ++i) rows += (i ? "," : "") + std::string("{\"id\":") + std::to_string(i) + ",\"on\":true}";
  rows += "]";
  const std::string body =
      "{ \"messages\" : [{\"role\":\"tool\", \"content\":" + json::quote(rows) + "}], \"n\": 1.0 }";
  Core core{Config{}};
  const std::string by_value = core.call("{\"op\":\"compress\",\"body\":" + body + "}").json;
  const std::string by_string = core.call("{\"op\":\"compress\",\"body\":" + json::quote(body) + "}").json;
  EXPECT_EQ(by_value, by_string);
  EXPECT_NE(by_value.find("\\\"n\\\": 1.0 }"), std::string::npos);
  EXPECT_NE(by_value.find("\"lossless\":true"), std::string::npos);
}

TEST(Tool, AtMost120TokensInEveryShape) {
  tokens::Counter counter;
  for (const std::string_view format : tool_formats()) {
    const std::string_view definition = *tool_definition(format);
    EXPECT_TRUE(json::Document::parse(definition)) << format;
    EXPECT_LE(counter.count(definition), Tokens(120)) << format;
  }
  EXPECT_FALSE(tool_definition("other"));
}

TEST(IsBody, KnowsRequestsFromTables) {
  EXPECT_TRUE(is_body(R"({"messages":[]})"));
  EXPECT_TRUE(is_body(R"([{"role":"user","content":"x"}])"));
  EXPECT_FALSE(is_body(R"([{"role":"admin","content":"x"}])"));
  EXPECT_FALSE(is_body(R"([{"role":"user","name":"x"}])"));
  EXPECT_FALSE(is_body(R"({"messages":["a"]})"));
  EXPECT_FALSE(is_body("{"));
  EXPECT_FALSE(is_body(""));
}

RC_GTEST_PROP(Call, AnyBytesGetAnAnswerInJson, (const std::string& bytes)) {
  Core core{Config{}};
  for (const std::string& request : {bytes, "{\"op\":\"compress\",\"content\":" + json::quote(bytes) + "}",
                                     "{\"op\":\"compress\",\"body\":" + json::quote(bytes) + "}"}) {
    RC_ASSERT(json::Document::parse(core.call(request).json).has_value());
  }
}

// A stored response with hidden rounds has one id in its stream; who goes on from it goes on from the last round.
TEST(StoredResponses, AChainGoesOnFromTheLastRound) {
  Core core{Config{}};
  const auto play = [&](std::string_view store) {
    RelayCall call;
    call.format = "responses";
    call.body = R"({"model":"m","input":"q")" + std::string(store) + "}";
    auto relay = core.open_relay(std::move(call));
    EXPECT_TRUE(relay);
    const auto reply = [](const std::string& id, const std::string& item) {
      return R"(data: {"type":"response.created","sequence_number":0,"response":{"id":")" + id + "\"}}\n\n" +
             R"(data: {"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":)" + item +
             "}\n\n" + R"(data: {"type":"response.output_item.done","sequence_number":2,"output_index":0,"item":)" +
             item + "}\n\n" + R"(data: {"type":"response.completed","sequence_number":3,"response":{"id":")" + id +
             R"(","status":"completed","output":[)" + item + "]}}\n\n";
    };
    std::string client;
    (*relay)->head({200, "text/event-stream"});
    const auto asked = (*relay)->bytes(reply(
        "resp_1",
        R"({"type":"function_call","id":"f","call_id":"c","name":"headroom_retrieve","arguments":"{\"hash\":\"1\"}","status":"completed"})"));
    EXPECT_EQ(asked.state, relay::Output::State::asks);
    client += asked.client;
    (*relay)->head({200, "text/event-stream"});
    client += (*relay)->bytes(reply("resp_2", R"({"type":"message","id":"m","role":"assistant","content":[]})")).client;
    return client + (*relay)->end().client;
  };
  const std::string next = R"({"model":"m","previous_response_id":"resp_1","input":"go on"})";
  EXPECT_FALSE(core.restore(next, "responses", {}));
  // One that is not kept has one id too, and nobody goes on from it.
  EXPECT_EQ(play(R"(,"store":false)").find("resp_2"), std::string::npos);
  EXPECT_FALSE(core.restore(next, "responses", {}));
  EXPECT_EQ(play("").find("resp_2"), std::string::npos);
  const auto moved = core.restore(next, "responses", {});
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->body, R"({"model":"m","previous_response_id":"resp_2","input":"go on"})");
  EXPECT_FALSE(core.restore(R"({"previous_response_id":"resp_9","input":"x"})", "responses", {}));
  // Not among what agents share, and not theirs to write.
  EXPECT_TRUE(core.shared_records()->empty());
  EXPECT_FALSE(core.shared_put({"\x1fresponse resp_1"}, "x", pipeline::SecretsOption::memory));
  EXPECT_EQ(*core.shared_clear(), 0u);
  EXPECT_TRUE(core.restore(next, "responses", {}));
}

}  // namespace
}  // namespace headroom::api
