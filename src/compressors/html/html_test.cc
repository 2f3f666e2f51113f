// HTML: its tokens, its references, what of a page is its main text, and that what is shown is the page's own words in
// order.
#include "compressors/html/html.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "compressors/html/page.h"
#include "compressors/html/reader.h"
#include "compressors/html/references.h"
#include "compressors/html/tokenizer.h"
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
