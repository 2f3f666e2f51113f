#include "compressors/html/html.h"

#include "base/lines.h"
#include "base/utf8.h"
#include "compressors/html/page.h"
#include "compressors/html/reader.h"
#include "compressors/html/tokenizer.h"
#include "compressors/prose/reversible.h"
#include "compressors/smaller_views.h"
#include "compressors/statements.h"

namespace headroom::compressors {
namespace {

constexpr std::size_t npos = std::string_view::npos;

int evidence(const detect::Sketch& s) {
  if (s.first != '<' || s.last != '>' || s.has_nul || s.invalid_utf8) return 0;
  return 92;  // its parser judges at once; minified pages are dense text to others
}

int evidence_of_name(std::string_view path, std::string_view label) {
  for (const std::string_view suffix : {".html", ".htm", ".xhtml"}) {
    if (path.ends_with(suffix)) return 92;
  }
  return label == "html" ? 92 : 0;
}

// Opens as a page, or as a part of one; sources that become pages are no pages.
bool opens_as_html(std::string_view text) {
  html::Tokenizer tokens(text);
  for (int i = 0; i < 64; ++i) {
    const html::Token t = tokens.next();
    const std::string_view raw = text.substr(t.begin, t.end - t.begin);
    if (t.type == html::TokenType::doctype) return raw.size() >= 14 && html::is_name(raw.substr(10, 4), "html");
    if (t.type == html::TokenType::start_tag) return true;
    if (t.type == html::TokenType::text && raw.find_first_not_of(" \t\r\n\f\xEF\xBB\xBF") != npos) return false;
    if (t.type == html::TokenType::end || t.type == html::TokenType::end_tag) return false;
  }
  return false;
}

bool is_template(std::string_view text) {
  for (const std::string_view mark : {"{%", "<?php", "<%", "className=", "v-for=", "*ngIf", "{{"}) {
    const std::size_t at = text.find(mark);
    if (at == npos) continue;
    // Scripts and code on show may hold such marks: a template has them among its tags.
    if (mark != "{{" && mark != "{%") return mark != "className=" || text.find("</script") == npos;
    const std::size_t script = text.find("<script"), pre = text.find("<pre");
    if (at < std::min(script, pre)) return true;
  }
  return false;
}

bool accepts(const html::Page& page, bool forced) {
  constexpr std::size_t least_tags = 10;
  if (page.blocks.empty()) return false;
  if (forced) return true;
  return page.tags >= least_tags && page.known * 10 >= page.tags * 9 && page.closed * 10 >= page.ends * 8;
}

// A main text of so many tokens is an article that goes on as the kind prose does: its sentences that matter.
constexpr Tokens long_article{1000};

// The sentences of a long main text, or of one that the caller has no room for; nullopt: it stays whole.
std::optional<View> shortened(const html::Rendered& rendered, const Context& context) {
  const Tokens whole = size_for_choice(context, rendered.text);
  if (whole <= context.token_budget.value_or(long_article)) return std::nullopt;
  const prose::Document document = prose::read_document(rendered.text, rendered.blocks, rendered.source_lines);
  if (!prose::accepts(document)) return std::nullopt;
  std::optional<View> view = prose::reversible_view(document, context, whole, false);
  if (view && size_for_choice(context, view->text) >= whole) return std::nullopt;
  return view;
}

std::vector<View> views(std::string_view text, const Context& context, bool forced) {
  if (!context.reversible || !utf8::is_valid(text)) return {};
  if (!forced && (!opens_as_html(text) || is_template(text))) return {};
  const html::Page page = html::read_page(text);
  if (!accepts(page, forced)) return {};
  const std::vector<bool> shown = html::main_text(page);
  html::Rendered rendered = html::render(page, shown, text);
  if (rendered.forges || rendered.text.empty() || rendered.text.size() >= text.size()) return {};
  std::vector<View> out;
  if (std::optional<View> sentences = shortened(rendered, context)) {
    out.push_back(*std::move(sentences));
    out.back().method = "html_sentences";
  } else {
    View& whole = out.emplace_back();
    whole.fidelity = Fidelity::reversible;
    whole.method = "html_main_text";
    whole.text = std::move(rendered.text);
    whole.total = static_cast<std::int64_t>(page.blocks.size());
    whole.shown = whole.total - static_cast<std::int64_t>(rendered.hidden_blocks);
    whole.unit = "blocks";
    whole.statement = counted(rendered.headings, "heading") + ", " + counted(rendered.tables, "table") + ", " +
                      counted(rendered.code_blocks, "code block");
  }
  out.back().statement = "HTML of " + counted(count_lines(text), "line") +
                         " as its main text: " + out.back().statement + "; " +
                         counted(rendered.hidden_blocks, "block") + " outside it and " +
                         counted(page.scripts + page.styles, "script") + " left out";
  return out;
}

std::optional<std::string> decode(std::string_view) {
  return std::nullopt;  // there is no lossless view
}

}  // namespace

const Compressor html_compressor{
    .kind = "html", .evidence = evidence, .views = views, .decode = decode, .evidence_of_name = evidence_of_name};

}  // namespace headroom::compressors
