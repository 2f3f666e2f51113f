// Traces as the languages print them: what is told, whose frames they are, which are of one kind.
#include "compressors/log/traces.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <memory>

#include "compressors/log/log.h"

namespace headroom::compressors {
namespace {

using log::Trace;

struct Found {
  std::shared_ptr<const std::string> text;  // that the lines look into
  std::vector<Line> lines;
  std::vector<Trace> traces;
};

Found find(std::string_view text) {
  const auto kept = std::make_shared<const std::string>(text);
  Found out{kept, split_lines(*kept), {}};
  std::vector<log::Stamp> stamps;
  for (const Line& l : out.lines) stamps.push_back(log::find_stamp(l.text));
  out.traces = log::find_traces(out.lines, stamps);
  return out;
}

// The frames of a trace: o own, l of a library.
std::string owners(const Trace& t) {
  std::string out;
  for (const log::Frame& f : t.frames) out += f.own ? 'o' : 'l';
  return out;
}

constexpr std::string_view kPython =
    "Traceback (most recent call last):\n"
    "  File \"/srv/shop/orders.py\", line 9, in handle\n"
    "    return load(s)\n"
    "           ^^^^^^^\n"
    "  File \"/usr/lib/python3.11/json/__init__.py\", line 346, in loads\n"
    "    return _default_decoder.decode(s)\n"
    "  File \"/srv/venv/site-packages/click/core.py\", line 7, in invoke\n"
    "json.decoder.JSONDecodeError: Expecting value: line 1 column 7\n"
    "next\n";

TEST(Traces, Python) {
  const Found f = find(kPython);
  ASSERT_EQ(f.traces.size(), 1u);
  const Trace& t = f.traces[0];
  EXPECT_EQ(owners(t), "oll");
  EXPECT_EQ(t.begin, 0u);
  EXPECT_EQ(t.end, 8u);
  EXPECT_EQ(t.frames[0].lines, 3u);
  EXPECT_EQ(t.told, (std::vector<std::size_t>{0, 7}));
  EXPECT_TRUE(t.innermost_last);
  EXPECT_EQ(log::library_of(f.lines[6].text), "click");
  EXPECT_EQ(log::library_of(f.lines[4].text), "python");
}

TEST(Traces, JvmWithCauses) {
  const Found f = find(
      "2026-03-01 10:00:01,456 ERROR [pool-1] shop.Main - order 1 failed\n"
      "shop.OrderException: cannot read order 17\n"
      "\tat shop.Main.handle(Main.java:5)\n"
      "\tat java.base/java.util.stream.ReferencePipeline$3$1.accept(ReferencePipeline.java:197)\n"
      "\tat org.springframework.web.Filter.go(Filter.java:3)\n"
      "\tat app//shop.Pool.run(Pool.java:8)\n"
      "Caused by: java.lang.NumberFormatException: For input string: \"x1\"\n"
      "\tat java.base/java.lang.Integer.parseInt(Integer.java:652)\n"
      "\tat shop.Main.parse(Main.java:4)\n"
      "\t... 23 more\n"
      "2026-03-01 10:00:02,123 INFO [pool-1] shop.Main - order 2 read\n");
  ASSERT_EQ(f.traces.size(), 1u);
  const Trace& t = f.traces[0];
  EXPECT_EQ(owners(t), "ollolo");
  EXPECT_EQ(t.told, (std::vector<std::size_t>{1, 6}));
  EXPECT_EQ(t.end, 10u);
  EXPECT_EQ(log::library_of(f.lines[3].text), "java.util");
  EXPECT_EQ(log::library_of(f.lines[4].text), "org.springframework");
}

TEST(Traces, JavaScriptAndCSharp) {
  const Found js = find(
      "Error: cannot read order 17\n"
      "    at async open (node:internal/fs/promises:637:25)\n"
      "    at async load (/srv/app.js:2:43)\n"
      "    at Layer.handle (/srv/node_modules/express/lib/layer.js:95:5)\n"
      "    at async Promise.all (index 0)\n"
      "    at main (/srv/app.js:4:52) {\n"
      "  [cause]: SyntaxError: bad\n");
  ASSERT_EQ(js.traces.size(), 1u);
  EXPECT_EQ(owners(js.traces[0]), "lollo");
  EXPECT_EQ(log::library_of(js.lines[3].text), "express");
  const Found cs = find(
      "Unhandled exception. System.FormatException: bad input\n"
      "   at System.Number.ThrowFormatException(String value)\n"
      "   at Shop.Orders.Read(String s) in C:\\src\\Orders.cs:line 12\n"
      "   --- End of stack trace from previous location ---\n"
      "   at Shop.Program.Main() in C:\\src\\Program.cs:line 3\n");
  ASSERT_EQ(cs.traces.size(), 1u);
  EXPECT_EQ(owners(cs.traces[0]), "loo");
  EXPECT_EQ(log::library_of(cs.lines[1].text), "System.Number");
}

std::string goroutine(int id, std::string_view state, std::string_view address) {
  return "goroutine " + std::to_string(id) + " [" + std::string(state) + "]:\n" + "internal/sync.(*Mutex).lockSlow(" +
         std::string(address) + ")\n\t/usr/local/go/src/internal/sync/mutex.go:149 +0x15d\n" +
         "main.work(...)\n\t/srv/shop/main.go:6 +0x2d\n" + "created by main.main in goroutine " +
         std::to_string(id / 7) + "\n\t/srv/shop/main.go:9 +0x57\n\n";
}

TEST(Traces, GoroutinesOfOneKind) {
  const Found f =
      find(goroutine(7, "sync.Mutex.Lock", "0x2c45") + goroutine(18, "sync.Mutex.Lock, 3 minutes", "0x99aa") +
           "goroutine 1 [running]:\nmain.main()\n\t/srv/shop/main.go:8 +0x166\n");
  ASSERT_EQ(f.traces.size(), 3u);
  EXPECT_EQ(owners(f.traces[0]), "loo");
  EXPECT_EQ(f.traces[1].same_as, 0u);
  EXPECT_TRUE(f.traces[1].waiting);
  EXPECT_EQ(f.traces[2].same_as, Trace::npos);
  EXPECT_FALSE(f.traces[2].waiting);
  EXPECT_EQ(log::library_of(f.lines[1].text), "internal/sync");
}

TEST(Traces, Rust) {
  const Found f = find(
      "thread 'main' panicked at src/main.rs:2:40:\n"
      "bad digit\n"
      "stack backtrace:\n"
      "   0:     0x559ac4ae88aa - std[e28293b1aa0f68bd]::backtrace_rs::trace\n"
      "                               at /rustc/5980/library/std/src/lib.rs:117:9\n"
      "   1: core::result::unwrap_failed\n"
      "             at /rustc/5980/library/core/src/result.rs:1867:5\n"
      "   2: shop::load\n"
      "             at ./src/main.rs:2:40\n"
      "   3: serde::de::visit\n"
      "             at /opt/.cargo/registry/src/serde-1.0.1/src/de.rs:1:1\n"
      "   4: main\n"
      "note: some details are omitted\n");
  ASSERT_EQ(f.traces.size(), 1u);
  EXPECT_EQ(owners(f.traces[0]),
            "llo"
            "ll");
  EXPECT_EQ(log::library_of(f.lines[3].text), "std");
  EXPECT_EQ(log::library_of(f.lines[5].text), "core");
}

TEST(Traces, OrdinaryTextHasNone) {
  EXPECT_TRUE(find("  at the end (of the day)\nnothing\n  at home\n").traces.empty());
  EXPECT_TRUE(find("goroutine leak found\n\nTraceback: none\n").traces.empty());
  EXPECT_TRUE(find("Traceback (most recent call last):\nno frames\n").traces.empty());
  EXPECT_TRUE(find("").traces.empty());
}

// A long log with one trace among others of the same frames: all it tells stands, and the caller's frames.
TEST(Traces, ViewsShowOwnFramesAndCountTheOthers) {
  std::string text;
  for (int i = 0; i < 400; ++i) {
    text += "2026-03-01 10:00:00,000 INFO shop " + std::to_string(i * 7919 % 401);
    for (int k = 0; k < 6; ++k) text += " " + std::string(1, static_cast<char>('a' + (i * i + k * i) % 23)) + "ord";
    text += " done\n";
    if (i % 40 != 7) continue;
    text +=
        "2026-03-01 10:00:00,000 ERROR shop job " + std::to_string(i) + " failed\nTraceback (most recent call last):\n";
    text += "  File \"/srv/shop/orders.py\", line 9, in handle\n    return load(s)\n";
    for (int k = 0; k < 14; ++k)
      text += "  File \"/srv/venv/site-packages/click/core.py\", line " + std::to_string(k) + ", in invoke\n    f()\n";
    text += "  File \"/srv/shop/rows.py\", line 17, in read\n    raise KeyError(s)\nKeyError: 'order'\n";
  }
  tokens::Counter ruler;
  const search::Query none;
  const Context context{none, ruler, {}, true};
  const auto views = log_compressor.views(text, context, false);
  const auto found =
      std::find_if(views.begin(), views.end(), [](const View& v) { return v.fidelity == Fidelity::reversible; });
  ASSERT_NE(found, views.end());
  const View& view = *found;
  EXPECT_NE(view.text.find("orders.py\", line 9, in handle\n"), std::string::npos) << view.text;
  EXPECT_NE(view.text.find("rows.py\", line 17, in read\n"), std::string::npos);
  EXPECT_NE(view.text.find(": 14 frames of click]\n"), std::string::npos) << view.text;
  EXPECT_NE(view.text.find(": 1 trace like lines "), std::string::npos);
  EXPECT_EQ(view.text.find("site-packages/click"), std::string::npos);
}

RC_GTEST_PROP(TracesProperty, FramesLieInOrderWithinTheirTrace, ()) {
  const auto line = rc::gen::element<std::string>(
      "Traceback (most recent call last):", "  File \"/a.py\", line 3, in f", "    x = 1", "E: bad", "",
      "\tat a.B.c(B.java:1)", "    at f (/a.js:1:2)", "Caused by: x", "\t... 3 more",
      "goroutine 3 [running]:", "main.f(0x12)", "\t/a/b.go:3 +0x1", "stack backtrace:", "  0: a::b",
      "      at /c.rs:1:1", "2026-03-01 10:00:00 INFO x", "2026-03-01 10:00:00     at f (/a.js:1:2)",
      "[Previous line repeated 996 more times]", "   at A.B() in C:\\a.cs:line 3", "\xff\xfe", "\t");
  std::string text;
  for (const std::string& l : *rc::gen::container<std::vector<std::string>>(line)) text += l + "\n";
  const Found f = find(text);
  std::size_t at = 0;
  for (const Trace& t : f.traces) {
    RC_ASSERT(t.begin + 1 >= at);  // its head may be what ended the one before
    RC_ASSERT(t.end <= f.lines.size());
    RC_ASSERT(!t.frames.empty());
    std::size_t line_at = t.begin;
    for (const log::Frame& frame : t.frames) {
      RC_ASSERT(frame.first >= line_at);
      RC_ASSERT(frame.lines > 0u);
      line_at = frame.first + frame.lines;
    }
    RC_ASSERT(line_at <= t.end);
    for (const std::size_t i : t.told) RC_ASSERT(i >= t.begin && i < t.end);
    if (t.same_as != Trace::npos) RC_ASSERT(f.traces[t.same_as].digest == t.digest);
    at = t.end;
  }
}

}  // namespace
}  // namespace headroom::compressors
