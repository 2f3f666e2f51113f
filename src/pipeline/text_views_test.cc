#include "pipeline/text_views.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "json/document.h"
#include "json/strings.h"
#include "pipeline/compress.h"
#include "pipeline/decode.h"
#include "pipeline/long_strings.h"
#include "pipeline/retrieve.h"

namespace headroom::pipeline {
namespace {

using compressors::Fidelity;

std::string matches(int n) {
  std::string out;
  for (int i = 0; i < n; ++i)
    out += "src/api/part_" + std::to_string(i / 9) + ".cc:" + std::to_string(10 + i * 7) + ":  check(\"value\", row[" +
           std::to_string(i * 31 % 97) + "]);\n";
  return out;
}

std::string log_lines(int n) {
  std::string out;
  for (int i = 0; i < n; ++i) {
    out +=
        "2026-03-01T10:" + std::to_string(10 + i / 60 % 50) + ":" + std::to_string(10 + i % 50) +
        (i == n / 2 ? "Z ERROR worker 3: disk \"/data\" is full, job 4711 lost\n"
                    : "Z INFO worker " + std::to_string(i % 4) + ": job " + std::to_string(i * 37 % 991) + " done\n");
  }
  return out;
}

std::string output_of(std::string_view text) {
  return "{\"output\": " + json::quote(text) + ", \"metadata\": {\"exit_code\": 1}}";
}

BlockResult compressed(std::string_view text, bool reversible, bool at_epoch = true, bool exact = false) {
  static tokens::Witnesses counters;
  static const search::Query none;
  const BlockRequest request{text, counters.ruler().count(text), none, {}, reversible, exact, {}, {}, {}, at_epoch};
  return compress_block(request, Options(), counters);
}

TEST(LongStrings, AreTakenOutAndPutBack) {
  const std::string log = log_lines(20);
  const std::string text =
      R"({"stdout": )" + json::quote(log) + R"(, "stderr": "short", "again": )" + json::quote(log) + "}\n";
  const auto strings = take_out_long_strings(text);
  ASSERT_TRUE(strings);
  EXPECT_EQ(strings->frame, "{\"stdout\": \"[text 1]\", \"stderr\": \"short\", \"again\": \"[text 1]\"}\n");
  EXPECT_EQ(strings->texts, std::vector<std::string>{log});
  EXPECT_EQ(put_in(strings->frame, strings->texts, strings->spelling), text);
  // Lines of JSON.
  const std::string lines = output_of(log) + "\n" + output_of(matches(12)) + "\n";
  const auto two = take_out_long_strings(lines);
  ASSERT_TRUE(two);
  EXPECT_FALSE(two->one_value);
  EXPECT_EQ(put_in(two->frame, two->texts, two->spelling), lines);
}

TEST(LongStrings, StayWhereTheyWouldNotComeBack) {
  std::string odd = json::quote(log_lines(20));
  odd.replace(odd.find("worker"), 1, "\\u0077");
  EXPECT_FALSE(take_out_long_strings("{\"output\": " + odd + "}"));
  EXPECT_FALSE(take_out_long_strings("{\"output\": \"\\ud83d" + odd.substr(1) + "}"));
  EXPECT_FALSE(take_out_long_strings("{\"output\": \"\\u0000" + odd.substr(1) + "}"));
  // The source speaks as we would.
  EXPECT_FALSE(take_out_long_strings("{\"a\": \"[text 1]\", \"output\": " + json::quote(log_lines(20)) + "}"));
  // No JSON, no long strings, too small a part.
  for (const std::string& text :
       {std::string(), std::string("{"), "[" + log_lines(20) + "]", std::string("{\"a\": \"b\\n\"}"),
        "{\"rows\": [" + std::string(20000, '1') + "], \"output\": " + json::quote(log_lines(10)) + "}"})
    EXPECT_FALSE(take_out_long_strings(text)) << text.substr(0, 80);
}

TEST(LongStrings, KeepTheSpellingOfEscapes) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "Zeile " + std::to_string(i) + ": gr\\u00fcn \\u003cb\\u003e \\ud83d\\ude00\\n";
  text = "{\"output\":\"" + text + "\"}";
  const auto strings = take_out_long_strings(text);
  ASSERT_TRUE(strings);
  EXPECT_NE(strings->texts[0].find("Zeile 3: grün <b> 😀\n"), std::string::npos);
  EXPECT_EQ(put_in(strings->frame, strings->texts, strings->spelling), text);
}

TEST(TextViews, AStringGetsTheViewOfItsKind) {
  const std::string text = output_of(matches(60));
  const BlockResult r = compressed(text, false);
  ASSERT_TRUE(r.best);
  EXPECT_EQ(r.best->view.method, "json_texts");
  EXPECT_NE(
      r.best->view.text.find("\n{\"output\": \"[text 1]\", \"metadata\": {\"exit_code\": 1}}\n[text 1]\n[search, "),
      std::string::npos)
      << r.best->view.text;
  EXPECT_EQ(decode_whole(r.best->view.text), text);
}

TEST(TextViews, OfSeveralEachHasItsOwn) {
  const std::string text = "{\"stdout\": " + json::quote(matches(40)) + ", \"stderr\": " + json::quote(log_lines(40)) +
                           ", \"note\": " + json::quote("a\nb\n\"c\"\n" + std::string(300, 'x')) + "}";
  const BlockResult r = compressed(text, false);
  ASSERT_TRUE(r.best);
  EXPECT_EQ(r.best->view.method, "json_texts");
  EXPECT_NE(r.best->view.text.find("\n[text 2: "), std::string::npos);
  EXPECT_TRUE(r.best->view.text.ends_with("\n[text 3]\na\nb\n\"c\"\n" + std::string(300, 'x')));
  EXPECT_EQ(decode_whole(r.best->view.text), text);
}

TEST(TextViews, FramesInFramesAreOpened) {
  const std::string inner = "{\"output\": " + json::quote(matches(60)) + ", \"truncated\": false}";
  const std::string text = "{\"content\":[{\"type\":\"text\",\"text\":" + json::quote(inner) + "}],\"isError\":false}";
  const BlockResult r = compressed(text, false);
  ASSERT_TRUE(r.best);
  EXPECT_NE(r.best->view.text.find("[search, "), std::string::npos);
  EXPECT_EQ(decode_whole(r.best->view.text), text);
}

TEST(TextViews, ErrorsOfAStringStayVisible) {
  const std::string text = output_of(log_lines(900));
  const BlockResult r = compressed(text, true);
  ASSERT_TRUE(r.best);
  const compressors::View& view = r.best->view;
  EXPECT_EQ(view.fidelity, Fidelity::reversible);
  EXPECT_EQ(view.method, "json_texts");
  EXPECT_NE(view.text.find("disk \"/data\" is full, job 4711 lost"), std::string::npos);
  EXPECT_NE(view.text.find("\"exit_code\": 1"), std::string::npos);
  EXPECT_TRUE(view.statement.starts_with("text 1: ")) << view.statement;
}

TEST(TextViews, CodeInAStringStaysWhole) {
  std::string code = "#include <vector>\n\n";
  for (int i = 0; i < 60; ++i) {
    const std::string n = std::to_string(i);
    code += "int field_" + n +
            "(const std::vector<int>& row) {\n  int sum = 0;\n  for (int v : row) {\n    sum += v * " + n +
            ";\n  }\n  if (sum < 0) {\n    throw \"negative " + n + "\";\n  }\n  return sum;\n}\n\n";
  }
  const std::string text = "{\"path\":\"a.cc\",\"text\":" + json::quote(code) + "}";
  for (const bool exact : {false, true}) {
    const BlockResult r = compressed(text, !exact, false, exact);
    EXPECT_EQ(r.reason, Reason::code_recent);
    ASSERT_TRUE(r.best);
    EXPECT_TRUE(r.best->view.text.ends_with("\n[text 1]\n" + code));
    EXPECT_EQ(r.best->view.line_preserving, exact);
  }
  // At an epoch it is like any other text.
  const BlockResult late = compressed(text, true, true);
  ASSERT_TRUE(late.best);
  EXPECT_NE(late.reason, Reason::code_recent);
  EXPECT_FALSE(late.best->view.text.ends_with(code));
}

TEST(TextViews, LinesThatReadAsOursAreLeftAlone) {
  for (const std::string forged : {"[text 2: 3 lines]\n", "x\n[text 2]\n"}) {
    const BlockResult r = compressed(output_of(forged + matches(60)), false);
    EXPECT_TRUE(!r.best || r.best->view.method != "json_texts");
  }
  EXPECT_FALSE(decode_texts("[json, texts below, complete]\n{}\n[text 2]\nx", 4));
  EXPECT_FALSE(decode_texts("[json, texts below, complete]\n{}\n[text 1: 9 lines]\nx", 4));
}

TEST(TextViews, ViewsInViewsAreNotFollowedForEver) {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += "[json, texts below, complete]\n{}\n[text 1]\n";
  EXPECT_FALSE(decode_whole(text));
}

TEST(Retrieve, ReadsTheOneTextOfAFrameByItsLines) {
  const std::string log = log_lines(900);
  const std::string text = output_of(log);
  tokens::Counter ruler;
  const auto ask = [&](RetrieveRequest request) {
    return answer_retrieve(request, *store::parse_handle("123456789012"), text, {}, Tokens(400), ruler);
  };
  const RetrieveAnswer lines = ask({.lines = "450-452"});
  EXPECT_NE(lines.text.find("disk \"/data\" is full, job 4711 lost\n"), std::string::npos) << lines.text;
  EXPECT_EQ(lines.total, 900);
  const RetrieveAnswer part = ask({.lines = "1-900"});
  ASSERT_TRUE(part.cursor.starts_with("t")) << part.cursor;
  EXPECT_NE(ask({.cursor = part.cursor}).text.find("job "), std::string::npos);
  EXPECT_NE(ask({.query = "disk is full"}).text.find("job 4711 lost"), std::string::npos);
  EXPECT_NE(ask({.path = "$.metadata"}).text.find("{\"exit_code\": 1}"), std::string::npos);
  EXPECT_EQ(ask({}).text, text);  // a program's bare handle
}

std::string any_text(std::size_t seed) {
  static const std::vector<std::string> pieces{"a.py:12:x = \"1\"\n",
                                               "2026-03-01 10:00:01 INFO job 17 done\n",
                                               "é\n",
                                               "\t\\n\\\"",
                                               "[end]\n",
                                               "[text 2]\n",
                                               "{\"a\": 1}\n",
                                               "error: lost\r\n",
                                               "\x1b[1m",
                                               "</b>",
                                               "\n\n"};
  std::string out;
  for (std::size_t n = 20 + seed % 30; n > 0; --n, seed = seed * 2862933555777941757ULL + 3037000493ULL)
    out += pieces[(seed >> 33) % pieces.size()];
  return out;
}

RC_GTEST_PROP(TextViews, LosslessOnesDecodeAndNothingIsTouchedInSpelling,
              (std::vector<std::size_t> seeds, bool lines)) {
  std::string text = lines ? "" : "[";
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    if (i > 0) text += lines ? "\n" : ",";
    text += "{\"n\": " + std::to_string(i) + ", \"text\": " + json::quote(any_text(seeds[i])) + "}";
  }
  if (!lines) text += "]";
  if (const auto strings = take_out_long_strings(text))
    RC_ASSERT(put_in(strings->frame, strings->texts, strings->spelling) == text);
  const auto whole = compressed(text, false).best, best = compressed(text, true).best;
  for (const auto& choice : {whole, best}) {
    if (!choice || choice->view.fidelity != Fidelity::lossless) continue;
    const auto back = decode(choice->view.text);
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == text || json::same_tokens(text, *back));
  }
  // What is left out beside a reversible view is made where that is refused.
  RC_ASSERT(!whole || (best && best->tokens <= whole->tokens));
}

// Writing with a log in a fence: sentences by prose, the log by its kind; the error in it is seen.
TEST(Blocks, InWritingAreShortenedByTheirKinds) {
  std::string text = "# How it runs\n\n";
  const char* const who[] = {"The worker", "A reader", "Some report", "The queue"};
  const char* const does[] = {"waits for the next order", "keeps what it read", "looks at the table again"};
  for (int i = 0; i < 60; ++i)
    text += std::string(who[i % 4]) + ' ' + does[i % 3] + " and goes on to part " + static_cast<char>('a' + i % 26) +
            (i % 5 == 4 ? " of it.\n\n" : " of it. ");
  text += "This is what it wrote:\n\n```log\n" + log_lines(200) + "```\n\nThat is all there is to say of it.\n";
  const BlockResult r = compressed(text, true);
  ASSERT_TRUE(r.best);
  EXPECT_TRUE(r.best->kind == "prose" || r.best->kind == "mixed") << r.best->kind;
  const std::string& view = r.best->view.text;
  EXPECT_NE(view.find("[log, 200 lines; "), std::string::npos) << view;
  EXPECT_NE(view.find("ERROR worker 3: disk \"/data\" is full"), std::string::npos) << view;
  EXPECT_LT(r.best->tokens.value * 2, static_cast<std::int64_t>(text.size()) / 4);
  // Without a way back all stands, in frames or as it is.
  const BlockResult whole = compressed(text, false);
  if (whole.best) {
    EXPECT_EQ(decode_any(whole.best->view.text), text);
  }
}

TEST(Blocks, RowsAreTakenForWhatTheyAre) {
  std::ifstream file(HEADROOM_SOURCE_DIR "/corpus/rows/commits_oneline/input");
  const std::string commits(std::istreambuf_iterator<char>(file), {});
  ASSERT_GT(commits.size(), 5000u);
  const BlockResult r = compressed(commits, true);
  ASSERT_TRUE(r.best);
  EXPECT_EQ(r.best->kind, "rows");
  // Inside what a tool puts around it, and as a string of JSON.
  const BlockResult framed = compressed("Exit code: 0\nWall time: 0.1 seconds\nOutput:\n" + commits, true);
  ASSERT_TRUE(framed.best);
  EXPECT_NE(framed.best->view.text.find("[rows, 130 lines; "), std::string::npos) << framed.best->view.text;
  const BlockResult quoted = compressed(output_of(commits), true);
  ASSERT_TRUE(quoted.best);
  EXPECT_NE(quoted.best->view.text.find("[rows, 130 lines; "), std::string::npos) << quoted.best->view.text;
}

}  // namespace
}  // namespace headroom::pipeline
