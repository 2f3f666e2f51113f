// Every way in which loss is redeemable, or is not, for every format that says it in its own words.
#include "pipeline/capability.h"

#include <gtest/gtest.h>

#include <string>

#include "json/document.h"
#include "messages/our_tool.h"

namespace headroom::pipeline {
namespace {

using messages::Format;

// A request with the client's own tool, ours, or both, and further members.
std::string request(Format format, bool client_tool, bool our_tool, std::string_view members = "") {
  std::string tools;
  const auto add = [&](std::string_view tool) { tools += (tools.empty() ? "" : ",") + std::string(tool); };
  const auto named = [&](std::string_view definition, std::string_view name) {
    std::string out(definition);
    constexpr std::string_view ours = "headroom_retrieve";
    out.replace(out.find(ours), ours.size(), name);
    return out;
  };
  const std::string_view definition = messages::tool_definition(format);
  if (client_tool) add(named(definition, "run"));
  if (our_tool) add(named(definition, "mcp__headroom__headroom_retrieve"));
  std::string out;
  switch (format) {
    case Format::responses:
      out = R"({"model":"m","store":false,"input":[{"role":"user","content":"x"}],"tools":[)" + tools + "]";
      break;
    case Format::gemini:
      out =
          R"({"contents":[{"role":"user","parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[)" + tools + "]}]";
      break;
    case Format::converse:
      out = R"({"messages":[{"role":"user","content":[{"text":"x"}]}],"toolConfig":{"tools":[)" + tools + "]";
      return out + std::string(members) + "}}";
    case Format::vercel:
      out = R"({"prompt":[{"role":"user","content":"x"}],"tools":[)" + tools + "]";
      break;
    default:
      out = R"({"messages":[{"role":"user","content":"x"}],"tools":[)" + tools + "]";
  }
  return out + std::string(members) + "}";
}

Options with(Retrieval retrieval, Inject inject = Inject::eager, Route route = Route::intercepted) {
  Options o;
  o.retrieval = retrieval;
  o.inject = inject;
  o.route = route;
  return o;
}

Capability of(Format format, std::string_view body, const Options& options) {
  const auto c = messages::read(body, format);
  EXPECT_TRUE(c) << body;
  return capability_of(*c, options);
}

constexpr Format formats[] = {Format::openai, Format::responses, Format::anthropic,
                              Format::gemini, Format::converse,  Format::vercel};

TEST(Capability, OfAnInterceptedRequestIsInHand) {
  for (const Format f : formats) {
    const Capability mine = of(f, request(f, true, false), with(Retrieval::auto_));
    EXPECT_EQ(mine.redeem, Redeem::in_hand) << to_string(f);
    EXPECT_TRUE(mine.inject) << to_string(f);
    const Capability alias = of(f, request(f, true, true), with(Retrieval::auto_));
    EXPECT_EQ(alias.redeem, Redeem::in_hand) << to_string(f);
    EXPECT_FALSE(alias.inject) << to_string(f);
    const Capability never = of(f, request(f, true, false), with(Retrieval::auto_, Inject::never));
    EXPECT_EQ(never.why, NoWayBack::no_tool_of_ours) << to_string(f);
    EXPECT_FALSE(never.inject);
    const Capability empty = of(f, request(f, false, false), with(Retrieval::auto_));
    EXPECT_EQ(empty.redeem, Redeem::none) << to_string(f);
    EXPECT_FALSE(empty.inject) << to_string(f);
  }
  EXPECT_EQ(of(Format::openai, R"([{"role":"user","content":"x"}])", with(Retrieval::auto_)).why, NoWayBack::no_tools);
}

TEST(Capability, OfACallerIsItsWordCheckedAgainstTheTools) {
  for (const Format f : formats) {
    EXPECT_EQ(of(f, request(f, true, true), with(Retrieval::none)).why, NoWayBack::not_declared);
    EXPECT_EQ(of(f, request(f, true, true), with(Retrieval::tool)).redeem, Redeem::store);
    EXPECT_EQ(of(f, request(f, true, false), with(Retrieval::tool)).why, NoWayBack::no_tool_of_ours);
    EXPECT_FALSE(of(f, request(f, true, false), with(Retrieval::tool)).inject);
  }
  EXPECT_EQ(of(Format::openai, R"([{"role":"user","content":"x"}])", with(Retrieval::tool)).redeem, Redeem::store);
  EXPECT_EQ(of(Format::openai, R"({"messages":[]})", with(Retrieval::tool)).redeem, Redeem::store);
  Options outside = with(Retrieval::tool);
  outside.redeems_outside = true;
  EXPECT_EQ(of(Format::openai, request(Format::openai, true, false), outside).redeem, Redeem::store);
}

TEST(Capability, OfARelayedRequestIsItsClients) {
  const Options relayed = with(Retrieval::auto_, Inject::eager, Route::relayed);
  for (const Format f : formats) {
    EXPECT_EQ(of(f, request(f, true, true), relayed).redeem, Redeem::store) << to_string(f);
    const Capability none = of(f, request(f, true, false), relayed);
    EXPECT_EQ(none.why, NoWayBack::not_intercepted) << to_string(f);
    EXPECT_FALSE(none.inject);
    const Capability is_signed =
        of(f, request(f, true, true), with(Retrieval::auto_, Inject::eager, Route::signed_body));
    EXPECT_EQ(is_signed.why, NoWayBack::signed_body);
  }
}

struct Case {
  Format format;
  std::string_view members;
  NoWayBack why;
  bool inject = true;  // our tool joins all the same: the list of tools must not change with such a member
};

TEST(Capability, IsWhatTheRequestLeavesOpen) {
  using enum NoWayBack;
  const Case cases[] = {
      {Format::openai, "", none},
      {Format::openai, R"(,"tool_choice":"auto")", none},
      {Format::openai, R"(,"tool_choice":"required")", none},
      {Format::openai, R"(,"tool_choice":null)", none},
      {Format::openai, R"(,"tool_choice":"none")", calls_off},
      {Format::openai, R"(,"tool_choice":{"type":"function","function":{"name":"run"}})", forced},
      {Format::openai, R"(,"tool_choice":{"type":"custom","custom":{"name":"run"}})", forced},
      {Format::openai,
       R"(,"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"run"}}]}})",
       not_allowed},
      {Format::openai,
       R"(,"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"headroom_retrieve"}}]}})",
       none},
      {Format::openai, R"(,"n":1)", none},
      {Format::openai, R"(,"n":null)", none},
      {Format::openai, R"(,"n":2)", several_choices, false},
      {Format::openai, R"(,"response_format":{"type":"text"})", none},
      {Format::openai, R"(,"response_format":{"type":"json_object"})", structured_output},
      {Format::openai, R"(,"response_format":{"type":"json_schema","json_schema":{}})", structured_output},
      {Format::openai, R"(,"store":true)", none},
      {Format::responses, R"(,"tool_choice":"auto")", none},
      {Format::responses, R"(,"tool_choice":"required")", none},
      {Format::responses, R"(,"tool_choice":"none")", calls_off},
      {Format::responses, R"(,"tool_choice":{"type":"function","name":"run"})", forced},
      {Format::responses, R"(,"tool_choice":{"type":"web_search_preview"})", forced},
      {Format::responses, R"(,"tool_choice":{"type":"mcp","server_label":"x"})", forced},
      {Format::responses,
       R"(,"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"run"}]})",
       not_allowed},
      {Format::responses,
       R"(,"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"headroom_retrieve"}]})",
       none},
      {Format::responses, R"(,"text":{"format":{"type":"text"},"verbosity":"low"})", none},
      {Format::responses, R"(,"text":{"format":{"type":"json_schema","name":"x","schema":{}}})", structured_output},
      {Format::responses, R"(,"text":{"format":{"type":"json_object"}})", structured_output},
      {Format::responses, R"(,"conversation":"conv_1")", in_conversation, false},
      {Format::responses, R"(,"conversation":{"id":"conv_1"})", in_conversation, false},
      {Format::responses, R"(,"conversation":null)", none},
      {Format::anthropic, R"(,"tool_choice":{"type":"auto"})", none},
      {Format::anthropic, R"(,"tool_choice":{"type":"any","disable_parallel_tool_use":true})", none},
      {Format::anthropic, R"(,"tool_choice":{"type":"none"})", calls_off},
      {Format::anthropic, R"(,"tool_choice":{"type":"tool","name":"run"})", forced},
      {Format::anthropic, R"(,"output_format":{"type":"json_schema","schema":{}})", structured_output},
      {Format::anthropic, R"(,"output_config":{"effort":"low"})", none},
      {Format::anthropic, R"(,"output_config":{"format":{"type":"json_schema"}})", structured_output},
      {Format::gemini, R"(,"toolConfig":{"functionCallingConfig":{"mode":"AUTO"}})", none},
      {Format::gemini, R"(,"toolConfig":{"functionCallingConfig":{"mode":"ANY"}})", none},
      {Format::gemini, R"(,"toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}})", none},
      {Format::gemini, R"(,"tool_config":{"function_calling_config":{"mode":"NONE"}})", calls_off},
      {Format::gemini, R"(,"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["run"]}})",
       not_allowed},
      {Format::gemini,
       R"(,"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["run","headroom_retrieve"]}})",
       none},
      {Format::gemini, R"(,"generationConfig":{"candidateCount":1,"temperature":0})", none},
      {Format::gemini, R"(,"generationConfig":{"candidateCount":2})", several_choices, false},
      {Format::gemini, R"(,"generationConfig":{"responseMimeType":"application/json"})", structured_output},
      {Format::gemini, R"(,"generation_config":{"response_mime_type":"text/plain"})", none},
      {Format::gemini, R"(,"generationConfig":{"responseSchema":{"type":"OBJECT"}})", structured_output},
      {Format::gemini, R"(,"config":{"responseMimeType":"application/json"})", structured_output},
      {Format::converse, R"(,"toolChoice":{"auto":{}})", none},
      {Format::converse, R"(,"toolChoice":{"any":{}})", none},
      {Format::converse, R"(,"toolChoice":{"tool":{"name":"run"}})", forced},
      {Format::converse, R"(},"outputConfig":{"textFormat":{"type":"json_schema"})", structured_output},
      {Format::vercel, R"(,"toolChoice":{"type":"auto"})", none},
      {Format::vercel, R"(,"toolChoice":{"type":"required"})", none},
      {Format::vercel, R"(,"toolChoice":{"type":"none"})", calls_off},
      {Format::vercel, R"(,"toolChoice":{"type":"tool","toolName":"run"})", forced},
      {Format::vercel, R"(,"responseFormat":{"type":"json"})", structured_output},
  };
  for (const Case& c : cases) {
    const Capability mine = of(c.format, request(c.format, true, false, c.members), with(Retrieval::auto_));
    EXPECT_EQ(mine.why, c.why) << to_string(c.format) << ' ' << c.members << ": " << to_string(mine.why);
    EXPECT_EQ(mine.redeem, c.why == none ? Redeem::in_hand : Redeem::none) << c.members;
    EXPECT_EQ(mine.inject, c.inject) << to_string(c.format) << ' ' << c.members;
    // A caller's word does not make the impossible possible.
    const Capability word = of(c.format, request(c.format, true, true, c.members), with(Retrieval::tool));
    EXPECT_EQ(word.redeem, c.why == none ? Redeem::store : Redeem::none) << c.members;
  }
}

TEST(Capability, OfStoredResponsesIsTheStores) {
  const std::string_view head =
      R"({"model":"m","input":"x","tools":[{"type":"function","name":"run","parameters":{}}])";
  const auto redeem = [&](std::string_view members) {
    return of(Format::responses, std::string(head) + std::string(members) + "}", with(Retrieval::auto_)).redeem;
  };
  EXPECT_EQ(redeem(R"(,"store":false)"), Redeem::in_hand);
  EXPECT_EQ(redeem(R"(,"store":true)"), Redeem::store);
  EXPECT_EQ(redeem(R"(,"store":null)"), Redeem::store);
  EXPECT_EQ(redeem(""), Redeem::store);
  EXPECT_EQ(redeem(R"(,"previous_response_id":"resp_1")"), Redeem::store);
}

// Thinking is on by what the request says, or where models think unasked.
TEST(Capability, WithoutTracesAThinkingModelGetsNoTool) {
  struct Case {
    Format format;
    std::string_view members;
    bool thinking;
  };
  const Case cases[] = {
      {Format::anthropic, R"(,"thinking":{"type":"enabled","budget_tokens":2000})", true},
      {Format::anthropic, R"(,"thinking":{"type":"adaptive"})", true},
      {Format::anthropic, R"(,"thinking":{"type":"disabled"})", false},
      {Format::anthropic, "", false},
      {Format::responses, R"(,"reasoning":{"effort":"low"})", true},
      {Format::responses, R"(,"reasoning":{"effort":"none"})", false},
      {Format::responses, "", false},
      {Format::openai, R"(,"reasoning_effort":"high")", false},  // chat shows no reasoning and takes none back
      {Format::gemini, "", true},
      {Format::gemini, R"(,"generationConfig":{"thinkingConfig":{"thinkingBudget":0}})", false},
      {Format::gemini, R"(,"generationConfig":{"thinking_config":{"thinking_budget":-1}})", true},
      {Format::converse, R"(},"additionalModelRequestFields":{"thinking":{"type":"enabled"})", true},
      {Format::converse, "", false},
  };
  Options never = with(Retrieval::auto_);
  never.trace = TraceOption::never;
  for (const Case& c : cases) {
    const std::string body = request(c.format, true, false, c.members);
    const Capability silent = of(c.format, body, never);
    EXPECT_EQ(silent.inject, !c.thinking) << to_string(c.format) << ' ' << c.members;
    EXPECT_EQ(silent.redeem, c.thinking ? Redeem::none : Redeem::in_hand) << to_string(c.format) << ' ' << c.members;
    EXPECT_TRUE(of(c.format, body, with(Retrieval::auto_)).inject) << to_string(c.format) << ' ' << c.members;
  }
}

TEST(OurTool, JoinsAfterTheClientsOwnAndNothingElseChanges) {
  for (const Format f : formats) {
    const std::string body = request(f, true, false, f == Format::converse ? "" : R"(, "x" : 1.0 )");
    const auto c = messages::read(body, f);
    const auto added = messages::add_tool(*c);
    ASSERT_TRUE(added) << to_string(f);
    const std::string out = splice(body, {&added->edit, 1});
    EXPECT_EQ(out.size(), body.size() + messages::tool_definition(f).size() + 1);
    EXPECT_NE(out.find("}," + std::string(messages::tool_definition(f)) + "]"), std::string::npos) << out;
    EXPECT_TRUE(messages::violation(*c, out, {}).has_value()) << "not planned";
    EXPECT_FALSE(messages::violation(*c, out, {{}, {added->list}, {}})) << to_string(f);
    const auto again = messages::read(out, f);
    EXPECT_TRUE(again->has_our_tool);
    EXPECT_FALSE(messages::add_tool(*again)) << "twice";
    EXPECT_FALSE(messages::add_tool(*messages::read(request(f, false, false), f))) << "a request without tools";
  }
}

TEST(OurTool, GoesToTheLastDeclarationsOfGemini) {
  const std::string body =
      R"({"contents":[],"tools":[{"function_declarations":[{"name":"a"}]},{"functionDeclarations":[{"name":"b"} ]},{"googleSearch":{}}]})";
  const auto c = messages::read(body);
  const auto added = messages::add_tool(*c);
  ASSERT_TRUE(added);
  EXPECT_EQ(added->pointer, "/tools/1/functionDeclarations/-");
  EXPECT_NE(splice(body, {&added->edit, 1}).find(R"([{"name":"b"},{"name":"headroom_retrieve")"), std::string::npos);
  EXPECT_FALSE(messages::add_tool(*messages::read(R"({"contents":[],"tools":[{"googleSearch":{}}]})")));
}

}  // namespace
}  // namespace headroom::pipeline
