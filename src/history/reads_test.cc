// Stale reads, by hand; reads_simulated_test.cc and reads_recorded_test.cc hold them against more.
#include "history/reads.h"

#include <gtest/gtest.h>

#include <string>

#include "history/test_story.h"

namespace headroom::history {
namespace {

std::string numbered(int first, int last, const std::string& tag = "x") {
  std::string text;
  for (int n = first; n <= last; ++n) {
    const std::string digits = std::to_string(n);
    text += std::string(6 - digits.size(), ' ') + digits + "\t" + tag + std::to_string(n) + " = 1\n";
  }
  return text;
}

TEST(StaleReads, AReadIsSupersededByALaterWholeOne) {
  Story s;
  s.system = "Working directory: /srv/app\n";
  s.add("Read", R"({"file_path":"/srv/app/src/a.py"})", numbered(1, 40));
  s.add("Edit", R"({"file_path":"/srv/app/src/a.py","old_string":"x","new_string":"y"})", "The file has been updated.");
  s.add("Read", R"({"file_path":"./src//a.py"})", numbered(1, 41));
  const auto stale = stale_reads(s.past());
  ASSERT_EQ(stale.size(), 1u);
  EXPECT_EQ(stale[0].block, 1);
  EXPECT_EQ(stale[0].why, Staleness::superseded);
  EXPECT_EQ(stale[0].later_call, 2);
  EXPECT_EQ(stale[0].since, 7);
  EXPECT_EQ(stale[0].statement, "/srv/app/src/a.py, lines 1-40: read again by Read ./src//a.py below");
}

TEST(StaleReads, AnEditAloneLeavesTheRead) {
  Story s;
  s.add("Read", R"({"file_path":"/a.py"})", numbered(1, 40));
  s.add("Edit", R"({"file_path":"/a.py"})", "The file has been updated.");
  EXPECT_EQ(s.stale(), Set{});
  s.add("Write", R"({"file_path":"/a.py","content":"new"})", "File created successfully.");
  EXPECT_EQ(s.stale(), Set{0});
}

TEST(StaleReads, WhatFailedMakesNothingStale) {
  for (const char* result :
       {"File does not exist.", "Error: permission denied", "The user rejected this call",
        "String to replace not found", "<tool_use_error>File has not been read yet</tool_use_error>",
        "File unchanged since last read."}) {
    for (const char* tool : {"Read", "Write"}) {
      Story s;
      s.add("Read", R"({"file_path":"/a.py"})", numbered(1, 40));
      s.add(tool, R"({"file_path":"/a.py","content":"x"})", result);
      EXPECT_EQ(s.stale(), Set{}) << tool << ": " << result;
    }
  }
  Story flagged;
  flagged.add("Read", R"({"file_path":"/a.py"})", numbered(1, 40));
  flagged.add("Read", R"({"file_path":"/a.py"})", numbered(1, 40), true);
  EXPECT_EQ(flagged.stale(), Set{});
}

TEST(StaleReads, RangesMustBeCoveredWithNoEditBetween) {
  const char* ten = R"({"file_path":"/a.py","offset":1,"limit":10})";
  const char* more = R"({"file_path":"/a.py","offset":5,"limit":20})";
  const char* five = R"({"file_path":"/a.py","offset":1,"limit":5})";
  Story s;
  s.add("Read", ten, numbered(1, 10));
  s.add("Read", more, numbered(5, 24));
  EXPECT_EQ(s.stale(), Set{});
  s.add("Read", five, numbered(1, 5));
  EXPECT_EQ(s.stale(), Set{0});
  EXPECT_EQ(stale_reads(s.past())[0].statement, "/a.py, lines 1-10: read again in parts, last by Read /a.py below");
  Story edited;
  edited.add("Read", ten, numbered(1, 10));
  edited.add("Edit", R"({"file_path":"/a.py"})", "The file has been updated.");
  edited.add("Read", ten, numbered(1, 10));
  EXPECT_EQ(edited.stale(), Set{});
  // Changed by something that was not seen.
  Story other;
  other.add("Read", ten, numbered(1, 10));
  other.add("Bash", bash("make fmt"), "formatted");
  other.add("Read", ten, numbered(1, 10, "y"));
  EXPECT_EQ(other.stale(), Set{});
}

TEST(StaleReads, CutOffReadsAreNotWhole) {
  Story s;
  s.add("Read", R"({"file_path":"/a.py"})", numbered(1, 40));
  s.add("Bash", bash("cat /a.py"), "x1 = 1\n\n... [38 lines truncated] ...\n\nx40 = 1\n");
  EXPECT_EQ(s.stale(), Set{});
  Story limit;
  limit.add("Bash", bash("cat /big.py"), "x\ny\n");
  limit.add("Read", R"({"file_path":"/big.py"})", numbered(1, 2000));
  EXPECT_EQ(limit.stale(), Set{});
}

TEST(StaleReads, OnlyResultsThatAreReadsAndNothingElseGo) {
  Story s;
  s.add("Bash", bash("ls; cat /a.py"), "a.py\nx\n");
  s.add("Bash", bash("cat /a.py | grep x"), "x\n");
  s.add("Bash", bash("cat /a.py && npm test"), "x\nok\n");
  s.add("Bash", bash("cat /a.py /b.py"), "x\ny\n");
  s.add("Read", R"({"file_path":"/a.py"})", numbered(1, 3));
  EXPECT_EQ(s.stale(), Set{});
  s.add("Bash", bash("cat > /b.py <<'EOF'\nnew\nEOF"), "");
  EXPECT_EQ(s.stale(), Set{3});
}

TEST(StaleReads, CallsMadeAtOnceHaveNoOrder) {
  Story s;
  s.add("Read", R"({"file_path":"/a.py"})", numbered(1, 9));
  s.add("Write", R"({"file_path":"/a.py"})", "File created");
  Past p = s.past();
  p.calls[1].message = p.calls[0].message;
  EXPECT_TRUE(stale_reads(p).empty());
}

TEST(StaleReads, MovedFilesKeepTheirReads) {
  Story s;
  s.system = "Working directory: /w";
  s.add("Bash", bash("cat a.py"), "x\n");
  s.add("Bash", bash("cat b.py"), "y\n");
  s.add("Bash", bash("mv a.py b.py"), "");
  EXPECT_EQ(s.stale(), Set{1});  // b.py is gone
  s.add("Write", R"({"file_path":"a.py"})", "File created");
  EXPECT_EQ(s.stale(), Set{1});  // the file read first is b.py now
  s.add("Read", R"({"file_path":"/w/b.py"})", numbered(1, 3));
  EXPECT_EQ(s.stale(), (Set{0, 1}));
}

TEST(StaleReads, SinceIsTheSameForEveryLongerList) {
  Story s;
  s.add("Read", R"({"file_path":"/a.py"})", numbered(1, 9));
  s.add("Read", R"({"file_path":"/a.py"})", numbered(1, 9));
  const int since = stale_reads(s.past())[0].since;
  s.add("Read", R"({"file_path":"/a.py"})", numbered(1, 9));
  const auto stale = stale_reads(s.past());
  ASSERT_EQ(stale.size(), 2u);
  EXPECT_EQ(stale[0].since, since);
  EXPECT_EQ(stale[0].later_call, 2);
  const auto before = stale_reads(s.past(), since);
  ASSERT_EQ(before.size(), 1u);
  EXPECT_EQ(before[0].later_call, 1);
}

// Facts are kept by block: those of a longer list give what a shorter one gives.
TEST(StaleReads, FactsMayBeKept) {
  Story s;
  s.system = "Working directory: /w";
  s.add("Read", R"({"file_path":"a.py"})", numbered(1, 9));
  s.add("Read", R"({"file_path":"/w/a.py"})", numbered(1, 9));
  s.add("Write", R"({"file_path":"a.py"})", "File created");
  const Past p = s.past();
  std::vector<Facts> facts;
  for (const Block& b : p.blocks) facts.push_back(block_facts(p, b));
  for (int through = 0; through < static_cast<int>(p.messages.size()); ++through) {
    const auto kept = stale_reads(p, facts, through), fresh = stale_reads(p, through);
    ASSERT_EQ(kept.size(), fresh.size());
    for (std::size_t i = 0; i < kept.size(); ++i) EXPECT_EQ(kept[i].statement, fresh[i].statement);
  }
  EXPECT_EQ(stale_reads(p, facts).size(), 2u);
}

TEST(StaleReads, WorkingDirectories) {
  for (const char* system : {"<env>\nWorking directory: /srv/app\nIs a git repository: yes\n</env>",
                             "<environment_context>\n  <cwd>/srv/app</cwd>\n</environment_context>",
                             "# Current Working Directory (/srv/app) Files\na.py\n", "Your cwd: `/srv/app`."}) {
    Story s;
    s.system = system;
    const Past p = s.past();
    EXPECT_EQ(working_directory(p), "/srv/app") << system;
  }
}

}  // namespace
}  // namespace headroom::history
