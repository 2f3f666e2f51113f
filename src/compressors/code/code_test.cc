// What is code, what its views are, and what holds of each of them whatever the source.
#include "compressors/code/code.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "compressors/code/code_test_support.h"
#include "compressors/code/recognise.h"
#include "compressors/code/reversible.h"

namespace headroom::compressors::code {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Sample {
  std::string language, text;
};

// One program in each language: corpus/code/LANGUAGE/input.
const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = [] {
    std::vector<Sample> out;
    for (const Language& l : languages()) {
      const auto path = std::filesystem::path(HEADROOM_SOURCE_DIR) / "corpus/code" / l.name / "input";
      out.push_back({std::string(l.name), read_file(path)});
    }
    return out;
  }();
  return all;
}

std::string path_of(const Language& l) {
  return "x." + std::string(l.suffixes.substr(0, l.suffixes.find(' ')));
}

std::optional<View> view_of(const std::string& text, std::string_view language, std::string_view query = "",
                            std::optional<Tokens> budget = std::nullopt) {
  tokens::Counter ruler;
  const search::QueryText asked{query, 1};
  const search::Query q = query.empty() ? search::Query() : search::Query::parse(std::span(&asked, 1));
  const std::string path = path_of(*by_name(language));
  auto source = recognise(text, path, {}, true, Depth::whole);
  if (!source) return std::nullopt;
  return reversible_view(*source, {q, ruler, budget, true, path, {}});
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

// "" if the view keeps to the rules. Its errors are counted in the grammar it was made with: that of a relative of the
// language where it reads the text with fewer of them (C++ for C).
std::string wrong_with(const std::string& text, const View& view, std::string_view language) {
  if (std::string error = view_error(text, view.text); !error.empty()) return error;
  const auto source = recognise(text, path_of(*by_name(language)), {}, true, Depth::whole);
  if (!source) return "the text is no code";
  const Language& l = *source->language;
  const auto before = Syntax::errors(text.ends_with('\n') ? text : text + "\n", l);
  const auto after = Syntax::errors(view.text + "\n", l);
  if (!before || !after || after->size() > before->size()) return "the view does not parse as well as its source";
  if (view_of(view.text, language)) return "the view can be shortened again";
  return "";
}

// Wherever a read of a file ends, in the middle of a comment or a string, it is code; so is each language's sample.
TEST(IsCode, AtAnyEnd) {
  std::string text = "import os\n\n\n";
  for (int i = 0; i < 80; ++i) {
    const std::string n = std::to_string(i);
    text += "def read_" + n +
            "(path):\n    \"\"\"Reads the file: it's there, if (and only if) nobody\n    removed it: see x[" + n +
            "\n\n    :param path: where it lies.\n    \"\"\"\n    with open(path) as f:\n        return f.read()\n\n\n";
  }
  for (std::size_t keep = 400; keep < text.size(); keep += 397) {
    EXPECT_TRUE(is_code(text.substr(0, keep), "src/read.py", "")) << keep;
  }
  for (const Sample& s : samples()) EXPECT_TRUE(is_code(s.text, "", s.language)) << s.language;
  EXPECT_FALSE(is_code("Nothing of this is code.\nIt is text, as people write it.\n", "", ""));
  EXPECT_FALSE(is_code("", "", ""));
  std::string report = std::string(72, '.') + " [ 50%]\n" + std::string(72, '.') + " [100%]\n";
  report += std::string(30, '=') + " FAILURES " + std::string(30, '=') + "\n";
  for (const Sample& s : samples()) {
    if (s.language == std::string_view("php")) continue;  // what stands before its code is text
    EXPECT_FALSE(is_code(report + s.text, "", "")) << s.language;
  }
}

TEST(CodeView, EveryLanguageIsShortenedAndParses) {
  for (const Sample& s : samples()) {
    ASSERT_FALSE(s.text.empty()) << s.language;
    const auto view = view_of(s.text, s.language);
    ASSERT_TRUE(view) << s.language;
    EXPECT_EQ(wrong_with(s.text, *view, s.language), "") << s.language;
    EXPECT_LT(view->text.size(), s.text.size() * 3 / 4) << s.language;
    EXPECT_NE(view->text.find("[lines "), std::string::npos) << s.language;
  }
}

TEST(CodeView, SaysWhatItIsInTheMarker) {
  const auto view = view_of(samples()[0].text, "python");
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->line_preserving);
  EXPECT_EQ(view->total, static_cast<std::int64_t>(split_lines(samples()[0].text).size()));
  EXPECT_NE(view->statement.find("lines of python compressed to " + std::to_string(view->shown)), std::string::npos);
}

std::string function_with(std::string_view middle) {
  std::string out = "def f(a):\n    \"\"\"Says what f does.\"\"\"\n";
  for (int i = 0; i < 12; ++i) out += "    step_number_" + std::to_string(i) + "(a, 'one more step of the function')\n";
  out += middle;
  for (int i = 12; i < 24; ++i)
    out += "    step_number_" + std::to_string(i) + "(a, 'one more step of the function')\n";
  return out + "    return a\n";
}

TEST(CodeView, WaysOutSurviveWithTheirConditions) {
  const std::string text = function_with(
      "    if a < 0:\n        raise ValueError(a)\n    if a > 9:\n        raise KeyError(a)\n    assert a != 5, "
      "'five'\n"
      "    with lock:\n        if a == 7:\n            return None\n");
  const auto view = view_of(text, "python");
  ASSERT_TRUE(view);
  for (const char* line :
       {"    if a < 0:\n", "        raise ValueError(a)\n", "    if a > 9:\n", "        raise KeyError(a)\n",
        "    assert a != 5, 'five'\n", "    with lock:\n", "        if a == 7:\n", "            return None\n",
        "    \"\"\"Says what f does.\"\"\"\n", "    return a"}) {
    EXPECT_NE(view->text.find(line), std::string::npos) << line << "\n" << view->text;
  }
  EXPECT_EQ(wrong_with(text, *view, "python"), "");
}

TEST(CodeView, ManyAlikeFailuresAreStoodForByOneOfEachSort) {
  std::string checks;
  for (int i = 0; i < 40; ++i)
    checks += "    assert a != " + std::to_string(i) + ", 'number " + std::to_string(i) + "'\n";
  const auto view = view_of(function_with(checks + "    if a is None:\n        raise TypeError('none')\n"), "python");
  ASSERT_TRUE(view);
  EXPECT_EQ(count(view->text, "assert a"), 1U) << view->text;
  EXPECT_NE(view->text.find("39 failures at "), std::string::npos) << view->text;
  EXPECT_EQ(count(view->text, "raise TypeError"), 1U);
}

TEST(CodeView, LongCommentsKeepHowTheyBegin) {
  struct Case {
    std::string language, open, mark, close, before, after;
  };
  const Case cases[] = {
      {"java", "  /**\n", "   * ", "   */\n", "class Till {\n  int drawers;\n",
       "  int fee(int a) {\n    return a;\n  }\n}\n"},
      {"rust", "", "/// ", "", "mod till;\n", "fn fee(a: i32) -> i32 {\n    a\n}\n"},
      {"python", "", "# ", "", "drawers = 3\n", "def fee(a):\n    return a\n"},
  };
  for (const Case& c : cases) {
    const auto comment = [&c](int rows) {
      std::string out = c.open;
      for (int i = 0; i < rows; ++i)
        out += c.mark + "Row " + std::to_string(i) + " says what the fee of a drawer is.\n";
      return out + c.close;
    };
    const auto view = view_of(c.before + comment(30) + c.after, c.language);
    ASSERT_TRUE(view) << c.language;
    EXPECT_EQ(wrong_with(c.before + comment(30) + c.after, *view, c.language), "");
    EXPECT_NE(view->text.find(c.mark + "Row 1 says"), std::string::npos) << view->text;
    EXPECT_EQ(view->text.find("Row 9 "), std::string::npos) << view->text;
    EXPECT_NE(view->text.find(" lines; comment]\n"), std::string::npos) << view->text;
    EXPECT_FALSE(view_of(c.before + comment(5) + c.after, c.language)) << c.language;
    // Where half of the source leaves anyway, comments stay; and one that the query asks for does.
    EXPECT_FALSE(view_of(c.before + comment(30) + c.after, c.language, "what is `Row` about?")) << c.language;
  }
}

TEST(CodeView, WhatTheQueryNamesStays) {
  const std::string text = function_with("    tax_rate = lookup(a, 'a statement that the question is about')\n") +
                           "\n\n" + "def booked(a):\n" + function_with("").substr(10);
  const auto named = view_of(text, "python", "why does booked() fail?");
  ASSERT_TRUE(named);
  EXPECT_EQ(count(named->text, "step_number_20"), 1U) << "only the function that is named stays whole";
  const auto asked = view_of(text, "python", "where is tax_rate set?");
  ASSERT_TRUE(asked);
  EXPECT_EQ(count(asked->text, "    tax_rate = lookup"), 1U);
  EXPECT_EQ(count(asked->text, "step_number_20"), 0U);
  EXPECT_EQ(count(view_of(text, "python")->text, "tax_rate"), 0U);
}

TEST(CodeView, ABudgetBringsBodiesBack) {
  for (const Sample& s : samples()) {
    tokens::Counter ruler;
    const auto least = view_of(s.text, s.language);
    ASSERT_TRUE(least);
    const Tokens all = ruler.count(s.text), few = ruler.count(least->text);
    const Tokens budget((all.value + few.value) / 2);
    const auto view = view_of(s.text, s.language, "", budget);
    if (!view) continue;
    EXPECT_EQ(wrong_with(s.text, *view, s.language), "") << s.language;
    EXPECT_LE(ruler.count(view->text).value, budget.value + budget.value / 10) << s.language;
  }
}

TEST(CodeView, APythonBodyKeepsAStatement) {
  std::string text = "def f(a):\n";
  for (int i = 0; i < 20; ++i)
    text += "    step_number_" + std::to_string(i) + "(a, 'one more step of the function')\n";
  const auto view = view_of(text, "python");
  ASSERT_TRUE(view);
  EXPECT_EQ(count(view->text, "step_number_"), 1U) << view->text;
  EXPECT_EQ(wrong_with(text, *view, "python"), "");
}

TEST(CodeView, NoneWhereItCouldBeMistaken) {
  const std::string& js = samples()[1].text;
  ASSERT_TRUE(view_of(js, "javascript"));
  EXPECT_FALSE(view_of(js + "// [lines 3-9: 7 lines; 1 return]\n", "javascript"));
  EXPECT_FALSE(view_of(js + std::string(1, '\0') + "\n", "javascript"));
  EXPECT_FALSE(view_of(js + "// " + std::string(20000, 'x') + "\n", "javascript"));
  EXPECT_FALSE(view_of(std::string((1 << 20) + 1, '\n'), "javascript"));
  EXPECT_FALSE(view_of("", "python"));
  EXPECT_FALSE(view_of("\n\n\n", "bash"));
}

// A body with an error stays whole; the others do not.
TEST(CodeView, ABrokenFunctionStays) {
  std::string broken = function_with("    x = = 3 oops\n");
  broken.replace(4, 1, "g");
  const std::string text = broken + "\n\n" + function_with("");
  const auto view = view_of(text, "python");
  ASSERT_TRUE(view);
  EXPECT_EQ(wrong_with(text, *view, "python"), "");
  EXPECT_NE(view->text.find("x = = 3 oops"), std::string::npos);
}

// A line of prose between two functions costs eleven errors as C and two as C++, which is taken; the view has no more
// of them in that grammar, though it has in the other.
TEST(CodeView, AStrayLineOfProseIsJudgedInTheGrammarThatReadsIt) {
  const auto c = std::find_if(samples().begin(), samples().end(), [](const Sample& s) { return s.language == "c"; });
  ASSERT_NE(c, samples().end());
  const std::string_view before = "/* Books the lines";
  std::string text = c->text;
  ASSERT_NE(text.find(before), std::string::npos);
  text.insert(text.find(before), " * Orders: books what customers owe.\n");
  const auto source = recognise(text, path_of(*by_name("c")), {}, true, Depth::whole);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->language, by_name("cpp"));
  const auto view = view_of(text, "c");
  ASSERT_TRUE(view);
  EXPECT_EQ(wrong_with(text, *view, "c"), "");
}

// Lines left out, doubled, moved, cut: the rules hold of whatever comes.
RC_GTEST_PROP(CodeViewProperty, HoldsOfDamagedSources, ()) {
  const Sample& s = samples()[*rc::gen::inRange<std::size_t>(0, samples().size())];
  std::vector<std::string> lines;
  for (const Line& line : split_lines(s.text)) lines.emplace_back(line.full());
  const int damages = *rc::gen::inRange(0, 4);
  for (int i = 0; i < damages && lines.size() > 2; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, lines.size());
    const auto to = *rc::gen::inRange<std::size_t>(0, lines.size());
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 1:
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(to), std::string(lines[at]));
        break;
      case 2:
        std::swap(lines[at], lines[to]);
        break;
      case 3:
        lines[at] = lines[at].substr(lines[at].size() / 2);
        break;
      default:
        lines[at].insert(0, "\t");
    }
  }
  std::string text;
  for (const std::string& line : lines) text += line;
  if (*rc::gen::arbitrary<bool>()) {
    std::string crlf;
    for (char c : text) crlf += c == '\n' ? "\r\n" : std::string(1, c);
    text = crlf;
  }
  const auto view = view_of(text, s.language);
  if (!view) return;
  const std::string wrong = wrong_with(text, *view, s.language);
  if (wrong != "the view can be shortened again") RC_ASSERT(wrong == "");
}

TEST(Recognise, ByPathLabelShebangAndShape) {
  for (const Sample& s : samples()) {
    const Language& l = *by_name(s.language);
    EXPECT_TRUE(recognise(s.text, path_of(l), {}, false, Depth::sample)) << s.language;
    const auto by_fence = recognise(s.text, {}, l.labels.substr(0, l.labels.find(' ')), false, Depth::sample);
    ASSERT_TRUE(by_fence) << s.language;
    EXPECT_EQ(by_fence->language, &l);
    const auto by_shape = recognise(s.text, {}, {}, false, Depth::sample);
    ASSERT_TRUE(by_shape) << s.language << " is not told by its shape";
    const bool has_twin = s.language == "tsx" || s.language == "typescript" || s.language == "c";
    if (!has_twin) {
      EXPECT_EQ(by_shape->language, &l);
    }
  }
}

TEST(Recognise, NotCode) {
  const char* const others[] = {"not_code_ls", "not_code_pytest", "not_code_env", "not_code_prose"};
  for (const char* name : others) {
    const auto path = std::filesystem::path(HEADROOM_SOURCE_DIR) / "corpus/code" / name / "input";
    const std::string text = read_file(path);
    ASSERT_FALSE(text.empty()) << name;
    EXPECT_FALSE(recognise(text, {}, {}, false, Depth::sample)) << name;
  }
  const std::string log = [] {
    std::string out;
    for (int i = 0; i < 60; ++i)
      out += "time=10:02:" + std::to_string(10 + i) + " level=info msg=\"job done\" id=" + std::to_string(i) + "\n";
    return out;
  }();
  EXPECT_FALSE(recognise(log, {}, {}, false, Depth::sample));
  std::string grep;
  for (int i = 0; i < 60; ++i)
    grep += "src/api.py:" + std::to_string(10 * i) + ":    def handler_" + std::to_string(i) + "(self):\n";
  EXPECT_FALSE(recognise(grep, {}, {}, false, Depth::sample));
}

std::string numbered(std::string_view code, std::uint32_t first, std::string_view behind, int width) {
  std::string out;
  for (const Line& line : split_lines(code)) {
    std::string number = std::to_string(first++);
    number.insert(0, static_cast<std::size_t>(std::max(0, width - static_cast<int>(number.size()))), ' ');
    out.append(number).append(behind).append(line.full());
  }
  return out;
}

// "" if every line of the view but the stubs is one of the text's, without its padding, and the stubs name the numbers
// that are missing.
std::string wrong_numbers(std::string_view text, std::string_view view, std::uint32_t first) {
  std::size_t next = first;
  const std::vector<Line> lines = split_lines(text);
  for (const Line& shown : split_lines(view)) {
    if (const auto range = stub_range(shown.text)) {
      if (range->first != next) return "a stub begins at " + std::to_string(range->first);
      next = range->last + 1;
      continue;
    }
    if (next - first >= lines.size()) return "too many lines";
    std::string_view line = lines[next - first].text;
    line.remove_prefix(line.find_first_not_of(' '));
    if (shown.text != line) return "no line of the text: " + std::string(shown.text);
    ++next;
  }
  return next == first + lines.size() ? "" : "lines are missing behind " + std::to_string(next);
}

TEST(Gutter, IsPeeledAndKept) {
  const std::string& code = samples()[0].text;
  for (const std::string_view behind : {"\t", "\xE2\x86\x92", "|", ": "}) {
    const std::string text = numbered(code, 1, behind, 6);
    auto source = recognise(text, "a.py", {}, false, Depth::whole);
    ASSERT_TRUE(source && source->gutter) << behind;
    EXPECT_EQ(source->code(), code);
    tokens::Counter ruler;
    const search::Query query;
    const auto view = reversible_view(*source, {query, ruler, std::nullopt, true, "a.py", {}});
    ASSERT_TRUE(view) << behind;
    EXPECT_EQ(wrong_numbers(text, view->text, 1), "") << behind;
  }
}

// What a parser makes of code that begins inside of a string is anything but code.
TEST(Gutter, APartThatBeginsInsideAStringIsReadFromItsFirstDefinition) {
  const std::string inside =
      "    >>> list(split_at('abcdcba', lambda x: x == 'b'))\n    [['a'], ['c', 'd', 'c'], ['a']]\n\n"
      "    It's *not* the same as the other one (see \"above\"), if you don't\n    pass ``maxsplit``: it's 3 - or 4?\n"
      "    \"\"\"\n    if maxsplit == 0:\n        yield list(iterable)\n        return\n\n\n";
  std::string definitions;
  for (const std::string name : {"before", "behind"}) {
    definitions += "def " + name + "(a):\n    \"\"\"Says what it does.\"\"\"\n";
    for (int i = 0; i < 24; ++i)
      definitions += "    step(a, 'one more step of the function " + std::to_string(i) + "')\n";
    definitions += "    return a\n\n\n";
  }
  const std::string text = numbered(inside + definitions, 701, "\t", 6);
  EXPECT_TRUE(is_code(text, "src/more.py", ""));
  EXPECT_FALSE(is_code(inside + definitions, "src/more.py", ""));  // without numbers it may be anything
  auto source = recognise(text, "src/more.py", {}, false, Depth::whole);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->code(), definitions);
  tokens::Counter ruler;
  const search::Query query;
  const auto view = reversible_view(*source, {query, ruler, std::nullopt, true, "src/more.py", {}});
  ASSERT_TRUE(view);
  EXPECT_EQ(wrong_numbers(text, view->text, 701), "");
  EXPECT_NE(view->text.find("def behind(a):"), std::string::npos);
  EXPECT_LT(view->text.size(), text.size() / 2);
}

TEST(Gutter, PaddingGoesWhereNothingParses) {
  std::string inside;
  for (int i = 0; i < 40; ++i)
    inside +=
        "    It's the " + std::to_string(i) + "th sentence of it (and not the last), as \"they\" say: isn't it?\n";
  const std::string text = numbered(inside, 300, "\t", 6);
  EXPECT_TRUE(is_code(text, "src/more.py", ""));
  tokens::Counter ruler;
  const search::Query query;
  const auto views = code_compressor.views(text, {query, ruler, std::nullopt, true, "src/more.py", {}}, false);
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0].fidelity, Fidelity::lossless);
  EXPECT_EQ(code_compressor.decode(views[0].text), text);
  EXPECT_TRUE(code_compressor.views(text, {query, ruler, std::nullopt, true, "notes.txt", {}}, false).empty());
}

TEST(Gutter, PaddingIsLossless) {
  tokens::Counter ruler;
  const search::Query query;
  const std::string text = numbered(samples()[4].text, 95, "\t", 6);
  const auto views = code_compressor.views(text, {query, ruler, std::nullopt, false, "a.go", {}}, false);
  ASSERT_EQ(views.size(), 1U);
  EXPECT_LT(views[0].text.size(), text.size());
  EXPECT_EQ(code_compressor.decode(views[0].text), text);
  EXPECT_EQ(code_compressor.decode("[code, lines 1-9, complete; numbers were right-aligned in 6 columns]\n1\tx\n"),
            std::nullopt);
}

TEST(Gutter, BlankLinesOfNlHaveNoNumber) {
  const auto gutter =
      read_gutter(split_lines("     1\tdef f():\n     2\t    a()\n       \n     3\t    b()\n     4\t    c()\n"));
  ASSERT_TRUE(gutter);
  EXPECT_EQ(gutter->numbers, (std::vector<std::uint32_t>{1, 2, 0, 3, 4}));
  EXPECT_EQ(gutter->code, "def f():\n    a()\n\n    b()\n    c()\n");
  EXPECT_FALSE(
      read_gutter(split_lines("1\tx\n2\ty\n4\tz\n5\tz\n6\tz\n7\tz\n8\tz\n9\ta\n10\tb\n11\tc\n12\td\n13\te\n")));
}

}  // namespace
}  // namespace headroom::compressors::code
