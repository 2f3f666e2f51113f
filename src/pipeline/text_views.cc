#include "pipeline/text_views.h"

#include <algorithm>
#include <charconv>

#include "compressors/statements.h"
#include "json/document.h"
#include "pipeline/decode.h"
#include "pipeline/gates.h"
#include "pipeline/long_strings.h"

namespace headroom::pipeline {
namespace {

using compressors::Fidelity;
using compressors::View;
using compressors::records::Spelling;

constexpr std::string_view lead = "[json", meaning = ", texts below", complete = ", complete";
constexpr std::string_view method = "json_texts";
constexpr std::string_view title = "[text ";
constexpr Tokens short_error{2000};  // failures under this stay as they are
// A table of the JSON shows each text whole, escaped: in what share of its tokens at least, as a rule (what texts have
// in common stands once, if it is at their beginnings or ends).
constexpr std::int64_t kept_share_of_four = 3;
constexpr std::size_t framed_texts = 3;  // standard output, standard error; more are rows

std::size_t lines_of(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
}

// "[text 2: 40 lines]"; without lines: the last.
std::string heading_of(std::size_t number, std::optional<std::size_t> lines) {
  std::string out(title);
  out += std::to_string(number);
  if (lines) out.append(": ").append(compressors::counted(*lines, "line"));
  return out + "]";
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

struct Heading {
  std::size_t number = 0;
  std::optional<std::size_t> lines;
};

std::optional<std::size_t> take_number(std::string_view& text) {
  std::size_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return n;
}

std::optional<Heading> read_heading(std::string_view line) {
  if (!line.starts_with(title)) return std::nullopt;
  line.remove_prefix(title.size());
  Heading h;
  const auto number = take_number(line);
  if (!number) return std::nullopt;
  h.number = *number;
  if (line.starts_with(": ")) {
    line.remove_prefix(2);
    h.lines = take_number(line);
    if (!h.lines || *h.lines == 0) return std::nullopt;
    if (line != (*h.lines == 1 ? " line]" : " lines]")) return std::nullopt;
    return h;
  }
  return line == "]" ? std::optional(h) : std::nullopt;
}

// A line that a reader could take for one of ours.
bool holds_heading(std::string_view text) {
  for (std::size_t at = 0; (at = text.find(title, at)) != std::string_view::npos; at += title.size()) {
    if (at > 0 && text[at - 1] != '\n') continue;
    if (read_heading(text.substr(at, text.find('\n', at) - at))) return true;
  }
  return false;
}

// Whether a part of a view is a view in its turn: its first line says so.
bool is_view(std::string_view part) {
  const std::string_view first = part.substr(0, part.find('\n'));
  return first.find(complete) != std::string_view::npos && compressors::reads_as_statement(first);
}

std::optional<std::string> restored(std::string_view part, int levels) {
  return is_view(part) ? decode_any(part, levels) : std::optional(std::string(part));
}

struct Part {
  std::string_view text;
  BlockResult result;
};

bool is_shortened(const Part& part) {
  return part.result.best && part.result.best->view.fidelity == Fidelity::reversible;
}

// What stands for a part in a lossless view: a view that gives its very bytes, or itself.
std::string_view shown_of(const Part& part, bool lines_only) {
  const auto& choice = part.result.best;
  if (choice && (!lines_only || choice->view.line_preserving) && restored(choice->view.text, view_levels) == part.text)
    return choice->view.text;
  return part.text;
}

class Builder {
 public:
  Builder(const BlockRequest& request, const Options& options, tokens::Witnesses& counters, LongStrings strings)
      : request_(request), options_(options), counters_(counters), strings_(std::move(strings)) {}

  TextViews views() {
    TextViews out;
    std::size_t bytes = 0;
    for (const std::string& text : strings_.texts) {
      if (holds_heading(text)) return out;
      bytes += text.size();
    }
    const bool are_most = bytes * 2 >= request_.text.size();
    out.own_the_loss = are_most && strings_.texts.size() <= framed_texts;
    for (std::size_t i = 0; i < strings_.texts.size(); ++i) {
      parts_.push_back({strings_.texts[i], treat(strings_.texts[i], strings_.paths[i], are_most)});
      out.holds_code |= parts_.back().result.reason == Reason::code_recent;
    }
    if (!request_.line_preserving_only) frame_ = {strings_.frame, treat_frame()};
    out.lossless_least = Tokens(tokens_.value / 4 * kept_share_of_four);
    // What is ahead in a text, by what a loss must save, is so in the whole.
    out.lossless_left_out = std::ranges::any_of(parts_, is_shortened);
    if (!out.lossless_left_out) {
      if (auto v = lossless()) out.views.push_back(*std::move(v));
    }
    if (request_.reversible && are_most) {
      if (auto v = reversible()) out.views.push_back(*std::move(v));
    }
    return out;
  }

 private:
  // A text gets the view that it would get alone; without loss where the texts are not most of the JSON.
  BlockResult treat(std::string_view text, std::string_view path, bool may_lose) {
    const Tokens tokens = counters_.ruler().count(text);
    tokens_ += tokens;
    if (tokens < short_error && is_error_output(text)) return {std::nullopt, Reason::small_error};
    BlockRequest inner = request_;
    inner.text = text;
    inner.tokens = tokens;
    inner.reversible = request_.reversible && may_lose;
    inner.is_no_code = false;
    inner.level = request_.level + 1;
    if (!path.empty() || strings_.texts.size() > 1) inner.path = path;
    if (request_.token_budget && request_.tokens.value > 0)
      inner.token_budget = Tokens(request_.token_budget->value * tokens.value / request_.tokens.value);
    return compress_block(inner, options_, counters_);
  }

  // All of the JSON around the texts stays.
  BlockResult treat_frame() {
    BlockRequest inner = request_;
    inner.text = strings_.frame;
    inner.tokens = counters_.ruler().count(strings_.frame);
    inner.reversible = false;
    inner.level = request_.level + 1;
    return compress_simple(inner, options_, counters_);
  }

  std::string_view frame_text() const {
    const auto& choice = frame_.result.best;
    return choice ? std::string_view(choice->view.text) : std::string_view(strings_.frame);
  }

  std::optional<View> lossless() {
    View view;
    view.method = method;
    view.line_preserving = request_.line_preserving_only;
    view.text.append(lead).append(describe(strings_.spelling)).append(meaning).append(complete).append("]\n");
    view.text += frame_text();
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const std::string_view shown = shown_of(parts_[i], request_.line_preserving_only);
      const bool last = i + 1 == parts_.size();
      view.text += '\n' + heading_of(i + 1, last ? std::nullopt : std::optional(lines_of(shown))) + '\n';
      view.text += shown;
    }
    const auto back = decode_texts(view.text, view_levels);
    if (!back) return std::nullopt;
    if (*back != request_.text && !(strings_.one_value && json::same_tokens_as(request_.text, *back)))
      return std::nullopt;
    return view;
  }

  std::optional<View> reversible() {
    View view;
    view.fidelity = Fidelity::reversible;
    view.method = method;
    view.text.append(lead).append(meaning).append("]\n");
    view.text += frame_text();
    std::size_t shortened = 0;
    std::string statement;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const std::optional<Choice>& best = parts_[i].result.best;
      view.text += '\n' + heading_of(i + 1, std::nullopt) + '\n';
      view.text += best ? std::string_view(best->view.text) : parts_[i].text;
      ++view.total;
      if (!is_shortened(parts_[i])) {
        ++view.shown;
        continue;
      }
      ++shortened;
      if (parts_.size() > 1) {
        if (!view.text.ends_with('\n')) view.text += '\n';
        view.text += "[" + best->view.statement + "]";
      }
      statement = best->view.statement;
    }
    if (shortened == 0) return std::nullopt;
    while (view.text.ends_with('\n')) view.text.pop_back();
    view.unit = "texts";
    if (parts_.size() == 1) {
      const View& inner = parts_.front().result.best->view;
      view.unit = inner.unit, view.shown = inner.shown, view.total = inner.total;
      view.statement = inner.method == method ? statement : "text 1: " + statement;
    } else {
      view.statement =
          std::to_string(shortened) + " of " + compressors::counted(parts_.size(), "text") + " shortened as said there";
    }
    return view;
  }

  const BlockRequest& request_;
  const Options& options_;
  tokens::Witnesses& counters_;
  LongStrings strings_;
  Part frame_;
  std::vector<Part> parts_;
  Tokens tokens_;  // of the texts
};

}  // namespace

TextViews text_views(const BlockRequest& request, const Options& options, tokens::Witnesses& counters) {
  if (request.level + 1 >= view_levels || !request.kind.empty()) return {};
  auto strings = take_out_long_strings(request.text);
  if (!strings) return {};
  return Builder(request, options, counters, *std::move(strings)).views();
}

std::optional<std::string> decode_texts(std::string_view view, int levels) {
  if (levels <= 0 || !view.starts_with(lead)) return std::nullopt;
  std::string_view first = compressors::take_line(view);
  first.remove_prefix(lead.size());
  const Spelling spelling = compressors::records::read_spelling(first);
  if (!take(first, meaning) || !take(first, complete) || first != "]") return std::nullopt;
  // The frame: up to the first heading.
  const std::string_view from_frame = view;
  std::optional<Heading> heading;
  std::size_t frame_end = 0;
  while (!heading && !view.empty()) {
    frame_end = static_cast<std::size_t>(view.data() - from_frame.data());
    heading = read_heading(compressors::take_line(view));
  }
  if (!heading || frame_end == 0) return std::nullopt;
  const auto frame = restored(from_frame.substr(0, frame_end - 1), levels - 1);
  if (!frame) return std::nullopt;
  std::vector<std::string> texts;
  while (heading) {
    if (heading->number != texts.size() + 1) return std::nullopt;
    std::string_view part = view;
    if (heading->lines) {
      std::size_t end = 0;
      for (std::size_t n = 0; n < *heading->lines; ++n) {
        end = view.find('\n', end);
        if (end == std::string_view::npos) return std::nullopt;
        ++end;
      }
      part = view.substr(0, end - 1);
      view.remove_prefix(end);
    }
    auto text = restored(part, levels - 1);
    if (!text) return std::nullopt;
    texts.push_back(*std::move(text));
    if (!heading->lines) break;
    heading = read_heading(compressors::take_line(view));
    if (!heading) return std::nullopt;
  }
  return put_in(*frame, texts, spelling);
}

}  // namespace headroom::pipeline
