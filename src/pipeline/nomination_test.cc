// The rule by which kinds are asked: its order and its bounds.
#include "pipeline/nomination.h"

#include <gtest/gtest.h>

#include <string>

namespace headroom::pipeline {
namespace {

using compressors::Compressor;

// Kinds whose evidence is a field of the sketch, so that a test can set it.
int of_lines(const detect::Sketch& s) {
  return static_cast<int>(s.lines);
}
int of_times(const detect::Sketch& s) {
  return static_cast<int>(s.time_lines);
}
int always_40(const detect::Sketch&) {
  return 40;
}
int never(const detect::Sketch&) {
  return 0;
}
int of_name(std::string_view path, std::string_view label) {
  return path == "a.log" || label == "log" ? 92 : 0;
}

Compressor kind(std::string_view name, int (*evidence)(const detect::Sketch&),
                int (*by_name)(std::string_view, std::string_view) = nullptr) {
  return {.kind = name, .evidence = evidence, .views = nullptr, .decode = nullptr, .evidence_of_name = by_name};
}

std::string order(const std::vector<Compressor>& kinds, const detect::Sketch& sketch, std::string_view path = {},
                  std::string_view label = {}) {
  std::string out;
  for (const Compressor* c : nominate(kinds, sketch, path, label)) out += std::string(c->kind) + " ";
  return out;
}

TEST(Nomination, TheStrongestIsAskedFirstAndTiesGoByTheTable) {
  const std::vector<Compressor> kinds{kind("a", always_40), kind("b", of_lines), kind("c", never), kind("d", always_40),
                                      kind("e", of_times, of_name)};
  detect::Sketch sketch;
  sketch.lines = 50, sketch.time_lines = 3;
  EXPECT_EQ(order(kinds, sketch), "b a d e ");
  sketch.lines = 0;
  EXPECT_EQ(order(kinds, sketch), "a d e ");
  EXPECT_EQ(order(kinds, sketch, "a.log"), "e a d ");
  EXPECT_EQ(order(kinds, sketch, "b.log", "log"), "e a d ");
}

// How many of `n` kinds are asked; the `accepting` first of them have views.
int asked(std::size_t bytes, int n, int accepting) {
  Turns turns(bytes);
  int count = 0;
  for (int i = 0; i < n && turns.next(); ++i) {
    ++count;
    if (i < accepting) turns.accepted();
  }
  return count;
}

TEST(Nomination, SixAreAskedAtMostAndThreeOfALongText) {
  for (const int n : {0, 1, 5, 6}) EXPECT_EQ(asked(1000, n, 0), n);
  EXPECT_EQ(asked(1000, 7, 0), 6);
  EXPECT_EQ(asked(several_kinds, 12, 0), 6);
  EXPECT_EQ(asked(several_kinds + 1, 12, 0), 3);
  EXPECT_EQ(asked(std::size_t{64} << 20, 2, 0), 2);
}

TEST(Nomination, ThreeThatAcceptAreEnough) {
  EXPECT_EQ(asked(1000, 12, 3), 3);
  EXPECT_EQ(asked(1000, 12, 2), 6);
  EXPECT_EQ(asked(several_kinds + 1, 12, 1), 3);
}

// The table itself: a text of no kind in particular names few of them.
TEST(Nomination, OfTheRealKindsEachTextNamesSome) {
  const auto& kinds = compressors::all();
  const auto first = [&](std::string_view text) {
    const auto named = nominate(kinds, detect::sketch(text), {}, {});
    return named.empty() ? std::string_view() : named[0]->kind;
  };
  EXPECT_EQ(first("[{\"a\":1},{\"a\":2}]"), "json");
  EXPECT_EQ(first("2026-03-01 10:00:00 INFO a\n2026-03-01 10:00:01 INFO b\n2026-03-01 10:00:02 WARN c\n"), "log");
  EXPECT_EQ(first("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"), "diff");
  EXPECT_EQ(first(""), "");
}

}  // namespace
}  // namespace headroom::pipeline
