#include "pipeline/compress.h"

#include <algorithm>
#include <iterator>

#include "base/lines.h"
#include "json/strings.h"
#include "messages/check.h"
#include "messages/conversation.h"
#include "messages/edit.h"
#include "pipeline/additions.h"
#include "pipeline/block.h"
#include "pipeline/capability.h"
#include "pipeline/gates.h"
#include "pipeline/read_path.h"
#include "pipeline/secret_gate.h"
#include "pipeline/slot_query.h"

namespace headroom::pipeline {
namespace {

using compressors::Fidelity;
using messages::Conversation;
using messages::Leaf;

constexpr Tokens short_error{2000};  // error outputs under this stay raw
constexpr Tokens least_budget{300};  // of a reversible view, when a conversation's budget is shared out

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

// A text on its way through: a leaf of a body, or the one content.
struct Block {
  std::string owned;  // the decoded text, where it is not the caller's own bytes
  std::string_view text;
  std::string pointer;
  int message = -1;
  std::string role, tool, arguments;
  std::string_view kind;  // forced, or empty
  std::string path;       // of the file it is the text of, if known
  bool at_epoch = true;   // source code may change
  search::Query query;    // what it is read for
  std::size_t leaf = 0;
  Tokens before;
  BlockResult result;
  std::optional<Reason> skipped;
  std::string replacement;  // what it became; only if changed
};

bool may_lose(const Options& o, const Services& s) {
  return o.retrieval != Retrieval::none && o.fidelity != FidelityOption::lossless && s.store != nullptr;
}

std::optional<Tokens> budget_of(const Options& o, Tokens block, Tokens whole) {
  if (o.token_budget) {
    if (whole.value == 0 || block == whole) return o.token_budget;
    return std::max(least_budget, Tokens(static_cast<std::int64_t>(static_cast<double>(o.token_budget->value) *
                                                                   static_cast<double>(block.value) /
                                                                   static_cast<double>(whole.value))));
  }
  if (o.target_ratio) return Tokens(static_cast<std::int64_t>(static_cast<double>(block.value) * *o.target_ratio));
  return std::nullopt;
}

std::string_view kind_of(const BlockResult& r) {
  return r.best ? r.best->kind : std::string_view();
}

// One block: the view that stands for it, or the reason it stays.
void choose(Block& b, bool is_error, std::optional<Tokens> budget, const Options& o, Services& services) {
  if (b.before < o.min_lossless) {
    b.skipped = Reason::too_small;
    return;
  }
  if (b.before < short_error && (is_error || is_error_output(b.text))) {
    b.skipped = Reason::small_error;
    return;
  }
  const bool exact = is_exact_tool(b.tool, o);
  const BlockRequest request{b.text, b.before, b.query, budget, may_lose(o, services) && !exact,
                             exact,  b.kind,   b.path,  {},     b.at_epoch};
  b.result = compress_block(request, o, services.counters);
  b.result.lossless.reset();
  const bool early = b.result.reason == Reason::code_recent;
  if (!b.result.best) b.skipped = exact && !early ? Reason::exact_tool : b.result.reason;
}

store::Original original_of(const Block& b, const Options& o, const Services& services) {
  store::Original original;
  original.content = b.text;
  original.kind = "slot";
  original.source = {b.tool, b.arguments.substr(0, 200)};
  if (!may_be_stored(b.arguments, o.secrets, services.store_leaves_process)) original.source.arguments.clear();
  original.tokens = static_cast<std::uint64_t>(b.before.value);
  original.lines = count_lines(b.text);
  return original;
}

BlockResult lossless_only(const Block& b, const Options& o, Services& services) {
  return compress_block({b.text, b.before, b.query, std::nullopt, false, false, b.kind, b.path, {}, b.at_epoch}, o,
                        services.counters);
}

// The lossless view if there is one, else the raw block: no marker without an original.
void fall_back(Block& b, const Error& error, const Options& o, Services& services, Outcome& out) {
  b.result = lossless_only(b, o, services);
  const Reason reason = error.kind == ErrorKind::collision ? Reason::collision : Reason::store_failed;
  if (!b.result.best) b.skipped = reason;
  out.skipped.push_back({b.pointer, b.message, reason});
  if (!out.error) out.error = error;
}

// Store first, read back, then emit: every reversible choice gets its handle, all in one transaction.
void store_originals(std::vector<Block*>& reversible, const Options& o, Services& services, Outcome& out) {
  if (reversible.empty()) return;
  auto store = services.store();
  if (!store) {
    for (Block* b : reversible) fall_back(*b, store.error(), o, services, out);
    return;
  }
  std::vector<store::Original> originals;
  originals.reserve(reversible.size());
  for (Block* b : reversible) originals.push_back(original_of(*b, o, services));
  const std::vector<Result<store::Handle>> handles = (*store)->put(originals);
  for (std::size_t i = 0; i < reversible.size(); ++i) {
    Block& b = *reversible[i];
    if (!handles[i]) {
      fall_back(b, handles[i].error(), o, services, out);
      continue;
    }
    const compressors::View& view = b.result.best->view;
    const std::string hash = store::to_string(*handles[i]);
    b.replacement = with_marker(view, hash);
    out.markers.push_back({hash, b.pointer, b.message, std::string(b.result.best->kind), view.shown, view.total,
                           std::string(view.unit), b.before, b.text.size()});
  }
}

// A secret goes to no store that it may not go to: its block gets the lossless view, or stays as it is.
void keep_secrets(std::vector<Block>& blocks, const Options& o, Services& services, Outcome& out) {
  for (Block& b : blocks) {
    const bool raw = o.secrets == SecretsOption::raw;
    if (!b.result.best || (!raw && b.result.best->view.fidelity != Fidelity::reversible)) continue;
    if (may_be_stored(b.text, o.secrets, services.store_leaves_process)) continue;
    b.result = raw ? BlockResult{} : lossless_only(b, o, services);
    if (!b.result.best) b.skipped = Reason::secret;
    out.skipped.push_back({b.pointer, b.message, Reason::secret});
  }
}

void emit(std::vector<Block>& blocks, const Options& o, Services& services, Outcome& out) {
  keep_secrets(blocks, o, services, out);
  std::vector<Block*> reversible;
  for (Block& b : blocks) {
    if (b.result.best && b.result.best->view.fidelity == Fidelity::reversible) reversible.push_back(&b);
  }
  store_originals(reversible, o, services, out);
  for (Block& b : blocks) {
    if (b.result.best && b.replacement.empty()) b.replacement = std::move(b.result.best->view.text);
  }
}

// What happened to each block: totals, transforms, rows, reasons.
void report(const std::vector<Block>& blocks, Outcome& out) {
  for (const Block& b : blocks) {
    Row row{b.message, b.role, b.tool, std::string(kind_of(b.result)), "", b.before, b.before, ""};
    if (b.result.best) {
      const Choice& c = *b.result.best;
      row.method = c.view.method;
      row.after = c.tokens;
      row.note = c.view.fidelity == Fidelity::lossless ? "lossless: every value still there" : c.view.statement;
      out.changed = true;
      out.lossless = out.lossless && c.view.fidelity == Fidelity::lossless;
      out.after -= b.before - c.tokens;
      if (std::find(out.transforms.begin(), out.transforms.end(), row.method) == out.transforms.end())
        out.transforms.push_back(row.method);
    } else if (b.skipped) {
      row.note = to_string(*b.skipped);
      const bool told = std::any_of(out.skipped.begin(), out.skipped.end(),
                                    [&](const Skipped& s) { return s.pointer == b.pointer && s.reason == *b.skipped; });
      if (!told) out.skipped.push_back({b.pointer, b.message, *b.skipped});
    }
    out.rows.push_back(std::move(row));
  }
}

Tokens count_calls(const Conversation& c, tokens::Counter& counter) {
  Tokens n;
  for (const messages::Call& call : c.calls) n += counter.count(call.name) + counter.count(call.arguments);
  return n;
}

std::vector<Block> blocks_of(const Conversation& c, const Options& o, tokens::Counter& counter) {
  std::vector<Block> blocks;
  blocks.reserve(c.leaves.size());
  for (std::size_t i = 0; i < c.leaves.size(); ++i) {
    const Leaf& leaf = c.leaves[i];
    Block b;
    b.leaf = i;
    b.text = messages::text_of(c, leaf, b.owned);
    b.pointer = leaf.pointer;
    b.message = leaf.message;
    b.role = messages::to_string(leaf.role);
    if (leaf.call >= 0) {
      b.tool = c.calls[static_cast<std::size_t>(leaf.call)].name;
      b.arguments = c.calls[static_cast<std::size_t>(leaf.call)].arguments;
    }
    b.before = counter.count(b.text);
    b.skipped = o.optimize ? closed_gate(c, leaf, o) : std::optional(Reason::mode_off);
    if (b.skipped) b.owned = std::string(), b.text = {};  // only what may change is kept decoded
    blocks.push_back(std::move(b));
  }
  // A moved short string moves its bytes: views are taken when the blocks have their place.
  for (Block& b : blocks) {
    if (!b.owned.empty()) b.text = b.owned;
  }
  return blocks;
}

// The edits of the changed blocks, spliced in and read again; the body as it came if that does not hold.
void splice_checked(std::string_view body, const Conversation& c, const std::vector<Block>& blocks, Additions added,
                    Outcome& out) {
  messages::Plan plan = std::move(added.plan);
  out.edits = std::move(added.edits);
  out.changes.insert(out.changes.end(), added.changes.begin(), added.changes.end());
  out.after += added.tokens;
  out.changed |= !out.edits.empty();
  out.tool_added = added.tool;
  if (added.tool) out.transforms.emplace_back("retrieve_tool");
  if (added.moved) out.transforms.emplace_back("relocate");
  out.warnings.insert(out.warnings.end(), added.warnings.begin(), added.warnings.end());
  bool writable =
      true;  // not every text is: two halves of a pair that only meet in the view would read as one character
  for (const Block& b : blocks) {
    if (!b.result.best) continue;
    const Leaf& leaf = c.leaves[b.leaf];
    messages::Replacement now = messages::replace_leaf(c, leaf, b.replacement);
    if (now.is_text)
      writable &= json::unescape(std::string_view(now.value).substr(1, now.value.size() - 2)) == b.replacement;
    std::ranges::move(now.edits, std::back_inserter(out.edits));
    out.changes.push_back({std::move(now.pointer), b.message, b.replacement, now.is_text ? "" : std::move(now.value)});
    messages::plan_leaf(c, leaf, plan);
  }
  sort_edits(out.edits);
  out.output = splice(body, out.edits);
  if (out.edits.empty() || (writable && !messages::violation(c, out.output, std::move(plan)))) return;
  Outcome raw;
  raw.output = body;
  raw.before = raw.after = out.before;
  raw.skipped.push_back({"", -1, Reason::check_failed});
  raw.error = Error{ErrorKind::internal, "the result does not read as the request did; the original is kept"};
  out = std::move(raw);
}

Outcome as_it_came(std::string_view body, Reason reason, std::string message, Services& services) {
  Outcome out;
  out.output = body;
  out.before = out.after = services.counters.ruler().count(body);
  out.skipped.push_back({"", -1, reason});
  out.warnings.push_back(std::move(message));
  return out;
}

}  // namespace

Outcome compress_body(std::string_view body, std::string_view format, const Options& given, Services& services) {
  auto conversation = messages::read(body, messages::parse_format(format));
  if (!conversation)
    return as_it_came(body, reason_of(conversation.error().refusal), conversation.error().message, services);
  const Conversation& c = *conversation;
  Outcome out;
  Options options = given;
  Capability capability = capability_of(c, options);
  capability.inject &= may_lose(options, services);  // where nothing is ever left out, nothing need come back
  out.redeem = capability.redeem;
  if (may_lose(options, services) && capability.redeem == Redeem::none) {
    options.fidelity = FidelityOption::lossless;
    out.warnings.push_back(std::string(to_string(capability.why)) + ": lossless views only");
  }
  std::vector<Block> blocks = blocks_of(c, options, services.counters.ruler());
  for (const Block& b : blocks) out.before += b.before;
  out.before += count_calls(c, services.counters.ruler());
  out.after = out.before;
  Tokens open;  // of the blocks that may change: a conversation's budget is shared among them
  for (const Block& b : blocks) open += b.skipped ? Tokens(0) : b.before;
  for (Block& b : blocks) {
    if (b.skipped) continue;
    b.query = query_of(c, b.leaf);
    b.path = read_path(b.arguments);
    b.at_epoch = options.keep_code <= 0;  // a newborn block is among the last messages
    choose(b, c.leaves[b.leaf].error, budget_of(options, b.before, open), options, services);
  }
  emit(blocks, options, services, out);
  report(blocks, out);
  splice_checked(body, c, blocks, additions_to(c, options, capability, services.counters.ruler()), out);
  return out;
}

Outcome compress_content(std::string_view content, const ContentHints& hints, const Options& options,
                         Services& services) {
  std::vector<Block> blocks(1);
  Block& b = blocks.front();
  b.text = content;
  b.role = "tool";
  b.tool = hints.tool;
  b.arguments = hints.arguments;
  b.before = services.counters.ruler().count(content);
  Outcome out;
  out.before = out.after = b.before;
  const std::string arguments = scalar_arguments(hints.arguments);
  std::vector<search::QueryText> texts;
  if (!hints.query.empty()) texts.push_back({hints.query, 1});
  if (!arguments.empty()) texts.push_back({arguments, 2});
  if (options.optimize) {
    b.kind = hints.kind;
    b.query = search::Query::parse(texts);
    b.path = hints.path.empty() ? read_path(hints.arguments) : hints.path;
    choose(b, false, budget_of(options, b.before, b.before), options, services);
  } else {
    b.skipped = Reason::mode_off;
  }
  emit(blocks, options, services, out);
  report(blocks, out);
  out.output = b.result.best ? b.replacement : std::string(content);
  if (b.result.best) out.changes.push_back({"", -1, b.replacement, ""});
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
