#include "proxy/rewrite.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "base/edits.h"
#include "http/coding.h"
#include "json/document.h"
#include "proxy/before_after.h"
#include "relay/trace.h"

namespace headroom::proxy {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;

void note(Rewritten& out, const pipeline::Outcome& o) {
  out.counted = true;
  out.before += o.before;
  out.after += o.after;
  out.failed = out.failed || o.error.has_value();
  out.tool_added = out.tool_added || o.tool_added;
  for (const std::string& t : o.transforms) {
    if (std::ranges::find(out.transforms, t) == out.transforms.end()) out.transforms.push_back(t);
  }
  for (const pipeline::Skipped& s : o.skipped) {
    const std::string_view word = to_string(s.reason);
    if (std::ranges::find(out.skipped, word) == out.skipped.end()) out.skipped.push_back(word);
    const auto at = std::ranges::find(out.skip_counts, s.reason, &std::pair<pipeline::Reason, std::uint64_t>::first);
    if (at == out.skip_counts.end()) {
      out.skip_counts.emplace_back(s.reason, 1);
    } else {
      ++at->second;
    }
  }
  if (!o.epoch_reports.empty()) {
    const std::string& trigger = o.epoch_reports.back().trigger;
    out.epoch = trigger == "limit"   ? ledger::EpochCause::limit
                : trigger == "asked" ? ledger::EpochCause::asked
                                     : ledger::EpochCause::paying;
  }
}

// Each request of a batch for itself; what stands around them keeps its bytes.
void rewrite_batch(api::Core& core, const RewriteJob& job, std::string_view body, const pipeline::Options& options,
                   Rewritten& out) {
  const auto doc = Document::parse(body);
  if (!doc) return out.skipped.push_back("not_json");
  std::optional<NodeId> list = doc->member(0, "requests");
  if (const auto batch = doc->member(0, "batch"); !list && batch) {  // Gemini: batch.input_config.requests.requests
    for (const std::string_view key : {"input_config", "inputConfig"}) {
      const auto config = doc->member(*batch, key);
      const auto inner = config ? doc->member(*config, "requests") : std::nullopt;
      if (inner) list = doc->member(*inner, "requests");
    }
  }
  if (!list || !doc->is(*list, Kind::array)) return out.skipped.push_back("not_json");
  std::vector<Edit> edits;
  for (const NodeId entry : doc->elements(*list)) {
    auto params = doc->member(entry, "params");
    if (!params) params = doc->member(entry, "request");
    if (!params || !doc->is(*params, Kind::object)) continue;
    api::Input input;
    input.kind = api::Input::Kind::body;
    input.text = doc->raw(*params);
    input.format = job.format;
    pipeline::Outcome o = core.compress(input, options);
    note(out, o);
    if (o.changed && !o.error) edits.push_back({(*doc)[*params].begin(), input.text.size(), std::move(o.output)});
  }
  if (!edits.empty()) out.body = SharedText(splice(body, edits));
}

// The loop over the reply, where the model can call our tool at all. `whole`: the request with its traces turned back.
void open_relay(api::Core& core, const RewriteJob& job, const SharedText& body, const SharedText& whole,
                const pipeline::Options& options, Rewritten& out) {
  const std::string_view sent = out.body.empty() ? body : out.body;
  if (!job.watches) return;
  if (!out.tool_added && (sent.find("headroom_retrieve") == sent.npos || !relay::offers_our_tool(sent))) return;
  api::RelayCall call;
  call.format = job.format;
  call.body = whole;
  call.options = options;
  call.request = out.body;
  call.trace = options.trace;
  call.limits = api::limits_of(options);
  call.tool_added = out.tool_added;
  if (auto relay = core.open_relay(std::move(call))) out.relay = std::move(*relay);
}

// The text that is forwarded, and what is told of it. What shortening it has left behind is freed on return: of a large
// body that is more than the body.
void shorten(api::Core& core, const RewriteJob& job, const SharedText& text, bool restored,
             const pipeline::Options& options, Rewritten& out) {
  api::Input input;
  input.kind = api::Input::Kind::body;
  input.text = text;
  input.format = job.format;
  bool asks_for_store = false;
  if (!job.may_wait) input.asks_for_store = &asks_for_store;
  pipeline::Outcome o = job.audit ? core.simulate(input, options) : core.compress(input, options);
  out.needs_store = asks_for_store;
  if (out.needs_store) return;
  note(out, o);
  out.removed = ledger::removed_of(o);
  out.transform_names = ledger::transforms_of(o);
  if (job.keeps_views) out.views = before_and_after(text, o);
  if (job.audit) return;
  if (o.changed && !o.error) {
    out.body = SharedText(std::move(o.output));
  } else if (out.tool_added = false; restored) {
    out.body = text;
  }
}

void rewrite_body(api::Core& core, const RewriteJob& job, const SharedText& body, const pipeline::Options& options,
                  Rewritten& out) {
  if (!job.may_wait) {
    const std::string_view bytes = body;
    out.needs_store = bytes.find("\"previous_response_id\"") != bytes.npos || relay::may_hold_trace(bytes);
    if (out.needs_store) return;
  }
  SharedText whole = body;
  std::optional<relay::Restored> restored;
  if (!job.lossless_only && !job.audit) restored = core.restore(body, job.format, api::limits_of(options), options);
  if (restored) whole = SharedText(std::move(restored->body));
  shorten(core, job, whole, restored.has_value(), options, out);
  if (!job.audit && !out.needs_store) open_relay(core, job, body, whole, options, out);
}

}  // namespace

Rewritten rewrite(api::Core& core, const RewriteJob& job, const pipeline::Options& given) {
  Rewritten out;
  // What escapes is our bug, or memory at its end: the client's bytes go out (promise 8).
  try {
    pipeline::Options options = given;
    options.route = job.lossless_only ? pipeline::Route::relayed : pipeline::Route::intercepted;
    std::optional<std::string> plain;
    if (!job.coding.empty() && !(plain = http::decode(job.coding, job.body, json::max_text))) {
      out.skipped.push_back("encoding");
      return out;
    }
    const SharedText body = plain ? SharedText(*std::exchange(plain, std::nullopt)) : job.body;
    out.model = top_string(body, "model");
    if (job.batches) {
      options.in_batch = true;
      rewrite_batch(core, job, body, options, out);
    } else {
      rewrite_body(core, job, body, options, out);
    }
  } catch (const std::exception&) {
    Rewritten failed;
    failed.failed = true;
    return failed;
  }
  return out;
}

std::optional<Rewritten> answer_stored(api::Core& core, std::string_view request, std::string_view response,
                                       const pipeline::Options& given) {
  try {
    pipeline::Options options = given;
    options.route = pipeline::Route::intercepted;
    auto answered = core.answer_stored(request, response, api::limits_of(options));
    if (!answered) return std::nullopt;
    Rewritten out;
    RewriteJob job;
    job.format = "responses";
    job.body = SharedText(std::move(*answered));
    open_relay(core, job, job.body, job.body, options, out);
    out.body = job.body;
    return out;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::string_view top_string(std::string_view json, std::string_view key) {
  int depth = 0;
  bool expects_key = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    switch (json[i]) {
      case '{':
      case '[':
        expects_key = ++depth == 1 && json[i] == '{';
        break;
      case '}':
      case ']':
        --depth;
        break;
      case ',':
        expects_key = depth == 1;
        break;
      case '"': {
        const std::size_t begin = ++i;
        while (i < json.size() && json[i] != '"') i += json[i] == '\\' ? 2 : 1;
        if (i >= json.size()) return {};
        if (!std::exchange(expects_key, false) || json.substr(begin, i - begin) != key) break;
        std::size_t at = json.find_first_not_of(" \t\r\n", i + 1);
        if (at == json.npos || json[at] != ':') return {};
        at = json.find_first_not_of(" \t\r\n", at + 1);
        if (at == json.npos || json[at] != '"') return {};
        const std::size_t end = json.find_first_of("\"\\", at + 1);
        return end == json.npos || json[end] == '\\' ? std::string_view() : json.substr(at + 1, end - at - 1);
      }
      default:
        break;
    }
  }
  return {};
}

}  // namespace headroom::proxy
