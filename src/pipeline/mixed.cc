#include "pipeline/mixed.h"

#include <algorithm>

#include "base/lines.h"
#include "compressors/statements.h"
#include "pipeline/decode.h"
#include "pipeline/spans.h"

namespace headroom::pipeline {
namespace {

using compressors::Fidelity;
using compressors::View;

constexpr std::string_view header = "[mixed, complete; text between [span] and [end] is a view of its own]\n";
constexpr std::string_view open_line = "[span]", close_line = "[end]";

// True if the text has a line that would read as a frame of ours.
bool holds_frame(std::string_view text) {
  if (text.find(open_line) == std::string_view::npos && text.find(close_line) == std::string_view::npos) return false;
  for (const Line& line : split_lines(text)) {
    if (line.text == open_line || line.text == close_line) return true;
  }
  return false;
}

struct Treated {
  Span span;
  Tokens tokens;
  BlockResult result;
};

bool is_shortened(const BlockResult& r) {
  return r.best && r.best->view.fidelity == Fidelity::reversible;
}

// Frames need whole lines around the span, and a decoder that gives its very bytes.
bool can_frame(std::string_view text, const Span& span, const Choice& choice) {
  const std::size_t begin = static_cast<std::size_t>(span.text.data() - text.data()), end = begin + span.text.size();
  if (begin > 0 && text[begin - 1] != '\n') return false;
  if (end < text.size() && text[end] != '\n' && text[end] != '\r') return false;
  if (holds_frame(choice.view.text)) return false;
  const auto back = decode_whole(choice.view.text);
  return back && *back == span.text;
}

std::optional<View> lossless_view(std::string_view text, const std::vector<Treated>& parts) {
  std::string out(header);
  bool any = false;
  for (const Treated& t : parts) {
    const auto& choice = t.result.best;
    if (choice && can_frame(text, t.span, *choice)) {
      out.append(open_line).append("\n").append(choice->view.text).append("\n").append(close_line);
      any = true;
    } else {
      if (holds_frame(t.span.text)) return std::nullopt;
      out.append(t.span.text);
    }
  }
  if (!any) return std::nullopt;
  View view;
  view.text = std::move(out);
  view.method = "mixed";
  return decode_mixed(view.text, view_levels) == text ? std::optional(std::move(view)) : std::nullopt;
}

std::optional<View> reversible_view(const std::vector<Treated>& parts) {
  View view;
  view.fidelity = Fidelity::reversible;
  view.method = "mixed";
  view.unit = "parts";
  std::string statement;
  std::size_t rewritten = 0;  // parts of which all is shown, in another form
  bool open = false;          // the text ends in a view
  for (const Treated& t : parts) {
    ++view.total;
    const auto& choice = t.result.best;
    const bool shortened = is_shortened(t.result);
    view.shown += !shortened;
    const std::string_view text = choice ? std::string_view(choice->view.text) : t.span.text;
    // A view stands on lines of its own.
    const bool follows = open && !text.starts_with('\n') && !text.starts_with("\r\n");
    if (follows || (choice && !view.text.empty() && !view.text.ends_with('\n'))) view.text += '\n';
    view.text.append(text);
    if (shortened) {
      view.text.append(text.empty() ? "[" : "\n[").append(choice->view.statement).append("]");
      statement.append(statement.empty() ? "" : "; ").append(choice->view.statement);
    }
    rewritten += choice && !shortened;
    open = choice.has_value();
  }
  if (statement.empty() && rewritten == 0) return std::nullopt;
  while (view.text.ends_with('\n')) view.text.pop_back();
  view.statement = statement.empty() ? std::to_string(rewritten) + (rewritten == 1 ? " part" : " parts") +
                                           " in another form, nothing left out"
                                     : "parts shortened: " + statement;
  return view;
}

}  // namespace

Mixed mixed_views(const BlockRequest& request, const Options& options, tokens::Witnesses& counters) {
  Mixed out;
  const std::vector<Span> spans = split_spans(request.text);
  if (spans.size() < 2) return out;
  std::vector<Treated> parts;
  for (const Span& span : spans) {
    Treated t{span, counters.ruler().count(span.text), {}};
    BlockRequest inner = request;
    inner.text = span.text;
    inner.tokens = t.tokens;
    inner.token_budget.reset();
    inner.kind = inner.path = {};
    inner.label = span.label;
    inner.level = request.level + 1;
    inner.lossless_least = {};
    if (span.output) inner.path = request.path;
    // The whole was not recognised: what is nearly all of it is not parsed again.
    inner.is_no_code = !span.inner && span.text.size() * 4 > request.text.size() * 3;
    if (request.token_budget && request.tokens.value > 0) {
      inner.token_budget = Tokens(request.token_budget->value * t.tokens.value / request.tokens.value);
    }
    // Parts are not split further.
    t.result = compress_simple(inner, options, counters);
    out.holds_code |= t.result.reason == Reason::code_recent;
    out.known |=
        span.output && (t.result.best || t.result.reason == Reason::code_recent || t.result.reason == Reason::no_gain);
    parts.push_back(std::move(t));
  }
  // What is ahead in a part, by what a loss must save, is so in the whole.
  out.lossless_left_out = std::ranges::any_of(parts, [](const Treated& t) { return is_shortened(t.result); });
  if (!out.lossless_left_out) {
    if (auto v = lossless_view(request.text, parts)) out.views.push_back(std::move(*v));
  }
  if (request.reversible) {
    if (auto v = reversible_view(parts)) out.views.push_back(std::move(*v));
  }
  return out;
}

std::optional<std::string> decode_mixed(std::string_view view, int levels) {
  if (levels <= 0 || !view.starts_with(header)) return std::nullopt;
  view.remove_prefix(header.size());
  const std::vector<Line> lines = split_lines(view);
  const auto offset = [&](std::size_t i) { return static_cast<std::size_t>(lines[i].text.data() - view.data()); };
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].text != open_line) {
      out.append(lines[i].full());
      continue;
    }
    std::size_t close = i + 1;
    while (close < lines.size() && lines[close].text != close_line) ++close;
    if (close >= lines.size() || close == i + 1) return std::nullopt;
    const std::size_t begin = offset(i + 1), end = offset(close) - 1;
    const auto inner = decode_whole(view.substr(begin, end - begin), levels - 1);
    if (!inner) return std::nullopt;
    out.append(*inner).append(lines[close].end);
    i = close;
  }
  return out;
}

}  // namespace headroom::pipeline
