#include "compressors/diff/diff.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "compressors/diff/diff_lossless.h"
#include "compressors/diff/diff_text.h"

namespace headroom::compressors {
namespace {

namespace fs = std::filesystem;

struct Asked {
  std::vector<View> views;
  const View* find(Fidelity f) const {
    for (const View& v : views) {
      if (v.fidelity == f) return &v;
    }
    return nullptr;
  }
  const View* lossless() const { return find(Fidelity::lossless); }
  const View* reversible() const { return find(Fidelity::reversible); }
};

Asked ask(std::string_view text, std::string_view question = {}, std::optional<Tokens> budget = {}) {
  const std::vector<search::QueryText> texts{{question, 1}};
  const search::Query query = question.empty() ? search::Query() : search::Query::parse(texts);
  tokens::Counter ruler;
  return {diff_compressor.views(text, {query, ruler, budget, true}, false)};
}

std::string decoded(const std::string& view) {
  return diff_compressor.decode(view).value_or("<no view of this kind>");
}

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

TEST(DiffText, HunksAreThoseWhoseCountsAddUp) {
  const auto d = read_diff(example);
  ASSERT_TRUE(d);
  ASSERT_EQ(d->files.size(), 2u);
  EXPECT_EQ(d->files[0].new_path, "src/money.py");
  EXPECT_EQ(d->files[0].added, 1u);
  EXPECT_EQ(d->files[0].removed, 1u);
  EXPECT_EQ(d->files[1].new_path, "run.sh");
  EXPECT_EQ(d->explained, d->lines.size());

  std::string wrong(example);
  wrong.replace(wrong.find("-10,2"), 5, "-10,3");
  const auto w = read_diff(wrong, true);
  ASSERT_TRUE(w);
  EXPECT_TRUE(w->hunks.empty());
}

TEST(DiffText, RemovedDashesAreNoHeads) {
  const auto d =
      read_diff("--- a/x.sql\n+++ b/x.sql\n@@ -1,3 +1,3 @@\n--- old comment\n+-- new comment\n--x\n++++ y\n context\n");
  ASSERT_TRUE(d);
  ASSERT_EQ(d->hunks.size(), 1u);
  EXPECT_EQ(d->hunks[0].removed, 2u);
  EXPECT_EQ(d->hunks[0].added, 2u);
}

TEST(DiffText, ReadsTheOtherShapes) {
  const auto combined = read_diff(
      "diff --cc a.txt\nindex 1111111,2222222..3333333\n--- a/a.txt\n+++ b/a.txt\n@@@ -1,2 -1,2 +1,3 @@@\n  one\n- "
      "two\n -zwei\n++2\n++3\n");
  ASSERT_TRUE(combined);
  ASSERT_EQ(combined->hunks.size(), 1u);
  EXPECT_EQ(combined->hunks[0].style, HunkStyle::combined);

  const auto context = read_diff(
      "*** a.txt\t2026-03-01\n--- b.txt\t2026-03-02\n***************\n*** 1,3 ****\n  one\n! two\n  three\n--- 1,4 "
      "----\n  one\n! zwei\n"
      "  three\n+ four\n");
  ASSERT_TRUE(context);
  ASSERT_EQ(context->hunks.size(), 1u);
  EXPECT_EQ(context->hunks[0].added, 2u);

  const auto mail = read_diff(
      "From 5fe4e7b19530da0c2d07d17f20b18d79b6fab367 Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\nSubject: "
      "[PATCH] x\n\nWhy.\n---\n"
      " a.txt | 1 +\n 1 file changed\n\n" +
      std::string(example) + "-- \n2.39.5\n");
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->sections[0].kind, SectionKind::message);
  EXPECT_TRUE(mail->mostly_explained());
}

TEST(DiffText, LeavesOtherKindsAlone) {
  for (std::string_view text :
       {"# Title\n\n- one\n- two\n\n---\n\n+ three\n", "---\na: 1\n---\nb: 2\n+++\n", "- [ ] todo\n- [x] done\n",
        "@@ -1 +1 @@\n-a\n+b\n", "--- a\n+++ b\nno hunk\n", "", "diff is a tool\n"}) {
    EXPECT_FALSE(read_diff(text)) << text;
  }
}

std::string hunk(int start, std::string_view word) {
  const std::string w(word);
  return "@@ -" + std::to_string(start) + ",3 +" + std::to_string(start) + ",4 @@\n one\n-" + w + " old\n+" + w +
         " new\n+" + w + " more\n two\n";
}

std::string file(const std::string& path, const std::string& hunks) {
  return "diff --git a/" + path + " b/" + path + "\nindex 1234567..89abcde 100644\n--- a/" + path + "\n+++ b/" + path +
         "\n" + hunks;
}

TEST(DiffLossless, EqualHunksAreNamed) {
  const std::string text =
      file("a.c", hunk(3, "licence")) + file("b.c", hunk(9, "licence")) + file("c.c", hunk(3, "other"));
  const auto d = read_diff(text);
  ASSERT_TRUE(d);
  tokens::Counter ruler;
  const auto view = encode_diff(*d, text, ruler);
  ASSERT_TRUE(view);
  EXPECT_NE(view->find("@@ -9 +9\n[same hunk as a.c @3]\n"), std::string::npos) << *view;
  EXPECT_EQ(decoded(*view), text);
}

TEST(DiffLossless, GivesEveryByteBack) {
  const std::string base = file("src/a.c", hunk(3, "x"));
  for (std::string text : std::vector<std::string>{
           base,
           base +
               "diff --git a/x b/y\nsimilarity index 95%\nrename from x\nrename to y\nindex 1234567..89abcde "
               "100644\n--- a/x\n+++ b/y\n" +
               hunk(1, "r"),
           base + "diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n",
           base + "diff --git a/x b/y\nsimilarity index 100%\ncopy from x\ncopy to y\n",
           base + "diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n",
           base +
               "diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\nindex 1234567..89abcde\n--- "
               "a/run.sh\n+++ b/run.sh\n" +
               hunk(1, "m"),
           base +
               "diff --git a/l.png b/l.png\nindex 1234567..89abcde 100644\nBinary files a/l.png and b/l.png differ\n",
           base + "diff --git a/l.png b/l.png\nnew file mode 100644\nindex 0000000..89abcde\nBinary files /dev/null "
                  "and b/l.png differ\n",
           base + "diff --git a/a b.txt b/a b.txt\nindex 1234567..89abcde 100644\n--- a/a b.txt\t\n+++ b/a b.txt\t\n" +
               hunk(1, "s"),
           base +
               "diff --git \"a/\\303\\244\" \"b/\\303\\244\"\nindex 1234567..89abcde 100644\n--- \"a/\\303\\244\"\n+++ "
               "\"b/\\303\\244\"\n" +
               hunk(1, "q"),
           base + "Only in b: x\n|bar\nlogo 100644 1234567..89abcde\n@@ -1,9 +1,9 @@\n x\n",
           "diff --git a/n b/n\nnew file mode 100644\nindex 0000000..89abcde\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 "
           "@@\n+x\n"
           "\\ No newline at end of file\n",
           "diff --git a/n b/n\ndeleted file mode 100644\nindex 89abcde..0000000\n--- a/n\n+++ /dev/null\n@@ -1 +0,0 "
           "@@\n-x\n" +
               base,
           "diff --git a/old/1/x.c b/new/2/x.c\nindex 1234567..89abcde 100644\n--- a/old/1/x.c\n+++ b/new/2/x.c\n" +
               hunk(1, "t") +
               "diff --git a/old/1/y.c b/old/1/y.c\ndeleted file mode 100644\nindex 1234567..0000000\n"
               "diff --git a/new/2/z.c b/new/2/z.c\nnew file mode 100644\nindex 0000000..1234567\n",
           "diff --git i/x.c w/x.c\nindex 1234567..89abcde 100644\n--- i/x.c\n+++ w/x.c\n" + hunk(1, "t"),
           "diff --git x.c x.c\nindex 1234567..89abcde 100644\n--- x.c\n+++ x.c\n" + hunk(1, "t"),
           "commit 5fe4e7b19530da0c2d07d17f20b18d79b6fab367\nAuthor: A <a@example.org>\n\n    [end]\n    | x\n\n" +
               base + base,
           base.substr(0, base.size() - 1),
           base.substr(0, base.size() - 9),
       }) {
    const auto d = read_diff(text, true);
    ASSERT_TRUE(d) << text;
    tokens::Counter ruler;
    const auto view = encode_diff(*d, text, ruler);
    ASSERT_TRUE(view) << text;
    EXPECT_EQ(decoded(*view), text) << *view;
    // The same with the line ends of another system.
    std::string crlf;
    for (char c : text) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    if (const auto e = read_diff(crlf, true)) {
      const auto other = encode_diff(*e, crlf, ruler);
      ASSERT_TRUE(other) << crlf;
      EXPECT_EQ(decoded(*other), crlf);
    }
  }
}

// Promise 4: every run shown under a header stands in a file of the source at those numbers.
void expect_only_source_lines(const std::string& text, const View& view) {
  const auto d = read_diff(text);
  ASSERT_TRUE(d);
  using Numbered = std::map<std::pair<char, std::uint64_t>, std::string>;  // by sign and number on its side
  std::vector<Numbered> files;
  for (const FileDiff& f : d->files) {
    Numbered& lines = files.emplace_back();
    for (std::size_t k = f.first_hunk; k < f.first_hunk + f.hunk_count; ++k) {
      const Hunk& h = d->hunks[k];
      std::uint64_t old_at = h.old_start + (h.old_count == 0), new_at = h.new_start + (h.new_count == 0);
      for (std::size_t i = h.head + 1; i < h.end; ++i) {
        const std::string t(d->lines[i].text);
        const char c = t.empty() ? ' ' : t[0];
        if (c == '\\') continue;
        lines[{c, c == '-' ? old_at : new_at}] = t;
        old_at += c != '+';
        new_at += c != '-';
      }
    }
  }
  const std::vector<Line> shown = split_lines(view.text);
  std::size_t runs = 0;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (!shown[i].text.starts_with("@@ -")) continue;
    // A header that only covers context is legal here; read_hunk wants a change.
    std::uint64_t old_start = 0, old_count = 1, new_start = 0, new_count = 1;
    const std::string head(shown[i].text);
    ASSERT_GE(std::sscanf(head.c_str(), "@@ -%lu", &old_start), 1);
    const std::size_t plus = head.find(" +");
    std::sscanf(head.c_str(), "@@ -%*u,%lu", &old_count);
    std::sscanf(head.c_str() + plus, " +%lu,%lu", &new_start, &new_count);
    old_start += old_count == 0;
    new_start += new_count == 0;
    bool found = false;
    std::size_t end = i;
    for (const Numbered& lines : files) {
      std::uint64_t old_at = old_start, new_at = new_start;
      bool all = true;
      std::size_t k = i + 1;
      for (; k < shown.size() && all && (old_at < old_start + old_count || new_at < new_start + new_count); ++k) {
        const std::string t(shown[k].text);
        const char c = t.empty() ? ' ' : t[0];
        if (c == '\\') continue;
        const auto at = lines.find({c, c == '-' ? old_at : new_at});
        all = at != lines.end() && at->second == t;
        old_at += c != '+';
        new_at += c != '-';
      }
      found |= all && old_at == old_start + old_count && new_at == new_start + new_count;
      end = std::max(end, k);
    }
    EXPECT_TRUE(found) << head << "\n" << view.text.substr(0, 2000);
    ++runs;
  }
  EXPECT_GT(runs, 0u);
}

std::string many_files(int files, int hunks) {
  std::string text;
  for (int f = 0; f < files; ++f) {
    std::string body;
    for (int h = 0; h < hunks; ++h) {
      const int at = h * 40 + 5, more = h * 2;
      body += "@@ -" + std::to_string(at) + ",7 +" + std::to_string(at + more) + ",9 @@ def part_" + std::to_string(h) +
              "(x):\n";
      body += "     one\n     two\n     three\n";
      body += "-    total = compute_" + std::to_string(f * hunks + h) + "(x)\n";
      body += "+    total = compute_" + std::to_string(f * hunks + h) + "(x, rounding=True)\n";
      body += "+    log.debug(\"total %s of part " + std::to_string(h) + "\", total)\n";
      body += h == 1 ? "+    def added_in_" + std::to_string(f) + "(self):\n" : "+    audit(total)\n";
      body += "     four\n     five\n     six\n";
    }
    text += file("src/module_" + std::to_string(f) + ".py", body);
  }
  return text;
}

TEST(DiffReversible, EveryFileIsNamedWithItsCounts) {
  const std::string text = many_files(25, 3);
  const Asked asked = ask(text, {}, Tokens(1500));
  ASSERT_NE(asked.reversible(), nullptr);
  for (int f = 0; f < 25; ++f) {
    EXPECT_NE(asked.reversible()->text.find("src/module_" + std::to_string(f) + ".py +9 -3"), std::string::npos) << f;
  }
  expect_only_source_lines(text, *asked.reversible());
}

TEST(DiffReversible, ChangesComeBeforeContext) {
  const std::string text = many_files(8, 4);
  const Asked asked = ask(text);
  ASSERT_NE(asked.reversible(), nullptr);
  for (int c = 0; c < 32; ++c) {
    EXPECT_NE(asked.reversible()->text.find("+    total = compute_" + std::to_string(c) + "(x, rounding=True)"),
              std::string::npos);
  }
  EXPECT_EQ(asked.reversible()->text.find("     two"), std::string::npos);
  tokens::Counter ruler;
  EXPECT_LT(ruler.count(asked.reversible()->text).value * 10, ruler.count(text).value * 8);
  expect_only_source_lines(text, *asked.reversible());
}

TEST(DiffReversible, DefinitionsAndAnchorsOutliveABudget) {
  const std::string text = many_files(60, 6);
  const Asked asked = ask(text, "what became of `compute_101(x)`?");
  ASSERT_NE(asked.reversible(), nullptr);
  const std::string& view = asked.reversible()->text;
  for (int f = 0; f < 60; ++f) {
    EXPECT_NE(view.find("+    def added_in_" + std::to_string(f) + "(self):"), std::string::npos) << f;
  }
  EXPECT_NE(view.find("-    total = compute_101(x)"), std::string::npos);
  expect_only_source_lines(text, *asked.reversible());
}

TEST(DiffReversible, LockFilesAndWhiteSpaceLeaveFirst) {
  std::string lock;
  for (int i = 0; i < 60; ++i) lock += hunk(i * 10 + 1, "\"version\": \"1." + std::to_string(i) + "\"");
  std::string blank = "@@ -1,6 +1,6 @@\n";
  for (int i = 0; i < 6; ++i) blank += "-\tline " + std::to_string(i) + "\n";
  for (int i = 0; i < 6; ++i) blank += "+    line " + std::to_string(i) + "\n";
  const std::string text =
      file("package-lock.json", lock) + file("src/blank.c", blank) + file("src/a.c", hunk(5, "real"));
  const Asked asked = ask(text);
  ASSERT_NE(asked.reversible(), nullptr);
  const std::string& view = asked.reversible()->text;
  EXPECT_NE(view.find("package-lock.json +120 -60 [lock file, not shown]"), std::string::npos) << view;
  EXPECT_EQ(view.find("1.17"), std::string::npos);
  EXPECT_EQ(view.find("+    line 3"), std::string::npos);
  EXPECT_NE(view.find("+real more"), std::string::npos);
}

TEST(DiffReversible, ModesRenamesAndHashesStay) {
  std::string message =
      "commit 5fe4e7b19530da0c2d07d17f20b18d79b6fab367\nAuthor: A <a@example.org>\nDate:   Sun Mar 1 2026\n\n    Round "
      "totals\n\n";
  for (int i = 0; i < 40; ++i) message += "    Some more words about nothing much, line " + std::to_string(i) + ".\n";
  const std::string text =
      message + "\n" + many_files(3, 2) +
      "diff --git a/run.sh b/run.sh\nnew file mode 100755\nindex 0000000..e69de29\n"
      "diff --git a/old.py b/new.py\nsimilarity index 100%\nrename from old.py\nrename to new.py\n";
  const Asked asked = ask(text);
  ASSERT_NE(asked.reversible(), nullptr);
  const std::string& view = asked.reversible()->text;
  for (std::string_view kept : {"5fe4e7b19530da0c2d07d17f20b18d79b6fab367", "Round totals", "100755",
                                "rename from old.py", "old.py -> new.py"}) {
    EXPECT_NE(view.find(kept), std::string::npos) << kept << "\n" << view;
  }
  EXPECT_NE(view.find(" not shown]"), std::string::npos);
}

// A path is no changed line, whatever its first letter.
TEST(DiffReversible, PathsDoNotReadAsChanges) {
  std::string text = many_files(6, 3);
  text +=
      "diff --git a/+plus.py b/-minus.py\nindex 3f1c2aa..9ab0c17 100644\n--- a/+plus.py\n+++ b/-minus.py\n"
      "@@ -1,2 +1,2 @@\n     check(a)\n-    return a+b\n+    return round(a+b, 2)\n";
  const Asked asked = ask(text, {}, Tokens(300));
  ASSERT_NE(asked.reversible(), nullptr);
  const std::string& view = asked.reversible()->text;
  EXPECT_EQ(view.find("\n+plus.py"), std::string::npos) << view;
  EXPECT_NE(view.find("\n./+plus.py -> -minus.py +1 -1"), std::string::npos) << view;
}

TEST(DiffReversible, ATornPatchKeepsItsTail) {
  const std::string text = many_files(6, 3);
  const std::string torn = text.substr(0, text.size() - 25);
  const Asked asked = ask(torn);
  if (asked.reversible() != nullptr) {
    EXPECT_NE(asked.reversible()->text.find("+    total = compute_17(x, rounding=True)"), std::string::npos);
  }
}

// ------------------------------------------------------------------------------------------------- with the real tool

class Git : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("git --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no git here";
    std::string name = (fs::temp_directory_path() / "headroom-diff-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    dir_ = name;
    run("init -q .");
  }
  void TearDown() override {
    if (!dir_.empty()) fs::remove_all(dir_);
  }
  // git in the repository, without the user's settings; its output.
  std::string run(const std::string& arguments, int* status = nullptr) {
    const std::string command =
        "cd '" + dir_.string() +
        "' && GIT_CONFIG_NOSYSTEM=1 HOME=/nonexistent git -c user.name=A -c user.email=a@example.org -c "
        "commit.gpgsign=false " +
        arguments + " 2>&1";
    std::string out;
    FILE* pipe = popen(command.c_str(), "r");
    char buffer[4096];
    for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
    const int code = pclose(pipe);
    if (status != nullptr) *status = code;
    return out;
  }
  void write(const std::string& path, const std::string& text) {
    fs::create_directories((dir_ / path).parent_path());
    std::ofstream(dir_ / path, std::ios::binary) << text;
  }
  // A patch that git takes in the state before the change.
  void expect_applies(const std::string& patch, const std::string& flags) {
    std::ofstream(dir_ / "view.patch", std::ios::binary) << patch << '\n';
    int status = 0;
    const std::string said = run("apply --check " + flags + " view.patch", &status);
    EXPECT_EQ(status, 0) << said << patch.substr(0, 3000);
    fs::remove(dir_ / "view.patch");
  }
  fs::path dir_;
};

TEST_F(Git, AViewWithAllChangesAppliesAndTheLosslessOneDecodes) {
  std::mt19937 dice(7);
  const auto pick = [&](std::size_t n) { return dice() % n; };
  std::size_t checked = 0;
  for (int round = 0; round < 8; ++round) {
    std::vector<std::vector<std::string>> files(3 + pick(4));
    for (std::size_t f = 0; f < files.size(); ++f) {
      for (std::size_t l = 0; l < 60 + pick(60); ++l) {
        files[f].push_back((l % 12 == 0 ? "def part_" : "    value_") + std::to_string(l) +
                           (l % 12 == 0 ? "(x):" : " = compute(x)"));
      }
    }
    const auto save = [&](std::size_t f) {
      std::string text;
      for (const std::string& l : files[f]) text += l + '\n';
      if (f == 1) text.pop_back();  // "\ No newline at end of file"
      write("src/area_" + std::to_string(f % 2) + "/file_" + std::to_string(f) + ".py", text);
    };
    for (std::size_t f = 0; f < files.size(); ++f) save(f);
    write("tool.sh", "echo " + std::to_string(round) + "\n");
    run("add -A");
    run("commit -qm 'Round " + std::to_string(round) + "'");
    for (std::size_t f = 0; f < files.size(); ++f) {
      for (std::size_t e = 0; e < 1 + pick(5); ++e) {
        const std::size_t at = pick(files[f].size());
        switch (pick(3)) {
          case 0:
            files[f][at] = "    changed = " + std::to_string(dice() % 1000);
            break;
          case 1:
            files[f].insert(files[f].begin() + static_cast<std::ptrdiff_t>(at),
                            "    added = " + std::to_string(dice() % 1000));
            break;
          default:
            files[f].erase(files[f].begin() + static_cast<std::ptrdiff_t>(at));
        }
      }
      save(f);
    }
    if (round % 2 == 0) fs::permissions(dir_ / "tool.sh", fs::perms::owner_exec, fs::perm_options::add);
    if (round % 3 == 0) write("new file.txt", "a\nb\nc\n");
    if (round % 4 == 1) fs::rename(dir_ / "src/area_0/file_0.py", dir_ / "src/moved.py");
    run("add -A");
    const std::string patch = run("diff --cached -M");
    run("reset -q --hard");
    const Asked asked = ask(patch);
    if (asked.lossless() != nullptr) {
      EXPECT_EQ(decoded(asked.lossless()->text), patch);
    }
    ASSERT_NE(asked.reversible(), nullptr) << patch;
    const std::string& view = asked.reversible()->text;
    ASSERT_NE(view.find("all changes kept"), std::string::npos);
    expect_applies(view, view.find("context cut to 0 lines") != std::string::npos ? "--unidiff-zero" : "");
    expect_only_source_lines(patch, *asked.reversible());
    ++checked;
  }
  EXPECT_EQ(checked, 8u);
  // Messages, merges, mails: as git writes them.
  for (const char* command : {"log -p", "show HEAD~2 HEAD", "format-patch --stdout HEAD~3", "log -p --stat -3"}) {
    const std::string text = run(command);
    const auto d = read_diff(text);
    ASSERT_TRUE(d) << command;
    EXPECT_TRUE(d->mostly_explained()) << command;
    tokens::Counter ruler;
    const auto view = encode_diff(*d, text, ruler);
    ASSERT_TRUE(view) << command;
    EXPECT_EQ(decoded(*view), text);
  }
}

TEST_F(Git, AMergeWithConflictsIsReadAsACombinedDiff) {
  write("a.txt", "one\ntwo\nthree\nfour\n");
  run("add -A");
  run("commit -qm base");
  run("checkout -qb other");
  write("a.txt", "one\nzwei\nthree\nfour\n");
  run("commit -qam other");
  run("checkout -q -");
  write("a.txt", "one\ndeux\nthree\nvier\n");
  run("commit -qam ours");
  run("merge other");
  const std::string text = run("diff");
  const auto d = read_diff(text);
  ASSERT_TRUE(d) << text;
  ASSERT_FALSE(d->hunks.empty()) << text;
  EXPECT_EQ(d->hunks[0].style, HunkStyle::combined);
  tokens::Counter ruler;
  const auto view = encode_diff(*d, text, ruler);
  ASSERT_TRUE(view);
  EXPECT_EQ(decoded(*view), text);
}

// ---------------------------------------------------------------------------------------------------------- properties

std::string many_indented() {
  std::string out = "commit 1234567\nAuthor: A <a@example.org>\n\n";
  for (int i = 0; i < 20; ++i) out += "    line\n";
  return out + "\n";
}

RC_GTEST_PROP(DiffLossless, AnythingItEncodesItDecodes, ()) {
  const auto parts = *rc::gen::container<std::vector<std::string>>(
      rc::gen::elementOf(std::vector<std::string>{file("a.c", hunk(1, "x")),
                                                  file("a.c", hunk(1, "y")),
                                                  file("b/c.c", hunk(2, "x")),
                                                  file("b/d.c", ""),
                                                  hunk(3, "z"),
                                                  "|x\n",
                                                  "\n",
                                                  "@@ -1 +1 @@\n",
                                                  "-- \n",
                                                  "+++ b/a.c\n",
                                                  "--- a/a.c\n",
                                                  "diff --git a/a.c b/a.c\n",
                                                  "index 1234567..89abcde 100644\n",
                                                  "[same hunk as a.c @1]\n",
                                                  "a.c 100644 1234567..89abcde\n",
                                                  "[diff, 1 file, complete; old and new path equal unless shown]\n",
                                                  "new file mode 100644\n",
                                                  "commit 1234567\n",
                                                  "    message\n",
                                                  "\\ No newline at end of file\n",
                                                  "***************\n",
                                                  "+a\n+b\n+c\n+d\n",
                                                  "{+\n",
                                                  "+}\n",
                                                  "@@ -1 +1\n",
                                                  "A a 1234567..89abcde\n",
                                                  "A=*.c 100644 *\n",
                                                  "commit 7654321\n\n    a\n    b\n    |c\n    \n    diff --git\n\n",
                                                  many_indented(),
                                                  "x\r\n",
                                                  "\xff\n"}));
  std::string text;
  for (const std::string& p : parts) text += p;
  if (*rc::gen::inRange(0, 2) == 0 && !text.empty()) text.pop_back();
  const auto d = read_diff(text, true);
  if (!d) return;
  tokens::Counter ruler;
  const auto view = encode_diff(*d, text, ruler);
  if (view) RC_ASSERT(diff_compressor.decode(*view) == text);
}

RC_GTEST_PROP(DiffLossless, ArbitraryViewsAndTextsDoNoHarm, (std::string bytes)) {
  diff_compressor.decode(bytes);
  diff_compressor.decode("[diff, 1 file, complete; old and new path equal unless shown]\n" + bytes);
  ask(file("a.c", hunk(1, "x")) + bytes, "x");
}

RC_GTEST_PROP(DiffReversible, ShownLinesAreSourceLines, ()) {
  const std::string text = many_files(*rc::gen::inRange(1, 12), *rc::gen::inRange(1, 8));
  const auto budget = *rc::gen::inRange(0, 3000);
  const Asked asked = ask(text, "compute_3", budget > 1500 ? std::nullopt : std::optional(Tokens(budget + 200)));
  if (asked.reversible() != nullptr) expect_only_source_lines(text, *asked.reversible());
}

}  // namespace
}  // namespace headroom::compressors
