// What many tools print when they fail, buried in a thousand lines of others: what a diagnosis needs must be visible.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compressors/log/log.h"
#include "compressors/log/log_samples.h"

namespace headroom::compressors {
namespace {

struct Tool {
  const char* name;
  std::vector<std::string> prints;
  std::vector<std::string> needed;
};

const std::vector<Tool>& tools() {
  static const std::vector<Tool> rows{
      {"maven",
       {"[INFO] Running com.acme.MoneyTest",
        "[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.05 s <<< FAILURE! - in "
        "com.acme.MoneyTest",
        "[ERROR] addsTax(com.acme.MoneyTest)  Time elapsed: 0.01 s  <<< FAILURE!",
        "org.opentest4j.AssertionFailedError: expected: <120> but was: <119>",
        "\x09"
        "at org.junit.jupiter.api.AssertionUtils.fail(AssertionUtils.java:55)",
        "\x09"
        "at com.acme.MoneyTest.addsTax(MoneyTest.java:41)",
        "[INFO] Results:", "[ERROR] Failures: ", "[ERROR]   MoneyTest.addsTax:41 expected: <120> but was: <119>",
        "[ERROR] Tests run: 210, Failures: 1, Errors: 0, Skipped: 2", "[INFO] BUILD FAILURE",
        "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-surefire-plugin:2.22.2:test (default-test) on "
        "project money: There are test failures."},
       {"expected: <120> but was: <119>", "MoneyTest.java:41", "addsTax(com.acme.MoneyTest)",
        "Tests run: 210, Failures: 1", "BUILD FAILURE", "Failed to execute goal"}},
      {"eslint",
       {"> app@1.0.0 lint", "> eslint . --max-warnings 0", "/srv/app/src/cart.js",
        "  14:7   error    'total' is assigned a value but never used  no-unused-vars",
        "  88:13  error    Unexpected console statement                no-console", "/srv/app/src/pay.js",
        "  3:1  warning  Missing JSDoc comment  jsdoc/require-jsdoc", "\xE2\x9C\x96 3 problems (2 errors, 1 warning)",
        "npm ERR! code ELIFECYCLE", "npm ERR! app@1.0.0 lint: `eslint . --max-warnings 0`", "npm ERR! Exit status 1"},
       {"src/cart.js", "no-unused-vars", "no-console", "\xE2\x9C\x96 3 problems", "Exit status 1"}},
      {"dotnet",
       {"  Determining projects to restore...",
        "/src/Pay/Gateway.cs(88,21): error CS0103: The name 'amout' does not exist in the current context "
        "[/src/Pay/Pay.csproj]",
        "Build FAILED.", "    2 Warning(s)", "    1 Error(s)", "Time Elapsed 00:00:12.41"},
       {"Gateway.cs(88,21): error CS0103", "Build FAILED.", "1 Error(s)"}},
      {"rspec",
       {"Failures:", "", "  1) Order#total adds tax", "     Failure/Error: expect(order.total).to eq(120)", "",
        "       expected: 120", "            got: 119", "", "       (compared using ==)",
        "     # ./spec/order_spec.rb:12:in `block (3 levels) in <top (required)>'", "",
        "Finished in 3.2 seconds (files took 1.1 seconds to load)", "210 examples, 1 failure, 2 pending", "",
        "Failed examples:", "", "rspec ./spec/order_spec.rb:10 # Order#total adds tax"},
       {"Order#total adds tax", "expected: 120", "got: 119", "order_spec.rb:12", "210 examples, 1 failure",
        "rspec ./spec/order_spec.rb:10"}},
      {"gotest",
       {"=== RUN   TestTotal", "    money_test.go:41: Total() = 119, want 120", "--- FAIL: TestTotal (0.00s)", "FAIL",
        "FAIL\x09github.com/acme/shop/money\x09"
        "0.012s",
        "ok  \x09github.com/acme/shop/cart\x09"
        "0.1s",
        "make: *** [Makefile:12: test] Error 1"},
       {"money_test.go:41: Total() = 119, want 120", "--- FAIL: TestTotal", "FAIL\x09github.com/acme/shop/money",
        "Error 1"}},
      {"gobuild",
       {"# github.com/acme/shop/pay", "pay/gateway.go:17:9: undefined: amout",
        "pay/gateway.go:22:14: cannot use x (variable of type string) as int value in argument to charge",
        "make: *** [Makefile:12: build] Error 2"},
       {"pay/gateway.go:17:9: undefined: amout", "pay/gateway.go:22:14: cannot use x", "# github.com/acme/shop/pay",
        "Error 2"}},
      {"terraform",
       {"Plan: 3 to add, 0 to change, 0 to destroy.", "\xE2\x95\xB7",
        "\xE2\x94\x82 Error: error creating S3 bucket (logs): BucketAlreadyExists: The requested bucket name is not "
        "available",
        "\xE2\x94\x82 \x09status code: 409, request id: 7F3A", "\xE2\x94\x82 ",
        "\xE2\x94\x82   with aws_s3_bucket.logs,",
        "\xE2\x94\x82   on main.tf line 12, in resource \"aws_s3_bucket\" \"logs\":",
        "\xE2\x94\x82   12: resource \"aws_s3_bucket\" \"logs\" {", "\xE2\x94\x82 ", "\xE2\x95\xB5"},
       {"BucketAlreadyExists", "main.tf line 12", "status code: 409"}},
      {"oom",
       {"Running gradle assemble", "The message received from the daemon indicates that the daemon has disappeared.",
        "Expiring Daemon because JVM heap space is exhausted", "java.lang.OutOfMemoryError: Java heap space", "Killed",
        "/srv/run.sh: line 3: 4711 Killed                  ./gradlew assemble"},
       {"OutOfMemoryError: Java heap space", "4711 Killed", "heap space is exhausted"}},
      {"perm",
       {"+ ./deploy.sh prod", "bash: ./deploy.sh: Permission denied"},
       {"./deploy.sh: Permission denied", "+ ./deploy.sh prod"}},
      {"version",
       {"npm error code EBADENGINE", "npm error engine Unsupported engine",
        "npm error notsup Required: {\"node\":\">=22\"}",
        "npm error notsup Actual:   {\"npm\":\"10.8.2\",\"node\":\"v18.20.4\"}"},
       {"Required: {\"node\":\">=22\"}", "\"node\":\"v18.20.4\"", "EBADENGINE"}},
      {"timeout",
       {"Waiting for pod web-0 to be ready...", "error: timed out waiting for the condition on pods/web-0",
        "##[error]The operation was canceled."},
       {"timed out waiting for the condition on pods/web-0", "The operation was canceled"}},
      {"phpunit",
       {"There was 1 failure:", "1) Tests\\MoneyTest::testTotal", "Failed asserting that 119 matches expected 120.",
        "/app/tests/MoneyTest.php:41", "FAILURES!", "Tests: 120, Assertions: 380, Failures: 1."},
       {"Tests\\MoneyTest::testTotal", "Failed asserting that 119 matches expected 120", "MoneyTest.php:41",
        "Tests: 120, Assertions: 380, Failures: 1."}},
      {"vitest",
       {" FAIL  src/cart.test.ts > cart > adds tax", "AssertionError: expected 119 to be 120 // Object.is equality",
        "- Expected", "+ Received", "- 120", "+ 119", " \xE2\x9D\xAF src/cart.test.ts:14:24",
        "     12|   const c = cart();", "     13|   c.add(100);", "     14|   expect(c.total()).toBe(120);",
        " Test Files  1 failed | 40 passed (41)", "      Tests  1 failed | 310 passed (311)"},
       {"src/cart.test.ts > cart > adds tax", "expected 119 to be 120", "src/cart.test.ts:14:24",
        "1 failed | 310 passed", "- 120", "+ 119"}},
      {"bazel",
       {"ERROR: /w/src/BUILD:12:11: Compiling src/pay.cc failed: (Exit 1): gcc failed: error executing command (from "
        "target //src:pay)",
        "src/pay.cc:9:3: error: 'amout' was not declared in this scope; did you mean 'amount'?",
        "Target //src:pay failed to build", "FAILED: Build did NOT complete successfully"},
       {"BUILD:12:11: Compiling src/pay.cc failed", "'amout' was not declared", "FAILED: Build did NOT complete"}},
      {"linker",
       {"/usr/bin/ld: pay.o: in function `main':", "pay.cc:(.text+0x1a): undefined reference to `charge(int)'",
        "collect2: error: ld returned 1 exit status", "ninja: build stopped: subcommand failed."},
       {"undefined reference to `charge(int)'", "ld returned 1 exit status", "subcommand failed"}},
      {"pyimport",
       {"Traceback (most recent call last):", "  File \"/app/manage.py\", line 11, in main",
        "    from django.core.management import execute_from_command_line",
        "ModuleNotFoundError: No module named 'django'",
        "The above exception was the direct cause of the following exception:", "Traceback (most recent call last):",
        "  File \"/app/manage.py\", line 22, in <module>", "    main()", "ImportError: Couldn't import Django."},
       {"No module named 'django'", "manage.py\", line 11", "Couldn't import Django", "manage.py\", line 22"}},
      {"rustc",
       {"error[E0425]: cannot find value `amout` in this scope", "  --> src/pay.rs:12:9", "   |",
        "12 |     charge(amout);", "   |            ^^^^^ help: a local variable with a similar name exists: `amount`",
        "", "error: could not compile `shop` (bin \"shop\") due to 1 previous error; 3 warnings emitted"},
       {"E0425", "src/pay.rs:12:9", "`amount`", "could not compile `shop`"}},
      {"docker",
       {"#12 [build 4/6] COPY go.sum ./", "#12 ERROR: failed to calculate checksum of ref abc: \"/go.sum\": not found",
        "------", " > [build 4/6] COPY go.sum ./:", "------", "Dockerfile:9", "--------------------",
        "   9 | >>> COPY go.sum ./", "ERROR: failed to solve: failed to compute cache key: \"/go.sum\": not found"},
       {"COPY go.sum", "failed to calculate checksum", "Dockerfile:9", "failed to solve"}},
      {"cypress",
       {"  1) Checkout", "       pays:",
        "     AssertionError: Timed out retrying after 4000ms: Expected to find element: `#pay`, but never found it.",
        "      at Context.eval (webpack:///./cypress/e2e/pay.cy.js:14:7)",
        "  \xE2\x94\x82 Tests:        12                \xE2\x94\x82",
        "  \xE2\x94\x82 Failing:      1                 \xE2\x94\x82",
        "  \xE2\x9C\x96  1 of 5 failed (20%)                      00:42       12       11        1"},
       {"Expected to find element: `#pay`", "pay.cy.js:14:7", "Failing:      1", "1 of 5 failed"}},
      {"gradle",
       {"> Task :app:compileKotlin FAILED", "e: file:///w/app/src/Pay.kt:12:5 Unresolved reference: amout",
        "FAILURE: Build failed with an exception.",
        "* What went wrong:", "Execution failed for task ':app:compileKotlin'.",
        "> Compilation error. See log for more details", "BUILD FAILED in 12s"},
       {"> Task :app:compileKotlin FAILED", "Pay.kt:12:5 Unresolved reference: amout", "Execution failed for task",
        "BUILD FAILED in 12s"}},
      {"helm",
       {"Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress",
        "Error: Process completed with exit code 1."},
       {"another operation (install/upgrade/rollback) is in progress"}},
      {"black",
       {"would reformat src/pay.py", "Oh no! \xF0\x9F\x92\xA5 \xF0\x9F\x92\x94 \xF0\x9F\x92\xA5",
        "1 file would be reformatted, 210 files would be left unchanged."},
       {"would reformat src/pay.py", "1 file would be reformatted"}},
      {"ruff",
       {"src/pay.py:12:5: F841 Local variable `x` is assigned to but never used",
        "src/pay.py:30:1: E501 Line too long (130 > 100)", "Found 2 errors."},
       {"src/pay.py:12:5: F841", "src/pay.py:30:1: E501", "Found 2 errors."}},
      {"sanitizer",
       {"==4711==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000014",
        "READ of size 4 at 0x602000000014 thread T0", "    #0 0x4f5d in total /w/src/pay.cc:41:9",
        "    #1 0x4f9a in main /w/src/main.cc:12:3",
        "SUMMARY: AddressSanitizer: heap-buffer-overflow /w/src/pay.cc:41:9 in total"},
       {"heap-buffer-overflow on address", "src/pay.cc:41:9", "SUMMARY: AddressSanitizer"}},
      {"signal",
       {"10/12 Test #10: pay_test .........................***Exception: SegFault  0.12 sec",
        "92% tests passed, 1 tests failed out of 12", "The following tests FAILED:", "\x09 10 - pay_test (SEGFAULT)",
        "Errors while running CTest"},
       {"pay_test .........................***Exception: SegFault", "1 tests failed out of 12",
        "10 - pay_test (SEGFAULT)"}},
      {"odd marks",
       {"  \xE2\x97\x8F Cart \xE2\x80\xBA adds tax", "TEST FAILURE: totals differ",
        "Found 279 errors in 9 files (checked 40 source files)",
        "\x1b[31mFA\x1b[1mILED\x1b[0m tests/test_cart.py::test_tax"},
       {"\xE2\x97\x8F Cart", "TEST FAILURE: totals differ", "Found 279 errors in 9 files",
        "FAILED tests/test_cart.py::test_tax"}},
  };
  return rows;
}

// A line of noise: downloads, compilations, passed tests with alarming names, random words, warnings.
std::string noise(log::Dice& dice) {
  static constexpr const char* kWords[] = {"alpha",  "build",   "cache",  "deploy", "engine", "fetch",
                                           "group",  "handler", "index",  "job",    "kernel", "layer",
                                           "module", "node",    "output", "parser", "queue",  "region",
                                           "schema", "target",  "unit",   "value",  "worker", "zone"};
  const auto n = [&dice](std::uint64_t below) { return std::to_string(dice(below)); };
  switch (dice(8)) {
    case 0:
      return "[INFO] Downloading from central: https://repo.example.org/x/lib-" + n(999) + ".pom";
    case 1:
      return "  - Installing vendor/pack-" + n(99) + " (v" + n(9) + ".1): Extracting archive";
    case 2:
      return "[" + n(1200) + "/1200] Compiling module_" + n(9999) + ".swift";
    case 3:
      return "warning: unused import: `std::fmt::x" + n(99) + "`";
    case 4:
      return "\xE2\x9C\x93 handles failure case " + n(999) + " (" + n(99) + " ms)";
    case 5:
      return "INFO: From Compiling src/lib/error_" + n(999) + ".cc:";
    default: {
      std::string out = dice(3) == 0 ? "  " : "";
      for (std::size_t k = 3 + dice(7); k > 0; --k)
        out += std::string(kWords[dice(std::size(kWords))]) + (k > 1 ? " " : "");
      return out;
    }
  }
}

TEST(LogTools, WhatADiagnosisNeedsIsVisible) {
  tokens::Counter ruler;
  const search::QueryText asked{"Why did the build fail?", 1};
  const search::Query query = search::Query::parse({&asked, 1});
  for (const Tool& tool : tools()) {
    log::Dice dice(tool.prints.size());
    std::vector<std::string> lines;
    for (int i = 0; i < 900; ++i) lines.push_back(noise(dice));
    lines.insert(lines.end(), tool.prints.begin(), tool.prints.end());
    for (int i = 0; i < 30; ++i) lines.push_back(noise(dice));
    for (const auto budget : {std::optional<Tokens>(), std::optional(Tokens(2500))}) {
      const auto views = log_compressor.views(log::joined(lines), {query, ruler, budget, true}, false);
      ASSERT_FALSE(views.empty()) << tool.name;
      ASSERT_EQ(views[0].fidelity, Fidelity::reversible);
      for (const std::string& s : tool.needed)
        EXPECT_NE(views[0].text.find(s), std::string::npos) << tool.name << ": " << s;
    }
  }
}

// Lines of the tool alone, nothing else that would have the text taken for a log.
TEST(LogTools, ClocksAndLeadsOfToolsAreRecognised) {
  tokens::Counter ruler;
  const search::Query query;
  const auto kinds = [](int i, const char* a, const char* b) { return std::string(i % 2 ? a : b); };
  for (const std::string lead : {"[   12.3", "#7 3.2", "ok: [web", "ts=2026-03-01T10:02:1", "2026-03-01 10:02:1"}) {
    log::Dice dice(lead.size());
    std::string text;
    for (int i = 0; i < 400; ++i) {
      text += lead + std::to_string(i % 10);
      if (lead[0] == '[') text += std::to_string(100 + i) + "] ";
      if (lead[0] == '#') text += std::to_string(10 + i % 90) + ' ';
      if (lead[0] == 'o') text += ".internal]";
      if (lead[0] == 't') text += "Z ";
      if (lead[0] == '2') text += ", ";
      if (lead[0] != 'o') text += "reg" + std::to_string(dice(1000)) + kinds(i, "=on", "=off");
      text += '\n';
    }
    EXPECT_FALSE(log_compressor.views(text, {query, ruler, {}, true}, false).empty()) << text.substr(0, 100);
  }
}

TEST(LogTools, TheMessageUnderAPanicIsVisible) {
  tokens::Counter ruler;
  const search::Query query;
  std::string text;
  for (int i = 0; i < 60; ++i) text += "test ledger::adds_" + std::to_string(i) + " ... ok\n";
  text += "thread 'idx' (41) panicked at src/lib.rs:7:3:\nthe len is 0 but the index is 3\nstack backtrace:\n";
  for (int i = 0; i < 60; ++i) text += "test ledger::sums_" + std::to_string(i) + " ... ok\n";
  const auto views = log_compressor.views(text, {query, ruler, {}, true}, false);
  ASSERT_FALSE(views.empty());
  EXPECT_NE(views[0].text.find("the len is 0 but the index is 3"), std::string::npos);
}

}  // namespace
}  // namespace headroom::compressors
