#include "pipeline/terminal_views.h"

#include <algorithm>

#include "base/lines.h"
#include "compressors/statements.h"
#include "compressors/terminal/marks.h"
#include "compressors/terminal/screen.h"
#include "pipeline/decode.h"

namespace headroom::pipeline {
namespace {

using compressors::Fidelity;
using compressors::View;
using compressors::terminal::Marked;
using compressors::terminal::Screen;

constexpr std::string_view lead = "[terminal";
constexpr std::string_view with_returns = ", ⏎ = after a carriage return";
constexpr std::string_view with_legend = ", marks in the next line", tail = ", complete]\n";
constexpr std::string_view view_below = ", view below";
// A text is its codes' where they take at least one part in so many of its bytes.
constexpr std::size_t least_share = 50;
constexpr std::size_t least_gap = 3;  // empty lines that a statement is shorter than

BlockRequest request_for(const BlockRequest& outer, std::string_view text, Tokens tokens, bool reversible) {
  BlockRequest inner = outer;
  inner.text = text;
  inner.tokens = tokens;
  inner.reversible = reversible;
  return inner;
}

std::string heading_of(const Screen& screen, std::size_t lines) {
  std::string out(lead);
  out += ", " + compressors::counted(lines, "line");
  if (screen.codes > 0) out += ", without colour and cursor codes";
  if (screen.overwritten > 0)
    out += ", without " + compressors::counted(screen.overwritten, "state") + " that were written over";
  return out + "]\n";
}

// What the screen shows, in full; runs of lines that were written over stand as statements. Nothing if a line reads as
// one itself.
std::optional<std::string> shown_whole(const Screen& screen) {
  const std::vector<Line> lines = split_lines(screen.text);
  if (std::any_of(lines.begin(), lines.end(), [](const Line& l) { return compressors::reads_as_statement(l.text); }))
    return std::nullopt;
  std::string out;
  std::size_t from = 0;
  for (std::size_t k = 0; k < screen.emptied.size();) {
    std::size_t end = k + 1;
    while (end < screen.emptied.size() && screen.emptied[end] == screen.emptied[end - 1] + 1) ++end;
    const std::size_t first = screen.emptied[k], last = screen.emptied[end - 1];
    k = end;
    if (last - first < least_gap) continue;
    for (std::size_t i = from; i < first; ++i) out += lines[i].full();
    out += "[lines " + std::to_string(first + 1) + '-' + std::to_string(last + 1) + ": written over]\n";
    from = last + 1;
  }
  for (std::size_t i = from; i < lines.size(); ++i) out += lines[i].full();
  return out;
}

// Takes `word` off the front of `rest`.
bool take(std::string_view& rest, std::string_view word) {
  if (!rest.starts_with(word)) return false;
  rest.remove_prefix(word.size());
  return true;
}

}  // namespace

bool has_terminal_codes(const BlockRequest& request) {
  return request.kind.empty() && compressors::terminal::has_codes(request.text) &&
         request.text.find('\0') == std::string_view::npos;
}

std::optional<View> view_of_screen(const BlockRequest& request, const Options& options, tokens::Witnesses& counters) {
  if (!request.reversible || request.line_preserving_only) return std::nullopt;
  const std::optional<Screen> screen = compressors::terminal::read_screen(request.text);
  if (!screen || screen->text.size() + screen->text.size() / least_share > request.text.size()) return std::nullopt;
  const Tokens tokens = counters.ruler().count(screen->text);
  BlockResult inner = compress_simple(request_for(request, screen->text, tokens, true), options, counters);
  if (inner.reason == Reason::code_recent) return std::nullopt;
  const std::size_t lines = count_lines(request.text);
  View view;
  view.fidelity = Fidelity::reversible;
  view.method = "terminal_screen";
  view.unit = "lines";
  view.shown = view.total = static_cast<std::int64_t>(lines);
  view.text = heading_of(*screen, lines);
  if (inner.best) {
    const View& shown = inner.best->view;
    view.text += shown.text;
    if (shown.fidelity == Fidelity::reversible) {
      view.statement = shown.statement + "; ";
      view.shown = shown.shown, view.total = shown.total, view.unit = shown.unit;
    }
  } else {
    const auto whole = shown_whole(*screen);
    if (!whole) return std::nullopt;
    view.text += *whole;
  }
  while (view.text.ends_with('\n')) view.text.pop_back();
  view.statement += compressors::counted(screen->codes, "code") + " and " +
                    compressors::counted(screen->overwritten, "overwritten state") + " left out";
  return view;
}

// Marks for codes, then the best lossless view of the text with the marks in it, if it has one.
std::optional<View> view_with_marks(const BlockRequest& request, const Options& options, tokens::Witnesses& counters) {
  const std::optional<Marked> marked = compressors::terminal::mark(request.text);
  if (!marked) return std::nullopt;
  const Tokens tokens = counters.ruler().count(marked->text);
  BlockResult inner = compress_simple(request_for(request, marked->text, tokens, false), options, counters);
  const bool nested = inner.best && decode_by_kinds(inner.best->view.text) == marked->text;
  View view;
  view.text.append(lead);
  if (marked->returns) view.text.append(with_returns);
  if (!marked->legend.empty()) view.text.append(with_legend);
  if (nested) view.text.append(view_below);
  view.text.append(tail);
  if (!marked->legend.empty()) view.text.append(marked->legend).append("\n");
  view.text.append(nested ? inner.best->view.text : marked->text);
  view.method = "terminal_marks";
  return decode_terminal(view.text) == request.text ? std::optional(std::move(view)) : std::nullopt;
}

std::optional<std::string> decode_terminal(std::string_view view) {
  std::string_view rest = view;
  if (!take(rest, lead)) return std::nullopt;
  const bool returns = take(rest, with_returns);
  const bool has_legend = take(rest, with_legend);
  const bool nested = take(rest, view_below);
  if (!take(rest, tail)) return std::nullopt;
  std::string_view legend;
  if (has_legend) legend = compressors::take_line(rest);
  if (!nested) return compressors::terminal::unmark(legend, returns, rest);
  const auto inner = decode_by_kinds(rest);
  return inner ? compressors::terminal::unmark(legend, returns, *inner) : std::nullopt;
}

}  // namespace headroom::pipeline
