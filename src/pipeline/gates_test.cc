#include "pipeline/gates.h"

#include <gtest/gtest.h>

#include <string>

namespace headroom::pipeline {
namespace {

// What the gates say of the one tool result of a request.
std::optional<Reason> gate(std::string_view tool, std::string_view arguments, const Options& options = {},
                           std::string_view role = "tool") {
  const std::string body = R"([{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":")" +
                           std::string(tool) + R"(","arguments":")" + std::string(arguments) + R"("}}]},{"role":")" +
                           std::string(role) + R"(","tool_call_id":"c","content":"x"}])";
  const auto c = messages::read(body);
  EXPECT_TRUE(c && c->leaves.size() == 1) << body;
  return closed_gate(*c, c->leaves[0], options);
}

TEST(Gates, OpenInOrder) {
  EXPECT_EQ(gate("run", "{}"), std::nullopt);
  EXPECT_EQ(gate("run", "{}", {}, "user"), Reason::role_off);
  EXPECT_EQ(gate("Skill", "{}"), Reason::tool_excluded);
  EXPECT_EQ(gate("skill", "{}"), Reason::tool_excluded);
  EXPECT_EQ(gate("mcp__my__server__Skill", "{}"), Reason::tool_excluded);
  EXPECT_EQ(gate("headroom_retrieve", "{}"), Reason::own_output);
  EXPECT_EQ(gate("MCP__h__headroom_stats", "{}"), Reason::own_output);
  Options all;
  all.exclude.clear();
  EXPECT_EQ(gate("Skill", "{}", all), std::nullopt);
  EXPECT_EQ(gate("mcp__x__headroom_retrieve", "{}", all), Reason::own_output);
  all.roles = {"user", "tool"};
  EXPECT_EQ(gate("run", "{}", all, "user"), std::nullopt);
  Options kept;
  kept.frozen_message_count = 2;
  EXPECT_EQ(gate("run", "{}", kept), Reason::frozen);
  kept.frozen_message_count = 1;
  EXPECT_EQ(gate("run", "{}", kept), std::nullopt);
  kept.protect_messages = {1};
  EXPECT_EQ(gate("run", "{}", kept), Reason::vetoed);
  kept.protect_messages = {0};
  kept.biases = {{1, 1e9}};
  EXPECT_EQ(gate("run", "{}", kept), Reason::vetoed);
}

TEST(Gates, KeepInstructionFilesHoweverTheyAreRead) {
  for (const char* const arguments :
       {R"({\"file_path\":\"/repo/AGENTS.md\"})", R"({\"path\":\"claude.md\"})",
        R"({\"command\":\"cat docs/CLAUDE.md\"})", R"({\"p\":\"C:\\\\repo\\\\.cursorrules\"})",
        R"({\"paths\":[\"a.cc\",\".cursor/rules/x.MDC\"]})"}) {
    EXPECT_EQ(gate("Read", arguments), Reason::instruction_file) << arguments;
  }
  for (const char* const arguments : {R"({\"file_path\":\"/repo/AGENTS.md.bak\"})", R"({\"path\":\"AGENTS.md/x\"})",
                                      "cat", R"({\"query\":\"what is in AGENTS.md\"})", ""}) {
    EXPECT_EQ(gate("Read", arguments), std::nullopt) << arguments;
  }
  Options none;
  none.instruction_files.clear();
  EXPECT_EQ(gate("Read", R"({\"path\":\"AGENTS.md\"})", none), std::nullopt);
}

TEST(Gates, AFrozenCountOfNoneKeepsTheSystemPromptOpen) {
  const auto c = messages::read(R"({"system":"S","messages":[{"role":"user","content":"x"}]})");
  Options o;
  o.roles = {"system"};
  EXPECT_EQ(closed_gate(*c, c->leaves[0], o), std::nullopt);
  o.frozen_message_count = 1;
  EXPECT_EQ(closed_gate(*c, c->leaves[0], o), Reason::frozen);
}

TEST(Gates, KnowExactTools) {
  const Options o;
  for (const char* const tool :
       {"Read", "read_file", "READ", "str_replace_based_edit_tool", "mcp__fs__read_file", "view"})
    EXPECT_TRUE(is_exact_tool(tool, o)) << tool;
  for (const char* const tool : {"Bash", "ReadMe", "", "reader"}) EXPECT_FALSE(is_exact_tool(tool, o)) << tool;
}

TEST(ErrorOutput, IsKnownByItsShape) {
  for (const char* const text :
       {"Traceback (most recent call last):\n  File \"a.py\"",
        "panic: runtime error\n\ngoroutine 1 [running]:", "src/a.cc:10:5: error: expected ';'\n",
        "error[E0308]: mismatched types", "npm ERR! code ELIFECYCLE", "fatal: not a git repository",
        "thread 'main' panicked at src/main.rs:2", "output\n\nExit code: 2", "exit status 1", "Exit code 1\nstderr",
        "ok\nCommand exited with code 127\n", "{\"output\":\"x\",\"metadata\":{\"exit_code\":1}}",
        "<exit_code>1</exit_code>", "Exception in thread \"main\" java.lang.Error", "exit status: -9",
        "make: entering\nError: no rule", "Process exited with status 3\na\nb"}) {
    EXPECT_TRUE(is_error_output(text)) << text;
  }
  for (const char* const text : {"", "\n", "0 errors, 0 warnings", "no error found", "Exit code: 0", "exit 1\nfi\n",
                                 "exited with code 0", "the error: rare", "def exit_code(self):", "errors: 0",
                                 "All tests passed", "catch (Error e) { exit(1); }", "status code 404"}) {
    EXPECT_FALSE(is_error_output(text)) << text;
  }
  // Only at the head and the end: a log that speaks of a failure is no failed command.
  std::string log;
  for (int i = 0; i < 40; ++i) log += "line " + std::to_string(i) + "\n";
  EXPECT_FALSE(is_error_output(log + "exit status 1\n" + log));
  EXPECT_TRUE(is_error_output(log + "exit status 1\n"));
  EXPECT_TRUE(is_error_output(log + "exit status 1"));
}

}  // namespace
}  // namespace headroom::pipeline
