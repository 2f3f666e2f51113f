// One content, without a conversation around it: detect, candidates, choice, store, marker.
#include <algorithm>

#include "base/lines.h"
#include "pipeline/block.h"
#include "pipeline/compress.h"
#include "pipeline/gates.h"
#include "pipeline/read_path.h"
#include "pipeline/secret_gate.h"
#include "pipeline/slot_query.h"

namespace headroom::pipeline {
namespace {

using compressors::Fidelity;

constexpr Tokens short_error{2000};  // failures under this stay as they are

bool may_lose(const Options& o, const Services& s) {
  return o.retrieval != Retrieval::none && o.fidelity != FidelityOption::lossless && s.store != nullptr;
}

std::optional<Tokens> budget_of(const Options& o, Tokens content) {
  if (o.token_budget) return o.token_budget;
  if (!o.target_ratio) return std::nullopt;
  return Tokens(static_cast<std::int64_t>(static_cast<double>(content.value) * *o.target_ratio));
}

search::Query query_of(const ContentHints& hints) {
  const std::string arguments = scalar_arguments(hints.arguments);
  std::vector<search::QueryText> texts;
  if (!hints.query.empty()) texts.push_back({hints.query, 1});
  if (!arguments.empty()) texts.push_back({arguments, 2});
  return search::Query::parse(texts);
}

// The view that stands for it, or the reason it stays.
struct Chosen {
  std::optional<Choice> choice;
  std::optional<Reason> skipped;
};

Chosen choose(std::string_view content, Tokens before, const ContentHints& hints, const Options& o, Services& services,
              bool lossy) {
  if (!o.optimize) return {std::nullopt, Reason::mode_off};
  if (before < o.min_lossless) return {std::nullopt, Reason::too_small};
  if (before < short_error && is_error_output(content)) return {std::nullopt, Reason::small_error};
  const bool exact = is_exact_tool(hints.tool, o);
  const search::Query query = query_of(hints);
  const std::string path = hints.path.empty() ? read_path(hints.arguments) : hints.path;
  BlockRequest request{content, before, query, budget_of(o, before), lossy && !exact, exact, hints.kind,
                       path,    {},     true};
  request.scorer = services.scorer;
  BlockResult r = compress_block(request, o, services.counters);
  if (r.best && (o.secrets == SecretsOption::raw || r.best->view.fidelity == Fidelity::reversible) &&
      !may_be_stored(content, o.secrets, services.store_leaves_process)) {
    if (o.secrets == SecretsOption::raw || !lossy) return {std::nullopt, Reason::secret};
    Chosen chosen = choose(content, before, hints, o, services, false);
    chosen.skipped = Reason::secret;
    return chosen;
  }
  if (r.best) return {std::move(r.best), r.not_judged ? std::optional(Reason::not_judged) : std::nullopt};
  return {std::nullopt, exact ? Reason::exact_tool : r.reason};
}

Result<store::Handle> put(std::string_view content, Tokens tokens, const ContentHints& hints, const Options& o,
                          Services& services) {
  auto store = services.store();
  if (!store) return std::unexpected(store.error());
  store::Original original;
  original.content = content;
  original.kind = "slot";
  original.source = {hints.tool, hints.arguments.substr(0, 200)};
  if (!may_be_stored(hints.arguments, o.secrets, services.store_leaves_process)) original.source.arguments.clear();
  original.tokens = static_cast<std::uint64_t>(tokens.value);
  original.lines = count_lines(content);
  return (*store)->put({&original, 1}).front();
}

}  // namespace

Outcome compress_content(std::string_view content, const ContentHints& hints, const Options& options,
                         Services& services) {
  Outcome out;
  out.before = out.after = services.counters.ruler().count(content);
  Chosen chosen = choose(content, out.before, hints, options, services, may_lose(options, services));
  std::string hash;
  if (chosen.choice && chosen.choice->view.fidelity == Fidelity::reversible) {
    const auto handle = put(content, out.before, hints, options, services);
    if (handle) {
      hash = store::to_string(*handle);
    } else {  // no marker without an original: the lossless view if there is one
      const Reason reason = handle.error().kind == ErrorKind::collision ? Reason::collision : Reason::store_failed;
      out.error = handle.error();
      out.skipped.push_back({"", -1, reason});
      chosen = choose(content, out.before, hints, options, services, false);
      if (!chosen.choice) chosen.skipped = reason;
    }
  }
  Row row;
  row.role = "tool";
  row.tool = hints.tool;
  row.before = row.after = out.before;
  if (chosen.choice) {
    const Choice& c = *chosen.choice;
    const compressors::View& view = c.view;
    out.changed = true;
    out.lossless = view.fidelity == Fidelity::lossless;
    out.after = row.after = c.tokens;
    out.output = out.lossless ? view.text : with_marker(view, hash);
    out.transforms.emplace_back(view.method);
    out.changes.push_back({"", -1, out.output, ""});
    if (chosen.skipped) out.skipped.push_back({"", -1, *chosen.skipped});
    row.kind = c.kind;
    row.method = view.method;
    row.note = out.lossless ? "lossless: every value still there" : view.statement;
    if (!out.lossless) {
      out.markers.push_back({hash, "", -1, std::string(c.kind), view.shown, view.total, std::string(view.unit),
                             out.before, content.size()});
    }
  } else {
    out.output = content;
    if (chosen.skipped) {
      row.note = to_string(*chosen.skipped);
      if (out.skipped.empty() || out.skipped.back().reason != *chosen.skipped)
        out.skipped.push_back({"", -1, *chosen.skipped});
    }
  }
  out.rows.push_back(std::move(row));
  return out;
}

}  // namespace headroom::pipeline
