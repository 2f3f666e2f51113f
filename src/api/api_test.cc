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

}  // namespace
}  // namespace headroom::api
