#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "compressors/prose/scorer.h"
#include "messages/our_tool.h"
#include "pipeline/compress.h"
#include "pipeline/gates.h"
#include "pipeline/mixed.h"
#include "pipeline/read_path.h"
#include "pipeline/sections.h"
#include "pipeline/slot_query.h"
#include "pipeline/spans.h"
#include "pipeline/terminal_views.h"

namespace headroom::pipeline {
namespace {

TEST(Gates, GlobsIgnoreCaseAndServerPrefix) {
  EXPECT_TRUE(tool_matches("headroom_*", "Headroom_retrieve"));
  EXPECT_TRUE(tool_matches("*str_replace*", "my_str_replace_tool"));
  EXPECT_TRUE(tool_matches("Read", "mcp__files__read"));
  EXPECT_FALSE(tool_matches("Read", "ReadAll"));
  EXPECT_TRUE(tool_matches("*", ""));
}

TEST(Gates, KnowTheOutputOfAFailedCommand) {
  EXPECT_TRUE(is_error_output("Traceback (most recent call last):\n  File \"x.py\", line 1\n"));
  EXPECT_TRUE(is_error_output("src/a.cc:12:3: error: no such thing\n"));
  EXPECT_TRUE(is_error_output("all\nfine\nProcess finished with exit code 2\n"));
  EXPECT_FALSE(is_error_output("0 errors\nexit code 0\n"));
  EXPECT_FALSE(is_error_output(""));
  EXPECT_FALSE(is_error_output("The word error: stands inside a sentence\n"));
}

std::string numbers(int n) {
  std::string out = "[";
  for (int i = 0; i < n; ++i) out += (i ? ", " : "") + std::to_string(1000 + i * 37 % 91);
  return out + "]";
}

TEST(Spans, FindFencesJsonAndTags) {
  const std::string json = numbers(100);
  const std::string fenced = "Answer:\n```json\n" + json + "\n```\nDone.\n";
  const auto a = split_spans(fenced);
  ASSERT_EQ(a.size(), 3u);
  EXPECT_TRUE(a[1].inner);
  EXPECT_EQ(a[1].text, json);
  const std::string answer = "HTTP/1.1 200 OK\nx: y\n\n" + json + "\n";
  const auto b = split_spans(answer);
  ASSERT_EQ(b.size(), 3u);
  EXPECT_EQ(b[1].text, json);
  const auto c = split_spans("<stdout>\nhello\nworld\n</stdout>\n<stderr>\noops\n</stderr>\n");
  ASSERT_EQ(c.size(), 5u);
  EXPECT_EQ(c[1].text, "hello\nworld");
  EXPECT_EQ(c[3].text, "oops");
}

TEST(Spans, FindTablesOfMarkdown) {
  const std::string table = "| a | b |\n|---|--:|\n| 1 | 2 |\n| 3 | 4 |\n| 5 | 6 |\n| 7 | 8 |\n| 9 | 10 |\n";
  const std::string text = "# Rows\n\nThese are all:\n\n" + table + "\nNo more of them.\n";
  const auto spans = split_spans(text);
  ASSERT_EQ(spans.size(), 3u);
  EXPECT_TRUE(spans[1].inner);
  EXPECT_EQ(std::string(spans[1].text) + "\n", table);
  EXPECT_EQ(split_spans("a | b\n--|--\n1 | 2\n\nNo more.\n").size(), 1u) << "two lines are soon read";
  EXPECT_EQ(split_spans("cat x | wc\n1 | 2\n1 | 2\n1 | 2\n1 | 2\n1 | 2\n1 | 2\n").size(), 1u) << "no rule";
}

std::string host(int i) {
  return "web-" + std::to_string(i * 7919 % 9973);
}

std::string rows(int first, int end) {
  std::string out;
  for (int i = first; i < end; ++i) {
    out += (i > first ? ", {\"id\": " : "{\"id\": ") + std::to_string(i * 31 % 977) + ", \"host\": \"" + host(i) +
           R"(", "state": "running"})";
  }
  return out;
}

TEST(Spans, FindTheOutputInsideWhatToolsPutAroundIt) {
  const auto part = [](const std::string& text) {
    const Sections s = find_sections(text);
    return text.substr(s.begin, s.end - s.begin);
  };
  EXPECT_EQ(part("Exit code: 0\nWall time: 0.4 seconds\nOutput:\na\nb\n"), "a\nb");
  EXPECT_EQ(part("Command: ls\nDirectory: (root)\nStdout: a\nb\nStderr: (empty)\nError: (none)\nExit Code: 0\n"),
            "a\nb");
  EXPECT_EQ(part("Exit code 1\na\nb"), "a\nb");
  EXPECT_EQ(part("a\r\nb\r\n[exit status 2]\r\n"), "a\r\nb");
  EXPECT_EQ(part("Output:\r\na: 1\r\n"), "a: 1");
  // No tool's frame: nothing is taken off.
  for (const std::string text : {"name: x\nversion: 1\n", "a\nb\n", "", "\n\n", "exit 1\nthen\n",
                                 "see Output: nothing\n", "Output\nx\n", "Output:", "https://host/output\n"})
    EXPECT_EQ(part(text), text == "Output:" ? "" : text) << text;
}

TEST(Spans, FindWhatIsWholeOfJsonThatALimitCut) {
  const std::string notice = "\n[... output cut ...]\n";
  const std::string first = "{\"items\": [" + rows(0, 40) + R"(, {"id": 40, "ho)",
                    lost = R"(: "web-60", "state": "running"}, )";
  const std::string second = rows(61, 90);
  const std::string text = first + notice + lost + second + "]}";
  const auto spans = split_spans(text);
  ASSERT_EQ(spans.size(), 4u);
  EXPECT_EQ(spans[0].text, first);
  EXPECT_EQ(spans[2].text, second);
  EXPECT_TRUE(spans[0].inner && !spans[1].inner && spans[2].inner && !spans[3].inner);
  // Few values behind the cut are parts of their own, if they are large enough.
  const std::string large = "{\"all\": [" + rows(100, 120) + "]}";
  const std::string with_few = first + notice + lost + large + ", " + large + "]}";
  const auto few = split_spans(with_few);
  ASSERT_EQ(few.size(), 6u);
  EXPECT_EQ(few[2].text, large);
  EXPECT_EQ(few[4].text, large);
  // What breaks off soon is no JSON.
  EXPECT_EQ(split_spans("[1, 2, oops\nmore text\n" + std::string(2000, 'x')).size(), 1u);
}

// Events, each on its line, of which a tool's limit cut out the middle: two parts, however short their lines are.
TEST(Spans, LinesOfJsonAreOnePart) {
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += R"({"action":"run","test":"T)" + std::to_string(i) + "\"}\n";
  const std::string text =
      lines + "\n... [252 lines truncated] ...\n\n6-11\",\"action\":\"run\"}\n" + lines + R"({"act)";
  std::vector<std::string_view> inner;
  for (const Span& s : split_spans(text)) {
    if (s.inner) inner.push_back(s.text);
  }
  const std::string_view part = std::string_view(lines).substr(0, lines.size() - 1);
  ASSERT_EQ(inner.size(), 2u);
  EXPECT_EQ(inner[0], part);
  EXPECT_EQ(inner[1], part);
  EXPECT_EQ(split_spans("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n" + std::string(300, 'x')).size(), 1u) << "too few";
  EXPECT_EQ(split_spans("[info] a]\n[info] b]\n[info] c]\n[info] d]\n[info] e]\n" + std::string(300, 'x')).size(), 1u);
}

TEST(Mixed, ShowsBothEndsOfJsonThatWasCutAndTheNoticeBetween) {
  tokens::Witnesses counters;
  const std::string text = "Exit code: 0\nOutput:\n[" + rows(0, 120) + R"(, {"id": 120, "ho)" +
                           "\n[... output cut ...]\n" + R"(": "web-260", "state": "running"}, )" + rows(261, 380) +
                           "]\n";
  const search::Query query = search::Query::parse({});
  const BlockRequest request{text, counters.ruler().count(text), query, {}, true, false, {}, {}, {}, true};
  const BlockResult result = compress_block(request, Options(), counters);
  ASSERT_TRUE(result.best);
  const compressors::View& view = result.best->view;
  EXPECT_EQ(view.fidelity, compressors::Fidelity::reversible);
  EXPECT_LT(result.best->tokens.value * 4, request.tokens.value);
  EXPECT_TRUE(view.text.starts_with("Exit code: 0\nOutput:\n"));
  EXPECT_NE(view.text.find("\n[... output cut ...]\n"), std::string::npos);
  EXPECT_NE(view.text.find(host(0)), std::string::npos);
  EXPECT_NE(view.text.find(host(379)), std::string::npos);
  EXPECT_NE(view.statement.find("120 rows compressed to"), std::string::npos);
  EXPECT_NE(view.statement.find("119 rows compressed to"), std::string::npos);
}

RC_GTEST_PROP(Spans, JoinToTheText, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "```", "```json\n", "\n", "<out>\n", "</out>\n", "{\"a\":1}", "[", "x", "\r\n", " ", numbers(60), "Output:\n",
      "Stdout: ", "Exit Code: 0\n", "[exit status 1]", "Stderr: (empty)\n", "[" + rows(0, 40), ", " + rows(3, 9),
      R"(, {"id": 1, "na)", ", {\"all\": [" + rows(0, 6) + "]}"));
  std::string text, joined;
  for (const std::string& p : pieces) text += p;
  for (const Span& s : split_spans(text)) joined += s.text;
  RC_ASSERT(joined == text);
}

TEST(Spans, AreLinearInOpenBrackets) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "[ {\n";
  EXPECT_EQ(split_spans(text).size(), 1u);
  std::string cut = "[" + rows(0, 100) + ", oops";
  for (int i = 0; i < 100000; ++i) cut += ", {";
  EXPECT_EQ(split_spans(cut).size(), 2u);
}

TEST(SlotQuery, TakesScalarsOnly) {
  EXPECT_EQ(scalar_arguments(R"({"path":"src/a.cc","n":[3,true,{"q":"x"}]})"), "src/a.cc\n3\nx");
  EXPECT_EQ(scalar_arguments("not json"), "not json");
}

TEST(Compress, SaysWhyABodyIsLeftAlone) {
  tokens::Witnesses counters;
  Services services{counters, nullptr};
  const Outcome o = compress_body("{\"messages\": [", "", Options(), services);
  EXPECT_EQ(o.output, "{\"messages\": [");
  ASSERT_EQ(o.skipped.size(), 1u);
  EXPECT_EQ(o.skipped[0].reason, Reason::not_json);
}

TEST(Compress, LosesNothingWhereTheModelCannotAskForIt) {
  tokens::Witnesses counters;
  const store::WorkspaceKey key{"default", std::string(32, 'k')};
  const auto memory = store::open_memory(key, {});
  Services services{counters, [&]() -> Result<store::Store*> { return memory.get(); }, false, &key};
  Options options;
  options.retrieval = Retrieval::tool;
  std::string rows;
  for (int i = 0; i < 300; ++i) {
    rows += std::string(i ? "," : "") + "{\\\"id\\\":" + std::to_string(i * 7919 % 9973) + ",\\\"name\\\":\\\"n" +
            std::to_string(i * 31 % 257) + "\\\"}";
  }
  const auto outcome = [&](std::string_view members) {
    const std::string body =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"go\"},{\"role\":\"tool\",\"content\":\"[" + rows + "]\"}]" +
        std::string(members) + "}";
    return compress_body(body, "", options, services);
  };
  EXPECT_FALSE(outcome("").lossless);
  EXPECT_FALSE(
      outcome(
          R"(,"tools":[{"type":"function","function":{"name":"headroom_retrieve","parameters":{"properties":{"hash":{}}}}}])")
          .lossless);
  const Outcome other = outcome(R"(,"tools":[{"name":"run"}])");
  EXPECT_TRUE(other.lossless && other.markers.empty());
  EXPECT_EQ(other.warnings.size(), 1u);
  EXPECT_TRUE(outcome(R"(,"tool_choice":"none")").lossless);
  // With `auto` our tool joins the client's own, and is booked.
  options.retrieval = Retrieval::auto_;
  const Outcome joined = outcome(R"(,"tools":[{"type":"function","function":{"name":"run"}}])");
  EXPECT_TRUE(joined.tool_added && !joined.lossless && joined.redeem == Redeem::in_hand);
  EXPECT_NE(joined.output.find(R"({"name":"run"}},{"type":"function","function":{"name":"headroom_retrieve")"),
            std::string::npos);
  const Outcome none = outcome(R"(,"tools":[{"type":"function","function":{"name":"run"}}],"tool_choice":"none")");
  EXPECT_TRUE(none.tool_added && none.lossless);
  const Tokens tool = counters.ruler().count(messages::tool_definition(messages::Format::openai));
  options.inject = Inject::never;
  EXPECT_EQ(none.after, outcome(R"(,"tools":[{"type":"function","function":{"name":"run"}}])").after + tool);
  EXPECT_FALSE(outcome("").tool_added);
  options.retrieval = Retrieval::tool;
  options.redeems_outside = true;
  EXPECT_FALSE(outcome(R"(,"tools":[{"name":"run"}])").lossless);
}

// Providers answer a batch within a day: its originals are kept as long.
TEST(Compress, OriginalsOfBatchesAreKeptUntilTheirAnswersCome) {
  tokens::Witnesses counters;
  const store::WorkspaceKey key{"default", std::string(32, 'k')};
  std::chrono::system_clock::time_point now(std::chrono::hours(500'000));
  const auto memory = store::open_memory(key, {.ttl = std::chrono::hours(1), .now = [&] { return now; }});
  Services services{counters, [&]() -> Result<store::Store*> { return memory.get(); }, false, &key};
  services.ttl_batch = std::chrono::hours(25);
  std::string rows = "[";
  for (int i = 0; i < 300; ++i)
    rows += std::string(i ? "," : "") + "{\\\"id\\\":" + std::to_string(i * 7919 % 9973) + ",\\\"n\\\":\\\"" +
            std::to_string(i * 31 % 257) + "\\\"}";
  for (const bool in_batch : {false, true}) {
    Options options;
    options.retrieval = Retrieval::tool;
    options.in_batch = in_batch;
    const std::string body = R"({"messages":[{"role":"user","content":")" + std::string(in_batch ? "one" : "two") +
                             R"("},{"role":"tool","content":")" + rows + (in_batch ? " ]" : "]") + "\"}]}";
    const Outcome out = compress_body(body, "", options, services);
    ASSERT_EQ(out.markers.size(), 1u);
    const auto handle = store::parse_handle(out.markers[0].hash);
    const auto expires = memory->stat(*handle).value()->expires;
    EXPECT_EQ(expires - now, std::chrono::hours(in_batch ? 25 : 1));
    now += std::chrono::hours(24);
    EXPECT_EQ(memory->get(*handle)->status, in_batch ? store::Status::live : store::Status::expired);
    now -= std::chrono::hours(24);
  }
}

std::string python_source() {
  std::string out = "import os\n\n\n";
  for (int f = 0; f < 4; ++f) {
    out += "def function_" + std::to_string(f) + "(a):\n";
    for (int i = 0; i < 20; ++i)
      out += "    step_number_" + std::to_string(i) + "(a, 'one more step of the function')\n";
    out += "    return a\n\n\n";
  }
  return out;
}

std::string as_json(std::string_view text) {
  std::string out;
  for (char c : text) out += c == '\n' ? "\\n" : c == '"' ? "\\\"" : std::string(1, c);
  return out;
}

TEST(Compress, CodeInAConversationStaysRawUntilAnEpoch) {
  tokens::Witnesses counters;
  const auto memory = store::open_memory({"default", std::string(32, 'k')}, {});
  Services services{counters, [&]() -> Result<store::Store*> { return memory.get(); }};
  Options options;
  options.retrieval = Retrieval::tool;
  options.redeems_outside = true;
  const std::string code = python_source();
  const auto body_of = [&](const std::string& content) {
    return R"({"messages":[{"role":"user","content":"go"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function",)"
           R"("function":{"name":"Bash","arguments":"{\"command\":\"cat src/a.py\"}"}}]},)"
           R"({"role":"tool","tool_call_id":"c1","content":")" +
           as_json(content) + R"("}]})";
  };
  const Outcome raw = compress_body(body_of(code), "", options, services);
  EXPECT_FALSE(raw.changed);
  ASSERT_FALSE(raw.skipped.empty());
  EXPECT_EQ(raw.skipped.back().reason, Reason::code_recent);
  // A fence in prose is code too, and no other kind may take it.
  const std::string fenced = "The file:\n\n```python\n" + code + "```\n\nThat is all of it.\n";
  EXPECT_FALSE(compress_body(body_of(fenced), "", options, services).changed);
  options.keep_code = 0;  // nothing is recent
  EXPECT_TRUE(compress_body(body_of(code), "", options, services).changed);
  options.keep_code = 4;
  const Outcome one =
      compress_content(code, {"code", "", "Bash", R"({"command":"cat src/a.py"})", ""}, options, services);
  EXPECT_TRUE(one.changed);
  EXPECT_EQ(one.transforms, std::vector<std::string>{"code_bodies"});
}

TEST(ReadPath, NamesTheFileWhoseTextItIs) {
  EXPECT_EQ(read_path(R"({"file_path":"src/a.py","limit":20})"), "src/a.py");
  EXPECT_EQ(read_path(R"({"command":"cat -n src/a.py | head -n 50"})"), "src/a.py");
  EXPECT_EQ(read_path(R"({"cmd":"cd app && sed -n '1,80p' \"lib/my b.rb\""})"), "lib/my b.rb");
  EXPECT_EQ(read_path("git show HEAD~2:src/a.cc"), "src/a.cc");
  EXPECT_EQ(read_path("/usr/bin/cat x.go"), "x.go");
  EXPECT_EQ(read_path(R"({"command":["bash","-lc","sed -n '1,240p' src/a.py"],"workdir":"/w"})"), "src/a.py");
  EXPECT_EQ(read_path(R"({"command":["cat","src/my a.py"]})"), "src/my a.py");
  EXPECT_EQ(read_path(R"({"path":"src/a.py","pattern":"def f"})"), "");
  EXPECT_EQ(read_path(R"({"command":["bash","-lc","python src/a.py"]})"), "");
  for (const char* other : {"python src/a.py", "pytest -v tests/test_a.py", "cat a.py; python a.py", "grep -n x a.py",
                            "git show HEAD", "wc -l a.py", "", "  ", R"({"query":"a.py"})", "[1]"}) {
    EXPECT_EQ(read_path(other), "") << other;
  }
}

TEST(Compress, MixedContentDecodesToItsBytes) {
  tokens::Witnesses counters;
  Services services{counters, nullptr};
  std::string log;
  for (int i = 0; i < 200; ++i) {
    log += "2026-03-01T10:00:" + std::to_string(10 + i % 50) + "Z INFO worker[" + std::to_string(i % 7) + "]: job " +
           std::to_string(i) + " done in " + std::to_string(i * 13 % 97) + " ms\n";
  }
  const std::string text = "# Report\n\nWhat the service wrote:\n\n```\n" + log +
                           "```\n\n- one\n- two\n\nEverything else was fine, as far as we could see.\n";
  const Outcome o = compress_content(text, {}, Options(), services);
  if (o.changed) {
    const auto back = decode(o.output);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, text);
  }
  EXPECT_TRUE(o.changed);
}

std::string coloured_diff() {
  std::string out =
      "\x1b[1mdiff --git a/x.py b/x.py\x1b[m\n\x1b[1mindex 3f1c2aa..9ab0c17 100644\x1b[m\n"
      "\x1b[1m--- a/x.py\x1b[m\n\x1b[1m+++ b/x.py\x1b[m\n\x1b[36m@@ -1,240 +1,240 @@\x1b[m\n";
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i);
    for (int k = 0; k < 5; ++k) out += " line " + n + " stays as it was before, " + std::to_string(k) + "\n";
    out += "\x1b[31m-old_" + n + " = compute(" + n + ")\x1b[m\n\x1b[32m+\x1b[m\x1b[32mnew_" + n + " = 0\x1b[m\n";
  }
  return out;
}

// Judges the first `good` texts, then fails, as a model may in the middle of a run.
class Failing final : public compressors::prose::SentenceScorer {
 public:
  explicit Failing(int good) : left_(good) {}
  std::string_view version() const override { return "failing"; }
  std::optional<std::vector<std::uint32_t>> score(const compressors::prose::Evidence& e) const override {
    if (left_-- <= 0) return std::nullopt;
    return std::vector<std::uint32_t>(e.document.units.size(), 1);
  }

 private:
  mutable int left_;
};

TEST(NotJudged, AFailureOfTheScorerIsSaid) {
  tokens::Witnesses counters;
  const search::Query none;
  std::string text;
  for (int i = 0; i < 90; ++i)
    text += "The keeper of room " + std::to_string(i) + " counts his papers while the kettle boils in the yard.\n";
  BlockRequest request{text, counters.ruler().count(text), none, {}, true, false, {}, {}, {}, true};
  EXPECT_FALSE(compress_block(request, Options(), counters).not_judged);
  const Failing good(100), bad(0);
  request.kind = "prose";
  request.scorer = &good;
  EXPECT_TRUE(compress_block(request, Options(), counters).best);
  request.scorer = &bad;
  const BlockResult result = compress_block(request, Options(), counters);
  EXPECT_FALSE(result.best);
  EXPECT_TRUE(result.not_judged);
  EXPECT_EQ(result.reason, Reason::not_judged);
  EXPECT_EQ(to_string(result.reason), "not_judged");
}

std::vector<compressors::View> terminal_views_of(std::string_view text, bool reversible, bool line_preserving = false) {
  static tokens::Witnesses counters;
  static const search::Query none;
  const BlockRequest request{text, counters.ruler().count(text), none, {}, reversible, line_preserving, {}};
  std::vector<compressors::View> views;
  if (!has_terminal_codes(request)) return views;
  if (auto view = view_of_screen(request, Options(), counters)) views.push_back(*std::move(view));
  if (auto view = view_with_marks(request, Options(), counters)) views.push_back(*std::move(view));
  return views;
}

TEST(TerminalViews, WhatIsLeftGoesToItsKind) {
  const auto views = terminal_views_of(coloured_diff(), true);
  ASSERT_EQ(views.size(), 2u);
  EXPECT_EQ(views[0].fidelity, compressors::Fidelity::reversible);
  EXPECT_NE(views[0].text.find("[diff, "), std::string::npos);
  EXPECT_NE(views[0].text.find("+new_39 = 0"), std::string::npos);
  EXPECT_EQ(views[0].text.find('\x1b'), std::string::npos);
  EXPECT_EQ(views[1].fidelity, compressors::Fidelity::lossless);
  EXPECT_EQ(decode_terminal(views[1].text), coloured_diff());
}

TEST(TerminalViews, NothingIsLeftOutWhereItMayNotBe) {
  for (const auto& view : terminal_views_of(coloured_diff(), false))
    EXPECT_EQ(view.fidelity, compressors::Fidelity::lossless);
  EXPECT_TRUE(terminal_views_of("no codes\n", true).empty());
  EXPECT_TRUE(terminal_views_of(std::string("\x1b[1mx\0y\x1b[m\n", 12), true).empty());
}

TEST(TerminalViews, StatementsThatColoursHidAreNotShown) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "\x1b[1m[lines 3-900 of 999]\x1b[0m\rx\n";
  for (const auto& view : terminal_views_of(text, true)) {
    if (view.fidelity == compressors::Fidelity::lossless) continue;
    EXPECT_EQ(view.text.find("\n[lines 3-900 of 999]"), std::string::npos);
  }
}

// What was written over is most of it: the screen stands for it, whatever a view of all of it would cost. Source code
// that quotes such output stays raw as other code does.
TEST(TerminalViews, AScreenOutdoesWhatWasWrittenOver) {
  static tokens::Witnesses counters;
  static const search::Query none;
  std::string bars;
  for (int i = 0; i <= 100; ++i)
    bars += "\rlayer 3a7f: " + std::to_string(i) + " % of " + std::to_string(i * 7919) + " kB";
  const auto block_of = [&](std::string_view text, std::string_view path) {
    BlockRequest request{text, counters.ruler().count(text), none, {}, true, false, {}, path};
    request.at_epoch = false;
    return compress_block(request, Options(), counters);
  };
  const BlockResult screen = block_of(bars + "\ndone\n", "");
  ASSERT_TRUE(screen.best);
  EXPECT_EQ(screen.best->view.method, "terminal_screen");
  EXPECT_NE(screen.best->view.text.find("layer 3a7f: 100 % of 791900 kB"), std::string::npos);
  const BlockResult raw = block_of("/* " + bars + " */\nint left(int room) {\n  return room - 1;\n}\n", "src/pool.c");
  EXPECT_FALSE(raw.best);
  EXPECT_EQ(raw.reason, Reason::code_recent);
}

TEST(TerminalViews, ViewsInViewsAreNotFollowedForEver) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "[terminal, view below, complete]\n";
  EXPECT_FALSE(decode_terminal(text));
}

RC_GTEST_PROP(TerminalViews, LosslessOnesDecode, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("\x1b[32m", "\x1b[0m", "\r", "\n", "\r\n", "2026-03-01 10:00:01 INFO job 17 done\n",
                                    "get 50 %", "\b", "\x1b[1A", "[end]", "error: lost\n", "§", "a.py:12:x\n"));
  std::string text;
  for (const std::string& p : pieces) text += p;
  for (const auto& view : terminal_views_of(text, false)) RC_ASSERT(decode_terminal(view.text) == text);
}

}  // namespace
}  // namespace headroom::pipeline
