// HTML: its tokens, its references, what of a page is its main text, and that what is shown is the page's own words in
// order.
#include "compressors/html/html.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/lines.h"
#include "compressors/html/page.h"
#include "compressors/html/reader.h"
#include "compressors/html/references.h"
#include "compressors/html/tokenizer.h"
#include "compressors/prose/document.h"
#include "detect/sketch.h"

namespace headroom::compressors {
namespace {

using html::Token;
using html::TokenType;

std::string tokens_of(std::string_view source) {
  static const char* const names[] = {"text", "start", "end", "comment", "doctype", "eof"};
  html::Tokenizer tokens(source);
  std::string out;
  for (Token t = tokens.next(); t.type != TokenType::end; t = tokens.next()) {
    out += names[static_cast<int>(t.type)];
    out += '(' + std::string(t.name.empty() ? source.substr(t.begin, t.end - t.begin) : t.name) + ") ";
  }
  return out;
}

std::string resolved(std::string_view text, bool in_attribute = false) {
  std::string out;
  html::append_resolved(out, text, in_attribute);
  return out;
}

std::vector<View> views_of(std::string_view text) {
  static tokens::Counter ruler;
  const search::Query none;
  const Context context{none, ruler, {}, true};
  return html_compressor.views(text, context, false);
}
std::string view_of(std::string_view text) {
  const std::vector<View> views = views_of(text);
  return views.empty() ? std::string() : views[0].text;
}

const std::string menu =
    "<nav><ul><li><a href=/>Home</a></li><li><a href=/shop>Shop</a></li><li><a href=/help>Help</a></li></ul></nav>";
const std::string sentence =
    "The till opens at nine and closes when the last visitor has found what he came for, on most days.";

std::string page(const std::string& body) {
  return "<!DOCTYPE html>\n<html><head><title>Till &amp; Co</title><style>p{color:red}</style><script>if (a<b) "
         "run(\"</p>\")</script></head>\n<body>" +
         menu + body +
         "<footer><p>Copyright 2026 by all of us and some more people who like to be named "
         "here.</p></footer></body></html>\n";
}

TEST(HtmlTokens, AreTheStandards) {
  EXPECT_EQ(tokens_of("<p class=x>a<br/>b</p >"), "start(p) text(a) start(br) text(b) end(p) ");
  EXPECT_EQ(tokens_of("a < b <3 </ c>d"), "text(a ) text(< b ) text(<3 ) comment(</ c>) text(d) ");
  EXPECT_EQ(tokens_of("<!doctype html><!-- <p> --><!--><?php ?><![CDATA[x]]>"),
            "doctype(<!doctype html>) comment(<!-- <p> -->) comment(<!-->) comment(<?php ?>) comment(<![CDATA[x]]>) ");
  EXPECT_EQ(tokens_of("<script>a</p></SCRIPT ><title>x<b></title>"),
            "start(script) text(a</p>) end(SCRIPT) start(title) text(x<b>) end(title) ");
  EXPECT_EQ(tokens_of("<a href=\"x>y\" b='>' c=d/>z</a"), "start(a) text(z) comment(</a) ");
  EXPECT_EQ(tokens_of("<script>open"), "start(script) text(open) ");
  EXPECT_EQ(tokens_of("</><p"), "comment(</>) comment(<p) ");
  EXPECT_EQ(tokens_of(""), "");
}

TEST(HtmlTokens, AttributesAreRead) {
  const std::string_view all = " id=a CLASS='b &amp; c' hidden x = \"y\" id=z";
  EXPECT_EQ(html::attribute(all, "id").value, "a");
  EXPECT_EQ(html::attribute(all, "class").value, "b & c");
  EXPECT_TRUE(html::attribute(all, "hidden").found);
  EXPECT_EQ(html::attribute(all, "x").value, "y");
  EXPECT_FALSE(html::attribute(all, "y").found);
}

TEST(HtmlReferences, AreResolved) {
  EXPECT_EQ(resolved("a &lt; b &amp;&amp; c &copy 2026 &notit; &notin; &nosuch;"), "a < b && c © 2026 ¬it; ∉ &nosuch;");
  EXPECT_EQ(resolved("&#65;&#x4e2d;&#150;&#0;&#xD800;&#x110000;&#;&#x;&"),
            "A中–\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD&#;&#x;&");
  EXPECT_EQ(resolved("?a=1&copy=2&amp=3&lt;", true), "?a=1&copy=2&amp=3<");
}

TEST(Html, ShowsTheMainTextInTheShapeOfMarkdown) {
  const std::string view = view_of(
      page("<main><h1>Till<a class=headerlink href=#t>¶</a></h1><p>" + sentence +
           "</p><ul><li>one<li><p>two</p><ul><li>deep</ul></ul><ol><li>first<li>second</ol>"
           "<pre>\n  x = 1\n  y</pre><table><tr><th>a<th>b<tr><td>1<td>2</table><p hidden>secret</p><div "
           "style='display: none'>gone</div>"
           "<form><input name=mail type=email required><button>Send</button></form><img src=x alt=\"a cat\"></main>"));
  EXPECT_EQ(
      view,
      "# Till & Co\n# Till\n" + sentence +
          "\n- one\n- two\n  - deep\n1. first\n2. second\n```\n  x = 1\n  y\n```\n| a | b |\n|---|---|\n| 1 | 2 |\n"
          "[field mail email required]\nSend\n![a cat]\n[line 5: 16 words outside the main text]");
}

TEST(Html, FindsTheMainTextByItsWordsAndLinks) {
  std::string links = "<div>";
  for (int i = 0; i < 12; ++i) links += "<a href=x>More about number " + std::to_string(i) + "</a> ";
  links += "</div>";
  const std::string view = view_of(page("<div>" + links + "<h2>Hours</h2><p>" + sentence + "</p><p>Short.</p><p>" +
                                        sentence + "</p>" + links + "</div>"));
  EXPECT_NE(view.find("## Hours\n" + sentence + "\nShort.\n" + sentence), std::string::npos) << view;
  EXPECT_EQ(view.find("More about"), std::string::npos);
  EXPECT_EQ(view.find("Copyright"), std::string::npos);
  EXPECT_EQ(view.find("run("), std::string::npos);
}

TEST(Html, TablesThatLayOutAPageAreNoTables) {
  const std::string view = view_of(page("<table><tr><td>" + menu + "</td><td><h1>Old page</h1><p>" + sentence +
                                        "</p><p>" + sentence + "</p></td></tr></table>"));
  EXPECT_NE(view.find("# Old page\n" + sentence), std::string::npos) << view;
  EXPECT_EQ(view.find('|'), std::string::npos);
}

// A page whose main text is an article: sections of paragraphs, a list of terms, a table, code.
std::string article(int sections) {
  const char* const who[] = {"keeper", "reader", "binder", "porter", "clerk", "visitor"};
  const char* const what[] = {"weighs", "carries", "counts", "mends", "lends", "opens"};
  const char* const where[] = {"in the yard", "under the roof", "by the river", "behind the hall", "at the gate"};
  std::string body = "<h1>The house</h1>\n";
  int n = 0;
  for (int s = 0; s < sections; ++s) {
    body += "<h2>Part " + std::to_string(s) + "</h2>\n";
    for (int p = 0; p < 3; ++p) {
      body += "<p>";
      for (int i = 0; i < 4; ++i, ++n) {
        body += std::string("The ") + who[n % 6] + " of room w" + std::to_string(n) + " " + what[n % 5] +
                " his old papers " + where[n % 7 % 5] + " as long as anyone remembers it.\n";
      }
      body += "</p>\n";
    }
    body += "<dl><dt>lend(room" + std::to_string(s) + ")</dt><dd><p>Gives the papers of that room away for a while. " +
            "Nobody asks for them twice in a quiet year of the house.</p><p>They come back by the gate in spring.</p>" +
            "</dd></dl>\n<p>After the list of part " + std::to_string(s) + " the tale goes on for some words.</p>\n";
  }
  return page("<main>" + body + "</main>");
}

std::vector<View> views_asked(std::string_view text, std::string_view asked, std::optional<Tokens> budget = {}) {
  static tokens::Counter ruler;
  const search::QueryText query_text{asked, 1};
  const search::Query query = search::Query::parse({&query_text, 1});
  const Context context{query, ruler, budget, true};
  return html_compressor.views(text, context, false);
}

TEST(Html, ALongArticleGoesOnAsProse) {
  const std::string source = article(12);
  const View whole = views_asked(source, "", Tokens{1'000'000})[0], view = views_asked(source, "")[0];
  EXPECT_EQ(whole.method, "html_main_text");
  EXPECT_EQ(view.method, "html_sentences");
  EXPECT_LT(view.text.size() * 10, whole.text.size() * 6);
  EXPECT_TRUE(view.text.starts_with("# Till & Co\n")) << view.text.substr(0, 80);
  EXPECT_NE(view.statement.find(" sentences compressed to "), std::string::npos) << view.statement;
  // Short ones stay whole, and so does what the caller has room for.
  EXPECT_EQ(views_asked(article(1), "")[0].method, "html_main_text");
  EXPECT_EQ(views_asked(article(2), "", Tokens{150})[0].method, "html_sentences");
}

TEST(Html, WhatIsAskedOfAnArticleIsShown) {
  for (const int room : {0, 3, 77, 140}) {
    const std::string name = "w" + std::to_string(room);
    const std::string view = views_asked(article(12), "who is the one of room " + name + "?")[0].text;
    EXPECT_NE(view.find("room " + name + ' '), std::string::npos) << view;
  }
}

// An explanation without its term would be of nothing; what follows the list is of the section again.
TEST(Html, NoExplanationWithoutItsTerm) {
  const std::string view = views_asked(article(12), "what comes back by the gate in spring?")[0].text;
  std::size_t shown = 0;
  std::string above;
  for (std::string_view rest = view; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.starts_with("lend(") || line.starts_with("#")) above = line;
    if (!line.contains("They come back by")) continue;
    ++shown;
    EXPECT_TRUE(above.starts_with("lend(")) << view;
  }
  EXPECT_GT(shown, 0U);
  const html::Page p = html::read_page(article(1));
  const std::vector<bool> all = html::main_text(p);
  const html::Rendered r = html::render(p, all, article(1));
  const prose::Document d = prose::read_document(r.text, r.blocks, r.source_lines);
  ASSERT_FALSE(d.units.empty());
  EXPECT_TRUE(d.of(d.units.back()).starts_with("After the list")) << d.of(d.units.back());
  EXPECT_EQ(prose::heading_text(d.blocks[d.sections[d.units.back().section].heading], d.lines), "Part 0");
}

// A gap that names lines names those of the page: what is shown stands outside of them, a heading that is hidden
// within.
TEST(Html, GapsNameLinesOfTheSource) {
  const std::string source = article(12), view = views_asked(source, "", Tokens{500})[0].text;
  struct Range {
    std::size_t first, last;
  };
  std::vector<Range> gaps;
  for (const Line& l : split_lines(view)) {
    const std::size_t at = l.text.rfind("lines ");
    if (!l.text.starts_with("[") || at == std::string_view::npos) continue;
    const std::string numbers(l.text.substr(at + 6));
    gaps.push_back({std::stoul(numbers), std::stoul(numbers.substr(numbers.find('-') + 1))});
  }
  ASSERT_GT(gaps.size(), 3U) << view;
  constexpr std::size_t paragraph = 5;  // lines: a gap within one names all of its lines
  std::size_t hidden = 0, line = 0;
  for (const Line& l : split_lines(source)) {
    ++line;
    const std::size_t room = l.text.find("room w"), part = l.text.find("<h2>");
    if (room != std::string_view::npos && view.contains(l.text.substr(room, l.text.find(' ', room + 5) + 1 - room))) {
      for (const Range& g : gaps)
        EXPECT_FALSE(g.first + paragraph < line && line + paragraph < g.last) << line << ": " << l.text;
    }
    if (part == std::string_view::npos) continue;
    const std::string heading =
        "## " + std::string(l.text.substr(part + 4, l.text.find('<', part + 1) - part - 4)) + '\n';
    if (view.contains(heading)) continue;
    ++hidden;
    EXPECT_TRUE(
        std::any_of(gaps.begin(), gaps.end(), [&](const Range& g) { return g.first <= line && line <= g.last; }))
        << line << ": " << heading;
  }
  EXPECT_GT(hidden, 0U);
}

TEST(Html, LooksLikeItButIsNot) {
  std::string xml = "<?xml version=\"1.0\"?>\n<orders>", jsx = "export default () => (\n<div className=\"a\">",
              markdown = "# Title\n\n<b>Bold</b>\n";
  std::string templ = "<!DOCTYPE html>\n<html><body>{% for x in y %}<p>{{ x }}</p>{% endfor %}",
              plain = "a < b and c > d\n";
  for (int i = 0; i < 30; ++i) {
    xml += "<order id=\"" + std::to_string(i) + "\"><total>3</total></order>\n";
    jsx += "<Row key={" + std::to_string(i) + "}><Cell>{x}</Cell></Row>\n";
    markdown += "Text with <i>tags</i> and <br> more of it.\n";
    templ += "<p>" + sentence + "</p>";
  }
  for (const std::string& text : {xml + "</orders>\n", jsx + "</div>);\n", markdown, templ + "</body></html>", plain,
                                  std::string(), std::string("<p>short</p>"), "<" + xml.substr(22)})
    EXPECT_TRUE(views_of(text).empty()) << text.substr(0, 40);
}

TEST(Html, AFenceIsLongerThanAnyInTheCode) {
  const std::string view = view_of(page("<main><p>" + sentence + "</p><pre>```\n" + std::string(100000, '`') +
                                        "</pre></main>" + std::string(200000, '\n')));
  EXPECT_NE(view.find(std::string(100001, '`') + "\n```\n"), std::string::npos);
}

TEST(Html, DeepNestingIsLinear) {
  std::string deep = "<!DOCTYPE html><html><body>";
  for (int i = 0; i < 100000; ++i) deep += "<div><b><li>";
  EXPECT_LE(html::read_page(deep + "word").blocks.size(), 1U);
  std::string open = "<!DOCTYPE html><html><body><p>";
  for (int i = 0; i < 100000; ++i) open += "<td></tr></x></table>a";
  html::read_page(open);
}

// ---- properties
// -------------------------------------------------------------------------------------------------------------

std::string any_html() {
  std::string out;
  const int n = *rc::gen::inRange(5, 60);
  for (int i = 0; i < n; ++i) {
    out += *rc::gen::element<std::string>("<p>", "</p>", "<div>", "</div>", "<ul>", "<li>", "</ul>", "<table>", "<tr>",
                                          "<td>", "</table>", "<nav>", "</nav>", "<main>", "</main>", "<pre>", "</pre>",
                                          "<h2>", "</h2>", "<a href=x>", "</a>", "<script>", "</script>", "<!-- x -->",
                                          "&amp;", "&lt;b&gt;", "<br>", "<b hidden>", "</b>", "<ol>", "</ol>",
                                          "<select><option>", "<img alt='a b'>", "\n", " ", "<", "\x01", "中文。");
    out += "w" + std::to_string(i) + *rc::gen::element<std::string>(" ", "\n", ", ");
  }
  return out;
}

RC_GTEST_PROP(HtmlProperty, TokensCoverTheSource, (std::string noise)) {
  const std::string source = any_html() + noise + any_html();
  html::Tokenizer tokens(source);
  std::size_t at = 0;
  for (Token t = tokens.next(); t.type != TokenType::end; t = tokens.next()) {
    RC_ASSERT(t.begin == at);
    RC_ASSERT(t.end > t.begin);
    at = t.end;
  }
  RC_ASSERT(at == source.size());
}

// The words w0, w1... are shown in their order, each as often as it stands in the source: nothing moves, fuses or
// doubles.
RC_GTEST_PROP(HtmlProperty, WordsStandInTheirOrder, ()) {
  const std::string source = any_html();
  const html::Page page = html::read_page(source);
  const html::Rendered rendered = html::render(page, html::main_text(page), source);
  RC_ASSERT(rendered.source_lines.size() == split_lines(rendered.text).size());
  std::size_t next = 0;
  for (const prose::Block& b : rendered.blocks) {
    RC_ASSERT(b.first == next);
    next = b.last + 1;
  }
  RC_ASSERT(next == rendered.source_lines.size());
  for (const prose::SourceLines& l : rendered.source_lines) {
    RC_ASSERT(l.first <= l.last);
    RC_ASSERT(l.last <= count_lines(source) + 1);
  }
  int last = -1;
  for (std::size_t at = rendered.text.find('w'); at != std::string::npos; at = rendered.text.find('w', at + 1)) {
    if (at > 0 && rendered.text.compare(at, 5, "words") == 0) continue;
    const int number = std::atoi(rendered.text.c_str() + at + 1);
    RC_ASSERT(number > last);
    last = number;
  }
  std::size_t end = 0;
  for (const html::Block& b : page.blocks) {
    RC_ASSERT(b.begin <= b.end);
    RC_ASSERT(b.end <= source.size());
    RC_ASSERT(b.begin >= end || b.end >= end);
    RC_ASSERT(b.link_words <= b.words);
    end = b.begin;
  }
}

}  // namespace
}  // namespace headroom::compressors
