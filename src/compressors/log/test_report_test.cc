#include "compressors/log/test_report.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "compressors/log/grouping.h"
#include "compressors/log/log.h"

namespace headroom::compressors::log {
namespace {

constexpr std::string_view long_style =
    "..F                                     [100%]\n"
    "=================== FAILURES ===================\n"
    "__________________ test_pool ___________________\n"
    "\n"
    "    def test_pool():\n"
    "        raise_if_empty = True\n"
    ">       assert size() == 3\n"
    "E       assert 2 == 3\n"
    "E        +  where 2 = size()\n"
    "\n"
    "pool.py:31: AssertionError\n"
    "------------- Captured stdout call -------------\n"
    "ERROR no rate\n"
    "=========== short test summary info ============\n"
    "FAILED pool.py::test_pool - assert 2 == 3\n"
    "========= 1 failed, 2 passed in 0.2s ==========\n";

constexpr std::string_view short_style =
    "=================== FAILURES ===================\n"
    "_________________ test_orders __________________\n"
    "tests/test_orders.py:9: in test_orders\n"
    "    orders.add(1)\n"
    "shop/orders.py:41: in add\n"
    "    connection = self.pool.take()\n"
    "E   shop.Exhausted: 3 connections are in use\n"
    "========= 1 failed in 0.2s ==========\n";

std::vector<ReportPart> parts_of(std::string_view text) {
  const std::vector<Line> lines = split_lines(text);
  std::vector<Stamp> stamps;
  for (const Line& line : lines) stamps.push_back(find_stamp(line.text));
  return read_report(lines, stamps);
}

TEST(TestReport, LinesAreReadByWhereTheyStand) {
  using enum ReportPart;
  const std::vector<ReportPart> expected{none,   none,    heading, excerpt, near, near, pointer, error,
                                         detail, excerpt, place,   none,    none, none, none,    none};
  EXPECT_EQ(parts_of(long_style), expected);
}

TEST(TestReport, TheShortStyleSaysThePlaceLast) {
  using enum ReportPart;
  const std::vector<ReportPart> expected{none, heading, frame, excerpt, place, near, error, none};
  EXPECT_EQ(parts_of(short_style), expected);
}

TEST(TestReport, StampsAndColoursDoNotHideIt) {
  std::string stamped, coloured;
  for (const Line& line : split_lines(long_style)) {
    stamped += "2026-03-01T10:02:11.1234567Z " + std::string(line.text) + "\n";
    coloured += line.text.empty() ? "\n" : "\x1b[31m\x1b[1m" + std::string(line.text) + "\x1b[0m\n";
  }
  EXPECT_EQ(parts_of(stamped), parts_of(long_style));
  EXPECT_EQ(parts_of(coloured), parts_of(long_style));
}

TEST(TestReport, OtherTextsHoldNone) {
  EXPECT_TRUE(parts_of("").empty());
  EXPECT_TRUE(parts_of("== FAILURES ==\nnone today\n== 3 passed ==\n").empty());
  EXPECT_TRUE(parts_of("E   assert 2 == 3\n>   assert x\npool.py:31: AssertionError\n").empty());
}

// A run of many failures, each with forty lines of source full of words that mean an error elsewhere.
std::string run_of(const std::vector<std::string>& messages) {
  std::string out = "=================== FAILURES ===================\n";
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::string name(1, static_cast<char>('a' + i % 26));
    out += "__________________ test_" + name + name + " ___________________\n\n    def test_" + name + "():\n";
    for (int k = 0; k < 40; ++k)
      out += "        assert error_" + name + "(" + std::to_string(k) + ") or fatal(failed)\n";
    out += ">       check_" + name + "()\nE       " + messages[i] + "\n\n" + name + ".py:" + std::to_string(31 + i) +
           ": AssertionError\n";
  }
  return out + "========= " + std::to_string(messages.size()) + " failed in 0.2s ==========\n";
}

std::string view_of(const std::string& text) {
  const search::Query none;
  tokens::Counter ruler;
  for (const View& v : log_compressor.views(text, {none, ruler, std::nullopt, true}, false)) {
    if (v.fidelity == Fidelity::reversible) return v.text;
  }
  return {};
}

TEST(TestReport, EveryFailureIsTold) {
  const std::vector<std::string> messages{"assert 'left' == 'right'", "KeyError: no such row", "Failed: DID NOT RAISE",
                                          "ValueError: a price below zero"};
  const std::string view = view_of(run_of(messages));
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    EXPECT_NE(view.find("E       " + messages[i]), std::string::npos) << view;
    EXPECT_NE(view.find("_ test_" + name + name + " _"), std::string::npos) << view;
    EXPECT_NE(view.find(">       check_" + name), std::string::npos) << view;
    EXPECT_NE(view.find(name + ".py:" + std::to_string(31 + i) + ": AssertionError"), std::string::npos) << view;
  }
  EXPECT_EQ(view.find("or fatal(failed)"), std::string::npos) << "source is no error: " << view;
}

RC_GTEST_PROP(TestReport, AnyLinesAreRead, ()) {
  const std::vector<std::string> pieces{
      "== FAILURES ==", "== ERRORS ==",   "__ a __", "_ _ _ _", "E   x",          ">   y",   "a.py:1: in f",
      "a.py:1: X",      "-- Captured --", "",        "    z",   "== 1 failed ==", "\x1b[1m", "a:1:"};
  std::string text;
  for (const int piece : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, static_cast<int>(pieces.size()))))
    text += pieces[static_cast<std::size_t>(piece)] + (*rc::gen::inRange(0, 8) == 0 ? "" : "\n");
  const std::vector<Line> lines = split_lines(text);
  const Grouping g = group_lines(lines);
  RC_ASSERT(g.parts.empty() || g.parts.size() == lines.size());
  for (std::size_t i = 0; i < g.parts.size(); ++i) {
    // What the words of a line would say counts only outside of failures.
    if (g.part(i) == ReportPart::excerpt || g.part(i) == ReportPart::near) RC_ASSERT(!g.signals(i).severe());
    if (g.part(i) == ReportPart::error) RC_ASSERT(g.signals(i).severe());
  }
}

}  // namespace
}  // namespace headroom::compressors::log
