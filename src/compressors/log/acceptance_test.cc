// Whether a text is a log: the quick look refuses nothing that the grouped lines would have accepted.
#include "compressors/log/acceptance.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace headroom::compressors::log {
namespace {

bool accepted(std::string_view text) {
  const std::vector<Line> lines = split_lines(text);
  return accepts(lines, group_lines(lines));
}
bool may_be(std::string_view text) {
  return may_be_accepted(split_lines(text));
}

TEST(Acceptance, ProseEndsAtTheQuickLook) {
  std::string text;
  for (const std::string_view what : {"The keeper", "A visitor", "Nobody", "Her brother", "Every gull", "Some ship"}) {
    for (const std::string_view does : {"waits for the tide", "knows nothing of the 12 lamps: not yet", "sings"})
      text.append(what).append(" ").append(does).append(" and walks on.\n");
  }
  EXPECT_FALSE(accepted(text));
  EXPECT_FALSE(may_be(text));
}

TEST(Acceptance, WhatToolsPrintPasses) {
  for (const std::string_view text :
       {"Compiling a\nCompiling b\nwarning: unused\n", "thread 'main' panicked at src/x.rs\nnote: run with\n",
        "step one ok\nstep two ok\n", "\xE2\x9C\x93 one\n\xE2\x9C\x93 two\n",
        "build succeeded\ncompleted successfully\n", "job a is done now\njob b is done now\njob c is done now\n",
        "ValueError: no\nKeyError: x\n", "The following packages:\n  a b c\n  d e f\n",
        "\x1b[32mPASS\x1b[0m a\n\x1b[32mPASS\x1b[0m b\n"}) {
    EXPECT_TRUE(!accepted(text) || may_be(text)) << text;
  }
  EXPECT_TRUE(may_be("Compiling a\nCompiling b\n"));
  EXPECT_TRUE(may_be("job a is done now\njob b is done now\njob c is done now\n"));
}

RC_GTEST_PROP(AcceptanceProperty, NothingAcceptedEndsAtTheQuickLook, ()) {
  const auto lines = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "2026-03-01 10:02:11 INFO started", "12:00:01 x", "error: no match", "src/a.cc:12:5: error: x",
      "  at f (a.js:1:2)", "    indented text", "| a | b |", "=====", "Collecting click", "Get:1 http://x",
      "Setting up libc6 (2.36) ...", "The following packages:", "  apt bash", "FAILED tests/x.py::y", "x ... ok",
      "12 passed, 0 failed", "exit code 3", "Traceback (most recent call last)", "ValueError: bad",
      "thread panicked at x", "\xE2\x9C\x93 done", "\x1b[31mred\x1b[0m word", "job 17 done in 35 ms",
      "job 18 done in 1204 ms", "user ann came", "user bob came", "user eve came", "The gardener walks.",
      "A neighbour sings, and so on.", "# heading", "- item", "key = value", "key: value", "```", "", "   ",
      "-rw-r--r-- 1 root root 12 Mar 1 x", "a,b,c,d", "\tmovq\t%rax, %rbx", "[   12.345678] usb", "#7 3.215 RUN x",
      "goroutine 1 [running]:", "--> src/x", "from a:in b", "\xFF\xFE", "==== FAILURES ====", "____ test_x ____",
      "E   assert 2", "succeeded", "it was unblocked at noon", "\xE2\x97\x8F x"));
  std::string text;
  for (const std::string& line : lines) text += line + (*rc::gen::inRange(0, 12) == 0 ? "\r\n" : "\n");
  if (accepted(text)) RC_ASSERT(may_be(text));
}

}  // namespace
}  // namespace headroom::compressors::log
