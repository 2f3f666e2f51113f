// Codes of terminals: what a screen shows in the end, and marks that come back byte for byte.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/lines.h"
#include "compressors/log/ansi.h"
#include "compressors/terminal/marks.h"
#include "compressors/terminal/screen.h"

namespace headroom::compressors::terminal {
namespace {

std::string shown(std::string_view text) {
  const auto screen = read_screen(text);
  return screen ? screen->text : "none";
}

TEST(Screen, LastStateStands) {
  EXPECT_EQ(shown("get 1 %\rget 50 %\rget 100 %\nend\n"), "get 100 %\nend\n");
  EXPECT_EQ(read_screen("get 1 %\rget 50 %\rget 100 %\n")->overwritten, 2u);
  EXPECT_EQ(shown("\x1b[1G\x1b[0K| a\x1b[1G\x1b[0K/ b\n"), "/ b\n");
  EXPECT_EQ(shown("wait\r\x1b[K\ndone\x1b[0m\n"), "wait\ndone\n");
  EXPECT_EQ(shown("a\r\r\nb\x1b[m\r\n"), "a\r\nb\r\n");  // the line ends stay
  EXPECT_EQ(shown("plain\r\ntext\r\n"), "none");
}

TEST(Screen, ColoursLeave) {
  EXPECT_EQ(shown("\x1b[1;31mred\x1b[0m and \x1b]0;title\a green\n"), "red and  green\n");
}

TEST(Screen, BackspacesTakeBack) {
  EXPECT_EQ(shown("N\bNA\bAM\bME\bE _\bx\n"), "NAME x\n");
  EXPECT_EQ(shown("busy |\b/\b-\bdone\n"), "busy done\n");
}

TEST(Screen, LinesAboveAreWrittenOver) {
  const std::string text = "a: 1 %\nb: 1 %\n\x1b[2A\x1b[2K\ra: 99 %\n\x1b[2K\rb: 99 %\nend\n";
  const auto screen = read_screen(text);
  ASSERT_TRUE(screen);
  EXPECT_EQ(screen->text, "\n\na: 99 %\nb: 99 %\nend\n");
  EXPECT_EQ(screen->emptied, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(screen->overwritten, 2u);
}

TEST(Screen, TextPlacedBesideOverwritesNothing) {
  EXPECT_EQ(shown("Starting web\n\x1b[1A\x1b[40C[ ok ]\n"), "Starting web\n[ ok ]\n");
}

TEST(Screen, ErrorsThatWereWrittenOverStay) {
  EXPECT_EQ(shown("1 of 3\rerror: part 2 is corrupt\r2 of 3\r3 of 3\n"), "error: part 2 is corrupt\r3 of 3\n");
}

TEST(Screen, PagesAreWrittenOver) {
  EXPECT_EQ(shown("begin\n\x1b[H\x1b[2Jload 1\nmem 2\n\x1b[H\x1b[2Jload 3\nmem 4\n"), "begin\n\n\nload 3\nmem 4\n");
}

TEST(Marks, CodesAndReturns) {
  const std::string text = "\x1b[32mok\x1b[0m a\n\x1b[32mok\x1b[0m b\n\x1b[32mok\x1b[0m c\rd\r\n";
  const auto marked = mark(text);
  ASSERT_TRUE(marked);
  EXPECT_EQ(marked->legend, "§=\\e[32m ¶=\\e[0m");
  EXPECT_EQ(marked->text, "§ok¶ a\n§ok¶ b\n§ok¶ c\n⏎d\r\n");
  EXPECT_EQ(unmark(marked->legend, marked->returns, marked->text), text);
}

TEST(Marks, NotOnesThatTheTextHolds) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += "\x1b[1m§ 7\x1b[m\n";
  const auto marked = mark(text);
  ASSERT_TRUE(marked);
  EXPECT_EQ(marked->legend.find("§="), std::string::npos);
  EXPECT_EQ(unmark(marked->legend, marked->returns, marked->text), text);
  EXPECT_FALSE(mark("⏎\rx\n"));
  EXPECT_FALSE(mark("plain\n"));
}

TEST(Marks, LegendsOfOthersAreNone) {
  for (const std::string_view legend : {"=", "x=\\e[m", "§=", "§=\\q", "§=\\", "§=\\e[m §=\\e[m"})
    EXPECT_FALSE(unmark(legend, false, "text")) << legend;
}

rc::Gen<std::string> terminal_text() {
  const auto piece = rc::gen::element<std::string>("a", "b 1", "get 7 %", "\x1b[32m", "\x1b[0m", "\x1b[m\x1b[1m", "\r",
                                                   "\n", "\r\n", "\b", "\x1b[2A", "\x1b[K", "\x1b[1G", "\x1b[H",
                                                   "\x1b[2J", "\x1b[", "\x1b", "^[[1m", "⏎", "§", "\xC2", "\xE2",
                                                   "error: x", "\x1b]0;t\a", "\x1b[5B", "\x1b[40C", "é", " ");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const std::vector<std::string>& pieces) {
    std::string out;
    for (const std::string& p : pieces) out += p;
    return out;
  });
}

RC_GTEST_PROP(ScreenProperty, LinesKeepTheirNumbers, ()) {
  const std::string text = *terminal_text();
  const auto screen = read_screen(text);
  if (!screen) return;
  const auto before = split_lines(text), after = split_lines(screen->text);
  // A last line without an end of which nothing is left is no line.
  RC_ASSERT(after.size() == before.size() || (after.size() + 1 == before.size() && before.back().end.empty()));
  for (std::size_t i = 0; i < after.size(); ++i) RC_ASSERT(after[i].end == before[i].end);
}

// Every piece shown stands in its line, codes apart.
RC_GTEST_PROP(ScreenProperty, WhatIsShownIsVerbatim, ()) {
  const std::string text = *terminal_text();
  const auto screen = read_screen(text);
  if (!screen || text.find('\b') != std::string::npos) return;
  const auto before = split_lines(text), after = split_lines(screen->text);
  for (std::size_t i = 0; i < after.size(); ++i) {
    std::string plain;
    log::append_plain(plain, before[i].text);
    std::size_t at = 0;
    for (std::string_view rest = after[i].text; !rest.empty();) {
      const std::string_view state = rest.substr(0, rest.find('\r'));
      at = plain.find(state, at);
      RC_ASSERT(at != std::string::npos);
      at += state.size();
      rest.remove_prefix(std::min(rest.size(), state.size() + 1));
    }
  }
}

RC_GTEST_PROP(MarksProperty, ComeBack, ()) {
  const std::string text = *terminal_text();
  const auto marked = mark(text);
  if (marked) RC_ASSERT(unmark(marked->legend, marked->returns, marked->text) == text);
}

}  // namespace
}  // namespace headroom::compressors::terminal
