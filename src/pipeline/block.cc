#include "pipeline/block.h"

#include <algorithm>
#include <array>

#include "compressors/lines_floor.h"
#include "compressors/prose/scorer.h"
#include "compressors/statements.h"
#include "detect/sketch.h"
#include "pipeline/decode.h"
#include "pipeline/gates.h"
#include "pipeline/mixed.h"
#include "pipeline/nomination.h"
#include "pipeline/sections.h"
#include "pipeline/terminal_views.h"
#include "pipeline/text_views.h"

namespace headroom::pipeline {
namespace {

using compressors::Compressor;
using compressors::Fidelity;
using compressors::View;

constexpr std::string_view no_handle = "000000000000";
// Above these sizes no weaker kind is asked beside the one that accepted: its lossless views cannot compete with a
// reversible one; and all of them would cost time and memory, several times the text, for little.
constexpr std::size_t lossless_beside_reversible = 256 * 1024;
// Nor where the reversible view takes no more than this share of the text: what a weaker kind keeps whole does not come
// near it (corpus and workloads: no choice differs), and asking costs as much as the rest of the block.
constexpr std::int64_t far_ahead = 4;
constexpr Tokens short_error{2000};  // failures under this stay as they are
constexpr Tokens lossy_gain{
    150};  // what a reversible view must save beyond the best lossless one: a retrieval costs a round
constexpr std::size_t short_source = 4096;  // bytes: twice what is glanced at to see whether a text is code

// Kinds by the strength of their evidence, the table's order on ties.
std::vector<const Compressor*> nominees(const BlockRequest& request) {
  if (!request.kind.empty()) {
    const Compressor* c = compressors::find(request.kind);
    return c == nullptr ? std::vector<const Compressor*>{} : std::vector{c};
  }
  if (request.all_code) {
    std::vector<const Compressor*> out;
    for (const Compressor& c : compressors::all()) {
      if (c.claims != nullptr) out.push_back(&c);
    }
    return out;
  }
  return nominate(compressors::all(), detect::sketch(request.text), request.path, request.label);
}

// Lossless: a changed shape must be worth it.
bool worth_it(Tokens before, Tokens after) {
  return before - after >= std::max(Tokens(8), Tokens(before.value / 20));
}

// What the kinds said of a text. all_code: it is of a kind that stays raw until an epoch; with_code: a part of it is;
// too_early: all that is known in it.
enum class Accepted : std::uint8_t { no, yes, with_code, too_early, all_code };

class Chooser {
 public:
  Chooser(const BlockRequest& request, const Options& options, tokens::Witnesses& counters)
      : request_(request), options_(options), counters_(counters) {}

  void offer(View view, std::string_view kind) {
    if (view.fidelity == Fidelity::reversible) return take(priced(std::move(view), kind));
    if (request_.line_preserving_only && !view.line_preserving) return;
    lossless_.push_back({std::move(view), kind, {}});
    if (request_.text.size() > lossless_beside_reversible) keep_best();
  }

  // What a reversible view costs; nullopt if none is allowed here.
  std::optional<Choice> priced(View view, std::string_view kind) const {
    if (request_.line_preserving_only || !request_.reversible || request_.tokens < options_.min_lossy)
      return std::nullopt;
    const Tokens tokens = counters_.ruler().count(with_marker(view, no_handle));
    return Choice{std::move(view), kind, tokens};
  }
  void take(std::optional<Choice> reversible) {
    if (reversible && (!reversible_ || reversible->tokens < reversible_->tokens)) reversible_ = std::move(reversible);
  }

  // What the parts of the text would have given without loss was left out: their reversible views are ahead of it.
  void leave_out_lossless() { lossless_left_out_ = true; }
  bool lossless_left_out() const { return lossless_left_out_; }

  // Of the lines of the text: one kind's is the next one's.
  std::shared_ptr<const compressors::log::Grouping>* grouping() { return &grouping_; }
  bool has_reversible() const { return reversible_.has_value(); }
  bool is_ahead_of(Tokens lossless) const { return reversible_ && reversible_->tokens + lossy_gain <= lossless; }
  bool is_far_ahead() const { return reversible_ && is_far_ahead(*reversible_); }
  bool is_far_ahead(const Choice& choice) const { return choice.tokens.value * far_ahead <= request_.tokens.value; }

  BlockResult result(Accepted accepted) && {
    BlockResult r;
    if (reversible_ && is_best(*reversible_)) {
      r.best = std::move(reversible_);
    } else {
      r.best = best_lossless();
    }
    r.reason = accepted == Accepted::no    ? Reason::not_recognised
               : accepted == Accepted::yes ? Reason::no_gain
                                           : Reason::code_recent;
    r.all_code = accepted == Accepted::all_code;
    return r;
  }

 private:
  bool smaller(std::string_view view) { return counters_.smaller(view, request_.text); }

  // Beyond what it must save no lossless view comes near it. Those are not counted to their end.
  bool is_best(const Choice& reversible) {
    const Tokens limit = reversible.tokens + lossy_gain - Tokens(1);
    if (limit >= request_.tokens || !smaller(with_marker(reversible.view, no_handle))) return false;
    const bool all_exceed =
        std::ranges::all_of(lossless_, [&](const Choice& c) { return counters_.ruler().exceeds(c.view.text, limit); });
    if (all_exceed) return true;
    keep_best();
    const Choice& lossless = lossless_.front();
    return lossless.tokens > limit || !worth_it(request_.tokens, lossless.tokens) || !smaller(lossless.view.text);
  }

  // The first of those with the fewest tokens.
  void keep_best() {
    std::size_t best = 0;
    for (std::size_t i = 0; i < lossless_.size(); ++i) {
      if (lossless_[i].tokens == Tokens()) lossless_[i].tokens = counters_.ruler().count(lossless_[i].view.text);
      if (lossless_[i].tokens < lossless_[best].tokens) best = i;
    }
    if (best > 0) lossless_[0] = std::move(lossless_[best]);
    if (!lossless_.empty()) lossless_.resize(1);
  }

  std::optional<Choice> best_lossless() {
    keep_best();
    if (lossless_.empty() || !worth_it(request_.tokens, lossless_[0].tokens) || !smaller(lossless_[0].view.text))
      return std::nullopt;
    return std::move(lossless_[0]);
  }

  const BlockRequest& request_;
  const Options& options_;
  tokens::Witnesses& counters_;
  std::optional<Choice> reversible_;
  std::vector<Choice> lossless_;  // their tokens: once they are asked for
  bool lossless_left_out_ = false;
  std::shared_ptr<const compressors::log::Grouping> grouping_;
};

}  // namespace

std::string with_marker(const View& view, std::string_view handle) {
  std::string out;
  out.reserve(view.text.size() + view.statement.size() + 48);
  out.append(view.text).append(view.text.empty() ? "[" : "\n[").append(view.statement);
  return out.append(". Retrieve with hash=").append(handle).append("]");
}

bool is_own_output(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  if (first.find(", complete") != std::string_view::npos && compressors::reads_as_statement(first)) return true;
  constexpr std::string_view lead = ". Retrieve with hash=";
  for (std::size_t at = text.find(lead); at != std::string_view::npos; at = text.find(lead, at + 1)) {
    const std::size_t line_break = text.rfind('\n', at);
    const std::size_t begin = line_break == std::string_view::npos ? 0 : line_break + 1;
    const std::string_view line = text.substr(begin, text.find('\n', at) - begin);
    if (compressors::reads_as_statement(line)) return true;
  }
  return false;
}

namespace {

std::optional<View> view_of_part(std::string_view part, std::string_view label, const BlockRequest& request,
                                 const Options& options, tokens::Witnesses& counters) {
  BlockRequest inner = request;
  inner.text = part;
  inner.tokens = counters.ruler().count(part);
  if (request.token_budget && request.tokens.value > 0)
    inner.token_budget = Tokens(request.token_budget->value * inner.tokens.value / request.tokens.value);
  inner.kind = inner.path = {};
  inner.label = label;
  inner.is_no_code = false;
  inner.level = request.level + 1;
  if (inner.tokens < short_error && is_error_output(part)) return std::nullopt;
  BlockResult r = compress_simple(inner, options, counters);
  return r.best ? std::optional(std::move(r.best->view)) : std::nullopt;
}

void note_code(const BlockRequest& request) {
  if (request.may_hold_code != nullptr) *request.may_hold_code = true;
}

// Whether a text whose first bytes its kind did not claim may be of that kind all the same: of a short one, the rest
// has a say.
bool may_be_after_all(const Compressor& kind, const BlockRequest& request) {
  return request.text.size() <= short_source && kind.evidence_of_name != nullptr &&
         kind.evidence_of_name(request.path, request.label) > 0;
}

// Every view of every nominated kind.
Accepted offer_kinds(const BlockRequest& request, const Options& options, tokens::Witnesses& counters,
                     Chooser& chooser) {
  compressors::Context context{
      request.query, counters.ruler(), request.token_budget, request.reversible && request.tokens >= options.min_lossy,
      request.path,  request.label,    request.scorer};
  // A text in fences and tables: by their own kinds.
  const compressors::BlockViewer blocks = [&](std::string_view block, std::string_view label) {
    return view_of_part(block, label, request, options, counters);
  };
  if (request.level + 1 < view_levels) context.blocks = &blocks;
  context.lossless_least = request.lossless_least;
  context.counted = request.text, context.counted_tokens = request.tokens;
  context.grouping = chooser.grouping();
  Accepted accepted = Accepted::no;
  Turns turns(request.text.size());
  for (const Compressor* c : nominees(request)) {
    if (c->claims != nullptr && (request.is_no_code || request.holds_no_code)) continue;
    if (!turns.next()) break;
    if (c->claims != nullptr && !request.at_epoch && request.kind.empty()) {
      const bool asked = accepted == Accepted::no;
      const bool claimed = asked && c->claims(request.text, context);
      if (claimed || !asked || may_be_after_all(*c, request)) note_code(request);
      if (claimed) return Accepted::all_code;
      continue;
    }
    if (c->claims != nullptr) note_code(request);
    // The strongest kind whose parser accepts the text owns it: a weaker one (a log, to whom search results and patches
    // are lines of few templates) may only offer what a decoder proves.
    context.reversible = context.reversible && accepted == Accepted::no;
    const std::size_t most = chooser.has_reversible() ? lossless_beside_reversible : several_kinds;
    if (accepted == Accepted::yes && (request.text.size() > most || chooser.is_far_ahead())) break;
    bool owned = false;
    context.owned = &owned;
    std::vector<View> views = c->views(request.text, context, !request.kind.empty());
    if (!views.empty()) turns.accepted();
    if (owned && accepted == Accepted::no) accepted = Accepted::yes;
    for (View& view : views) {
      accepted = Accepted::yes;
      chooser.offer(std::move(view), c->kind);
    }
  }
  return accepted;
}

// Those of the kinds that know nothing but that a text is rows of some tool.
Accepted offer_last(const BlockRequest& request, const Options& options, tokens::Witnesses& counters,
                    Chooser& chooser) {
  if (!request.kind.empty()) return Accepted::no;
  compressors::Context context{
      request.query, counters.ruler(), request.token_budget, request.reversible && request.tokens >= options.min_lossy,
      request.path,  request.label,    request.scorer};
  context.counted = request.text, context.counted_tokens = request.tokens;
  context.grouping = chooser.grouping();
  Accepted accepted = Accepted::no;
  for (const Compressor& c : compressors::all()) {
    if (!c.asked_last) continue;
    for (View& view : c.views(request.text, context, false)) {
      accepted = Accepted::yes;
      chooser.offer(std::move(view), c.kind);
    }
  }
  return accepted;
}

// Views of JSON with its long strings as texts of their own, then those of JSON as a whole. Where the JSON is a
// frame around a few texts their kinds know better what may be left out; of rows with texts, whole rows may leave, too.
Accepted offer_texts_and_kinds(const BlockRequest& request, const Options& options, tokens::Witnesses& counters,
                               Chooser& chooser) {
  TextViews texts = text_views(request, options, counters);
  const bool any = !texts.views.empty();
  for (View& view : texts.views) chooser.offer(std::move(view), "json");
  if (texts.lossless_left_out) chooser.leave_out_lossless();
  const bool owned = any && texts.own_the_loss;
  BlockRequest whole = request;
  whole.reversible = request.reversible && !texts.holds_code && !owned;
  whole.lossless_least = texts.lossless_least;
  Accepted accepted = any ? Accepted::yes : Accepted::no;
  if (!owned || !chooser.has_reversible() ||
      (request.text.size() <= lossless_beside_reversible && !chooser.is_ahead_of(texts.lossless_least)))
    accepted = std::max(accepted, offer_kinds(whole, options, counters, chooser));
  return texts.holds_code ? std::max(accepted, Accepted::with_code) : accepted;
}

// Whether a kind that stays raw until an epoch (source code) is to be asked.
bool may_stay_raw(const BlockRequest& request) {
  return !request.at_epoch && !request.is_no_code &&
         std::ranges::any_of(nominees(request), [](const Compressor* c) { return c->claims != nullptr; });
}

// The kinds' views, and those of what is left when the codes of a terminal are off. Where the screen shows in the end a
// small part of what was written, and what keeps all of it is not likely to come near, no other view is asked for.
Accepted offer_all(const BlockRequest& request, const Options& options, tokens::Witnesses& counters, Chooser& chooser) {
  if (!has_terminal_codes(request)) return offer_texts_and_kinds(request, options, counters, chooser);
  constexpr std::string_view kind = "terminal";
  std::optional<Choice> screen;
  if (auto view = view_of_screen(request, options, counters)) screen = chooser.priced(*std::move(view), kind);
  if (screen && chooser.is_far_ahead(*screen) && compressors::outdoes_templates(screen->tokens, request.text) &&
      !may_stay_raw(request)) {
    chooser.take(std::move(screen));
    return Accepted::yes;
  }
  const Accepted accepted = offer_texts_and_kinds(request, options, counters, chooser);
  if (accepted >= Accepted::too_early) return Accepted::too_early;  // among its codes, so not as a whole
  std::optional<View> marked = view_with_marks(request, options, counters);
  if (!screen && !marked) return accepted;
  chooser.take(std::move(screen));
  if (marked) chooser.offer(*std::move(marked), kind);
  return std::max(accepted, Accepted::yes);
}

// The views of the text span by span.
Accepted offer_mixed(const BlockRequest& request, const Options& options, tokens::Witnesses& counters,
                     Chooser& chooser) {
  Mixed mixed = mixed_views(request, options, counters);
  for (View& view : mixed.views) chooser.offer(std::move(view), "mixed");
  if (mixed.lossless_left_out) chooser.leave_out_lossless();
  if (!mixed.views.empty() || (mixed.known && !mixed.holds_code)) return Accepted::yes;
  return mixed.holds_code ? Accepted::too_early : Accepted::no;
}

// The best of what `offer` offers; asks again without loss where that was left out, and what lost something is not it.
using Offer = Accepted (*)(const BlockRequest& request, const Options& options, tokens::Witnesses& counters,
                           Chooser& chooser);
BlockResult choose(const BlockRequest& request, const Options& options, tokens::Witnesses& counters, Offer offer) {
  Chooser chooser(request, options, counters);
  const Accepted accepted = offer(request, options, counters, chooser);
  const bool left_out = chooser.lossless_left_out();
  BlockResult result = std::move(chooser).result(accepted);
  if (!left_out || (result.best && result.best->view.fidelity == Fidelity::reversible)) return result;
  BlockRequest whole = request;
  whole.reversible = false;
  return choose(whole, options, counters, offer);
}

Accepted offer_simple(const BlockRequest& request, const Options& options, tokens::Witnesses& counters,
                      Chooser& chooser) {
  const Accepted accepted = offer_all(request, options, counters, chooser);
  return accepted == Accepted::no ? offer_last(request, options, counters, chooser) : accepted;
}

}  // namespace

BlockResult compress_simple(const BlockRequest& request, const Options& options, tokens::Witnesses& counters) {
  if (request.tokens < options.min_lossless) return {std::nullopt, Reason::too_small};
  return choose(request, options, counters, offer_simple);
}

namespace {

// A scorer that remembers whether it failed: a text that it cannot judge stays whole, and the caller is told why.
class Watched final : public compressors::prose::SentenceScorer {
 public:
  explicit Watched(const compressors::prose::SentenceScorer& scorer) : scorer_(scorer) {}
  std::string_view version() const override { return scorer_.version(); }
  bool weighs_query() const override { return scorer_.weighs_query(); }
  std::optional<std::vector<std::uint32_t>> score(const compressors::prose::Evidence& evidence) const override {
    auto scores = scorer_.score(evidence);
    failed_ |= !scores.has_value();
    return scores;
  }
  bool failed() const { return failed_; }

 private:
  const compressors::prose::SentenceScorer& scorer_;
  mutable bool failed_ = false;
};

BlockResult compress_watched(const BlockRequest& request, const Options& options, tokens::Witnesses& counters);

}  // namespace

BlockResult compress_block(const BlockRequest& request, const Options& options, tokens::Witnesses& counters) {
  BlockRequest watched = request;
  bool may_hold_code = false;
  watched.may_hold_code = &may_hold_code;
  std::optional<Watched> scorer;
  if (request.scorer != nullptr) watched.scorer = &scorer.emplace(*request.scorer);
  BlockResult result = compress_watched(watched, options, counters);
  result.not_judged = scorer && scorer->failed();
  if (!result.best && result.not_judged) result.reason = Reason::not_judged;
  result.may_hold_code = may_hold_code;
  if (may_hold_code && request.may_hold_code != nullptr) *request.may_hold_code = true;
  return result;
}

namespace {

Accepted offer_watched(const BlockRequest& request, const Options& options, tokens::Witnesses& counters,
                       Chooser& chooser) {
  const bool forced = !request.kind.empty();
  // Inside a tool's frame stands what the kinds know; the frame itself is none's.
  const bool framed = !forced && has_frame(request.text);
  Accepted accepted = framed ? offer_mixed(request, options, counters, chooser) : Accepted::no;
  if (accepted == Accepted::no) accepted = offer_all(request, options, counters, chooser);
  if (accepted == Accepted::no && !forced && !framed) accepted = offer_mixed(request, options, counters, chooser);
  if (accepted == Accepted::no) accepted = offer_last(request, options, counters, chooser);
  return accepted;
}

BlockResult compress_watched(const BlockRequest& request, const Options& options, tokens::Witnesses& counters) {
  if (request.tokens < options.min_lossless) return {std::nullopt, Reason::too_small};
  if (is_own_output(request.text)) return {std::nullopt, Reason::own_output};
  return choose(request, options, counters, request.all_code ? offer_kinds : offer_watched);
}

}  // namespace

}  // namespace headroom::pipeline
