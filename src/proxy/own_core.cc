// /v1/compress, /v1/retrieve*, /v1/usage: the core over HTTP.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "api/answer.h"
#include "api/nearest.h"
#include "api/simulation.h"
#include "base/base64.h"
#include "base/utf8.h"
#include "json/document.h"
#include "json/writer.h"
#include "proxy/own.h"
#include "proxy/usage.h"
#include "relay/call.h"

namespace headroom::proxy {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;

constexpr std::string_view messages_formats[] = {"openai", "responses", "anthropic", "gemini", "converse"};
constexpr std::size_t longest_session = 256;
constexpr std::size_t longest_query = 4 << 10;

std::string text_at(const Document& doc, NodeId object, std::string_view key) {
  const auto value = doc.member(object, key);
  if (!value) return {};
  return doc.is(*value, Kind::string)   ? doc.string(*value)
         : doc.is(*value, Kind::number) ? std::string(doc.raw(*value))
                                        : "";
}

OwnAnswer invalid(std::string_view message) {
  return own_error(code::invalid_request, message);
}

// What a request to /v1/compress asks for, beside its body.
struct CompressCall {
  api::Settings settings;
  bool dry_run = false;
  std::string session;
  std::vector<std::string> ignored;
  std::vector<std::string> warnings;
};

bool is_body_key(std::string_view key) {
  // What the wire formats have at their top; the rest of a body is ours or nobody's.
  constexpr std::string_view known[] = {"messages",
                                        "input",
                                        "model",
                                        "system",
                                        "tools",
                                        "tool_choice",
                                        "instructions",
                                        "stream",
                                        "max_tokens",
                                        "temperature",
                                        "top_p",
                                        "stop",
                                        "metadata",
                                        "response_format",
                                        "n",
                                        "user",
                                        "thinking",
                                        "reasoning",
                                        "store",
                                        "previous_response_id",
                                        "conversation",
                                        "max_completion_tokens",
                                        "parallel_tool_calls",
                                        "stop_sequences",
                                        "top_k",
                                        "text",
                                        "service_tier",
                                        "include",
                                        "seed"};
  return std::ranges::find(known, key) != std::end(known);
}

// Options of the core by name; those of where originals lie are the operator's alone.
void set_option(CompressCall& call, std::string_view name, std::string_view raw) {
  const api::OptionRow* const row = api::find_option(name);
  const bool peer = std::ranges::find(api::peer_options(), name, &api::PeerRow::name) != api::peer_options().end();
  if ((!row && !peer) || (row && (row->group == api::Group::store || row->name == "prices")))
    return call.ignored.emplace_back(name), void();
  api::Layer layer;
  layer.add_json(name, raw);
  api::Settings next = call.settings;
  if (const auto ok = layer.apply(next, call.warnings); !ok) {
    call.ignored.emplace_back(name);
    call.warnings.push_back(ok.error().message);
    return;
  }
  call.settings = std::move(next);
}

void read_config(const Document& doc, NodeId config, CompressCall& call) {
  for (const auto [key, value] : doc.members(config)) {
    const std::string name = doc.string(key);
    if (name == "session_id" && doc.is(value, Kind::string)) {
      call.session = doc.string(value);
    } else if (name == "dry_run") {
      call.dry_run = doc.is(value, Kind::true_);
    } else if (name == "mode" && doc.string_is(value, "ccr")) {
      call.settings.call.retrieval = pipeline::Retrieval::tool;
    } else if (name == "default_mode" && doc.is(value, Kind::string)) {
      const std::string mode = doc.string(value);
      if (mode == "simulate" || mode == "audit") {
        call.dry_run = true;
      } else if (mode != "optimize") {
        call.ignored.push_back(name);
      }
    } else {
      set_option(call, name, doc.raw(value));
    }
  }
}

CompressCall read_call(const OwnRequest& request, const Document& doc) {
  CompressCall call;
  call.settings = request.settings->core;
  call.settings.call.redeems_outside = false;
  call.settings.call.retrieval = request.caller.retrieval_tool ? pipeline::Retrieval::tool : pipeline::Retrieval::none;
  for (const auto [key, value] : doc.members(0)) {
    const std::string name = doc.string(key);
    if (name == "config") {
      if (doc.is(value, Kind::object)) read_config(doc, value, call);
    } else if (name == "token_budget") {
      if (!doc.is(value, Kind::null)) set_option(call, name, doc.raw(value));
    } else if (!is_body_key(name)) {
      call.ignored.push_back(name);
    }
  }
  call.settings.call.model = text_at(doc, 0, "model");
  // Only who may read originals can redeem a handle; auto is for those whose replies we see.
  if (call.settings.call.retrieval != pipeline::Retrieval::none)
    call.settings.call.retrieval =
        request.caller.rights.has(Right::content) ? pipeline::Retrieval::tool : pipeline::Retrieval::none;
  return call;
}

// Handles that stand in a text: "hash=" and twelve digits.
void find_handles(std::string_view text, std::vector<std::string>& out) {
  constexpr std::string_view mark = "hash=";
  for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + 1)) {
    const std::string_view digits = text.substr(at + mark.size(), 12);
    if (digits.size() < 12 || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) continue;
    if (std::ranges::find(out, digits) == out.end()) out.emplace_back(digits);
  }
}

double rounded(double value) {
  return std::round(value * 1e6) / 1e6;
}

void write_figures(json::Writer& out, const CompressCall& call, const pipeline::Outcome& o, std::string_view list,
                   std::size_t messages) {
  const double ratio =
      o.before.value > 0 ? rounded(static_cast<double>(o.after.value) / static_cast<double>(o.before.value)) : 1.0;
  out.key("tokens_before").number(o.before.value).key("tokens_after").number(o.after.value);
  out.key("tokens_saved").number((o.before - o.after).value).key("compression_ratio").number(ratio);
  for (const std::string_view name : {"transforms_applied", "transforms"}) {
    if (name == "transforms" && !call.dry_run) break;  // what the npm client calls them in a simulation
    out.key(name).array();
    for (const std::string& t : o.transforms) out.string(t);
    out.end();
  }
  out.key("transforms_summary").object();
  for (const std::string& t : o.transforms)
    out.key(t).number(static_cast<std::int64_t>(std::ranges::count(o.rows, t, &pipeline::Row::method)));
  std::vector<std::string> handles;
  find_handles(list, handles);
  out.end().key("ccr_hashes").array();
  for (const std::string& h : handles) out.string(h);
  out.end().key("saved_fraction").number(rounded(1 - ratio)).key("markers").array();
  for (const pipeline::MarkerInfo& m : o.markers) {
    out.object().key("hash").string(m.hash).key("pointer").string(m.pointer).key("message").number(
        std::int64_t{m.message});
    out.key("kind").string(m.kind).key("shown").number(m.shown).key("total").number(m.total).key("unit").string(m.unit);
    out.key("tokens").number(m.tokens.value).key("bytes").number(static_cast<std::int64_t>(m.bytes)).end();
  }
  out.end().key("skipped").array();
  for (const pipeline::Skipped& s : o.skipped)
    out.object().key("pointer").string(s.pointer).key("reason").string(to_string(s.reason)).end();
  out.end().key("warnings").array();
  for (const std::string& w : call.warnings) out.string(w);
  for (const std::string& w : o.warnings) out.string(w);
  out.end().key("lossless").boolean(o.lossless).key("epoch").array();
  for (const std::string& position : o.epochs) out.string(position);
  out.end().key("budget_met");
  if (const auto budget = call.settings.call.token_budget) {
    out.boolean(o.after <= *budget);
  } else {
    out.null();
  }
  out.key("ignored_keys").array();
  for (const std::string& key : call.ignored) out.string(key);
  out.end().key("session").object().key("id");
  if (call.session.empty() || call.session.size() > longest_session) {
    out.null();
  } else {
    out.string(call.session);
  }
  out.key("frozen_message_count").number(static_cast<std::int64_t>(messages));
  out.key("cached_prefix_replayed").boolean(o.settled > Tokens()).end();
}

ledger::Exchange row_of(const OwnRequest& request, App& app, std::string_view model, int status) {
  ledger::Exchange e;
  e.row.t = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  e.row.id = ledger::RequestId::own(app.next_request_id());
  e.row.rt = ledger::RouteName::own(request.route.name);
  e.row.md = ledger::ModelName::of(model);
  e.row.st = status;
  e.row.by = ledger::CallerName::own(request.caller.name);
  return e;
}

// A range of digits is a number, or what a marker is pasted as.
std::optional<api::RetrieveCall> read_retrieve(const OwnRequest& request, const std::string& body) {
  api::RetrieveCall call;
  if (request.route.endpoint == Endpoint::retrieve_get) {
    constexpr std::string_view prefix = "/v1/retrieve/";
    const std::string_view rest = std::string_view(request.path).substr(prefix.size());
    call.hash = percent_decoded(rest.substr(0, rest.find('?')), false);
    call.query = query_value(request.path, "query");
    call.lines = query_value(request.path, "lines");
    call.rows = query_value(request.path, "rows");
    call.path = query_value(request.path, "path");
    call.cursor = query_value(request.path, "cursor");
    if (const std::string most = query_value(request.path, "max_tokens"); !most.empty()) {
      std::int64_t n = 0;
      std::from_chars(most.data(), most.data() + most.size(), n);
      if (n > 0) call.max_tokens = Tokens{n};
    }
  } else {
    const auto doc = Document::parse(body);
    if (!doc || !doc->is(0, Kind::object)) return std::nullopt;
    call.hash = text_at(*doc, 0, "hash");
    call.query = text_at(*doc, 0, "query");
    call.lines = text_at(*doc, 0, "lines");
    call.rows = text_at(*doc, 0, "rows");
    call.path = text_at(*doc, 0, "path");
    call.cursor = text_at(*doc, 0, "cursor");
    std::int64_t n = 0;
    const std::string most = text_at(*doc, 0, "max_tokens");
    std::from_chars(most.data(), most.data() + most.size(), n);
    if (n > 0) call.max_tokens = Tokens{n};
  }
  call.query.resize(std::min(call.query.size(), longest_query));
  return call.hash.empty() ? std::nullopt : std::optional(std::move(call));
}

OwnAnswer missing(const std::string& hash, const pipeline::RetrieveAnswer& found) {
  const bool expired = found.status == store::Status::expired;
  json::Writer out;
  out.object().key("error").object().key("type").string(expired ? "expired" : "not_found");
  out.key("message").string(expired ? found.text : "There is no original with this handle.").end();
  out.key("hash").string(hash).key("status").string(expired ? "expired" : "not_found");
  if (expired && !found.tool.empty()) out.key("tool_name").string(found.tool);
  out.end();
  return {404, std::move(out).take(), expired ? "x-headroom-error: expired\r\n" : "x-headroom-error: not_found\r\n"};
}

// What escapes is our bug, or memory at its end: the originals are the answer, and it says so (promise 8).
pipeline::Outcome shorten(App& app, api::Core& core, const api::Input& input, const CompressCall& call) {
  try {
    return call.dry_run ? core.simulate(input, call.settings.call) : core.compress(input, call.settings.call);
  } catch (const std::exception&) {
    app.figures.failed_inside.fetch_add(1, std::memory_order_relaxed);
    pipeline::Outcome failed;
    failed.error = Error{ErrorKind::internal, "failed inside"};
    return failed;
  }
}

}  // namespace

OwnAnswer answer_compress(App& app, const OwnRequest& request, const std::string& body) {
  const auto doc = Document::parse(body);
  if (!doc || !doc->is(0, Kind::object)) return invalid("The body must be one JSON object.");
  const auto model = doc->member(0, "model");
  if (!model || !doc->is(*model, Kind::string)) return invalid("model must be a string.");
  const bool responses = !doc->member(0, "messages");
  const std::string_view key = responses ? "input" : "messages";
  const auto list = doc->member(0, key);
  if (!list || !(doc->is(*list, Kind::array) || (responses && doc->is(*list, Kind::string))))
    return invalid("messages (or input) must be a list.");
  CompressCall call = read_call(request, *doc);
  const std::size_t count = doc->is(*list, Kind::array) ? doc->count(*list) : 1;
  api::Input input;
  input.kind = api::Input::Kind::body;
  input.text = body;
  if (responses) input.format = "responses";

  api::Core& core = app.core(request.caller.workspace);
  const bool bypass = http::same_name(request.head.get("x-headroom-bypass"), "true");
  const pipeline::Outcome o = bypass ? pipeline::Outcome() : shorten(app, core, input, call);

  std::string_view shown = doc->raw(*list);
  std::optional<Document> after;
  if (!bypass && !call.dry_run && o.changed && !o.error) {
    if (auto parsed = Document::parse(o.output)) {
      after.emplace(std::move(*parsed));
      if (const auto changed = after->member(0, key)) shown = after->raw(*changed);
    }
  }
  json::Writer out;
  out.object().key(key).raw(shown);
  write_figures(out, call, o, shown, count);
  if (o.error) out.key("compression_skipped").boolean(true).key("skip_reason").string(o.error->message);
  out.end();
  std::string answer = std::move(out).take();
  if (call.dry_run && !bypass) {
    const std::string members = api::simulated_members(input, o);
    if (!members.empty()) answer.insert(answer.size() - 1, "," + members);
  }
  ledger::Exchange e = row_of(request, app, doc->string(*model), 200);
  e.row.bytes_in = static_cast<std::int64_t>(body.size());
  e.row.bytes_out = static_cast<std::int64_t>(answer.size());
  e.row.tokens_before = o.before.value;
  e.row.tokens_after = o.after.value;
  e.removed = ledger::removed_of(o);
  e.transforms = ledger::transforms_of(o);
  app.record(std::move(e));
  return {200, std::move(answer)};
}

OwnAnswer answer_retrieve(App& app, const OwnRequest& request, const std::string& body) {
  if (request.route.endpoint == Endpoint::retrieve_stats) return {200, app.retrieve_stats()};
  const auto call = read_retrieve(request, body);
  if (!call) return invalid("hash must be given: twelve digits, or a marker.");
  const std::string& caller = request.caller.name;
  ledger::Retrieval told;
  told.query = call->query;
  const auto answered = [&](ledger::Retrieved result, OwnAnswer answer) {
    told.result = result;
    app.ledger_retrieved(told);
    return answer;
  };
  if (!app.misses.may_ask(caller))
    return answered(ledger::Retrieved::limited,
                    own_error(code::rate_limited, "Too many handles that stand for nothing; try again in a minute."));
  api::Core& core = app.core(request.caller.workspace);
  const auto handle = store::parse_handle(call->hash);
  const std::string hash = handle ? store::to_string(*handle) : call->hash.substr(0, 64);
  told.hash = handle ? handle->value : 0;
  const auto found = core.retrieve(*call, request.settings->core.call.answer_tokens);
  if (!found)
    return answered(ledger::Retrieved::unavailable, own_error(code::store_unavailable, "The store cannot be reached."));
  if (found->status != store::Status::live) {
    if (found->status == store::Status::unknown) app.misses.missed(caller);
    const bool expired = found->status == store::Status::expired;
    return answered(expired ? ledger::Retrieved::expired : ledger::Retrieved::not_found, missing(hash, *found));
  }
  api::Input content;
  content.kind = api::Input::Kind::content;
  content.text = found->text;
  const auto tokens = core.count(content, "");
  json::Writer out;
  out.object().key("hash").string(hash).key("original_content").string(found->text);
  if (!utf8::is_valid_wtf8(found->text)) out.key("base64").string(base64(found->text));
  out.key("original_tokens").number(tokens ? tokens->tokens.value : 0);
  out.key("original_item_count").number(found->total).key("compressed_item_count").number(std::int64_t{0});
  out.key("tool_name");
  if (found->tool.empty()) {
    out.null();
  } else {
    out.string(found->tool);
  }
  out.key("retrieval_count").number(app.count_retrieval(request.caller.workspace + " " + hash));
  out.key("partial").boolean(found->partial).key("query").string(call->query).key("results").array();
  if (!call->query.empty()) out.string(found->text);
  out.end().key("count").number(std::int64_t{call->query.empty() ? 0 : 1}).key("cursor");
  if (found->cursor.empty()) {
    out.null();
  } else {
    out.string(found->cursor);
  }
  out.end();
  told.total_items = found->total;
  told.items = found->partial ? 0 : found->total;
  told.tool = ledger::ToolName::of(found->tool);
  return answered(found->partial ? ledger::Retrieved::partial : ledger::Retrieved::found, {200, std::move(out).take()});
}

OwnAnswer answer_usage(App& app, const OwnRequest& request, const std::string& body) {
  const auto doc = Document::parse(body);
  if (!doc || !doc->is(0, Kind::object)) return invalid("The body must be one JSON object.");
  const std::string session = text_at(*doc, 0, "session_id");
  const auto usage = doc->member(0, "usage");
  if (session.empty() || session.size() > longest_session) return invalid("session_id must have 1 to 256 characters.");
  if (!usage || !doc->is(*usage, Kind::object)) return invalid("usage must be an object.");
  const auto read = UsageWatcher::read_usage(doc->raw(*usage));
  if (read) {
    ledger::Exchange e = row_of(request, app, text_at(*doc, 0, "model"), 200);
    e.rounds.push_back(*read);
    if (const auto key = app.core(request.caller.workspace).workspace_key()) {
      e.row.cv = ledger::conversation_of(session, key->handle_key);
      e.session_labelled = true;
    }
    app.record(std::move(e));
  }
  json::Writer out;
  out.object().key("session_id").string(session).key("frozen_message_count").number(std::int64_t{0});
  out.key("applied").boolean(read.has_value()).end();
  return {200, std::move(out).take()};
}

OwnAnswer answer_tool_call(App& app, const OwnRequest& request, const std::string& body) {
  const auto doc = Document::parse(body);
  if (!doc || !doc->is(0, Kind::object)) return invalid("The body must be one JSON object.");
  const auto call = doc->member(0, "tool_call");
  if (!call || !doc->is(*call, Kind::object)) return invalid("tool_call must be an object.");
  if (!app.misses.may_ask(request.caller.name))
    return own_error(code::rate_limited, "Too many handles that stand for nothing; try again in a minute.");
  std::string format = text_at(*doc, 0, "provider");
  if (std::ranges::find(messages_formats, format) == std::end(messages_formats)) format.clear();
  const auto answer = app.core(request.caller.workspace)
                          .answer_tool_call(doc->raw(*call), "", format, api::limits_of(request.settings->core.call));
  if (!answer) return invalid(answer.error().message);
  if (!*answer) return invalid("tool_call is not of headroom_retrieve.");
  json::Writer out;
  out.object().key("tool_result").raw((*answer)->block).key("success").boolean(true);
  out.key("data").object().key("content").string((*answer)->text).end().end();
  return {200, std::move(out).take()};
}

}  // namespace headroom::proxy
