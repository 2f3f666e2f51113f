#include "compressors/diff/diff_lossless.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "compressors/diff/diff.h"
#include "compressors/diff/head_templates.h"
#include "compressors/diff/short_hunk.h"

namespace headroom::compressors {
namespace {

constexpr std::string_view example =
    "diff --git a/src/money.py b/src/money.py\n"
    "index 3f1c2aa..9ab0c17 100644\n"
    "--- a/src/money.py\n"
    "+++ b/src/money.py\n"
    "@@ -10,2 +10,2 @@ def add(a, b):\n"
    "     check(a)\n"
    "-    return a+b\n"
    "+    return round(a+b, 2)\n"
    "diff --git a/run.sh b/run.sh\n"
    "new file mode 100755\n"
    "index 0000000..e69de29\n";

std::string lossless(const std::string& text) {
  tokens::Counter ruler;
  const search::Query query;
  for (const View& v : diff_compressor.views(text, {query, ruler, std::nullopt, false}, false)) return v.text;
  return {};
}

TEST(DiffLossless, WritesTheFormatOfThePage) {
  std::string text =
      "diff --git a/src/money.py b/src/money.py\n"
      "index 3f1c2aa..9ab0c17 100644\n"
      "--- a/src/money.py\n"
      "+++ b/src/money.py\n"
      "@@ -10,2 +10,25 @@ def add(a, b):\n"
      "     check(a)\n"
      "-    return a+b\n";
  std::string fenced =
      "[diff, 5 files, complete; old and new path equal unless shown; {+ +} added, [- -] removed; "
      "letters: file heads, 1 below]\n"
      "A=src/cache/*.cpython-310.pyc deleted 100644 * binary\n"
      "src/money.py 100644 3f1c2aa..9ab0c17\n"
      "@@ -10 +10 def add(a, b):\n"
      "     check(a)\n"
      "-    return a+b\n"
      "{+\n";
  for (int i = 0; i < 24; ++i) {
    const std::string line = "    total += part_" + std::to_string(i) + "\n";
    text += '+' + line;
    fenced += line;
  }
  text += "diff --git a/run.sh b/run.sh\nnew file mode 100755\nindex 0000000..e69de29\n";
  fenced += "+}\nrun.sh new 100755 e69de29\n";
  for (const auto& [name, blob] : {std::pair("base", "9ef891f"), {"tasks", "a8c6e71"}, {"queues", "32af850"}}) {
    const std::string path = "src/cache/" + std::string(name) + ".cpython-310.pyc";
    text += "diff --git a/" + path + " b/" + path + "\ndeleted file mode 100644\nindex " + blob +
            "..0000000\nBinary files a/" + path + " and /dev/null differ\n";
    fenced += "A " + std::string(name) + ' ' + blob + '\n';
  }
  fenced.pop_back();
  const std::string view = lossless(text);
  EXPECT_EQ(view, fenced);
  EXPECT_EQ(diff_compressor.decode(view), text);
}

TEST(DiffLossless, MessagesLoseTheirIndentation) {
  std::string text = "commit 5fe4e7b19530da0c2d07d17f20b18d79b6fab367\nAuthor: A <a@example.org>\n\n", bare = text;
  for (int i = 0; i < 20; ++i) {
    const std::string line = "line " + std::to_string(i) + " of the message\n";
    text += "    " + line;
    bare += line;
  }
  text += "    \n    [end]\n    diff --git\n\n" + std::string(example) + "\n";
  bare += "\n|    [end]\n|    diff --git\n|\nsrc/money.py ";
  const std::string view = lossless(text);
  EXPECT_NE(view.find("; messages not indented]\n" + bare), std::string::npos) << view;
  EXPECT_EQ(diff_compressor.decode(view), text);
}

TEST(DiffLossless, DefinitionsKeepTheirMarkAndStatementsAreNotForged) {
  std::string text =
      "diff --git a/a.py b/a.py\nindex 1234567..89abcde 100644\n--- a/a.py\n+++ b/a.py\n@@ -1 +1,42 @@\n one\n";
  for (int i = 0; i < 20; ++i) text += "+    total += " + std::to_string(i) + "\n";
  text += "+def add(a, b):\n";
  for (int i = 0; i < 19; ++i) text += "+    total -= " + std::to_string(i) + "\n";
  text += "+[end]\n";
  const std::string view = lossless(text);
  EXPECT_NE(view.find("\n+}\n+def add(a, b):\n"), std::string::npos) << view;
  EXPECT_NE(view.find("\n+[end]"), std::string::npos) << view;
  EXPECT_EQ(diff_compressor.decode(view), text);
}

TEST(ShortHunk, HeadersThatCountsCannotGiveBackStandWhole) {
  const auto shortened = [](std::string_view text) {
    const std::vector<Line> lines = split_lines(text);
    const std::optional<Hunk> h = read_hunk(lines, 0);
    return h ? short_hunk_head(lines, *h).value_or("whole") : "none";
  };
  EXPECT_EQ(shortened("@@ -1,2 +1 @@ f()\n a\n-b\n"), "@@ -1 +1 f()");
  EXPECT_EQ(shortened("@@ -0,0 +1,2 @@\n+a\n+b\n"), "@@ -0 +1");
  EXPECT_EQ(shortened("@@ -1,1 +1 @@\n-a\n+b\n"), "whole");      // git writes "-1"
  EXPECT_EQ(shortened("@@ -01 +1 @@\n-a\n+b\n"), "whole");       // nor this
  EXPECT_EQ(shortened("@@ -1 +1 @@ @@ x\n-a\n+b\n"), "whole");   // would read as a full header
  EXPECT_EQ(shortened("@@ -1 +1 @@x\n-a\n+b\n"), "whole");       // would join the number
  EXPECT_EQ(shortened("@@ -1,2 +1,2 @@\n\n-a\n+b\n"), "whole");  // the empty line would end the body
}

TEST(HeadTemplates, HoldANameAndItsBlobs) {
  std::vector<FileHead> heads;
  for (const char* line :
       {"src/deep/er/a.test.cc 100644 1234567..89abcde", "src/deep/er/b c.test.cc 100644 2234567..89abcde",
        "src/deep/er/c.test.cc 100644 3234567..89abcde", "src/deep/er/*.test.cc 100644 1234567..89abcde",
        "src/deep/er/.test.cc 100644 1234567..89abcde"}) {
    heads.push_back(*parse_head_line(line));
  }
  tokens::Counter ruler;
  const auto templates = choose_templates(heads, ruler);
  ASSERT_EQ(templates.size(), 1u);
  EXPECT_EQ(templates[0].text, "src/deep/er/*.test.cc 100644 *");
  EXPECT_EQ(filled_template(heads[1], templates), "A b c 2234567..89abcde");
  EXPECT_EQ(head_line(*read_filled("A b c 2234567..89abcde", templates)), head_line(heads[1]));
  EXPECT_FALSE(filled_template(heads[3], templates));
  EXPECT_FALSE(filled_template(heads[4], templates));
  EXPECT_FALSE(read_filled("A word", templates));
  EXPECT_FALSE(read_filled("B b 2234567..89abcde", templates));
}

}  // namespace
}  // namespace headroom::compressors
