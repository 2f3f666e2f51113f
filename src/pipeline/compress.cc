#include "pipeline/compress.h"

#include <algorithm>

#include "compressors/prose/scorer.h"
#include "history/units.h"
#include "images/billing.h"
#include "messages/conversation.h"
#include "messages/image.h"
#include "pipeline/additions.h"
#include "pipeline/capability.h"
#include "pipeline/emit.h"
#include "pipeline/epochs.h"
#include "pipeline/image_facts.h"
#include "pipeline/left_runs.h"
#include "pipeline/past.h"
#include "pipeline/placing.h"
#include "pipeline/terms.h"

namespace headroom::pipeline {
namespace {

using messages::Conversation;
using messages::Leaf;

Reason reason_of(messages::Refusal refusal) {
  switch (refusal) {
    case messages::Refusal::not_json:
      return Reason::not_json;
    case messages::Refusal::duplicate_key:
      return Reason::duplicate_key;
    case messages::Refusal::too_deep:
      return Reason::too_deep;
    case messages::Refusal::too_large:
      return Reason::too_large;
    case messages::Refusal::encoding:
      return Reason::encoding;
    case messages::Refusal::no_messages:
      return Reason::not_json;
  }
  return Reason::failed;
}

bool wants_loss(const Options& o, const Services& s) {
  return o.retrieval != Retrieval::none && o.fidelity != FidelityOption::lossless && s.store != nullptr;
}

// Whether views may lose something here; if they were wanted and may not, why.
bool may_lose(const Capability& capability, const Options& o, const Services& s, Outcome& notes) {
  if (!wants_loss(o, s)) return false;
  if (capability.redeem == Redeem::none) {
    notes.warnings.push_back(std::string(to_string(capability.why)) + ": lossless views only");
    return false;
  }
  if (s.key) return true;
  auto store = s.store();
  notes.error = store ? Error{ErrorKind::unavailable, "no workspace key: lossless views only"} : store.error();
  notes.skipped.push_back({"", -1, Reason::store_failed});
  return false;
}

// Of everything that decides but the conversation itself: its class.
Hash128 digest_of(const Conversation& c, const Options& o, const Services& s, const Money& money, bool lossy) {
  std::string all = "class of " + std::string(messages::to_string(c.format));
  const auto number = [&](std::int64_t n) { all.append(" ").append(std::to_string(n)); };
  const auto text = [&](std::string_view t) { number(static_cast<std::int64_t>(t.size())), all.append(" ").append(t); };
  const auto texts = [&](const std::vector<std::string>& list) {
    number(static_cast<std::int64_t>(list.size()));
    for (const std::string& t : list) text(t);
  };
  number(lossy), number(o.optimize), number(static_cast<int>(o.fidelity));
  number(o.token_budget ? o.token_budget->value : -1);
  number(o.target_ratio ? static_cast<std::int64_t>(*o.target_ratio * 1e9) : -1);
  number(o.min_lossless.value), number(o.min_lossy.value), number(o.keep_code), number(o.protect_analysis_context);
  for (const auto* list : {&o.intent_words, &o.roles, &o.exclude, &o.exact, &o.instruction_files}) texts(*list);
  number(o.frozen_message_count);
  for (const int m : o.protect_messages) number(m);
  for (const auto& [message, factor] : o.biases) number(message), number(factor >= 1e9);
  number(static_cast<int>(o.epoch.mode));
  for (const history::Position& p : o.epoch.positions) number(p.message), number(p.cut);
  number(o.keep_units), number(static_cast<int>(o.secrets)), number(s.store_leaves_process);
  const history::Terms& t = money.terms;
  number(t.read), number(t.write), number(t.usable.value), number(t.high), number(t.low), number(money.fixed.value);
  for (const tokens::Factor& f : {money.model->prose, money.model->code, money.model->data})
    number(f.centre), number(f.high);
  const images::Billing* const billing = c.images.empty() ? nullptr : images::billing_of(model_of(c, o));
  text(billing ? billing->glob : "");
  if (lossy) text(s.key->handle_key);
  if (s.scorer != nullptr) text(s.scorer->version());
  return hash128(all);
}

Money money_of(const Conversation& c, const Options& o, Services& s) {
  const prices::Prices& prices = s.prices ? *s.prices : prices::Prices::built_in();
  return pipeline::money_of(c, o, prices, s.counters.ruler());
}

Placing placing_of(const Conversation& c, Texts& texts, const Options& o, Services& s, const Money& money, bool lossy) {
  return {c, o, s, &s.counters, texts, lossy, digest_of(c, o, s, money, lossy), user_texts_before(c, texts)};
}

Tokens count_calls(const Conversation& c, tokens::Counter& counter) {
  Tokens n;
  for (const messages::Call& call : c.calls) n += counter.count(call.name) + counter.count(call.arguments);
  return n;
}

Outcome as_it_came(std::string_view body, Reason reason, std::string message, Services& services) {
  Outcome out;
  out.output = body;
  out.before = out.after = services.counters.ruler().count(body);
  out.skipped.push_back({"", -1, reason});
  out.warnings.push_back(std::move(message));
  return out;
}

// The tokens of what stands as the request before this one had it.
Tokens settled_tokens(const Conversation& c, const Course& course) {
  Tokens n;
  for (std::size_t i = 0; i < c.leaves.size(); ++i) {
    if (c.leaves[i].message < course.settled) n += course.standing.leaves[i].now();
  }
  const std::vector<LeftRun> runs = left_runs(course.standing);
  std::size_t run = 0;
  for (std::size_t k = 0; k < c.calls.size(); ++k) {
    const int m = c.calls[k].message;
    while (run < runs.size() && runs[run].end <= m) ++run;
    const bool left = run < runs.size() && runs[run].first <= m;
    if (m < course.settled && !left) n += course.standing.calls[k];
  }
  return n;
}

}  // namespace

Outcome compress_body(std::string_view body, std::string_view format, const Options& options, Services& services) {
  const auto conversation = messages::read(body, messages::parse_format(format));
  if (!conversation)
    return as_it_came(body, reason_of(conversation.error().refusal), conversation.error().message, services);
  const Conversation& c = *conversation;
  Outcome notes;
  Capability capability = capability_of(c, options);
  capability.inject &= wants_loss(options, services);  // where nothing is ever left out, nothing need come back
  const bool lossy = may_lose(capability, options, services, notes);
  const Money money = money_of(c, options, services);
  Texts texts(c);
  const Placing placing = placing_of(c, texts, options, services, money, lossy);
  const Course course = run_course(placing, money);
  const std::string_view handle_key = services.key ? std::string_view(services.key->handle_key) : std::string_view();
  Additions added = additions_to(c, options, capability, services.counters.ruler(), handle_key);
  Outcome out = emit(body, placing, course, std::move(added), capability.redeem);
  out.settled = std::min(settled_tokens(c, course), out.after);
  if (options.relocate == Relocate::off) {
    VolatileParts found = volatile_parts(c, services.counters.ruler());
    if (!found.parts.empty()) out.written_again = out.after - std::min(out.after, found.before);
    out.volatile_parts = std::move(found.parts);
  }
  if (money.row) {
    const Tokens images = out.images_before - out.images_after;  // in the model's own tokens
    const Tokens saved = money.model->data.estimate(out.before - out.after - images) + images;
    out.saved_nano = saved.value * money.row->in.value / 1000;
  }
  out.warnings.insert(out.warnings.begin(), notes.warnings.begin(), notes.warnings.end());
  out.skipped.insert(out.skipped.begin(), notes.skipped.begin(), notes.skipped.end());
  if (!out.error) out.error = notes.error;
  return out;
}

std::vector<LeftOriginal> left_originals(std::string_view body, std::string_view format, const Options& options,
                                         Services& services) {
  std::vector<LeftOriginal> out;
  const auto conversation = messages::read(body, messages::parse_format(format));
  if (!conversation) return out;
  const Conversation& c = *conversation;
  Outcome unused;
  if (!may_lose(capability_of(c, options), options, services, unused)) return out;
  const Money money = money_of(c, options, services);
  Texts texts(c);
  const Placing placing = placing_of(c, texts, options, services, money, true);
  const Standing standing = run_course(placing, money).standing;
  if (standing.left.empty()) return out;
  history::Past past = past_without_texts(c, {}, errors_of(standing), {});
  past.pictures = pictures_of(placing);
  for (const Left& l : standing.left) {
    const bool index = l.content != nullptr;
    out.push_back({index ? *l.content : render_unit(past, l.unit, texts), source_of(l)});
    if (index) continue;
    const auto [image, end] = history::within(c.images, l.unit.first, l.unit.end);
    for (std::size_t i = image; i < end; ++i) {
      if (auto bytes = messages::bytes_of(c, c.images[i])) out.push_back({*std::move(bytes), source_of(l)});
    }
  }
  return out;
}

Result<Tokens> count_body(std::string_view body, std::string_view format, tokens::Counter& counter) {
  const auto conversation = messages::read(body, messages::parse_format(format));
  if (!conversation) return fail(ErrorKind::invalid_request, conversation.error().message);
  Tokens n = count_calls(*conversation, counter);
  std::string buffer;
  for (const Leaf& leaf : conversation->leaves) n += counter.count(messages::text_of(*conversation, leaf, buffer));
  return n;
}

}  // namespace headroom::pipeline
