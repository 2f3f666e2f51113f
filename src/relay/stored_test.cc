#include "relay/stored.h"

#include <gtest/gtest.h>

namespace headroom::relay {
namespace {

Answers answers() {
  Originals o;
  o.in_hand = [](store::Handle) { return false; };
  o.retrieve = [](const pipeline::RetrieveRequest& r, Tokens) { return "answer to " + std::string(r.hash); };
  o.count = [](std::string_view text) { return Tokens(static_cast<std::int64_t>(text.size())); };
  return Answers(std::move(o), Limits());
}

constexpr std::string_view stored =
    R"({"id":"resp_1","output":[{"type":"message"},{"type":"function_call","call_id":"a","name":"headroom_retrieve","arguments":"{\"hash\":\"7\"}"},{"type":"function_call","call_id":"b","name":"run","arguments":"{}"}]})";

std::optional<std::string> answered(std::string_view request, std::string_view response = stored) {
  Answers a = answers();
  return with_stored_answers(request, response, a);
}

TEST(Stored, OpenCallsOfOursAreAnsweredInFront) {
  EXPECT_EQ(
      answered(
          R"({ "previous_response_id":"resp_1","input":[ {"type":"function_call_output","call_id":"b","output":"x"}], "z":1.0})"),
      R"({ "previous_response_id":"resp_1","input":[{"type":"function_call_output","call_id":"a","output":"answer to 7"}, {"type":"function_call_output","call_id":"b","output":"x"}], "z":1.0})");
  EXPECT_EQ(
      answered(R"({"previous_response_id":"resp_1","input":"and\u00e9?"})"),
      R"({"previous_response_id":"resp_1","input":[{"type":"function_call_output","call_id":"a","output":"answer to 7"},{"role":"user","content":"and\u00e9?"}]})");
  EXPECT_EQ(
      answered(R"({"previous_response_id":"resp_1","input":[]})"),
      R"({"previous_response_id":"resp_1","input":[{"type":"function_call_output","call_id":"a","output":"answer to 7"}]})");
}

TEST(Stored, OthersAreTheClients) {
  EXPECT_FALSE(answered(R"({"previous_response_id":"resp_2","input":[]})"));
  EXPECT_FALSE(answered(R"({"input":[]})"));
  EXPECT_FALSE(answered(R"({"previous_response_id":"resp_1"})"));
  EXPECT_FALSE(answered(
      R"({"previous_response_id":"resp_1","input":[{"type":"function_call_output","call_id":"a","output":"x"}]})"));
  EXPECT_FALSE(answered("{", stored));
  EXPECT_FALSE(answered(R"({"previous_response_id":"resp_1","input":[]})", "{"));
  EXPECT_FALSE(answered(R"({"previous_response_id":"resp_1","input":[]})", R"({"id":"resp_1","output":[]})"));
}

TEST(Stored, KnowsTheProvidersWords) {
  EXPECT_TRUE(lacks_tool_output(R"({"error":{"message":"No tool output found for function call call_1."}})"));
  EXPECT_FALSE(lacks_tool_output(R"({"error":{"message":"Invalid"}})"));
  EXPECT_FALSE(lacks_tool_output("No tool output found"));
  EXPECT_EQ(previous_response(R"({"previous_response_id":"r"})"), "r");
  EXPECT_EQ(previous_response("[]"), "");
}

}  // namespace
}  // namespace headroom::relay
