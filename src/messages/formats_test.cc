// What each wire format's reader finds, and what it never takes for text.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "messages/conversation.h"

namespace headroom::messages {
namespace {

struct Found {
  std::string pointer, text;
  Role role;
  int call;
  bool error;
  friend bool operator==(const Found&, const Found&) = default;
};

void PrintTo(const Found& f, std::ostream* out) {
  *out << f.pointer << " = " << f.text << " (" << to_string(f.role) << ", call " << f.call
       << (f.error ? ", error)" : ")");
}

std::vector<Found> leaves_of(const Conversation& c) {
  std::vector<Found> out;
  for (const Leaf& l : c.leaves) out.push_back({l.pointer, text_of(c, l), l.role, l.call, l.error});
  return out;
}

Conversation of(std::string_view body, Format expected) {
  auto c = read(body);
  EXPECT_TRUE(c.has_value()) << body;
  if (!c) return {};
  EXPECT_EQ(to_string(c->format), to_string(expected));
  return std::move(*c);
}

constexpr std::string_view responses_body = R"({"model":"gpt-5","instructions":"Be brief.","store":false,"input":[
 {"role":"user","content":"What failed?"},
 {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gAAA"},
 {"type":"message","role":"assistant","content":[{"type":"output_text","text":"I look.","annotations":[]},{"type":"output_text","text":"cited","annotations":[{"type":"url_citation"}]},{"type":"refusal","refusal":"no"}]},
 {"type":"function_call","call_id":"c1","name":"run","arguments":"{\"cmd\":\"make\"}"},
 {"type":"custom_tool_call","call_id":"c2","name":"patch","input":"*** Begin"},
 {"type":"local_shell_call","call_id":"c3","action":{"type":"exec","command":["ls"]}},
 {"type":"shell_call","call_id":"c4","action":{"commands":["ls"]}},
 {"type":"apply_patch_call","call_id":"c5","operation":{"type":"update_file","path":"a.cc","diff":"@@"}},
 {"type":"web_search_call","id":"ws_1","status":"completed"},
 {"type":"mcp_call","id":"m1","name":"x","arguments":"{}","output":"server output"},
 {"type":"function_call_output","call_id":"c1","output":"one"},
 {"type":"custom_tool_call_output","call_id":"c2","output":[{"type":"input_text","text":"two"},{"type":"input_image","image_url":"data:"}]},
 {"type":"local_shell_call_output","id":"c3","output":"three","status":"incomplete"},
 {"type":"shell_call_output","call_id":"c4","output":[{"stdout":"four","stderr":"4e","outcome":{"type":"exit","exit_code":2}}]},
 {"type":"apply_patch_call_output","call_id":"c5","status":"failed","output":"five"},
 {"type":"computer_call_output","call_id":"c6","output":{"type":"computer_screenshot","image_url":"x"}},
 {"type":"something_new","output":"never"}]})";

TEST(Responses, FindsOutputsOfEveryCall) {
  const Conversation c = of(responses_body, Format::responses);
  EXPECT_EQ(leaves_of(c), (std::vector<Found>{{"/instructions", "Be brief.", Role::system, -1, false},
                                              {"/input/0/content", "What failed?", Role::user, -1, false},
                                              {"/input/2/content/0/text", "I look.", Role::assistant, -1, false},
                                              {"/input/10/output", "one", Role::tool, 0, false},
                                              {"/input/11/output/0/text", "two", Role::tool, 1, false},
                                              {"/input/12/output", "three", Role::tool, 2, true},
                                              {"/input/13/output/0/stdout", "four", Role::tool, 3, true},
                                              {"/input/13/output/0/stderr", "4e", Role::tool, 3, true},
                                              {"/input/14/output", "five", Role::tool, 4, true}}));
  ASSERT_EQ(c.calls.size(), 5u);
  EXPECT_EQ(c.calls[0].arguments, R"({"cmd":"make"})");
  EXPECT_EQ(c.calls[1].arguments, "*** Begin");
  EXPECT_EQ(c.calls[3].name, "shell");
  EXPECT_EQ(c.calls[4].arguments, R"({"type":"update_file","path":"a.cc","diff":"@@"})");
  EXPECT_EQ(c.boundaries, (std::vector<int>{0, 15}));
  EXPECT_FALSE(c.stored);
  EXPECT_EQ(c.model, "gpt-5");
}

TEST(Responses, TakesAStringAndABareList) {
  const Conversation text = of(R"({"model":"m","input":"hi"})", Format::responses);
  EXPECT_EQ(leaves_of(text), (std::vector<Found>{{"/input", "hi", Role::user, -1, false}}));
  EXPECT_TRUE(text.stored);
  const Conversation list =
      of(R"([{"role":"user","content":"a"},{"type":"function_call_output","call_id":"x","output":"o"}])",
         Format::responses);
  EXPECT_EQ(list.leaves[1].pointer, "/1/output");
  EXPECT_FALSE(list.stored);
}

constexpr std::string_view gemini_body = R"({"systemInstruction":{"parts":[{"text":"S"}]},
 "tools":[{"googleSearch":{}},{"functionDeclarations":[{"name":"run","parameters":{}},{"name":"headroom_retrieve","parameters":{"properties":{"hash":{"type":"string"}}}}]}],
 "contents":[
 {"role":"user","parts":[{"text":"Go"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]},
 {"role":"model","parts":[{"text":"thinking","thought":true},{"text":"signed","thoughtSignature":"s"},{"functionCall":{"name":"run","args":{"n":1}}},{"functionCall":{"name":"look","args":{}}},{"functionCall":{"name":"run","args":{"n":2}}},{"executableCode":{"code":"1"}}]},
 {"role":"user","parts":[{"functionResponse":{"name":"run","response":{"output":"first","code":0,"rows":[{"a":1}]}}},
   {"functionResponse":{"name":"run","response":{"error":"no such \u00e9","a/b":{"x": 1}}}},
   {"functionResponse":{"name":"look","response":{"result":"L"}}}]},
 {"role":"model","parts":[{"functionCall":{"id":"i1","name":"run","args":{}}}]},
 {"role":"function","parts":[{"functionResponse":{"id":"i1","name":"run","response":{"output":"by id"}}},{"functionResponse":{"name":"run","response":{"output":"none left"}}}]}]})";

TEST(Gemini, PairsByNameAndPlaceOrById) {
  const Conversation c = of(gemini_body, Format::gemini);
  const std::string at = "/contents/2/parts/";
  EXPECT_EQ(leaves_of(c),
            (std::vector<Found>{
                {"/systemInstruction/parts/0/text", "S", Role::system, -1, false},
                {"/contents/0/parts/0/text", "Go", Role::user, -1, false},
                {at + "0/functionResponse/response/output", "first", Role::tool, 0, false},
                {at + "0/functionResponse/response/rows", R"([{"a":1}])", Role::tool, 0, false},
                {at + "1/functionResponse/response/error", "no such é", Role::tool, 2, true},
                {at + "1/functionResponse/response/a~1b", R"({"x":1})", Role::tool, 2, true},
                {at + "2/functionResponse/response/result", "L", Role::tool, 1, false},
                {"/contents/4/parts/0/functionResponse/response/output", "by id", Role::tool, 3, false},
                {"/contents/4/parts/1/functionResponse/response/output", "none left", Role::tool, -1, false}}));
  EXPECT_EQ(c.leaves[3].part, Part::json_value);
  EXPECT_TRUE(c.has_our_tool);
  EXPECT_EQ(c.boundaries, (std::vector<int>{0, 2, 4}));
  EXPECT_EQ(c.message_list[2].role, Role::tool);
}

TEST(Gemini, TakesSnakeCaseAndWrappedRequests) {
  const Conversation snake = of(
      R"({"system_instruction":{"parts":[{"text":"S"}]},"contents":[{"role":"model","parts":[{"function_call":{"name":"f","args":{}}}]},
         {"role":"user","parts":[{"function_response":{"name":"f","response":{"o":"x"}}}]}],"tool_config":{"function_calling_config":{"mode":"NONE"}}})",
      Format::gemini);
  EXPECT_EQ(snake.leaves[1].pointer, "/contents/1/parts/0/function_response/response/o");
  EXPECT_EQ(snake.leaves[1].call, 0);
  EXPECT_FALSE(snake.may_call_tools);
  const Conversation wrapped =
      of(R"({"project":"p","request":{"contents":[{"role":"user","parts":[{"text":"t"}]}]}})", Format::gemini);
  EXPECT_EQ(wrapped.leaves[0].pointer, "/request/contents/0/parts/0/text");
  const Conversation list = of(R"([{"role":"user","parts":[{"text":"t"}]}])", Format::gemini);
  EXPECT_EQ(list.leaves[0].pointer, "/0/parts/0/text");
}

constexpr std::string_view converse_body =
    R"({"modelId":"m","system":[{"text":"S"},{"cachePoint":{"type":"default"}}],"messages":[
 {"role":"user","content":[{"text":"Go"},{"document":{"name":"d"}}]},
 {"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}},{"toolUse":{"toolUseId":"t1","name":"run","input":{"n":1}}}]},
 {"role":"user","content":[{"toolResult":{"toolUseId":"t1","status":"error","content":[{"text":"a"},{"json":{"rows": [1]}},{"image":{}}]}},{"cachePoint":{"type":"default"}}]}],
 "toolConfig":{"tools":[{"toolSpec":{"name":"run","inputSchema":{"json":{}}}},{"cachePoint":{"type":"default"}}],"toolChoice":{"auto":{}}}})";

TEST(Converse, FindsTextAndJsonItems) {
  const Conversation c = of(converse_body, Format::converse);
  EXPECT_EQ(leaves_of(c),
            (std::vector<Found>{
                {"/system/0/text", "S", Role::system, -1, false},
                {"/messages/0/content/0/text", "Go", Role::user, -1, false},
                {"/messages/2/content/0/toolResult/content/0/text", "a", Role::tool, 0, true},
                {"/messages/2/content/0/toolResult/content/1/json", R"({"rows":[1]})", Role::tool, 0, true}}));
  EXPECT_TRUE(c.has_tools);
  EXPECT_EQ(c.calls[0].arguments, R"({"n":1})");
  EXPECT_FALSE(read(R"({"messages":[],"toolConfig":{"tools":[{"toolSpec":{}}],"toolChoice":{"tool":{"name":"run"}}}})")
                   ->may_call_tools);
}

TEST(Vercel, FindsOutputsByTheirType) {
  const Conversation c = of(
      R"({"prompt":[{"role":"system","content":"S"},{"role":"user","content":[{"type":"text","text":"u"},{"type":"file","data":"x"}]},
         {"role":"assistant","content":[{"type":"reasoning","text":"r"},{"type":"tool-call","toolCallId":"t","toolName":"run","input":{"a":1}}]},
         {"role":"tool","content":[{"type":"tool-result","toolCallId":"t","toolName":"run","output":{"type":"text","value":"plain"}},
           {"type":"tool-result","toolCallId":"t","toolName":"run","output":{"type":"error-json","value":{"e":1}}},
           {"type":"tool-result","toolCallId":"t","toolName":"run","output":{"type":"content","value":[{"type":"text","text":"part"},{"type":"media","data":"x"}]}},
           {"type":"tool-result","toolCallId":"t","toolName":"run","output":{"type":"execution-denied"}}]}]})",
      Format::vercel);
  EXPECT_EQ(leaves_of(c),
            (std::vector<Found>{{"/prompt/0/content", "S", Role::system, -1, false},
                                {"/prompt/1/content/0/text", "u", Role::user, -1, false},
                                {"/prompt/3/content/0/output/value", "plain", Role::tool, 0, false},
                                {"/prompt/3/content/1/output/value", R"({"e":1})", Role::tool, 0, true},
                                {"/prompt/3/content/2/output/value/0/text", "part", Role::tool, 0, false}}));
}

TEST(Anthropic, NeverTakesWhatIsNotText) {
  const Conversation c = of(
      R"({"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"},
          {"type":"server_tool_use","id":"s1","name":"web_search","input":{}},{"type":"web_search_tool_result","tool_use_id":"s1","content":[{"type":"web_search_result","title":"x"}]},
          {"type":"code_execution_tool_result","tool_use_id":"s2","content":{"stdout":"big"}},{"type":"mcp_tool_result","tool_use_id":"s3","content":[{"type":"text","text":"server"}]},
          {"type":"text","text":"cited","citations":[{"type":"char_location"}]},{"type":"text","text":"plain","citations":null},{"type":"new_block","text":"?"},
          {"type":"tool_use","id":"t1","name":"run","input":{}}]},
         {"role":"user","content":[{"type":"document","source":{"type":"text","data":"d"},"citations":{"enabled":true}},{"type":"image","source":{}},
          {"type":"search_result","content":[{"type":"text","text":"s"}]},
          {"type":"tool_result","tool_use_id":"t1","content":[{"type":"search_result","content":[{"type":"text","text":"s"}]},{"type":"document"},{"type":"text","text":"kept"}]}]}]})",
      Format::anthropic);
  EXPECT_EQ(leaves_of(c), (std::vector<Found>{{"/messages/0/content/7/text", "plain", Role::assistant, -1, false},
                                              {"/messages/1/content/3/content/2/text", "kept", Role::tool, 0, false}}));
}

TEST(OpenAi, NeverTakesLegacyFunctionsOrCitedText) {
  const Conversation c = of(
      R"({"messages":[{"role":"assistant","function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"legacy"},
          {"role":"assistant","content":"cited","annotations":[{"type":"url_citation"}],"reasoning_content":"r"},
          {"role":"assistant","content":[{"type":"refusal","refusal":"no"}],"tool_calls":[{"id":"c","type":"custom","custom":{"name":"p","input":"raw"}}]},
          {"role":"tool","tool_call_id":"c","content":[{"type":"text","text":"kept"}]}]})",
      Format::openai);
  EXPECT_EQ(leaves_of(c), (std::vector<Found>{{"/messages/4/content/0/text", "kept", Role::tool, 0, false}}));
  EXPECT_EQ(c.calls[0].arguments, "raw");
}

TEST(Format, IsReadByNameWhateverTheShape) {
  const std::string_view plain = R"({"messages":[{"role":"user","content":"x"}]})";
  for (const std::string_view name : format_names()) {
    const auto format = parse_format(name);
    ASSERT_TRUE(format);
    EXPECT_EQ(to_string(*format), name);
    const auto c = read(plain, format);
    const bool has_messages = *format != Format::responses && *format != Format::gemini;
    EXPECT_EQ(c.has_value(), has_messages) << name;
  }
  EXPECT_FALSE(parse_format("grok"));
}

TEST(Format, RequestsAreToldFromOtherJson) {
  for (const std::string_view body :
       {responses_body, gemini_body, converse_body, std::string_view(R"([{"role":"user","content":"x"}])"),
        std::string_view(R"({"model":"m","input":"x"})"), std::string_view(R"([{"role":"user","parts":[]}])")}) {
    EXPECT_TRUE(is_request(body)) << body;
  }
  for (const std::string_view text :
       {R"({"input":"x"})", R"([{"role":"admin","content":"x"}])", R"([{"type":"click","id":"1"}])",
        R"({"contents":[1]})", R"({"prompt":"x"})", R"({"messages":["a"]})", R"("x")", "x", ""}) {
    EXPECT_FALSE(is_request(text)) << text;
  }
}

TEST(OurTool, IsKnownByItsNamesAndItsHash) {
  for (const std::string_view name : {"headroom_retrieve", "mcp__headroom__headroom_retrieve", "x__Headroom_Retrieve",
                                      "mcp_headroom_headroom_retrieve", "MCP_h_headroom_retrieve"}) {
    EXPECT_TRUE(is_our_tool(name)) << name;
  }
  for (const std::string_view name :
       {"retrieve", "my_headroom_retrieve", "mcp_headroom_retrieve", "headroom_retrieve2", ""})
    EXPECT_FALSE(is_our_tool(name)) << name;
  EXPECT_FALSE(
      read(
          R"({"messages":[],"tools":[{"type":"function","function":{"name":"headroom_retrieve","parameters":{"properties":{"id":{}}}}}]})")
          ->has_our_tool);
}

}  // namespace
}  // namespace headroom::messages
