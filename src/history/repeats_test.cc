// Repeats: what becomes a pointer, what it costs, and that every view decodes to the block it stands for.
#include "history/repeats.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "history/repeats_lines.h"
#include "history/repeats_myers.h"
#include "history/repeats_pointer.h"
#include "tokens/counter.h"

namespace headroom::history {
namespace {

// A conversation's results: each is looked up before it is added, as a caller does.
class Conversation {
 public:
  // The view of the next result, or nullopt if it stays as it is. Checks that the view decodes.
  std::optional<std::string> add(std::string text, std::string label) {
    texts_.push_back(std::move(text));
    labels_.push_back(std::move(label));
    const std::string& last = texts_.back();
    const std::vector<std::string_view> earlier(texts_.begin(), texts_.end() - 1);
    const Reading reading = read_lines(last);
    auto found = index_.find(reading, last, earlier, "482193075514");
    if (!found) {
      shown_.push_back(last.empty() ? std::vector<Lines>{} : std::vector<Lines>{{0, reading->lines.count()}});
      index_.add(reading, labels_.back(), shown_.back());
      return std::nullopt;
    }
    EXPECT_EQ(decode(found->view), last);
    EXPECT_LT(found->view.size(), last.size());
    check_shown(*found, last, *reading);
    shown_.push_back(found->shown);
    index_.add(reading, labels_.back(), shown_.back());
    return found->view;
  }

  // With the results before the last one.
  std::optional<std::string> decode(std::string_view view) const {
    std::vector<Earlier> earlier;
    for (std::size_t k = 0; k + 1 < texts_.size(); ++k) earlier.push_back({texts_[k], labels_[k], shown_[k]});
    return decode_repeats(view, earlier);
  }

  const Index& index() const { return index_; }
  std::vector<std::string_view> texts() const { return {texts_.begin(), texts_.end()}; }

 private:
  // The lines said to be shown are the view's lines but for the pointers.
  static void check_shown(const Repeat& repeat, std::string_view text, const LineHashes& reading) {
    std::string expected, stands;
    for (const Lines& s : repeat.shown) expected += reading.lines.slice(text, s);
    const NumberedLines view(repeat.view);
    for (std::size_t i = 0; i < view.count(); ++i) {
      std::string_view line = view.full(repeat.view, i);
      const bool pointer = Pointer::parse(line.ends_with('\n') ? line.substr(0, line.size() - 1) : line).has_value();
      if (!pointer) stands += line;
    }
    EXPECT_EQ(stands, expected);
  }

  std::vector<std::string> texts_, labels_;
  std::vector<std::vector<Lines>> shown_;
  Index index_;
};

std::string source_line(int i) {
  return "    value_" + std::to_string(i * 7919 % 1000) + " = compute(\"item " + std::to_string(i) + "\", limit)\n";
}

std::vector<std::string> source_lines(int n, int from = 0) {
  std::vector<std::string> lines;
  for (int i = 0; i < n; ++i) lines.push_back(source_line(from + i));
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& l : lines) text += l;
  return text;
}

// As reading tools print a file.
std::string numbered(const std::vector<std::string>& lines, GutterStyle style = {6, "\t"}, std::int64_t first = 1) {
  std::string text;
  for (const auto& l : lines) {
    style.print(text, first++);
    text += l;
  }
  return text;
}

std::int64_t tokens_of(std::string_view text) {
  tokens::Counter ruler;
  return ruler.count(text).value;
}

TEST(Repeats, AnUnchangedReadIsOneLine) {
  Conversation c;
  const std::string file = numbered(source_lines(400));
  EXPECT_FALSE(c.add(file, "Read src/money.py"));
  const auto view = c.add(file, "Read src/money.py");
  ASSERT_TRUE(view);
  EXPECT_EQ(*view, "[lines 1-400 as in the result of Read src/money.py above. Retrieve with hash=482193075514]");
  EXPECT_LE(tokens_of(*view), 40);
}

TEST(Repeats, AChangedLineIsAnException) {
  Conversation c;
  auto lines = source_lines(400);
  c.add(numbered(lines), "Read src/money.py");
  lines[40] = "    return round(total, 2)\n";
  const auto view = c.add(numbered(lines), "Read src/money.py");
  ASSERT_TRUE(view);
  EXPECT_EQ(*view,
            "[lines 1-400 as in the result of Read src/money.py above, but line 41. Retrieve with hash=482193075514]\n"
            "    41\t    return round(total, 2)\n");
  EXPECT_LE(tokens_of(*view), 80);
}

TEST(Repeats, AnInsertedLineShiftsTheRest) {
  Conversation c;
  auto lines = source_lines(100);
  c.add(numbered(lines), "Read a.py");
  lines.insert(lines.begin() + 30, "    inserted = True\n");
  const auto view = c.add(numbered(lines), "Read a.py");
  ASSERT_TRUE(view);
  EXPECT_EQ(*view,
            "[lines 1-30 as in the result of Read a.py above. Retrieve with hash=482193075514]\n"
            "    31\t    inserted = True\n"
            "[lines 32-101 as in lines 31-100 there]");
}

TEST(Repeats, GuttersComeAndGo) {
  Conversation c;
  const auto lines = source_lines(60);
  c.add(joined(lines), "Bash cat a.py");
  auto view = c.add(numbered(lines), "Read a.py");
  ASSERT_TRUE(view);
  EXPECT_EQ(*view,
            numbered({lines[0]}) +
                "[lines 2-60 as in the result of Bash cat a.py above, numbered on. Retrieve with hash=482193075514]");
  Conversation d;
  d.add(numbered(lines, {6, "\xE2\x86\x92"}, 101), "Read a.py");
  view = d.add(joined(lines), "Bash cat a.py");
  ASSERT_TRUE(view);
  EXPECT_EQ(*view,
            "[lines 1-60 as in lines 101-160 of the result of Read a.py above, without its line numbers. Retrieve with "
            "hash=482193075514]");
  view = d.add(numbered(lines, {0, ": "}), "view a.py");
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->starts_with(numbered({lines[0]}, {0, ": "})));
}

TEST(Repeats, EqualFilesOfTwoNames) {
  Conversation c;
  const std::string file = numbered(source_lines(50));
  c.add(file, "Read a/x.py");
  EXPECT_EQ(c.add(file, "Read b/x.py"),
            "[lines 1-50 as in the result of Read a/x.py above. Retrieve with hash=482193075514]");
  // The third points at the one that stands verbatim, though a nearer one has the same lines.
  EXPECT_EQ(c.add(file, "Read b/x.py"),
            "[lines 1-50 as in the result of Read a/x.py above. Retrieve with hash=482193075514]");
}

TEST(Repeats, AnotherResultOfTheSameCallIsCounted) {
  Conversation c;
  const std::string first = joined(source_lines(30)), second = joined(source_lines(30, 500));
  c.add(first, "Bash git diff");
  c.add(second, "Bash git diff");
  EXPECT_EQ(c.add(first, "Bash git diff"),
            "[lines 1-30 as in result 1 of Bash git diff above. Retrieve with hash=482193075514]");
  EXPECT_EQ(c.add(second, "Bash git diff"),
            "[lines 1-30 as in the result of Bash git diff above. Retrieve with hash=482193075514]");
}

TEST(Repeats, PartsOfSeveralResults) {
  Conversation c;
  const auto a = source_lines(40), b = source_lines(40, 300);
  c.add(joined(a), "Bash cat a");
  c.add(joined(b), "Bash cat b");
  const auto view = c.add("== a\n" + joined(a) + "== b\n" + joined(b), "Bash cat a b");
  ASSERT_TRUE(view);
  EXPECT_EQ(*view,
            "== a\n"
            "[lines 2-41 as in lines 1-40 of the result of Bash cat a above. Retrieve with hash=482193075514]\n"
            "== b\n"
            "[lines 43-82 as in lines 1-40 of the result of Bash cat b above]");
}

TEST(Repeats, TimesDoNotPartARun) {
  Conversation c;
  std::string before, after;
  for (int i = 0; i < 40; ++i) {
    const std::string name = "test_case_" + std::to_string(i * 37 % 101) + "_of_the_suite PASSED";
    before += name + (i % 8 == 3 ? " in 0.12s\n" : "\n");
    after += name + (i % 8 == 3 ? " in 3.4s\n" : "\n");
  }
  c.add(before, "Bash pytest -v");
  const auto view = c.add(after, "Bash pytest -v");
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->starts_with("[lines 1-40 as in the result of Bash pytest -v above, but lines 4, 12, 20, 28, 36"));
  EXPECT_NE(view->find("in 3.4s"), std::string::npos);
}

TEST(Repeats, ShortAndSmallRunsStay) {
  Conversation c;
  const auto lines = source_lines(4);
  c.add(joined(lines), "Bash a");
  EXPECT_FALSE(c.add(joined(lines), "Bash a"));
  c.add("a\nb\nc\nd\ne\nf\n", "Bash b");
  EXPECT_FALSE(c.add("a\nb\nc\nd\ne\nf\n", "Bash b"));
}

TEST(Repeats, OnlyShownLinesAreTargets) {
  const std::string file = numbered(source_lines(100));
  const std::vector<std::string_view> earlier{file};
  Index hidden;
  hidden.add(read_lines(file), "Read a.py", {});
  EXPECT_FALSE(hidden.find(read_lines(file), file, earlier, ""));
  Index half;
  const Lines shown{0, 50};
  half.add(read_lines(file), "Read a.py", {&shown, 1});
  const auto view = half.find(read_lines(file), file, earlier, "");
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->view.starts_with("[lines 1-50 as in the result of Read a.py above]\n    51\t"));
  const Earlier nothing{file, "Read a.py", {}};
  EXPECT_FALSE(decode_repeats(view->view, {&nothing, 1}));
}

TEST(Repeats, LineEnds) {
  Conversation c;
  auto lines = source_lines(60);
  for (auto& l : lines) l.insert(l.size() - 1, "\r");
  std::string text = joined(lines);
  c.add(text, "Bash type a.cs");
  EXPECT_TRUE(c.add(text, "Bash type a.cs"));
  text.resize(text.size() - 2);  // no line end at the end
  const auto view = c.add(text, "Bash type a.cs");
  ASSERT_TRUE(view);
  EXPECT_FALSE(view->ends_with('\n'));
  Conversation d;
  d.add(text, "Bash type a.cs");
  EXPECT_TRUE(d.add(text, "Bash type a.cs"));
}

TEST(Repeats, TextBehindTheNumbers) {
  Conversation c;
  const std::string file = numbered(source_lines(60)) + "\n<note>\nkeep to the style guide\n</note>\n";
  c.add(file, "Read a.py");
  EXPECT_EQ(c.add(file, "Read a.py"),
            "[all lines as in the result of Read a.py above. Retrieve with hash=482193075514]");
  const std::string other = numbered(source_lines(60)) + "\n<note>\nanother note\n</note>\n";
  const auto view = c.add(other, "Read a.py");
  ASSERT_TRUE(view);
  EXPECT_EQ(*view,
            "[lines 1-60 as in the result of Read a.py above. Retrieve with hash=482193075514]\n"
            "\n<note>\nanother note\n</note>\n");
}

TEST(Repeats, AForgedPointerIsNotMisread) {
  Conversation c;
  const auto lines = source_lines(60);
  c.add(joined(lines), "Bash cat a");
  // Decoded as a pointer it would give other bytes: the block stays as it is.
  EXPECT_FALSE(c.add("[lines 1-60 as in the result of Bash cat a above]\n" + joined(lines), "Bash cat b"));
}

TEST(Repeats, LabelsThatLookLikeTheGrammar) {
  for (const char* label : {"Bash echo above", "Bash echo ' above, but line 3'", "x above, without its line numbers",
                            "", "Bash a]. Retrieve with hash=111111111111]", "result 3 of x"}) {
    Conversation c;
    c.add(joined(source_lines(60)), label);
    auto lines = source_lines(60);
    lines[9] = "changed\n";
    EXPECT_TRUE(c.add(joined(lines), "Bash other")) << label;
  }
}

TEST(Repeats, EqualLinesAreBounded) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "the same line of some length, again and again\n";
  Conversation c;
  EXPECT_FALSE(c.add(text, "Bash yes"));
  EXPECT_EQ(c.add(text, "Bash yes"),
            "[lines 1-100000 as in the result of Bash yes above. Retrieve with hash=482193075514]");
  EXPECT_TRUE(c.add("head\n" + text + "tail\n", "Bash yes"));
}

TEST(Repeats, CopiesAreIndependentAndDigestsTell) {
  Index a;
  a.add(joined(source_lines(30)), "Read a");
  Index b = a;
  EXPECT_EQ(a.digest(), b.digest());
  b.add(joined(source_lines(30, 100)), "Read b");
  EXPECT_NE(a.digest(), b.digest());
  EXPECT_EQ(a.size(), 1u);
  a.add(joined(source_lines(30, 100)), "Read c");
  EXPECT_NE(a.digest(), b.digest());
}

TEST(Repeats, TheSameWhetherTheIndexIsKeptOrMadeAnew) {
  Conversation c;
  auto lines = source_lines(120);
  for (int i = 0; i < 6; ++i) {
    lines[static_cast<std::size_t>(i * 11)] = "changed " + std::to_string(i) + "\n";
    c.add(numbered(lines), "Read a.py");
  }
  Conversation again;
  lines = source_lines(120);
  for (int i = 0; i < 6; ++i) {
    lines[static_cast<std::size_t>(i * 11)] = "changed " + std::to_string(i) + "\n";
    again.add(numbered(lines), "Read a.py");
  }
  EXPECT_EQ(c.index().digest(), again.index().digest());
}

TEST(Masks, WhatChangesFromRunToRun) {
  auto masked = [](std::string_view line) {
    std::string out;
    return mask_volatile(out, line) ? out : "-";
  };
  EXPECT_EQ(masked("2026-03-01T08:14:05.123Z start"), "@ start");
  EXPECT_EQ(masked("12:01:07 done in 3.2 s, pid 17"), "@ done in @, pid @");
  EXPECT_EQ(masked("sshd[1234]: ok (45ms)"), "sshd[@]: ok (@)");
  EXPECT_EQ(masked("x = 12"), "-");
  EXPECT_EQ(masked("v1.2.3 a1b2 10 items"), "-");
  EXPECT_EQ(masked("at 12:"), "-");
  EXPECT_EQ(masked(""), "-");
}

TEST(Pointers, PrintedAndRead) {
  for (const char* line : {
           "[lines 1-380 as in the result of Read src/money.py above, but line 41. Retrieve with hash=482193075514]",
           "[lines 11-90 as in lines 1-80 of result 2 of Bash git diff above, but lines 14, 20-22, without its line "
           "numbers]",
           "[lines 400-500 as in lines 411-511 there]",
           "[lines 400-500 as there, but line 402]",
           "[lines 2-80 as in the result of Bash cat a.c above, numbered on]",
           "[all lines as in the result of Bash npm test above]",
           "[lines 1-9 as in the result above]",
       }) {
    const auto pointer = Pointer::parse(line);
    ASSERT_TRUE(pointer) << line;
    EXPECT_EQ(pointer->print(), line);
  }
  for (const char* line :
       {"", "[]", "[lines 9-1 as there]", "[lines 1-9 as in lines 1-8 there]", "[lines 1-9 as there, but line 12]",
        "[lines 1-9 as in the result of x]", "[lines 1-9 as in result 0 of x above]", "[lines as there]",
        "[lines 1-9 as there, but lines 5, 3]", "[lines 1-99999999999999999999 as there]"}) {
    EXPECT_FALSE(Pointer::parse(line)) << line;
  }
}

TEST(Gutters, StylesOfTools) {
  struct Case {
    const char* text;
    std::size_t begin, end;
    std::int64_t first;
    const char* bare;
  };
  for (const Case& c :
       {Case{"     9\tint a;\n    10\tint b;\n    11\t\n", 0, 3, 9, "int a;\n"},
        Case{"9: a\n10: b\n11: c\nend\n", 0, 3, 9, "a\n"}, Case{"  8 | a\n  9 | b\n 10 | c\n", 0, 3, 8, "a\n"},
        Case{"     1\xE2\x86\x92x\n     2\xE2\x86\x92y\n     3\xE2\x86\x92z", 0, 3, 1, "x\n"},
        Case{"Here it is:\n     1\ta\n     2\tb\n     3\tc\n", 1, 4, 1, "a\n"},
        Case{"1:a\n2:b\n3:\n", 0, 3, 1, "a\n"}}) {
    const NumberedLines lines(c.text);
    EXPECT_TRUE(lines.has_gutter()) << c.text;
    EXPECT_EQ(lines.numbered(), (Lines{c.begin, c.end})) << c.text;
    EXPECT_EQ(lines.number(c.begin), c.first) << c.text;
    EXPECT_EQ(lines.bare(c.text, c.begin), c.bare) << c.text;
  }
  for (const char* text : {"", "\n", "1\n2\n3\n", "1: a\n3: b\n4: c\n", "a\nb\nc\n", "007: a\n008: b\n009: c\n"}) {
    EXPECT_FALSE(NumberedLines(text).has_gutter()) << text;
  }
}

// The longest common subsequence by the textbook's table.
std::size_t common_by_table(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  std::vector<std::vector<std::size_t>> t(a.size() + 1, std::vector<std::size_t>(b.size() + 1, 0));
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      t[i][j] = a[i - 1] == b[j - 1] ? t[i - 1][j - 1] + 1 : std::max(t[i - 1][j], t[i][j - 1]);
    }
  }
  return t[a.size()][b.size()];
}

RC_GTEST_PROP(Myers, FindsALongestCommonSubsequence, ()) {
  const auto symbols = rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(0, 4));
  const auto a = *symbols, b = *symbols;
  const std::size_t common = common_by_table(a, b);
  const auto edits = static_cast<int>(a.size() + b.size() - 2 * common);
  const auto runs = common_runs(a, b, edits);
  RC_ASSERT(runs.has_value());
  std::size_t sum = 0, next_a = 0, next_b = 0;
  for (const CommonRun& r : *runs) {
    RC_ASSERT(r.a >= next_a && r.b >= next_b && r.size > 0u);
    for (std::size_t i = 0; i < r.size; ++i) RC_ASSERT(a[r.a + i] == b[r.b + i]);
    next_a = r.a + r.size;
    next_b = r.b + r.size;
    sum += r.size;
  }
  RC_ASSERT(next_a <= a.size() && next_b <= b.size());
  RC_ASSERT(sum == common);
  if (edits > 0) RC_ASSERT(!common_runs(a, b, edits - 1));
}

// Files of lines drawn from few kinds, so that lines recur within and between them.
rc::Gen<std::string> any_line() {
  return rc::gen::map(rc::gen::tuple(rc::gen::inRange(0, 40), rc::gen::inRange(0, 12)), [](std::tuple<int, int> t) {
    const auto [id, kind] = t;
    switch (kind) {
      case 0:
        return std::string("\n");
      case 1:
        return std::string("}\n");
      case 2:
        return "12:00:" + std::to_string(10 + id) + " request handled by worker with all its usual words\n";
      case 3:
        return "   " + std::to_string(id) + ": looks like a number in front of a line\n";
      case 4:
        return "carriage return at the end of line number " + std::to_string(id) + "\r\n";
      case 5:
        return std::string("\xff\x00 not text \xc3\n", 14);
      default:
        return source_line(id);
    }
  });
}

std::vector<std::string> edited(std::vector<std::string> lines) {
  const int edits = *rc::gen::inRange(0, 6);
  for (int e = 0; e < edits && !lines.empty(); ++e) {
    const auto at = *rc::gen::inRange<std::size_t>(0, lines.size());
    const auto here = lines.begin() + static_cast<std::ptrdiff_t>(at);
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        *here = *any_line();
        break;
      case 1:
        lines.insert(here, *any_line());
        break;
      case 2:
        lines.erase(here);
        break;
      default:
        std::rotate(lines.begin(), here, lines.end());
    }
  }
  return lines;
}

std::string displayed(const std::vector<std::string>& lines) {
  static constexpr GutterStyle styles[] = {{6, "\t"}, {6, "\xE2\x86\x92"}, {0, ": "}, {4, " | "}, {0, "\t"}};
  const int how = *rc::gen::inRange(0, 8);
  std::string text = how < 5 ? numbered(lines, styles[how], *rc::gen::inRange(1, 200)) : joined(lines);
  if (*rc::gen::inRange(0, 4) == 0) text += "(end of file)\nsystem note: nothing else\n";
  if (!text.empty() && *rc::gen::inRange(0, 4) == 0) text.pop_back();
  return text;
}

RC_GTEST_PROP(Repeats, EveryViewOfEditedFilesDecodes, ()) {
  std::vector<std::vector<std::string>> files;
  Conversation c;
  const int turns = *rc::gen::inRange(2, 10);
  for (int t = 0; t < turns; ++t) {
    if (files.empty() || *rc::gen::inRange(0, 3) == 0) {
      files.push_back(*rc::gen::container<std::vector<std::string>>(any_line()));
      const auto more =
          *rc::gen::container<std::vector<std::string>>(*rc::gen::inRange<std::size_t>(0, 80), any_line());
      files.back().insert(files.back().end(), more.begin(), more.end());
    } else {
      files.push_back(edited(files[*rc::gen::inRange<std::size_t>(0, files.size())]));
    }
    c.add(displayed(files.back()), *rc::gen::element<std::string>("Read a", "Read b", "Bash cat c", ""));
  }
  RC_ASSERT(!::testing::Test::HasFailure());
}

// Random edits of random files leave most of the rest to pointers.
RC_GTEST_PROP(Repeats, EditedFilesShrink, ()) {
  const int count = *rc::gen::inRange(120, 400);
  auto lines = source_lines(count, *rc::gen::inRange(0, 100'000));
  Conversation c;
  c.add(numbered(lines), "Read a.py");
  const int edits = *rc::gen::inRange(0, 4);
  for (int e = 0; e < edits; ++e) {
    const auto at = *rc::gen::inRange<std::size_t>(0, lines.size());
    const auto here = lines.begin() + static_cast<std::ptrdiff_t>(at);
    if (*rc::gen::inRange(0, 2) == 0) {
      lines.insert(here, "inserted " + std::to_string(e) + "\n");
    } else {
      *here = "changed " + std::to_string(e) + "\n";
    }
  }
  const std::string again = numbered(lines);
  const auto view = c.add(again, "Read a.py");
  RC_ASSERT(view.has_value());
  RC_ASSERT(tokens_of(*view) * 5 < tokens_of(again));
}

// The quick look never says no where a repeat is found, and says no where no line is common.
TEST(Repeats, MayFindIsNoSmallerThanFind) {
  std::string text, other;
  for (int i = 0; i < 40; ++i) {
    text += "a line of the first text, which has the word w" + std::to_string(i * i) + "\n";
    other += "nothing here is as it was there: x" + std::to_string(i * 7 + 1) + "\n";
  }
  Index index;
  EXPECT_FALSE(index.may_find(read_lines(text)));
  index.add(text, "Read a.txt");
  EXPECT_TRUE(index.may_find(read_lines(text)));
  EXPECT_TRUE(index.may_find(read_lines(other + text.substr(text.size() / 2))));
  EXPECT_FALSE(index.may_find(read_lines(other)));
}

}  // namespace
}  // namespace headroom::history
