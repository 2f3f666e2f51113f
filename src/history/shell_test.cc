// What calls do to files, as read from names and arguments: shell words, shell commands, patches, tools, paths.
#include "history/shell.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "history/patch.h"
#include "history/paths.h"
#include "history/shell_words.h"
#include "history/touch.h"

namespace headroom::history {
namespace {

// "read a.py 1-40; write b.py?": a question mark for what may not happen; "+" = only reads, "*" = unknown.
std::string shown(const Touches& touches) {
  static constexpr const char* names[] = {"read", "write", "edit", "move", "copy", "remove"};
  std::string out;
  for (const Touch& t : touches.list) {
    if (!out.empty()) out += "; ";
    out += std::string(names[static_cast<int>(t.effect)]) + " " + t.path;
    if (!t.to.empty()) out += " > " + t.to;
    if (t.effect == Effect::read && t.extent == Extent::lines && !t.lines.whole()) {
      out += " " + std::to_string(t.lines.first) + "-" + (t.lines.last ? std::to_string(t.lines.last) : "");
    }
    if (t.effect == Effect::read && t.extent != Extent::lines) out += " part";
    if (t.conditional) out += "?";
  }
  if (touches.only_reads) out += " +";
  if (touches.unknown) out += " *";
  return out;
}

std::string script(std::string_view s) {
  return shown(script_touches(s));
}

TEST(Shell, Reads) {
  EXPECT_EQ(script("cat a.py"), "read a.py +");
  EXPECT_EQ(script("cat a.py b.py 2>/dev/null"), "read a.py; read b.py +");
  EXPECT_EQ(script("cat -n 'a b.py' | sed -n 5,10p"), "read a b.py 5-10 +");
  EXPECT_EQ(script("sed -n '10,20p' a.py"), "read a.py 10-20 +");
  EXPECT_EQ(script("sed -n 10p a.py"), "read a.py 10-10 +");
  EXPECT_EQ(script("sed -n '10,$p' a.py | head -5"), "read a.py 10-14 +");
  EXPECT_EQ(script("sed -n '5,+5p' a.py"), "read a.py 5-10 +");
  EXPECT_EQ(script("sed s/a/b/ a.py"), "");
  EXPECT_EQ(script("head a.py"), "read a.py 1-10 +");
  EXPECT_EQ(script("head -n 40 a.py | tail -n +30"), "read a.py 30-40 +");
  EXPECT_EQ(script("tail -20 a.py"), "read a.py part +");
  EXPECT_EQ(script("head -c 100 a.py"), "read a.py part +");
  EXPECT_EQ(script("nl -ba a.py"), "read a.py +");
  EXPECT_EQ(script("nl -b a a.py"), "read a.py +");
  EXPECT_EQ(script("cat < a.py"), "read a.py +");
  EXPECT_EQ(script("cat a.py | grep x"), "");
  EXPECT_EQ(script("cat a.py > /dev/null"), "");
  EXPECT_EQ(script("cat a.py; echo ---; cat b.py"), "read a.py; read b.py +");
  EXPECT_EQ(script("ls && cat a.py"), "read a.py?");
  EXPECT_EQ(script("ls; cat a.py"), "read a.py");
  EXPECT_EQ(script("cat a.py || cat b.py"), "read a.py; read b.py?");
  EXPECT_EQ(script("cat $f"), "");
  EXPECT_EQ(script("cat *.py"), "");
  EXPECT_EQ(script("cat \"$HOME/a\" b"), "read b");
  EXPECT_EQ(script("head -n 5 a b"), "read a 1-5; read b 1-5");
  EXPECT_EQ(script("bash -lc 'cat a.py'"), "read a.py +");
  EXPECT_EQ(script("sudo cat /etc/hosts"), "read /etc/hosts +");
  EXPECT_EQ(script("time env LANG=C timeout 5s cat a"), "read a +");
  EXPECT_EQ(shown(argv_touches({"cat", "a *.py"})), "read a *.py +");
  EXPECT_EQ(shown(argv_touches({"bash", "-lc", "cd x && cat a"})), "read x/a +");
}

TEST(Shell, Changes) {
  EXPECT_EQ(script("cat > a.txt <<'EOF'\nx\nEOF"), "write a.txt");
  EXPECT_EQ(script("cat <<EOF >> a.txt\nx $y\nEOF\necho done"), "edit a.txt");
  EXPECT_EQ(script("echo x | tee a b"), "write a; write b");
  EXPECT_EQ(script("echo x | tee -a a"), "edit a");
  EXPECT_EQ(script("sed -i s/a/b/ a b"), "edit a; edit b");
  EXPECT_EQ(script("sed -i.bak -e s/a/b/ a"), "edit a");
  EXPECT_EQ(script("mv a b && cp b c"), "move a > b; copy b > c");
  EXPECT_EQ(script("mv a b dir"), "move a > dir/; move b > dir/");
  EXPECT_EQ(script("rm -rf a b"), "remove a; remove b");
  EXPECT_EQ(script("git mv a b; git rm c; git checkout d"), "move a > b; remove c *");
  EXPECT_EQ(script("npm test > out.txt 2>&1"), "write out.txt *");
  EXPECT_EQ(script("make && echo x > a"), "write a? *");
  EXPECT_EQ(script("test -f a && echo x > a"), "write a?");
  EXPECT_EQ(script("test -f a; echo x > a"), "write a");
  EXPECT_EQ(script("set -e; test -f a; echo x > a"), "write a?");
  EXPECT_EQ(script("> a"), "write a");
  EXPECT_EQ(script("echo x > $f"), " *");
  EXPECT_EQ(script("cp -n a b"), "copy a > b?");
  EXPECT_EQ(script("apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: a\n@@\n*** End Patch\nEOF"), "edit a");
}

TEST(Shell, WhereTheShellStands) {
  EXPECT_EQ(script("cd src && cat a.py"), "read src/a.py +");
  EXPECT_EQ(script("cd /x; cd ../y; cat a"), "read /x/../y/a +");
  EXPECT_EQ(script("cd \"$d\" && cat a; cat /b"), "read /b");
  EXPECT_EQ(script("make && cd x; cat a"), " *");
  EXPECT_EQ(script_touches("cd src && ls").moved_to, "src");
  EXPECT_TRUE(script_touches("pushd x").moved);
  EXPECT_EQ(script(" (cd src && cat a.py)\n"), "read src/a.py +");
  EXPECT_FALSE(script_touches("(cd src && ls)").moved);
  EXPECT_FALSE(script_touches("cat a").moved);
}

TEST(Shell, WhatIsNotReadAtAll) {
  for (const char* s : {"for f in a b; do cat $f; done", "if true; then cat a; fi", "(cat a); (cat b)", "((1 + 2))",
                        "cat 'a", "cat <<EOF\nx", "f() { cat a; }", "cat a &&", "cat a | ", "! cat a", "cat <(ls)",
                        "while read x; do cat a; done"}) {
    EXPECT_EQ(script(s), " *") << s;
  }
  EXPECT_EQ(script(""), "");
  EXPECT_EQ(script("# cat a"), "");
}

TEST(ShellWords, Quotes) {
  const auto p = read_script("a 'b c'\"d $e\" f\\ g \"h\\\"i\" j#k # l\n'm'");
  ASSERT_TRUE(p);
  ASSERT_EQ(p->size(), 2u);
  const auto& words = (*p)[0].commands[0].words;
  ASSERT_EQ(words.size(), 5u);
  EXPECT_EQ(words[1].text, "b cd e");
  EXPECT_FALSE(words[1].known);
  EXPECT_EQ(words[2].text, "f g");
  EXPECT_EQ(words[3].text, "h\"i");
  EXPECT_EQ(words[4].text, "j#k");
  EXPECT_TRUE(words[4].known);
}

TEST(ShellWords, LongInputsAreLinear) {
  for (const char* piece : {"{", "$(", "'", "\"", "<<E\n", "a|", "cd: ", "\\", "`", "a=", "*** Add File: a\n"}) {
    std::string script;
    while (script.size() < 1'000'000) script += piece;
    script_touches(script);
    stated_directory(script);
  }
}

RC_GTEST_PROP(ShellWords, AnyScriptIsReadOrRefused, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "cat ", "a", " ", "'", "\"", "\\", "\n", "|", "&&", "||", ";", "&", ">", "<<EOF", "<", "EOF", "$(", ")", "`",
      "$x", "{a,b}", "#", "2>&1", "sed -n 1,2p ", "cd ", "..", "\0"));
  std::string script;
  for (const auto& p : pieces) script += p;
  const Touches touches = script_touches(script);
  for (const Touch& t : touches.list) RC_ASSERT(!t.path.empty());
}

Touches tool(const char* name, const char* arguments) {
  return touches_of(Call{name, arguments, 0});
}

TEST(Tools, OfAgents) {
  EXPECT_EQ(shown(tool("Read", R"({"file_path":"a"})")), "read a +");
  EXPECT_EQ(shown(tool("Read", R"({"file_path":"a","offset":5,"limit":9})")), "read a part +");
  EXPECT_EQ(shown(tool("mcp__files__read_text_file", R"({"path":"a","head":9})")), "read a part +");
  EXPECT_EQ(shown(tool("read_file", R"({"path":"a","start_line":5,"end_line":9})")), "read a 5-9 +");
  EXPECT_EQ(shown(tool("str_replace_based_edit_tool", R"({"command":"view","path":"a","view_range":[2,-1]})")),
            "read a 2- +");
  EXPECT_EQ(shown(tool("str_replace_editor", R"({"command":"create","path":"a"})")), "write a");
  EXPECT_EQ(shown(tool("str_replace_editor", R"({"command":"undo_edit","path":"a"})")), "edit a");
  EXPECT_EQ(shown(tool("Write", R"({"file_path":"a"})")), "write a");
  EXPECT_EQ(shown(tool("MultiEdit", R"({"file_path":"a"})")), "edit a");
  EXPECT_EQ(shown(tool("replace_in_file", R"({"path":"a"})")), "edit a");
  EXPECT_EQ(shown(tool("delete_file", R"({"target_file":"a"})")), "remove a");
  EXPECT_EQ(shown(tool("move_file", R"({"source":"a","destination":"b"})")), "move a > b");
  EXPECT_EQ(shown(tool("shell", R"({"command":["bash","-lc","cat a"]})")), "read a +");
  EXPECT_EQ(shown(tool("local_shell_call", R"({"action":{"command":["cat","a"]}})")), "read a +");
  EXPECT_EQ(shown(tool("apply_patch", "*** Begin Patch\n*** Add File: a\n+x\n*** Delete File: b\n*** End Patch")),
            "write a; remove b");
  EXPECT_EQ(shown(tool("WebSearch", R"({"query":"a"})")), " *");
  EXPECT_EQ(shown(tool("Read", "no json")), " *");
  EXPECT_EQ(shown(tool("Read", R"({"file_path":5})")), " *");
  EXPECT_EQ(shown(tool("", "")), " *");
}

TEST(Patches, Forms) {
  std::vector<Touch> touches;
  EXPECT_TRUE(patch_touches("*** Begin Patch\n*** Update File: a\n*** Move to: b\n@@\n-x\n*** End Patch\n", touches));
  ASSERT_EQ(touches.size(), 2u);
  EXPECT_EQ(touches[1].effect, Effect::move);
  EXPECT_EQ(touches[1].to, "b");
  touches.clear();
  EXPECT_TRUE(
      patch_touches("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n--- /dev/null\n+++ b/y\n@@ -0,0 +1 @@\n+a\n", touches));
  ASSERT_EQ(touches.size(), 2u);
  EXPECT_EQ(touches[0].path, "x");
  EXPECT_EQ(touches[1].path, "y");
  EXPECT_FALSE(patch_touches("nothing", touches));
}

TEST(Labels, OneLineAndShort) {
  EXPECT_EQ(call_label({"Read", R"({"file_path":"src/a.py","offset":3})", 0}), "Read src/a.py");
  EXPECT_EQ(call_label({"Bash", R"({"command":"npm\n test"})", 0}), "Bash npm test");
  EXPECT_EQ(call_label({"shell", R"({"command":["bash","-lc","cat a"]})", 0}), "shell cat a");
  EXPECT_EQ(call_label({"ls", "{}", 0}), "ls");
  const std::string arguments = "{\"command\":\"" + std::string(200, 'x') + "\"}";
  const std::string label = call_label({"Bash", arguments, 0});
  EXPECT_LE(label.size(), 80u);
  EXPECT_TRUE(label.ends_with("..."));
}

TEST(Paths, Normal) {
  struct Case {
    const char *path, *cwd, *normal;
  };
  for (const Case& c :
       {Case{"./src//a/../b.py", "/srv/app", "/srv/app/src/b.py"}, Case{"C:\\App\\x.cs", "", "c:/App/x.cs"},
        Case{"b.py", "", "b.py"}, Case{"../b.py", "", "../b.py"}, Case{"../../b", "/srv", "/b"}, Case{"/..", "", "/"},
        Case{"~/a/./b", "/srv", "~/a/b"}, Case{"a/..", "", ""}, Case{"a\\b", "D:\\w", "d:/w/a/b"}, Case{"", "/x", ""},
        Case{"/a/../..//b/", "", "/b"}, Case{".", "/srv", "/srv"}, Case{"../../a/../../b", "", "../../../b"}}) {
    EXPECT_EQ(normal_path(c.path, c.cwd), c.normal) << c.path;
  }
}

RC_GTEST_PROP(Paths, NormalIsAFixedPoint, ()) {
  const auto parts =
      *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>("a", "..", ".", "", "b c", "x.y"));
  std::string path = *rc::gen::element<std::string>("", "/", "\\", "C:\\", "~/");
  for (const auto& p : parts) path += p + *rc::gen::element<std::string>("/", "\\");
  const std::string once = normal_path(path, *rc::gen::element<std::string>("", "/srv/app", "c:\\w"));
  RC_ASSERT(normal_path(once, "") == once);
}

TEST(Paths, WithoutADirectoryByTheEndIfOnlyOneHasIt) {
  PathBook book;
  const auto a = book.touch("/w/src/a.py");
  EXPECT_EQ(book.touch("src/a.py"), a);
  EXPECT_EQ(book.touch("a.py"), a);
  EXPECT_NE(book.touch("c/a.py"), a);
  EXPECT_EQ(book.find("rc/a.py"), std::nullopt);  // whole parts only
  const auto other = book.touch("/w/lib/src/a.py");
  EXPECT_NE(other, a);
  EXPECT_EQ(book.touch("src/a.py"), std::nullopt);
  EXPECT_EQ(book.touch("w/src/a.py"), a);
  PathBook later;
  const auto relative = later.touch("src/b.py");
  EXPECT_EQ(later.touch("/w/src/b.py"), relative);
  EXPECT_NE(later.touch("/v/src/b.py"), relative);
  EXPECT_EQ(later.find("src/b.py"), std::nullopt);
  EXPECT_TRUE(later.is_directory("/w"));
}

}  // namespace
}  // namespace headroom::history
