#include "compressors/log/signals.h"

#include <gtest/gtest.h>

namespace headroom::compressors::log {
namespace {

TEST(Signals, FailuresAreSevereByStructure) {
  for (const char* line : {"##[error]Process completed with exit code 1.",
                           "E: Unable to locate package libx",
                           "npm error code ERESOLVE",
                           "--- FAIL: TestPool (0.02s)",
                           "FAILED tests/test_a.py::test_b - AssertionError: 1 != 0",
                           "  \xE2\x97\x8F adds tax",
                           "TEST FAILURE: totals differ",
                           "BUILD FAILED in 3s",
                           "> Task :app:check FAILED",
                           "lint....................Failed",
                           "make: *** [Makefile:7: check] Error 1",
                           "error: no declaration matches 'f'",
                           "src/a.cc:12:5: error: no match",
                           "src/a.ts(3,1): error TS2304: Cannot find name 'x'.",
                           "src/a.ts:3:1 - error TS2304: x",
                           "  12:5  error  Unexpected console",
                           "= 2 failed, 661 passed in 5.50s =",
                           "Found 279 errors in 9 files",
                           "thread 'main' panicked at src/x.rs:1:2:",
                           "subprocess exited with status 3",
                           "KeyError: 'id'",
                           "Killed",
                           "fatal: repository not found",
                           "1 of 10 tests failed",
                           "10.0.0.7 - - \"GET /pay HTTP/1.1\" 503 188 \"-\"",
                           "level=info msg=done status=502 path=/pay",
                           "{\"code\": 500, \"ms\": 3}",
                           "upstream answered HTTP 504",
                           "a7f HTTP POST /pay/7 -> 500 in 12ms",
                           "POST /pay 503 12 ms",
                           "/usr/include/c++/12/ostream:754:5: error: no type named x"}) {
    EXPECT_TRUE(read_signals(line).severe()) << line;
  }
}

TEST(Signals, SuccessIsNoFailureWhateverItIsCalled) {
  for (const char* line :
       {"PASS [ 0.01s] suite::fails_on_error", "test error_handling ... ok",
        "tests/a.py::test_exception PASSED   [ 3%]", "\xE2\x9C\x93 throws an error", "12 passed, 0 failed",
        "0 errors, 0 warnings", "process finished with exit code 0", "Check for errors.........Passed",
        "ok  \tpkg/failure\t0.02s", " * [new tag]  v1-error -> v1-error",
        "[command]/usr/bin/git config --unset error.key", "no failures",
        "10.0.0.7 - - \"GET /pay HTTP/1.1\" 200 503 \"-\"", "wrote 512 blocks", "status=512kB",
        "GET /v1/500 HTTP/2 204", "src/error_handler.cc.o", "a.cc:3:1: note: mismatched types"}) {
    EXPECT_FALSE(read_signals(line).severe()) << line;
  }
}

TEST(Signals, RolesFollowTheTool) {
  EXPECT_TRUE(read_signals("  File \"/app/x.py\", line 3, in run").is(kFrame));
  EXPECT_TRUE(read_signals("    at run (node:internal/process:12:3)").is(kRuntimeFrame));
  EXPECT_FALSE(read_signals("    at run (/app/src/x.js:12:3)").is(kRuntimeFrame));
  EXPECT_TRUE(read_signals("    Expected: 3").is(kExpectation));
  EXPECT_TRUE(read_signals("E   assert 1 == 2").is(kExpectation));
  EXPECT_TRUE(read_signals("Ran 1224 of 1274 Specs, 1223 passed, 1 failed").is(kSummary));
  EXPECT_TRUE(read_signals("##[group]Run make check").is(kStep));
  EXPECT_TRUE(read_signals("Caused by: java.io.IOException: closed").is(kCause));
  EXPECT_TRUE(read_signals("=========== ERRORS ===========").is(kHeading));
  EXPECT_TRUE(read_signals("worker exited with exit code 137").is(kExit));
  EXPECT_FALSE(read_signals("worker exited with exit code 0").is(kExit));
}

TEST(Signals, TakesAnyBytes) {
  for (const std::string_view line :
       {std::string_view(""), std::string_view("   "), std::string_view("\0\0", 2), std::string_view("\xff\xfe"),
        std::string_view(":12"), std::string_view("12"), std::string_view("("), std::string_view("5 ")}) {
    EXPECT_FALSE(read_signals(line).severe());
  }
}

TEST(Signals, AMessageBehindAPlaceOutranksAFrame) {
  EXPECT_GT(read_signals("    ledger_test.go:31: got through 7 times").score,
            read_signals("10:02:11 INFO ledger.go:31: flushed 7").score);
}

}  // namespace
}  // namespace headroom::compressors::log
