// Configuration: what is read, what is none, and that lines come back or are told by number.
#include "compressors/config/config.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "base/lines.h"
#include "compressors/config/config_text.h"
#include "compressors/config/record_cuts.h"
#include "compressors/config/records.h"
#include "compressors/config/repeated_lines.h"
#include "compressors/config/stubs.h"

namespace headroom::compressors {
namespace {

using config::Style;

std::vector<View> views_of(std::string_view text, bool reversible = false, std::string_view asked = {}) {
  static tokens::Counter ruler;
  const std::vector<search::QueryText> texts{{asked, 1}};
  const search::Query query = search::Query::parse(texts);
  const Context context{query, ruler, {}, reversible};
  return config_compressor.views(text, context, false);
}

// Null if there is none of that method.
const View* find_view(const std::vector<View>& views, std::string_view method) {
  const auto found = std::find_if(views.begin(), views.end(), [&](const View& v) { return v.method == method; });
  return found == views.end() ? nullptr : &*found;
}

std::optional<Style> style_of(std::string_view text) {
  const auto c = config::read_config(text);
  return c ? std::optional(c->style) : std::nullopt;
}

TEST(Config, StylesAreToldByTheirParsers) {
  EXPECT_EQ(style_of("web:\n  image: shop\n  ports:\n    - 80\n"), Style::yaml);
  EXPECT_EQ(style_of("[web]\nimage = \"shop\"\nports = [\n  80,\n  443,\n]\n"), Style::toml);
  EXPECT_EQ(style_of("[web]\nimage = shop\n; old\nport: 80\n"), Style::ini);
  EXPECT_EQ(style_of("# for tests\nexport DB_URL=postgres://db\nDB_USER=app\nDEBUG=\n"), Style::env);
  EXPECT_EQ(style_of("resource \"vm\" \"web\" {\n  size = 2\n  tags = {\n    a = \"b\"\n  }\n}\n"), Style::hcl);
  EXPECT_EQ(style_of("FROM base:1\nRUN a && \\\n  b\nCOPY . /app\n"), Style::dockerfile);
  EXPECT_EQ(style_of("<a>\n  <b c=\"1\"/>\n  <b>x</b>\n  <d></d>\n</a>\n"), Style::xml);
}

// JSON is YAML to its parser; what stands in brackets over all lines is none of ours, whole or cut.
TEST(Config, CollectionsInBracketsAreNone) {
  EXPECT_FALSE(style_of("{\n    \"a\": 1,\n    \"b\": 2,\n    \"c\": 3\n}\n"));
  EXPECT_FALSE(style_of("# made by hand\n[\n    \"a: 1\",\n    \"b: 2\",\n    \"c\": 3\n"));
  EXPECT_FALSE(style_of("{\"a\": 1,\n    \"b\": 2,\n    \"c\": 3\n}\n# the end\n"));
  EXPECT_EQ(style_of("{\n    a: 1}\n---\nweb: shop\nports:\n    - 80\n"), Style::yaml);
  EXPECT_EQ(style_of("{\n    a: 1}\n\n# the end\n---\nweb: shop\nports:\n    - 80\n"), Style::yaml);
  EXPECT_FALSE(style_of("{\n    \"a\": 1,\n    \"b\": {\n\n... [3 lines truncated] ...\n\n    \"c\": 3\n}\n}\n"));
  EXPECT_EQ(style_of("{a: b}: one\nweb: shop\nports:\n    - 80\n"), Style::yaml);
}

TEST(Config, LookAlikesAreNone) {
  EXPECT_FALSE(style_of("Dear Ada: we met in May.\nIt was a good talk: all agreed.\nSee you: soon.\nYours, B.\n"));
  EXPECT_FALSE(style_of("int main() {\n  int a = 1;\n  return a;\n}\n"));
  EXPECT_FALSE(style_of("a: [1, 2\nb: 3\nc: {\nd: 4\n"));       // no YAML
  EXPECT_FALSE(style_of("<a>\n<b>\n</a>\n</b>\n"));             // not balanced
  EXPECT_FALSE(style_of("<svg>\n<g/>\n<g/>\n<g/>\n</svg>\n"));  // left alone
  EXPECT_FALSE(style_of("a,b\n1,2\n3,4\n5,6\n"));
  EXPECT_FALSE(style_of(""));
}

std::string servers(int n, int odd = -1) {
  std::string out = "# where the shop runs, one entry for each of its\n# machines; sorted by name\nservers:\n";
  for (int i = 0; i < n; ++i) {
    out += "  - name: web-" + std::to_string(i) + "\n    port: 80\n    zone: north-" + std::to_string(i % 3) + "\n";
    if (i == odd) out += "    note: disk failed, do not use\n";
  }
  return out + "timeout: 30\n";
}

TEST(Config, CommentsAndListsBecomeStubs) {
  const std::string text = servers(40, 21);
  const auto views = views_of(text, true, "what is the zone of web-33?");
  ASSERT_FALSE(views.empty());
  const View& view = views.back();
  ASSERT_EQ(view.fidelity, Fidelity::reversible);
  EXPECT_TRUE(view.line_preserving);
  EXPECT_NE(view.text.find("# [lines 1-2: 2 comment lines]\n"), std::string::npos);
  EXPECT_NE(view.text.find("  - name: web-1\n"), std::string::npos);
  EXPECT_NE(view.text.find("  # [lines 10-66: 19 entries like those above: web-2 to web-20]\n"), std::string::npos)
      << view.text;
  EXPECT_NE(view.text.find("note: disk failed"), std::string::npos);
  EXPECT_NE(view.text.find("name: web-33\n"), std::string::npos);
  EXPECT_NE(view.text.find("timeout: 30"), std::string::npos);
  EXPECT_LT(view.text.size() * 3, text.size());
}

TEST(Config, AnchorsAndBlocksStay) {
  std::string text = "items:\n";
  for (int i = 0; i < 30; ++i)
    text += "  - id: " + std::to_string(i) + (i == 9 ? "\n    base: &base {a: 1}\n" : "\n    base: {a: 2}\n") +
            (i == 17 ? "    script: |\n      # not a comment\n      run it\n" : "");
  const auto views = views_of(text, true);
  ASSERT_FALSE(views.empty());
  EXPECT_NE(views.back().text.find("&base"), std::string::npos);
  EXPECT_NE(views.back().text.find("      # not a comment\n      run it\n"), std::string::npos);
}

TEST(Config, FailedTestsOfAReportStay) {
  std::string text = "<?xml version=\"1.0\"?>\n<testsuite name=\"shop\" tests=\"60\">\n";
  for (int i = 0; i < 60; ++i) {
    text += "  <testcase name=\"test_" + std::to_string(i) + "\" time=\"0.01\"";
    text += i == 41
                ? ">\n    <failure message=\"expected 3, got 4\">cart.py:17: AssertionError</failure>\n  </testcase>\n"
                : "/>\n";
  }
  text += "</testsuite>\n";
  const auto views = views_of(text, true);
  const View& stubs = *find_view(views, "config_stubs");
  EXPECT_NE(stubs.text.find("test_41\" time=\"0.01\">\n    <failure message=\"expected 3, got 4\">"),
            std::string::npos);
  EXPECT_NE(stubs.text.find("<!-- [lines "), std::string::npos);
  EXPECT_EQ(stubs.text.find("test_30\""), std::string::npos);
}

TEST(Config, RepeatedBlocksByNumber) {
  std::string text;
  for (const char* name : {"a", "b", "c", "d"})
    text += std::string(name) + ":\n  image: shop/web:1.2\n  restart: always\n  ports: [80, 443]\n  memory: 512M\n";
  const auto views = views_of(text);
  ASSERT_EQ(views.size(), 1u);
  EXPECT_TRUE(views[0].line_preserving);
  EXPECT_EQ(views[0].text,
            "[config yaml, 20 lines, complete; [= lines 2-4] = those lines again]\n"
            "a:\n  image: shop/web:1.2\n  restart: always\n  ports: [80, 443]\n  memory: 512M\n"
            "b:\n[= lines 2-5]\nc:\n[= lines 7-10]\nd:\n[= lines 12-15]\n");
  EXPECT_EQ(config_compressor.decode(views[0].text), text);
}

std::string lock(int n, const std::string& source = "https://r.example") {
  std::string out = "version = 3\n\n";
  for (int i = 0; i < n; ++i) {
    const std::string k = std::to_string(i);
    out +=
        "[[package]]\nname = \"part-" + k + "\"\nversion = \"1." + k + ".0\"\nsource = \"registry+" + source + "\"\n";
    if (i % 3 == 1) out += "dependencies = [\n \"part-0\",\n \"mail " + k + "\",\n]\n";
    if (i == 5) out += "note = \"build failed\"\n";
    out += "\n";
  }
  return out;
}

TEST(Config, TablesOfOneShapeBecomeRows) {
  const std::string text = lock(9);
  const auto views = views_of(text);
  const View* rows = find_view(views, "config_records");
  ASSERT_NE(rows, nullptr);
  EXPECT_FALSE(rows->line_preserving);
  EXPECT_EQ(
      rows->text,
      "[config toml records, 60 lines, complete; * = the rows' cells, between |; {,x,} = x for each value]\n"
      "[A, 5 lines]\n[[package]]\nname = \"part-*\"\nversion = \"1.*.0\"\nsource = \"registry+https://r.example\"\n\n"
      "[B, 8 lines]\n[[package]]\nname = \"part-*\"\nversion = \"1.*.0\"\nsource = \"registry+https://r.example\"\n"
      "dependencies = [\n{, \"*\",\n,}]\n\n"
      "[text]\nversion = 3\n\n"
      "[5 rows]\nA 0|0\nB 1|1|part-0,mail 1\nA 2|2\nA 3|3\nB 4|4|part-0,mail 4\n"
      "[[package]]\nname = \"part-5\"\nversion = \"1.5.0\"\nsource = \"registry+https://r.example\"\n"
      "note = \"build failed\"\n\n"
      "[3 rows]\nA 6|6\nB 7|7|part-0,mail 7\nA 8|8\n");
  EXPECT_EQ(config_compressor.decode(rows->text), text);
}

TEST(Config, StubsOfALockFileNameItsPackages) {
  const auto views = views_of(lock(60, std::string(200, 'r')), true, "which version has part-33?");
  const View* stubs = find_view(views, "config_stubs");
  ASSERT_NE(stubs, nullptr);
  EXPECT_NE(stubs->text.find("part-41 1.41.0, part-42 1.42.0"), std::string::npos) << stubs->text;
  EXPECT_NE(stubs->text.find("name = \"part-33\"\n"), std::string::npos);
  EXPECT_NE(stubs->text.find("note = \"build failed\""), std::string::npos);
}

TEST(Config, AQueryFindsEntriesByWhatTheyDoNotShare) {
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += "[" + std::string(i == 23 ? "refund" : "part") + "." + std::to_string(i) +
            "]\nretries = 3\ntimeout = 10\npool = small\n\n";
  const auto views = views_of(text, true, "what is the timeout of section refund?");
  const View* stubs = find_view(views, "config_stubs");
  ASSERT_NE(stubs, nullptr);
  EXPECT_NE(stubs->text.find("[refund.23]\nretries = 3\ntimeout = 10\n"), std::string::npos);
  EXPECT_EQ(stubs->text.find("[part.30]"), std::string::npos);
}

std::string report_in_one_line(int n, int failed) {
  std::string out = "<?xml version=\"1.0\"?><testsuites><testsuite name=\"shop\" tests=\"" + std::to_string(n) + "\">";
  for (int i = 0; i < n; ++i) {
    out += "<testcase classname=\"tests.cart\" name=\"test_" + std::to_string(i) + "\" time=\"0.01\"";
    out += i == failed ? "><failure message=\"expected 3, got 4\">cart.py:17:\nAssertionError</failure></testcase>"
                       : " />";
  }
  return out + "</testsuite></testsuites>";
}

TEST(Config, AReportInOneLineBecomesRows) {
  const std::string text = report_in_one_line(40, 21);
  const auto complete = views_of(text);
  ASSERT_EQ(complete.size(), 1u);
  EXPECT_EQ(complete[0].method, "config_records");
  EXPECT_EQ(config_compressor.decode(complete[0].text), text);
  EXPECT_LT(complete[0].text.size() * 3, text.size());
  const auto views = views_of(text, true, "how did test_33 do?");
  const View* rows = find_view(views, "config_rows");
  ASSERT_NE(rows, nullptr);
  EXPECT_NE(rows->text.find("\n[rows 2-20: 19 rows]\n"), std::string::npos) << rows->text;
  EXPECT_NE(rows->text.find("\n32|33\n"), std::string::npos);  // the failed one has no row
  EXPECT_NE(rows->text.find("<failure message=\"expected 3, got 4\">cart.py:17:\nAssertionError</failure>"),
            std::string::npos);
}

TEST(Config, NestedElementsGoByTheOuterOrTheInnerOnes) {
  std::string text = "<coverage>\n  <classes>\n";
  for (int c = 0; c < 6; ++c) {
    text += "    <class name=\"c" + std::to_string(c) + "\">\n      <methods/>\n      <lines>\n";
    for (int l = 0; l <= c; ++l)
      text += "        <line number=\"" + std::to_string(l) + "\" hits=\"" + std::to_string(l * c) + "\"/>\n";
    text += "      </lines>\n    </class>\n";
  }
  text += "  </classes>\n</coverage>\n";
  const auto views = views_of(text);
  const View* rows = find_view(views, "config_records");
  ASSERT_NE(rows, nullptr);
  EXPECT_NE(rows->text.find("{+        <line number=\"*\" hits=\"*\"/>\n+}"), std::string::npos) << rows->text;
  EXPECT_NE(rows->text.find("A c1\n+0|0\n+1|1\n"), std::string::npos) << rows->text;
  EXPECT_EQ(config_compressor.decode(rows->text), text);
}

TEST(Config, WhatIsNotQuiteXmlHasNoRows) {
  std::string open, jsx = "export const A = () => (\n  <ul>\n", page = "<!DOCTYPE html>\n<html><body><ul>\n";
  for (int i = 0; i < 9; ++i) {
    open += "<row a=\"" + std::to_string(i) + "\">\n";
    jsx += "    <li key={" + std::to_string(i) + "}>{x}</li>\n";
    page += "<li>one</li>\n";
  }
  EXPECT_TRUE(views_of("<rows>\n" + open + "</rows>\n").empty());  // not closed
  EXPECT_TRUE(views_of(jsx + "  </ul>\n);\n").empty());            // code
  EXPECT_TRUE(views_of(page + "</ul></body></html>\n").empty());   // HTML
  EXPECT_TRUE(views_of("<rows>\n<row a=1 b=<x/>></row>\n</rows>\n").empty());
  EXPECT_TRUE(views_of("<rows>" + open + "</rows>").empty());
}

TEST(Config, HostileViewsEnd) {
  std::string bomb =
      "[config yaml, 99999999 lines, complete; [= lines 2-4] = those lines again]\n" + std::string(1000, 'x') + "\n";
  std::size_t lines = 1;
  for (int i = 0; i < 60; ++i, lines *= 2) bomb += "[= lines 1-" + std::to_string(lines) + "]\n";
  EXPECT_FALSE(config_compressor.decode(bomb));
  EXPECT_FALSE(
      config_compressor.decode("[config yaml, 2 lines, complete; [= lines 2-4] = those lines again]\n[= lines 1-9]\n"));
}

rc::Gen<std::string> nearly_a_config() {
  const auto line = rc::gen::element<std::string>(
      "a: 1", "b:", "  c: 2", "  - x", "  - y: 1", "    z: 2",
      "# a comment that is long enough to leave the file for good", "", "[s]", "[[t]]", "k = 1", "K=v", "block {", "}",
      "list = [", "  1,", "]", "<a>", "</a>", "<b c=\"1\"/>", "t: |", "  text", "s = \"\"\"", "\"\"\"", "[= lines 1-2]",
      "e: &e 1", "f: *e", "  image: shop/web:1.2", "  restart: always", "FROM x", "RUN y \\", "error: failed", "{",
      "é: 中", "<!-- c", "-->");
  return rc::gen::exec([line] {
    const std::string end = *rc::gen::element<std::string>("\n", "\n", "\r\n");
    const int n = *rc::gen::inRange(4, 60), period = *rc::gen::inRange(1, 9);
    std::vector<std::string> some;
    for (int i = 0; i < period; ++i) some.push_back(*line);
    std::string text;
    for (int i = 0; i < n; ++i) text += some[static_cast<std::size_t>(i % period)] + end;
    return text;
  });
}

RC_GTEST_PROP(ConfigProperty, LosslessOnesDecode, ()) {
  const std::string text = *nearly_a_config();
  if (const auto view = config::encode_repeats(split_lines(text), text, "config yaml"))
    RC_ASSERT(config_compressor.decode(*view) == text);
  for (const View& v : views_of(text)) RC_ASSERT(config_compressor.decode(v.text) == text);
}

// Records that are nearly alike, with what the marks and cells are made of in them.
rc::Gen<std::string> nearly_records(bool xml) {
  const auto value =
      rc::gen::element<std::string>("a", "b", "part 1.2.0", "1", "", "x|y", "1,2", "a*", "{,", "+}", "[3 rows]", "\\",
                                    "it failed", "\xc3\xa9", "\t", "sha:00", "sha:11", "0.1", "0.2");
  return rc::gen::exec([value, xml] {
    const std::string end = *rc::gen::element<std::string>("\n", "\n", "\r\n", xml ? "" : "\n");
    const int n = *rc::gen::inRange(3, 24), list = *rc::gen::inRange(0, 4);
    std::string text = xml ? "<r>" + end : "k = 1" + end;
    for (int i = 0; i < n; ++i) {
      const int m = list == 0 ? 0 : *rc::gen::inRange(0, 4);
      if (xml) {
        text += "  <e a=\"" + *value + "\" b='1'>" + end;
        for (int k = 0; k < m; ++k)
          text += "    <v w=\"" + *value + (list == 2 ? "\"/>" : "\" z=\"" + *value + "\"/>") + end;
        text += "   " + *value + "</e>" +
                *rc::gen::element(end, std::string(), std::string("\n\n"), std::string("<!-- c -->"),
                                  "<![CDATA[" + *value + "]]>");
      } else {
        text += (list == 3 ? "[" + *value + "]" : "[[t]]") + end + "n = \"" + *value + "\"" + end;
        if (m > 0) text += "l = [" + end;
        for (int k = 0; k < m; ++k)
          text +=
              (list == 2 ? " \"" + *value + "\"," : " {a = \"" + *value + "\", b = " + std::to_string(k) + "},") + end;
        if (m > 0) text += "]" + end;
      }
    }
    return xml ? text + "</r>" + end : text;
  });
}

RC_GTEST_PROP(ConfigProperty, RowsDecode, ()) {
  const bool xml = *rc::gen::arbitrary<bool>();
  const std::string text = *nearly_records(xml);
  const auto c = config::read_config(text);
  if (!c) return;
  const auto cut = [&](bool inner) {
    return c->style == Style::xml ? config::xml_records(text, inner) : config::table_records(*c, text, inner);
  };
  std::size_t at = 0;  // records lie apart, their holes within them
  const config::Records outer = cut(false);
  for (const config::Piece& p : outer.pieces) {
    RC_ASSERT(at <= p.begin);
    RC_ASSERT(p.begin < p.end);
    at = p.begin;
    for (std::size_t k = p.first_hole; k < p.first_hole + p.holes; ++k) {
      RC_ASSERT(at <= outer.holes[k].begin);
      RC_ASSERT(outer.holes[k].begin <= outer.holes[k].end);
      at = outer.holes[k].end;
    }
    RC_ASSERT(at <= p.end);
    at = p.end;
  }
  const auto view = config::encode_records(text, outer, cut(true), "config x records");
  RC_CLASSIFY(view.has_value());
  if (view) RC_ASSERT(config::decode_records(*view, "config ") == text);
}

// Shown lines and stubs together are all lines, in order.
RC_GTEST_PROP(ConfigProperty, EveryLineShownIsTheSources, ()) {
  const std::string text = *nearly_a_config();
  for (const View& v : views_of(text, true)) {
    if (v.fidelity == Fidelity::lossless) continue;
    const auto lines = split_lines(text);
    std::size_t at = 0;
    for (const Line& l : split_lines(std::string_view(v.text).substr(v.text.find('\n') + 1))) {
      const std::size_t stub = l.text.find("[lines ");
      std::size_t first = 0, last = 0;
      if (stub != std::string_view::npos &&
          std::sscanf(std::string(l.text.substr(stub)).c_str(), "[lines %zu-%zu:", &first, &last) == 2) {
        RC_ASSERT(first == at + 1);
        at = last;
        continue;
      }
      RC_ASSERT(at < lines.size());
      RC_ASSERT(l.text == lines[at].text);
      ++at;
    }
    while (at < lines.size() && lines[at].text.empty()) ++at;
    RC_ASSERT(at == lines.size());
  }
}

TEST(Config, DeepAndLongOnesEnd) {
  views_of(std::string(200000, '[') + "\n", true);
  views_of("a:\n" + std::string(100000, ' ') + "b: 1\nc: 2\nd: 3\n", true);
  std::string deep, wide = "a:\n";
  for (int i = 0; i < 5000; ++i) deep += std::string(static_cast<std::size_t>(i % 900), ' ') + "k:\n";
  for (int i = 0; i < 60000; ++i) wide += "  - v: " + std::to_string(i) + "\n";
  views_of(deep, true);
  EXPECT_FALSE(views_of(wide, true).empty());
}

}  // namespace
}  // namespace headroom::compressors
