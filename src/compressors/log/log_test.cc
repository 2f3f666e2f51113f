#include "compressors/log/log.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <map>
#include <set>

#include "base/lines.h"
#include "compressors/log/ansi.h"
#include "compressors/log/log_samples.h"
#include "compressors/log/stamp.h"
#include "compressors/statements.h"

namespace headroom::compressors {
namespace {

using log::build_lines;
using log::daemon_lines;
using log::joined;
using log::runner_lines;
using log::service_lines;

std::vector<View> views_of(std::string_view text, std::optional<Tokens> budget = {}, std::string_view question = {},
                           bool forced = false, bool reversible = true) {
  static tokens::Counter ruler;
  const search::QueryText asked{question, 1};
  const search::Query query = search::Query::parse({&asked, question.empty() ? 0u : 1u});
  return log_compressor.views(text, {query, ruler, budget, reversible}, forced);
}

std::optional<View> shown(std::string_view text, std::optional<Tokens> budget = {}, std::string_view question = {}) {
  for (View& v : views_of(text, budget, question)) {
    if (v.fidelity == Fidelity::reversible) return std::move(v);
  }
  return std::nullopt;
}

Tokens tokens_of(std::string_view text) {
  static tokens::Counter ruler;
  return ruler.count(text);
}

bool has(const View& v, std::string_view s) {
  return v.text.find(s) != std::string::npos;
}

// Every line is a statement or carries a number and is that line of the source (as the header says: without the
// collector's time and colour codes); numbers rise; shown lines and gaps together are the source.
void expect_faithful(const View& v, std::string_view text) {
  const std::vector<Line> source = split_lines(text);
  const std::vector<Line> lines = split_lines(v.text);
  ASSERT_FALSE(lines.empty());
  EXPECT_TRUE(lines[0].text.starts_with("[log, " + std::to_string(source.size()) + " line")) << lines[0].text;
  const bool without_time = lines[0].text.find("the collector's time") != std::string_view::npos;
  const bool without_colour = lines[0].text.find("colour codes") != std::string_view::npos;
  std::size_t next = 1, count = 0;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::string_view s = lines[i].text;
    std::size_t a = 0, b = 0;
    if (s.starts_with("[T")) continue;
    if (s.starts_with("[line")) {
      const int n = std::sscanf(std::string(s).c_str(), "[line%*[s] %zu-%zu", &a, &b);
      if (n < 1) std::sscanf(std::string(s).c_str(), "[line %zu", &a);
      if (b == 0) b = a;
      ASSERT_EQ(a, next) << s;
      next = b + 1;
      EXPECT_TRUE(reads_as_statement(s)) << s;
      continue;
    }
    std::size_t used = 0;
    while (used < s.size() && s[used] >= '0' && s[used] <= '9') a = a * 10 + static_cast<std::size_t>(s[used++] - '0');
    ASSERT_EQ(a, next) << s;
    ASSERT_LE(a, source.size());
    next = a + 1;
    ++count;
    std::string_view original = source[a - 1].text;
    if (without_time) {
      const log::Stamp stamp = log::find_stamp(original);
      original.remove_prefix(stamp.end);
      if (stamp.found() && original.starts_with(' ')) original.remove_prefix(1);
    }
    if (original.size() > 1200) continue;
    std::string plain;
    if (without_colour) {
      log::append_plain(plain, original);
    } else {
      plain = original;
    }
    EXPECT_EQ(std::string(s.substr(used + 1)), plain);
  }
  EXPECT_EQ(next, source.size() + 1);
  EXPECT_EQ(v.shown, static_cast<std::int64_t>(count));
  EXPECT_EQ(v.total, static_cast<std::int64_t>(source.size()));
  EXPECT_EQ(v.unit, "lines");
  EXPECT_FALSE(v.statement.empty());
}

TEST(Log, ShowsFaithfully) {
  for (const std::uint64_t seed : {1, 2}) {
    for (const auto& lines :
         {service_lines(900, seed), daemon_lines(900, seed), runner_lines(300, seed), build_lines(400, seed)}) {
      const std::string text = joined(lines);
      for (const std::optional<Tokens> budget :
           {std::optional<Tokens>(), std::optional(Tokens(400)), std::optional(Tokens(3000))}) {
        const auto v = shown(text, budget);
        ASSERT_TRUE(v);
        expect_faithful(*v, text);
        if (budget) {
          EXPECT_LE(tokens_of(v->text), Tokens(budget->value * 11 / 10));
        }
      }
    }
  }
}

TEST(Log, OneFatalAndOneOddErrorAmongAHundred) {
  std::vector<std::string> lines = service_lines(3000, 7);
  for (int i = 0; i < 100; ++i)
    lines[static_cast<std::size_t>(20 + i * 29)] =
        "2026-03-01 00:00:00 ERROR [db-1] connection " + std::to_string(i) + " refused";
  lines[1234] = "2026-03-01 00:05:00 FATAL [main] heap exhausted, giving up";
  lines[777] = "2026-03-01 00:04:00 ERROR [auth] signature of token does not match key 7";
  const auto v = shown(joined(lines));
  ASSERT_TRUE(v);
  EXPECT_TRUE(has(*v, "1235 2026-03-01 00:05:00 FATAL [main] heap exhausted"));
  EXPECT_TRUE(has(*v, "778 2026-03-01 00:04:00 ERROR [auth] signature"));
  EXPECT_TRUE(has(*v, "100x, lines 21-"));
}

TEST(Log, TwoHundredDistinctErrorsAreVisible) {
  static constexpr const char* kThings[] = {"ledger", "mailer", "index",  "queue",  "cache",
                                            "token",  "shard",  "socket", "report", "invoice"};
  static constexpr const char* kFaults[] = {
      "refused the write", "lost its lease", "timed out twice",   "returned garbage", "rejected the key",
      "ran out of space",  "closed early",   "answered too late", "denied access",    "vanished"};
  std::vector<std::string> lines = service_lines(5000, 8);
  for (int i = 0; i < 200; ++i) {
    lines[static_cast<std::size_t>(i * 25 + 3)] = std::string("2026-03-01 00:00:00 ERROR ") + kThings[i / 10 % 10] +
                                                  (i < 100 ? " of tenant " : " for region ") + kFaults[i % 10] +
                                                  " unexpectedly";
  }
  const std::string text = joined(lines);
  const auto v = shown(text);
  ASSERT_TRUE(v);
  std::set<std::string> distinct, seen;
  for (int i = 0; i < 200; ++i) distinct.insert(lines[static_cast<std::size_t>(i * 25 + 3)]);
  for (const std::string& s : distinct) {
    if (has(*v, s)) seen.insert(s);
  }
  EXPECT_GE(seen.size(), distinct.size() * 9 / 10) << seen.size() << " of " << distinct.size();
  expect_faithful(*v, text);
}

TEST(Log, QuietLogShowsEveryTemplate) {
  const auto v = shown(joined(daemon_lines(4000, 9)));
  ASSERT_TRUE(v);
  for (const char* s : {"Accepted key for deploy", "CMD (run-parts", "renewed for 3600 s"})
    EXPECT_TRUE(has(*v, s)) << s;
  EXPECT_TRUE(has(*v, "0 errors"));
  EXPECT_NE(v->statement.find("no errors"), std::string::npos) << v->statement;
}

TEST(Log, SixEqualLinesChangeLittle) {
  for (const auto& base : {service_lines(2000, 10), runner_lines(400, 10), build_lines(700, 10)}) {
    std::vector<std::string> more = base;
    for (int i = 0; i < 6; ++i)
      more.insert(more.begin() + static_cast<std::ptrdiff_t>(more.size() / 2),
                  "2026-03-01 00:00:00 INFO  [main] evicted 3 entries from region-1");
    const auto a = shown(joined(base)), b = shown(joined(more));
    ASSERT_TRUE(a && b);
    const auto difference = std::abs(static_cast<double>(a->text.size()) - static_cast<double>(b->text.size()));
    EXPECT_LT(difference, .1 * static_cast<double>(a->text.size()) + 60);
  }
}

TEST(Log, FailureOfARunnerIsWhole) {
  const auto v = shown(joined(runner_lines(800, 11)), Tokens(1500));
  ASSERT_TRUE(v);
  for (const char* s : {"Run make check", "FAIL [ 1.204s] suite::adds_tax", "left == right", "left: 119", "right: 120",
                        "src/money.rs:41:9", "1 failed", "Error 1", "exit code 2"}) {
    EXPECT_TRUE(has(*v, s)) << s << '\n' << v->text;
  }
}

TEST(Log, ACauseEarlyOnIsSeen) {
  std::vector<std::string> lines = service_lines(4000, 12);
  lines[100] = "2026-03-01 00:00:33 ERROR [config] cannot read /etc/app/keys.json: permission denied";
  for (int i = 0; i < 300; ++i)
    lines[static_cast<std::size_t>(3600 + i)] =
        "2026-03-01 00:20:00 ERROR [auth] request " + std::to_string(i) + " rejected: no keys";
  const auto v = shown(joined(lines));
  ASSERT_TRUE(v);
  EXPECT_TRUE(has(*v, "101 2026-03-01 00:00:33 ERROR [config] cannot read"));
}

TEST(Log, AnchorsOfTheQueryAreShown) {
  const std::vector<std::string> lines = service_lines(3000, 13);
  const std::size_t at = lines[1500].find("2026") + 20;
  std::vector<std::string> marked = lines;
  marked[1500] = lines[1500].substr(0, at) + "INFO  [main] order 48213377 handed over";
  const auto v = shown(joined(marked), {}, "what became of order 48213377?");
  ASSERT_TRUE(v);
  EXPECT_TRUE(has(*v, "order 48213377"));
}

TEST(Log, TracesKeepTheirCauses) {
  std::vector<std::string> lines = service_lines(1000, 14);
  std::vector<std::string> trace{"2026-03-01 00:05:00 ERROR [pay] java.lang.IllegalStateException: order closed"};
  for (int i = 0; i < 30; ++i)
    trace.push_back("\tat java.base/java.util.stream.Pipeline" + std::to_string(i) +
                    ".run(Pipeline.java:" + std::to_string(i) + ")");
  trace.push_back("\tat com.example.Pay.charge(Pay.java:88)");
  trace.push_back("Caused by: com.example.GatewayException: card declined");
  trace.push_back("\tat com.example.Gateway.call(Gateway.java:17)");
  lines.insert(lines.begin() + 500, trace.begin(), trace.end());
  const auto v = shown(joined(lines), Tokens(1200));
  ASSERT_TRUE(v);
  for (const char* s : {"IllegalStateException: order closed", "GatewayException: card declined", "Gateway.java:17"})
    EXPECT_TRUE(has(*v, s)) << s << '\n' << v->text;
}

TEST(Log, OtherKindsAreLeftAlone) {
  const std::map<std::string, std::string> texts{
      {"changelog",
       "# Changelog\n\n## 2.1.0\n\n- Fix error in parser when a file is missing\n- Add retry for failed uploads\n- "
       "Remove deprecated option\n\n## 2.0.1\n\n- Fix crash on empty input\n- Correct timeout of the client\n"},
      {"prose",
       "The committee met again in spring.\nIt found no error in the accounts, though one member said the method had "
       "failed.\nNobody could name a better one.\n\nIn summer the question came back.\nA second report was asked for, "
       "and refused.\nIts author had left the country by then.\n"},
      {"config",
       "server:\n  host: example.org\n  port: 8080\n  timeout: 30\nlog:\n  level: error\n  file: "
       "/var/log/app.log\nretry:\n  on_failure: true\n  limit: 3\n"},
      {"listing",
       "total 16\n-rw-r--r-- 1 app app 4096 Mar  1 09:26 error.log\n-rw-r--r-- 1 app app 1024 Mar  1 09:27 "
       "failed.txt\n-rw-r--r-- 1 app app  120 Mar  1 09:28 c.txt\n-rw-r--r-- 1 app app  121 Mar  1 09:28 "
       "d.txt\ndrwxr-xr-x 2 app app 4096 Mar  1 09:29 sub\n"},
      {"paths", "src/a/error.cc\nsrc/a/fail.cc\nsrc/b/ok.cc\nsrc/b/x1.cc\nsrc/b/x2.cc\nsrc/b/x3.cc\n"},
      {"code",
       "int main() {\n  if (error) {\n    return fail(3);\n  }\n  for (int i = 0; i < 3; ++i) {\n    run(i);\n  }\n  "
       "return 0;\n}\n"}};
  std::string settings;
  for (int i = 0; i < 30; ++i) {
    settings += "[service." + std::to_string(i) + "]\ntimeout = " + std::to_string(i * 7) +
                "\nretries = 3\n# kept for old clients\n\n";
  }
  EXPECT_TRUE(views_of(settings).empty());
  for (const auto& [name, text] : texts) EXPECT_TRUE(views_of(text).empty()) << name;
}

TEST(Log, TheSketchNominatesLogs) {
  for (const auto& lines :
       {service_lines(300, 19), daemon_lines(300, 19), runner_lines(200, 19), build_lines(200, 19)}) {
    EXPECT_GE(log_compressor.evidence(detect::sketch(joined(lines))), 40);
  }
  for (const std::string_view text : {std::string_view(""), std::string_view("one line"),
                                      std::string_view("# A\n\n- fix error\n- fix b\n- fix c\n- fix d\n")}) {
    EXPECT_LE(log_compressor.evidence(detect::sketch(text)), 15) << text;
  }
}

TEST(Log, OwnViewsAreLeftAlone) {
  const std::string text = joined(service_lines(400, 15));
  for (const View& v : views_of(text)) EXPECT_TRUE(views_of(v.text).empty()) << v.method;
}

TEST(Log, SmallAndOddInputs) {
  for (const std::string_view text :
       {std::string_view(""), std::string_view("\n"), std::string_view("x"), std::string_view("\r\n\r\n"),
        std::string_view("\0\n\0\n", 4), std::string_view("error\n"), std::string_view("\xff\n\xfe\n")}) {
    for (const bool forced : {false, true}) {
      for (const View& v : views_of(text, {}, {}, forced)) EXPECT_LT(v.text.size(), text.size());
    }
  }
}

TEST(Log, LinesOfNothingAreNoLog) {
  EXPECT_TRUE(views_of(std::string(200000, '\n'), {}, {}, true).empty());
  EXPECT_FALSE(views_of(joined(runner_lines(100, 16)) + "\n\n\n", {}, {}, true).empty());
}

TEST(Log, LosslessViewsDecode) {
  const std::string text = joined(runner_lines(100, 16));
  bool found = false;
  for (const View& v : views_of(text, {}, {}, false, false)) {
    EXPECT_EQ(v.fidelity, Fidelity::lossless);
    EXPECT_EQ(log_compressor.decode(v.text), text);
    found = true;
  }
  EXPECT_TRUE(found);
}

TEST(Log, ProgressByCarriageReturnAndLongLines) {
  std::vector<std::string> lines = service_lines(200, 17);
  std::string progress;
  for (int i = 0; i < 100; ++i) progress += "\rdownloading " + std::to_string(i) + "%";
  lines[50] = progress;
  lines[60] = "2026-03-01 00:00:20 ERROR [x] " + std::string(100000, 'y');
  const std::string text = joined(lines);
  const auto v = shown(text);
  ASSERT_TRUE(v);
  EXPECT_LT(v->text.size(), 20000u);
  EXPECT_TRUE(has(*v, "ERROR [x] yyy"));
  EXPECT_TRUE(has(*v, " bytes] "));
}

TEST(Log, TimeIsLinear) {
  const auto took = [](std::size_t n) {
    const std::string text = joined(service_lines(n, 18));
    const auto begin = std::chrono::steady_clock::now();
    (void)views_of(text);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  (void)took(2000);
  const double small = std::min(took(20000), took(20000)), large = std::min(took(100000), took(100000));
  EXPECT_LT(large, 15 * small + .05);
}

RC_GTEST_PROP(Log, ShownLinesAreTheSources, ()) {
  const auto seed = *rc::gen::inRange<std::uint64_t>(0, 1000000);
  auto lines = service_lines(120 + seed % 200, seed);
  log::Dice dice(seed);
  const auto runner = runner_lines(20, seed);
  for (int i = 0; i < 30; ++i)
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(dice(lines.size())), runner[dice(runner.size())]);
  const std::string text = joined(lines, seed % 2 ? "\n" : "\r\n");
  if (const auto v = shown(text)) expect_faithful(*v, text);
}

}  // namespace
}  // namespace headroom::compressors
