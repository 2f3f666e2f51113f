#include "pipeline/placing.h"

#include <algorithm>
#include <utility>

#include "base/lines.h"
#include "history/same_result.h"
#include "history/touch.h"
#include "pipeline/block.h"
#include "pipeline/gates.h"
#include "pipeline/read_path.h"
#include "pipeline/secret_gate.h"
#include "pipeline/slot_query.h"
#include "search/query.h"

namespace headroom::pipeline {
namespace {

using compressors::Fidelity;
using messages::Call;
using messages::Leaf;

constexpr Tokens short_error{2000};  // failures under this stay as they are
constexpr Tokens least_repeat{60};   // shorter texts are neither pointed at nor replaced by a pointer

const Call* call_of(const Placing& p, const Leaf& leaf) {
  return leaf.call < 0 ? nullptr : &p.conversation.calls[static_cast<std::size_t>(leaf.call)];
}

std::string handle_for(const Placing& p, std::string_view text) {
  return store::to_string(store::handle_of(*p.services.key, text));
}

std::string label_of(const Placing& p, const Leaf& leaf) {
  const Call* call = call_of(p, leaf);
  return call ? history::call_label({call->name, call->arguments, call->message}) : std::string();
}

// A view as the cache keeps it: without its handle, so that it serves every workspace.
struct CachedView {
  BlockResult result;
};

std::size_t bytes_of(const BlockResult& r) {
  return sizeof(CachedView) + (r.best ? r.best->view.text.size() + r.best->view.statement.size() : 0);
}

// Views grow piece by piece: what they hold beyond their size is not worth keeping.
void trim(BlockResult& r) {
  if (r.best) r.best->view.text.shrink_to_fit(), r.best->view.statement.shrink_to_fit();
}

// What the text is read for, as bytes: they are the query's key.
struct QuerySource {
  std::string user, arguments;
};

QuerySource query_source(const Placing& p, std::size_t leaf) {
  QuerySource q;
  if (const std::int32_t user = p.user_before[leaf]; user >= 0) q.user = p.texts[static_cast<std::size_t>(user)];
  if (const Call* call = call_of(p, p.conversation.leaves[leaf])) q.arguments = scalar_arguments(call->arguments);
  return q;
}

search::Query query_of(const QuerySource& q) {
  std::vector<search::QueryText> texts;
  if (!q.user.empty()) texts.push_back({q.user, 1});
  if (!q.arguments.empty()) texts.push_back({q.arguments, 2});
  return search::Query::parse(texts);
}

std::shared_ptr<const CachedView> view_of(const Placing& p, std::size_t leaf, const LeafState& state, Moment moment,
                                          std::optional<Tokens> budget, bool lossy) {
  const Call* call = call_of(p, p.conversation.leaves[leaf]);
  const std::string_view text = p.texts[leaf];
  const bool exact = moment == Moment::birth && is_exact(p, leaf);
  const bool no_code = moment == Moment::epoch && !state.may_hold_code;
  const bool all_code = moment == Moment::epoch && state.all_code;
  const QuerySource source = query_source(p, leaf);
  Hash128 key;
  if (p.services.cache) {
    std::string seed = "view ";
    seed.append(std::to_string(p.class_digest.low)).append(" ").append(std::to_string(p.class_digest.high));
    seed.append(" ").append(std::to_string(budget ? budget->value : -1));
    seed += exact ? 'e' : '-';
    seed += lossy ? 'l' : '-';
    seed += moment != Moment::epoch ? '-' : no_code ? 'n' : all_code ? 'c' : 'p';
    const Hash128 content = hash128(text), user = hash128(source.user), arguments = hash128(source.arguments);
    for (const Hash128 h : {content, user, arguments})
      seed.append(" ").append(std::to_string(h.low)).append(" ").append(std::to_string(h.high));
    key = hash128(seed);
    if (auto found = p.services.cache->find<CachedView>(key)) return found;
  }
  const search::Query query = query_of(source);
  const std::string path = call ? read_path(call->arguments) : std::string();
  const bool code_may_change = moment == Moment::epoch || p.options.keep_code <= 0;
  BlockRequest request{text, state.before, query, budget, lossy && !exact, exact, {}, path, {}, code_may_change};
  request.holds_no_code = no_code, request.all_code = all_code;
  request.scorer = p.services.scorer;
  CachedView view{compress_block(request, p.options, *p.counters)};
  if (p.services.cache) trim(view.result);
  const auto made = std::make_shared<const CachedView>(std::move(view));
  if (p.services.cache) p.services.cache->put(key, made, bytes_of(made->result));
  return made;
}

std::shared_ptr<const Placed> placed_of(const Placing& p, std::size_t leaf, const Choice& choice) {
  Placed out;
  const compressors::View& view = choice.view;
  out.tokens = choice.tokens;
  out.original_bytes = p.texts[leaf].size();
  out.kind = choice.kind;
  out.method = view.method;
  out.lossless = view.fidelity == Fidelity::lossless;
  if (out.lossless) {
    out.text = view.text;
  } else {
    out.handle = handle_for(p, p.texts[leaf]);
    out.text = with_marker(view, out.handle);
    out.statement = view.statement;
    out.shown = view.shown, out.total = view.total, out.unit = view.unit;
  }
  return std::make_shared<const Placed>(std::move(out));
}

}  // namespace

bool is_typed(std::string_view user_text) {
  if (user_text.find_first_not_of(" \t\r\n") == user_text.npos) return false;
  return search::without_wrappers(user_text).find_first_not_of(" \t\r\n") != std::string::npos;
}

std::vector<std::int32_t> user_texts_before(const messages::Conversation& c, const Texts& texts) {
  std::vector<std::int32_t> before(c.leaves.size(), -1);
  std::int32_t last = -1;
  std::string buffer;
  for (std::size_t i = 0; i < c.leaves.size(); ++i) {
    before[i] = last;
    if (c.leaves[i].role == messages::Role::user && is_typed(texts.look(i, buffer)))
      last = static_cast<std::int32_t>(i);
  }
  return before;
}

bool is_exact(const Placing& p, std::size_t leaf) {
  const Call* call = call_of(p, p.conversation.leaves[leaf]);
  return call && is_exact_tool(call->name, p.options);
}

LeafState first_look(const Placing& p, std::size_t leaf) {
  const Leaf& l = p.conversation.leaves[leaf];
  const std::string_view text = p.texts[leaf];
  LeafState s;
  s.before = p.counters->ruler().count(text);
  s.error = l.error;
  s.skipped = p.options.optimize ? closed_gate(p.conversation, l, p.options) : std::optional(Reason::mode_off);
  s.slot = !s.skipped;
  if (l.role == messages::Role::tool) {
    if (!s.error && s.before < short_error) s.error = is_error_output(text);
    s.readable = true;
  }
  if (!s.slot) return s;
  if (s.before < p.options.min_lossless) {
    s.skipped = Reason::too_small;
  } else if (s.error && s.before < short_error) {
    s.skipped = Reason::small_error;
  } else if (is_own_output(text)) {
    s.skipped = Reason::own_output;
  }
  return s;
}

bool is_secret(const Placing& p, std::size_t leaf, LeafState& state) {
  if (!state.secret_known) {
    state.secret = !may_be_stored(p.texts[leaf], p.options.secrets, p.services.store_leaves_process);
    state.secret_known = true;
  }
  return state.secret;
}

namespace {

// The view that this text may have: of one that may not be stored, a lossless one. Null, and why, if there is none.
struct Fitting {
  std::shared_ptr<const CachedView> view;
  Reason reason = Reason::no_gain;
  bool may_hold_code = false, all_code = false;
};
Fitting fitting_view(const Placing& p, std::size_t leaf, LeafState& state, Moment moment,
                     std::optional<Tokens> budget) {
  auto view = view_of(p, leaf, state, moment, budget, p.lossy);
  const auto& best = view->result.best;
  bool code = view->result.may_hold_code;
  if (!best) return {nullptr, view->result.reason, code, view->result.all_code};
  if (p.options.secrets == SecretsOption::raw && is_secret(p, leaf, state)) return {nullptr, Reason::secret, code};
  if (best->view.fidelity == Fidelity::reversible && is_secret(p, leaf, state)) {
    view = view_of(p, leaf, state, moment, budget, false);
    code |= view->result.may_hold_code;
    if (!view->result.best) return {nullptr, Reason::secret, code};
  }
  return {std::move(view), Reason::no_gain, code};
}

}  // namespace

Chosen choose_view(const Placing& p, std::size_t leaf, LeafState& state, Moment moment, std::optional<Tokens> budget) {
  const Fitting found = fitting_view(p, leaf, state, moment, budget);
  const bool exact = moment == Moment::birth && is_exact(p, leaf);
  const bool code = found.may_hold_code;
  // A view may hold code that only waits for an epoch.
  if (found.view) {
    const bool early = found.view->result.reason == Reason::code_recent;
    return {placed_of(p, leaf, *found.view->result.best), early ? Reason::code_recent : Reason::no_gain, code};
  }
  const bool final = found.reason == Reason::code_recent || found.reason == Reason::secret;
  return {nullptr, exact && !final ? Reason::exact_tool : found.reason, code, found.all_code};
}

Prospect later_view(const Placing& p, std::size_t leaf, LeafState& state, std::optional<Tokens> budget) {
  const Fitting found = fitting_view(p, leaf, state, Moment::epoch, budget);
  if (!found.view) return {state.before, false};
  const Choice& best = *found.view->result.best;
  return {best.tokens, best.view.fidelity == Fidelity::reversible};
}

std::shared_ptr<const Placed> lossless_view(const Placing& p, std::size_t leaf, const LeafState& state) {
  const auto view = view_of(p, leaf, state, Moment::birth, std::nullopt, false);
  return view->result.best ? placed_of(p, leaf, *view->result.best) : nullptr;
}

std::shared_ptr<const Placed> choose_pointer(const Placing& p, std::size_t leaf, LeafState& state,
                                             const history::Index& index, const history::TextOf& earlier,
                                             Tokens to_beat) {
  if (!state.lines || index.size() == 0 || state.before < least_repeat) return nullptr;
  const std::string_view text = p.texts[leaf];
  const std::string handle = p.lossy && !is_secret(p, leaf, state) ? handle_for(p, text) : std::string();
  auto found = index.find(state.lines, text, earlier, handle);
  if (!found) return nullptr;
  Placed out;
  out.tokens = p.counters->ruler().count(found->view);
  if (out.tokens >= to_beat || !p.counters->smaller(found->view, text)) return nullptr;
  out.text = std::move(found->view);
  out.kind = out.method = "repeat";
  out.statement = "lines that an earlier result shows";
  out.handle = handle;
  out.lines = std::move(found->shown);
  for (const history::Lines& l : out.lines) out.shown += static_cast<std::int64_t>(l.size());
  out.total = static_cast<std::int64_t>(count_lines(text));
  out.original_bytes = text.size();
  out.unit = "lines";
  return std::make_shared<const Placed>(std::move(out));
}

std::shared_ptr<const Placed> place_stale(const Placing& p, std::size_t leaf, LeafState& state,
                                          std::string_view statement, Tokens to_beat) {
  if (!p.lossy || is_secret(p, leaf, state)) return nullptr;
  Placed out;
  out.handle = handle_for(p, p.texts[leaf]);
  out.text = "[" + std::string(statement) + ". Retrieve with hash=" + out.handle + "]";
  out.tokens = p.counters->ruler().count(out.text);
  if (out.tokens >= to_beat || !p.counters->smaller(out.text, p.texts[leaf])) return nullptr;
  out.kind = out.method = "stale_read";
  out.statement = statement;
  out.total = static_cast<std::int64_t>(count_lines(p.texts[leaf]));
  out.original_bytes = p.texts[leaf].size();
  out.unit = "lines";
  out.lossless = false;
  return std::make_shared<const Placed>(std::move(out));
}

namespace {

const history::Reading& lines_of(const Placing& p, std::size_t leaf, LeafState& state) {
  if (!state.lines) state.lines = history::read_lines(p.texts[leaf]);
  return state.lines;
}

void add_to_index(const Placing& p, std::size_t leaf, LeafState& state, Standing& standing) {
  if (state.gone) return;
  // Also what shows no line of its source: a pointer that names "result 2 of ..." counts the results as the reader
  // does.
  std::vector<history::Lines> shown;
  if (state.placed) {
    shown = state.placed->lines;
  } else if (state.before >= least_repeat) {
    shown.push_back({0, count_lines(p.texts[leaf])});
  }
  standing.index.add(lines_of(p, leaf, state), label_of(p, p.conversation.leaves[leaf]), shown);
  standing.indexed.push_back(static_cast<std::uint32_t>(leaf));
}

// The first readable text waits for a second.
void enter_first(const Placing& p, Standing& standing) {
  if (const auto first = std::exchange(standing.to_enter, std::nullopt))
    add_to_index(p, *first, standing.leaves[*first], standing);
}

constexpr std::string_view same_kind = "same_result";

// The nearest text above with this very view, by its place in the index. One of many texts may be the same: no more are
// looked at than these.
std::optional<std::size_t> seen_above(const Placing& p, std::size_t leaf, const Standing& standing) {
  constexpr std::size_t most_looked_at = 1024;
  const Placed& view = *standing.leaves[leaf].placed;
  const std::size_t all = standing.indexed.size(), end = all > most_looked_at ? all - most_looked_at : 0;
  for (std::size_t k = all; k-- > end;) {
    const std::size_t above = standing.indexed[k];
    const LeafState& l = standing.leaves[above];
    if (!l.placed || l.before != standing.leaves[leaf].before) continue;
    if (l.placed->method == view.method && l.placed->text == view.text && p.texts[above] == p.texts[leaf]) return k;
  }
  return std::nullopt;
}

}  // namespace

std::shared_ptr<const Placed> choose_same(const Placing& p, std::size_t leaf, Standing& standing) {
  LeafState& state = standing.leaves[leaf];
  if (!state.readable || !state.placed || state.before < least_repeat) return nullptr;
  enter_first(p, standing);
  const auto target = seen_above(p, leaf, standing);
  if (!target) return nullptr;
  std::vector<history::ResultAbove> above;
  for (std::size_t k = 0; k < standing.indexed.size(); ++k) {
    const auto& placed = standing.leaves[standing.indexed[k]].placed;
    above.push_back({standing.index.label(k), placed && placed->method == same_kind});
  }
  history::SameResult same = history::name_same(*target, above);
  if (p.lossy && !is_secret(p, leaf, state)) same.handle = handle_for(p, p.texts[leaf]);
  Placed out = *state.placed;
  out.handle = same.handle;
  out.text = same.print();
  out.tokens = p.counters->ruler().count(out.text);
  if (out.tokens >= state.placed->tokens || !p.counters->smaller(out.text, p.texts[leaf])) return nullptr;
  out.lines.clear();
  out.kind = out.method = same_kind;
  out.statement = "an earlier result again, as it stands there";
  return std::make_shared<const Placed>(std::move(out));
}

bool may_repeat(const Placing& p, std::size_t leaf, Standing& standing) {
  LeafState& state = standing.leaves[leaf];
  if (!state.readable) return false;
  enter_first(p, standing);
  return standing.index.size() > 0 && standing.index.may_find(lines_of(p, leaf, state));
}

void enter(const Placing& p, std::size_t leaf, Standing& standing) {
  LeafState& state = standing.leaves[leaf];
  if (!state.readable || state.gone) return;
  if (const auto first = std::exchange(standing.to_enter, std::nullopt)) {
    add_to_index(p, *first, standing.leaves[*first], standing);
  } else if (standing.index.size() == 0) {
    standing.to_enter = leaf;
    return;
  }
  add_to_index(p, leaf, state, standing);
}

}  // namespace headroom::pipeline
