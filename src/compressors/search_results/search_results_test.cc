#include "compressors/search_results/search_results.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "compressors/search_results/grep_output.h"
#include "compressors/search_results/search_lossless.h"

namespace headroom::compressors {
namespace {

struct Asked {
  std::vector<View> views;
  const View* lossless() const { return find(Fidelity::lossless); }
  const View* reversible() const { return find(Fidelity::reversible); }
  const View* find(Fidelity f) const {
    for (const View& v : views) {
      if (v.fidelity == f) return &v;
    }
    return nullptr;
  }
};

Asked ask(std::string_view text, std::string_view question = {}, std::optional<Tokens> budget = {}) {
  const std::vector<search::QueryText> texts{{question, 1}};
  const search::Query query = question.empty() ? search::Query() : search::Query::parse(texts);
  tokens::Counter ruler;
  return {search_compressor.views(text, {query, ruler, budget, true}, false)};
}

std::string decoded(const std::string& view) {
  return search_compressor.decode(view).value_or("<no view of this kind>");
}

// Results as grep -rn prints them, over a made tree.
std::string made(std::size_t files, std::size_t matches, std::string_view lead = "./src/") {
  const std::vector<std::string> areas{"api", "billing", "core/events", "core/store", "web"};
  std::string out;
  for (std::size_t f = 0; f < files; ++f) {
    for (std::size_t m = 0; m < matches; ++m) {
      out += std::string(lead) + areas[f * areas.size() / files] + "/part_" + std::to_string(f) +
             ".py:" + std::to_string(m * 9 + f % 7 + 1) + ":    return self.handler_" +
             std::to_string(f * matches + m) + "(request, " + std::to_string(m % 3) + ")\n";
    }
  }
  return out;
}

TEST(GrepOutput, ReadsEveryStyle) {
  struct Case {
    std::string_view text;
    GrepStyle style;
    std::size_t files, matches;
  };
  for (const Case& c : std::vector<Case>{
           {"src/a.py:1:x = 1\nsrc/a.py-2-y\n--\nsrc/b.py:7:x\n", GrepStyle::numbered, 2, 2},
           {"src/a.py:1:5:x = 1\nsrc/b.py:7:1:x\n", GrepStyle::numbered, 2, 2},
           {"src/a.py\n1:x = 1\n2-y\n\nsrc/b.py\n7:x\n", GrepStyle::headed, 2, 2},
           {"12:x = 1\n19:x = 2\n40:x\n", GrepStyle::one_file, 1, 3},
           {"src/a.py:12\nsrc/b.py:0\nsrc/c/d.py:3\n", GrepStyle::counts, 3, 15},
           {"src/a.py\nsrc/b.py\nsrc/c/d.py\n", GrepStyle::names, 3, 3},
           {"src/a.py:x = 1\nsrc/a.py:y = x\nsrc/b.py:    x\nsrc/b.py:x\n", GrepStyle::unnumbered, 2, 4},
           {"HEAD:src/a.py:1:x\nHEAD:src/a.py:2:x\n", GrepStyle::numbered, 1, 2},
           {"Makefile:3:all: x\nMakefile:9:x:\nsrc/a.c:1:x\n", GrepStyle::numbered, 2, 3},
       }) {
    const auto g = read_grep(c.text);
    ASSERT_TRUE(g) << c.text;
    EXPECT_EQ(g->style, c.style) << c.text;
    EXPECT_EQ(g->files.size(), c.files) << c.text;
    EXPECT_EQ(g->matches, c.matches) << c.text;
  }
}

TEST(GrepOutput, TheLongestPathSeenWinsTheSplit) {
  const auto windows = read_grep("C:\\src\\x.c:12:int a;\nC:\\src\\x.c:14:int b;\n");
  ASSERT_TRUE(windows);
  EXPECT_EQ(windows->files[0].path, "C:\\src\\x.c");
  EXPECT_EQ(windows->records[0].number, 12u);

  const auto dated = read_grep("logs/app-2024-01.txt:12:x\nlogs/app-2024-01.txt-13-y\nlogs/app-2024-01.txt:14:z\n");
  ASSERT_TRUE(dated);
  ASSERT_EQ(dated->files.size(), 1u);
  EXPECT_EQ(dated->files[0].path, "logs/app-2024-01.txt");
  EXPECT_EQ(dated->records[1].kind, RecordKind::context);
  EXPECT_EQ(dated->records[1].number, 13u);

  const auto quoting = read_grep("a/b.py:10:x\na/b.py-11-see c.py:13:y\na/b.py:12:x\n");
  ASSERT_TRUE(quoting);
  EXPECT_EQ(quoting->files.size(), 1u);
  EXPECT_EQ(quoting->records[1].kind, RecordKind::context);
}

TEST(GrepOutput, LeavesOtherKindsAlone) {
  for (std::string_view text : {
           "id,name,note\n1,\"a:1:b\",x\n2,b,y\n3,c,z\n",
           "12:30:45 started\n12:30:46 ready\n12:31:07 stopped\n",
           "2026-03-01T10:02:11 INFO a\n2026-03-01T10:02:12 INFO b\n2026-03-01T10:02:13 WARN c\n",
           "src/a.c:12:5: error: expected ';'\nsrc/a.c:14:9: warning: unused variable\nsrc/b.c:1:1: note: here\n",
           "src/a.py:12:80: E501 line too long\nsrc/a.py:19:1: F401 unused import\n",
           "The first point: it works.\nThe second point: it is fast.\n",
           "key: value\nother: 12\nlast: x\n",
           "https://host.example/a:1:x is a URL\nso is https://host.example/b:2:y\n",
           "",
           "\n\n",
       }) {
    EXPECT_FALSE(read_grep(text)) << text;
  }
}

TEST(SearchLossless, WritesTheFormatOfThePage) {
  const std::string text =
      "/srv/app/src/api/orders.py:41:    raise ValueError(\"negative amount\")\n"
      "/srv/app/src/api/orders.py-42-    return total\n"
      "/srv/app/src/api/orders.py:60:    raise ValueError(\"no currency\")\n"
      "/srv/app/src/api/orders.py:88:    raise ValueError(\"no customer\")\n"
      "/srv/app/src/api/users.py:7:raise ValueError(f\"bad id {x}\")\n"
      "/srv/app/src/api/users.py:19:    raise ValueError(\"bad mail\")\n"
      "/srv/app/src/api/users.py:23:    raise ValueError(\"bad name\")\n"
      "/srv/app/src/api/users.py:31:    raise ValueError(\"bad phone\")\n"
      "/srv/app/src/main.py:3:raise ValueError(f\"bad flag {x}\")\n";
  const Asked asked = ask(text);
  ASSERT_NE(asked.lossless(), nullptr);
  EXPECT_EQ(asked.lossless()->text,
            "[search, 8 matches in 3 files, complete; under /srv/app/src/; letters: how lines begin, 1 below]\n"
            "A=    raise ValueError(\n"
            "api/\n"
            "orders.py\n"
            "41:A\"negative amount\")\n"
            "42-    return total\n"
            "60:A\"no currency\")\n"
            "88:A\"no customer\")\n"
            "users.py\n"
            "7:raise ValueError(f\"bad id {x}\")\n"
            "19:A\"bad mail\")\n"
            "23:A\"bad name\")\n"
            "31:A\"bad phone\")\n"
            "./main.py\n"
            "3:raise ValueError(f\"bad flag {x}\")");
  EXPECT_EQ(decoded(asked.lossless()->text), text);
}

TEST(SearchLossless, GivesEveryByteBack) {
  tokens::Counter ruler;
  for (std::string text : std::vector<std::string>{
           made(5, 4),
           made(5, 4) + "no newline at the end:1",
           made(3, 3) + "Binary file ./src/x.bin matches\ngrep: ./secret: Permission denied\n" + made(2, 2, "./lib/"),
           made(3, 3) + "[end]\n[search, 3 matches in 2 files, complete]\n|bar\n--\n\n" + made(2, 2),
           "./2024-01.log:1:a b c d\n./2024-01.log:2:a b c d\n./x/12-3-y.log:3:a b c d\n./x/12-3-y.log:4:a b c d\n",
           "C:\\a\\x.c:1:int longer_name_a;\r\nC:\\a\\x.c:2:int longer_name_b;\r\nC:\\a\\b\\y.c:2:int "
           "longer_name_c;\r\n",
           "src/a.py:1:~~~ tilde\nsrc/a.py:2:^ caret ~\nsrc/a.py:30:~ one\nsrc/a.py:40:~ two\n",
           "src/a.py\n1:x = 1\n2-y\n--\n9:x\n\nsrc/b.py\n7:x\n\nlib/b.py\n7:x\n",
           "src/a.py\n1:x = 1\nsrc/b.py\n7:x\nlib/b.py\n7:x\n8:y\n",
           "src/deep/er/a.py:1\nsrc/deep/er/b.py:0\nsrc/deep/er/c.py:44\nREADME.md:2\nsrc/deep/d.py:3\n",
           "src/deep/er/a.py\nsrc/deep/er/b.py\nsrc/deep/er/c.py\nsrc/deep/d.py\nREADME.md\n",
           "src/a.py:x = 1\nsrc/a.py-- y\nsrc/a.py:--\n--\nsrc/a.py:z\nsrc/b.py:x\nsrc/b.py:x\n",
       }) {
    const auto g = read_grep(text);
    ASSERT_TRUE(g) << text;
    const auto view = encode_search(*g, text, {}, ruler);
    ASSERT_TRUE(view) << text;
    EXPECT_EQ(decoded(*view), text) << *view;
  }
}

TEST(SearchLossless, HitsOfTheQueryKeepTheirLead) {
  const Asked asked = ask(made(20, 6), "where is handler_77 called?");
  ASSERT_NE(asked.lossless(), nullptr);
  EXPECT_NE(asked.lossless()->text.find("return self.handler_77(request"), std::string::npos);
  EXPECT_NE(asked.lossless()->text.find("\nA="), std::string::npos);
}

// Promise 4: what is shown stands in the source, under its own path and number.
void expect_only_source_lines(const std::string& text, const View& view) {
  std::set<std::string, std::less<>> source;
  for (const Line& l : split_lines(text)) source.insert(std::string(l.text));
  std::string path;
  for (const Line& l : split_lines(view.text)) {
    std::string line(l.text);
    if (line.starts_with('[')) continue;
    if (const std::size_t at = line.rfind(" [x");
        at != std::string::npos && line.ends_with(']') && !source.contains(line))
      line.resize(at);
    if (source.contains(line)) continue;
    const std::size_t behind = after_number(line, 0);
    if (behind == 0) {
      path = line;
      continue;
    }
    EXPECT_TRUE(source.contains(path + line[behind - 1] + line)) << path << " | " << line;
  }
}

TEST(SearchReversible, TheAskedForLineAmongManyIsShown) {
  const std::string text = made(200, 20);
  const Asked asked = ask(text, "What calls `handler_17(` and why?");
  ASSERT_NE(asked.reversible(), nullptr);
  EXPECT_NE(asked.reversible()->text.find("return self.handler_17(request"), std::string::npos);
  expect_only_source_lines(text, *asked.reversible());
  tokens::Counter ruler;
  EXPECT_LT(ruler.count(asked.reversible()->text).value * 5, ruler.count(text).value);
}

TEST(SearchReversible, DefinitionsOfWhatTheQueryNamesAreShown) {
  std::string text;
  for (int f = 0; f < 120; ++f) {
    text += "./pkg/mod_" + std::to_string(f) + ".py:" + std::to_string(f + 10) +
            ":        total = compute_total(rows_" + std::to_string(f) + ")\n";
    if (f == 60) text += "./pkg/mod_60.py:99:def compute_total(rows, currency=None):\n";
  }
  const Asked asked = ask(text, "where is compute_total defined?");
  ASSERT_NE(asked.reversible(), nullptr);
  EXPECT_NE(asked.reversible()->text.find("def compute_total(rows, currency=None):"), std::string::npos);
}

TEST(SearchReversible, NoFileVanishes) {
  const std::string text = made(60, 8);
  const Asked asked = ask(text, "handler");
  ASSERT_NE(asked.reversible(), nullptr);
  for (int f = 0; f < 60; ++f) {
    EXPECT_NE(asked.reversible()->text.find("part_" + std::to_string(f) + ".py"), std::string::npos) << f;
  }
}

TEST(SearchReversible, TooManyFilesAreCountedByDirectoryAndItSaysSo) {
  const std::string text = made(5000, 4);
  const Asked asked = ask(text);
  ASSERT_NE(asked.reversible(), nullptr);
  const std::string& view = asked.reversible()->text;
  EXPECT_NE(view.find("by directory; names not shown]"), std::string::npos);
  // The files add up: those with shown lines, and those counted.
  std::size_t counted = 0, shown = 0;
  std::set<std::string> paths;
  for (const Line& l : split_lines(view)) {
    const std::string line(l.text);
    const std::size_t in = line.find(" in "), files = line.rfind(" file");
    if (line.starts_with("[./") && in != std::string::npos && files != std::string::npos) {
      counted += std::stoul(line.substr(in + 4, files - in - 4));
    } else if (line.starts_with("./")) {
      paths.insert(line.substr(0, line.find(".py")));
    }
  }
  shown = paths.size();
  EXPECT_EQ(counted + shown, 5000u);
}

TEST(SearchReversible, EqualLinesAreShownOnceWithTheirCount) {
  std::string text;
  for (int f = 0; f < 40; ++f) {
    for (int m = 0; m < 5; ++m) {
      text += "./app/view_" + std::to_string(f) + ".ts:" + std::to_string(m * 11 + 3) +
              ":  throw new NotImplementedError();\n";
    }
    text += "./app/view_" + std::to_string(f) + ".ts:90:  export const only_here_" + std::to_string(f) + " = " +
            std::to_string(f * 7) + ";\n";
  }
  const Asked asked = ask(text);
  ASSERT_NE(asked.reversible(), nullptr);
  EXPECT_NE(asked.reversible()->text.find("throw new NotImplementedError(); [x200 in 40 files]"), std::string::npos);
  expect_only_source_lines(text, *asked.reversible());
}

TEST(SearchReversible, KeepsToABudget) {
  const std::string text = made(300, 10);
  tokens::Counter ruler;
  for (int budget : {400, 1000, 4000}) {
    const Asked asked = ask(text, "handler_5 and handler_9", Tokens(budget));
    ASSERT_NE(asked.reversible(), nullptr);
    EXPECT_LT(ruler.count(asked.reversible()->text).value, budget + budget / 4 + 300) << budget;
  }
}

TEST(SearchReversible, MostlyUnexplainedTextGetsNoLossyView) {
  std::string text = made(10, 3);
  for (int i = 0; i < 12; ++i) text += "a remark of the tool, number " + std::to_string(i) + "\n";
  EXPECT_EQ(ask(text).reversible(), nullptr);
}

TEST(SearchReversible, ShufflingFilesHardlyChangesTheSize) {
  tokens::Counter ruler;
  std::vector<std::string> blocks;
  for (int f = 0; f < 80; ++f) blocks.push_back(made(1, 6, "./src/" + std::to_string(f) + "/"));
  std::string forward, backward;
  for (std::size_t f = 0; f < blocks.size(); ++f) {
    forward += blocks[f];
    backward += blocks[blocks.size() - 1 - f];
  }
  const auto a = ruler.count(ask(forward).reversible()->text).value,
             b = ruler.count(ask(backward).reversible()->text).value;
  EXPECT_LT(std::abs(a - b) * 10, a);
}

// Lines over a small alphabet of the pieces that the format itself is made of.
rc::Gen<std::string> hostile_line() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(
                          rc::gen::elementOf(std::vector<std::string>{"src/a.py",
                                                                      "src/",
                                                                      "b.py",
                                                                      "12",
                                                                      ":",
                                                                      "-",
                                                                      "--",
                                                                      "~",
                                                                      "|",
                                                                      "./",
                                                                      "[end]",
                                                                      " ",
                                                                      "x(",
                                                                      "\\",
                                                                      "\t",
                                                                      "\r",
                                                                      "9-9-9",
                                                                      "[search, 2 matches in 2 files, complete]",
                                                                      "Binary file a/b matches",
                                                                      "\xff",
                                                                      "A",
                                                                      "B",
                                                                      "raise ValueError("})),
                      [](const std::vector<std::string>& parts) {
                        std::string line;
                        for (const std::string& p : parts) line += p;
                        return line;
                      });
}

RC_GTEST_PROP(SearchLossless, AnythingItEncodesItDecodes, ()) {
  const auto lines = *rc::gen::container<std::vector<std::string>>(hostile_line());
  std::string text;
  for (const std::string& l : lines) {
    if (*rc::gen::inRange(0, 3) > 0) text += "src/a.py:" + std::to_string(*rc::gen::inRange(1, 99)) + ":";
    text += l + '\n';
  }
  if (*rc::gen::inRange(0, 2) == 0 && !text.empty()) text.pop_back();
  const auto g = read_grep(text, true);
  if (!g) return;
  tokens::Counter ruler;
  const auto view = encode_search(*g, text, {}, ruler);
  if (view) RC_ASSERT(search_compressor.decode(*view) == text);
}

RC_GTEST_PROP(SearchLossless, ArbitraryViewsAndTextsDoNoHarm, (std::string bytes)) {
  search_compressor.decode(bytes);
  search_compressor.decode("[search, 1 match in 1 file, complete; letters: how lines begin, 1 below]\nA=x\n" + bytes);
  ask(bytes, "x");
}

RC_GTEST_PROP(SearchReversible, ShownLinesAreSourceLines, ()) {
  const auto files = *rc::gen::inRange<std::size_t>(1, 40), matches = *rc::gen::inRange<std::size_t>(1, 30);
  const std::string text = made(files, matches);
  const Asked asked = ask(text, "handler_3 or part_5");
  if (asked.reversible() != nullptr) expect_only_source_lines(text, *asked.reversible());
}

TEST(SearchReversible, AFailureOfTheToolIsShownBehindItsOtherRemarks) {
  std::string text = made(60, 8);
  for (int i = 0; i < 9; ++i) text += "note number " + std::to_string(i) + "\n";
  text += "grep: exiting with failure after a read error\n";
  const Asked asked = ask(text);
  ASSERT_NE(asked.reversible(), nullptr);
  EXPECT_NE(asked.reversible()->text.find("grep: exiting with failure after a read error"), std::string::npos);
  EXPECT_NE(asked.reversible()->text.find("4 other lines not shown"), std::string::npos);
}

}  // namespace
}  // namespace headroom::compressors
