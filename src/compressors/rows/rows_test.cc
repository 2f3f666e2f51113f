#include "compressors/rows/rows.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "base/lines.h"
#include "compressors/rows/acceptance.h"
#include "compressors/statements.h"

namespace headroom::compressors {
namespace {

// What tools print, by generators: real outputs stand in corpus/rows.
std::string numbered(std::size_t n, const std::function<std::string(std::size_t)>& line) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += line(i) + '\n';
  return out;
}
std::string hex(std::size_t value, int width) {
  char buffer[80];
  std::snprintf(buffer, sizeof buffer, "%0*zx", width, value);
  return buffer;
}
std::string word(std::size_t i) {
  constexpr std::string_view parts[] = {"ash", "bel", "cor", "dun", "eft", "fen", "gil", "har", "ivy", "jet"};
  return std::string(parts[i / 100 % 10]) + std::string(parts[i / 10 % 10]) + std::string(parts[i % 10]);
}

struct Sample {
  std::string_view name;
  std::string text;
};

std::vector<Sample> outputs() {
  return {
      {"packages", numbered(200,
                            [](auto i) {
                              return "lib" + word(i) + "/stable,now 1." + std::to_string(i) + "-2 amd64 [installed]";
                            })},
      {"commits", numbered(120,
                           [](auto i) {
                             return hex(0x10000000 + i * 7919, 8) + " Let the " + word(i) + " wait for the " +
                                    word(i * 7);
                           })},
      {"parameters",
       numbered(300,
                [](auto i) { return "net." + word(i) + ".limit_" + word(i * 3) + " = " + std::to_string(i * 17); })},
      {"disassembly", numbered(200,
                               [](auto i) {
                                 return i % 20 == 0 ? hex(4096 + i * 4, 16) + " <" + word(i) + ">:"
                                                    : "    " + hex(4096 + i * 4, 4) +
                                                          ":\t48 89 e5             \tmov    %rsp,%rbp";
                               })},
      {"help", numbered(90,
                        [](auto i) {
                          return i % 5 < 3 ? "  --" + word(i) + "=<n>      Set how far " + word(i) + " may go"
                                           : "                    before it is cut.";
                        })},
      {"commands",
       "Commands\n" +
           numbered(60, [](auto i) { return "   " + word(i) + "     Show what every " + word(i * 3) + " holds now"; })},
      {"symbols", numbered(80,
                           [](auto i) {
                             return i % 4 == 0 ? "                 U " + word(i) + "@GLIBC_2.2.5"
                                               : hex(i * 64, 16) + " T " + word(i);
                           })},
      {"calls", numbered(80,
                         [](auto i) {
                           return "openat(AT_FDCWD, \"/usr/lib/" + word(i) +
                                  "\", O_RDONLY|O_CLOEXEC) = " + std::to_string(i % 9);
                         })},
      {"memory",
       numbered(60, [](auto i) { return word(i) + ":" + std::string(6, ' ') + std::to_string(i * 4096) + " kB"; })},
      {"tree", numbered(60, [](auto i) { return "│   ├── " + word(i) + " v0." + std::to_string(i) + ".1"; })},
      {"sizes", numbered(90,
                         [](auto i) {
                           return std::to_string(100 + i * 31) + " 2026-11-2" + std::to_string(i % 8) + " ./data/" +
                                  word(i) + ".json";
                         })},
      {"names",
       numbered(150,
                [](auto i) { return word(i * 6) + "-" + std::to_string(i % 7) + (i % 3 == 0 ? ".service" : ""); })},
  };
}

// What nothing may be left out of.
std::vector<Sample> others() {
  return {
      {"code behind its line numbers",
       numbered(80, [](auto i) { return std::to_string(i + 119) + ":    def " + word(i) + "(self): pass"; })},
      {"a file as cat -n shows it", numbered(80,
                                             [](auto i) {
                                               return "   " + std::to_string(i + 1) + "\tx" + std::to_string(i) + " y" +
                                                      std::to_string(i * 3);
                                             })},
      {"a blame", numbered(80,
                           [](auto i) {
                             return hex(0x10000000 + i, 8) + " " + std::to_string(i + 1) + ")     return " + word(i) +
                                    "_2";
                           })},
      {"a blame with names", numbered(80,
                                      [](auto i) {
                                        return hex(0x10000000 + i, 8) + " (Ada 2026-11-22 21:14:00 +0000 " +
                                               std::to_string(i + 1) + ") x";
                                      })},
      {"a part of a patch",
       numbered(80, [](auto i) { return (i % 2 ? "-" : "+") + word(i) + "_1 = " + std::to_string(i); })},
      {"an indented patch",
       numbered(80, [](auto i) { return (i % 2 ? "    -" : "    +") + word(i) + " 1.2." + std::to_string(i); })},
      {"checksums", numbered(80, [](auto i) { return hex(i, 64) + "  dist/" + word(i) + ".tar.gz"; })},
      {"module sums", numbered(80,
                               [](auto i) {
                                 return "example.org/" + word(i) + " v1.2." + std::to_string(i) + " h1:Zq" + word(i) +
                                        "7BfXk3Yt0Lr5Nw8Qs2Vd6Ha4Jm1Ue9Pc" + word(i) + "=";
                               })},
      {"assembly", numbered(80, [](auto i) { return "\tmov x" + std::to_string(i % 9) + ", #" + std::to_string(i); })},
      {"a list by hand", numbered(80, [](auto i) { return word(i) + ": " + word(i * 3); })},
      {"bullets", numbered(80, [](auto i) { return "- " + word(i) + " 1.2." + std::to_string(i); })},
      {"numbered items", numbered(80, [](auto i) { return std::to_string(i + 1) + ". " + word(i) + " 2026-11-01"; })},
      {"a list of words", numbered(300, [](auto i) { return word(i); })},
      {"keys", numbered(300, [](auto i) { return "AB" + hex(i * 7919, 6) + "-" + hex(i * 104729, 8); })},
      {"numbers", numbered(300, [](auto i) { return std::to_string(i) + " " + std::to_string(i * i); })},
      {"a program for a machine",
       numbered(80, [](auto i) { return "G1 X" + std::to_string(i) + " Y" + std::to_string(i * 2) + " F300"; })},
      {"verse",
       numbered(60, [](auto i) { return "  and over the " + word(i) + " the " + word(i * 3) + " went home"; })},
      {"statements", numbered(60, [](auto i) { return "self." + word(i) + " = " + word(i); })},
      {"declarations",
       numbered(60,
                [](auto i) { return "  int " + word(i) + "_" + std::to_string(i) + ";   // of the " + word(i * 3); })},
      {"records of a file", "# ports\n" + numbered(60,
                                                   [](auto i) {
                                                     return (i % 9 == 0 ? "# group " : word(i) + "\t") +
                                                            std::to_string(i) + "/tcp  alias_" + word(i);
                                                   })},
      {"a transcript", numbered(60, [](auto i) { return "Alice: I met " + word(i) + " at the market today"; })},
      {"Markdown",
       "# Ports\n\n" + numbered(60, [](auto i) { return "| " + word(i) + " | " + std::to_string(i) + " |"; })},
      {"fenced", "```\n" + numbered(60, [](auto i) { return word(i) + " 1.2." + std::to_string(i); }) + "```\n"},
      {"few rows", numbered(20, [](auto i) { return word(i) + " 1.2." + std::to_string(i); })},
      {"nothing", ""},
  };
}

std::vector<View> views_of(std::string_view text, std::string_view question = {}, bool reversible = true,
                           bool forced = false) {
  static tokens::Counter ruler;
  const search::QueryText asked{question, 1};
  const search::Query query = search::Query::parse({&asked, question.empty() ? 0u : 1u});
  return rows_compressor.views(text, {query, ruler, {}, reversible}, forced);
}

std::optional<View> shown(std::string_view text, std::string_view question = {}) {
  for (View& v : views_of(text, question)) {
    if (v.fidelity == Fidelity::reversible) return std::move(v);
  }
  return std::nullopt;
}

TEST(Rows, AcceptsWhatToolsPrint) {
  for (const Sample& s : outputs())
    EXPECT_TRUE(rows::accepts(split_lines(s.text))) << s.name << '\n' << s.text.substr(0, 300);
}

TEST(Rows, LeavesTheRestAlone) {
  for (const Sample& s : others()) {
    EXPECT_FALSE(rows::accepts(split_lines(s.text))) << s.name << '\n' << s.text.substr(0, 300);
    EXPECT_TRUE(views_of(s.text).empty()) << s.name;
  }
}

// A part of what is no rows, put into rows, makes the whole none as soon as it is more than a line or two.
TEST(Rows, LeavesRowsWithAPatchOrManyCommentsAlone) {
  const std::string rows = outputs()[0].text;
  EXPECT_TRUE(views_of(rows + "@@ -1,2 +1,3 @@\n context\n").empty());
  EXPECT_TRUE(views_of(rows + numbered(40, [](auto i) { return "# remark " + std::to_string(i); })).empty());
  EXPECT_TRUE(views_of(rows + "```\n").empty());
  EXPECT_FALSE(views_of(rows + "# remark\n").empty());
}

// Every line shown stands in the source at its number; shown lines and gaps together are the source.
TEST(Rows, ShowsFaithfullyWithBeginningAndEnd) {
  for (const Sample& s : outputs()) {
    const auto view = shown(s.text);
    ASSERT_TRUE(view) << s.name;
    EXPECT_LT(view->text.size(), s.text.size());
    EXPECT_EQ(view->method, "rows_lines");
    const std::vector<Line> source = split_lines(s.text), lines = split_lines(view->text);
    EXPECT_TRUE(lines[0].text.starts_with("[rows, " + std::to_string(source.size()) + " lines; "));
    std::size_t next = 1;
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const std::string line(lines[i].text);
      if (line.starts_with("[T")) continue;
      std::size_t a = 0, b = 0;
      if (line.starts_with("[line")) {
        EXPECT_TRUE(reads_as_statement(line)) << line;
        if (std::sscanf(line.c_str(), "[line%*[s] %zu-%zu", &a, &b) < 1) std::sscanf(line.c_str(), "[line %zu", &a);
        ASSERT_EQ(a, next) << s.name << ": " << line;
        next = std::max(a, b) + 1;
        continue;
      }
      a = std::strtoul(line.c_str(), nullptr, 10);
      ASSERT_EQ(a, next) << s.name << ": " << line;
      EXPECT_EQ(line.substr(line.find(' ') + 1), source[a - 1].text);
      next = a + 1;
    }
    EXPECT_EQ(next, source.size() + 1);
    EXPECT_NE(view->text.find("\n1 "), std::string::npos) << s.name;
    EXPECT_NE(view->text.find("\n" + std::to_string(source.size()) + " "), std::string::npos) << s.name;
  }
}

TEST(Rows, ShowsErrorsOutliersAndWhatIsAskedFor) {
  for (const Sample& s : outputs()) {
    std::vector<Line> lines = split_lines(s.text);
    const std::size_t at = lines.size() / 2;
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i == at) text += "E: could not read the list: permission denied\n";
      text += lines[i].full();
    }
    const auto view = shown(text);
    ASSERT_TRUE(view) << s.name;
    EXPECT_NE(view->text.find("\n" + std::to_string(at + 1) + " E: could not read"), std::string::npos) << s.name;
    // An anchor of the question stands, wherever its row is.
    const std::string row(lines[at * 3 / 2].text);
    std::string quoted = row.substr(std::min(row.find_first_not_of(' '), row.size()));
    if (quoted.find('"') == std::string::npos && quoted.size() > 8) {
      EXPECT_TRUE(shown(s.text, "what of \"" + quoted.substr(0, 24) + "\"?")->text.find(row) != std::string::npos)
          << s.name;
    }
  }
}

TEST(Rows, GapsNameTheirFirstAndLastRow) {
  const auto view = shown(outputs()[0].text);
  EXPECT_NE(view->text.find(": libash"), std::string::npos) << view->text;
  EXPECT_NE(view->text.find("/stable,now to lib"), std::string::npos) << view->text;
}

TEST(Rows, LosslessViewsGiveEveryByteBack) {
  std::size_t gained = 0;
  for (const Sample& s : outputs()) {
    for (const std::string& text : {s.text, s.text.substr(0, s.text.size() - 1)}) {
      for (const View& v : views_of(text, {}, false)) {
        EXPECT_EQ(v.fidelity, Fidelity::lossless);
        EXPECT_EQ(rows_compressor.decode(v.text), text) << s.name;
        EXPECT_TRUE(v.text.starts_with("[rows, ")) << v.text.substr(0, 80);
        EXPECT_TRUE(views_of(v.text, {}, true, true).empty()) << "a view is not shortened again";
        ++gained;
      }
    }
  }
  EXPECT_GE(gained, 10u);
  EXPECT_FALSE(rows_compressor.decode("[log, 2 lines, complete]\na\nb"));
}

RC_GTEST_PROP(Rows, AnyBytesComeBackOrAreLeftAlone, ()) {
  const std::vector<Sample> all = outputs();
  std::string text = all[*rc::gen::inRange<std::size_t>(0, all.size())].text;
  const auto edits = *rc::gen::inRange(0, 12);
  for (int i = 0; i < edits; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto piece = *rc::gen::element<std::string>("\n", "\r\n", " ", "\t", "@", "[lines 1-2]\n", "\xff", "T1 x\n",
                                                      "-- 2026\n", "x3", "\"", "*");
    text.insert(at, piece);
  }
  const bool forced = *rc::gen::arbitrary<bool>();
  const std::vector<View> once = views_of(text, "where is ashbel?", true, forced),
                          twice = views_of(text, "where is ashbel?", true, forced);
  RC_ASSERT(once.size() == twice.size());
  for (std::size_t i = 0; i < once.size(); ++i) {
    RC_ASSERT(once[i].text == twice[i].text);
    RC_ASSERT(once[i].text.size() < text.size());
    if (once[i].fidelity == Fidelity::lossless) RC_ASSERT(rows_compressor.decode(once[i].text) == text);
  }
}

}  // namespace
}  // namespace headroom::compressors
