// The retrieval loop, restored traces and single tool calls, joined to the core's originals.
#include "api/relay.h"

#include <utility>
#include <vector>

#include "api/core.h"
#include "api/nearest.h"
#include "api/options.h"
#include "api/shared_context.h"
#include "api/values.h"
#include "json/document.h"
#include "json/writer.h"
#include "relay/call.h"
#include "relay/given.h"
#include "relay/stored.h"

namespace headroom::api {
namespace {

constexpr std::string_view wires[] = {"openai", "responses", "anthropic", "gemini", "converse"};
constexpr std::string_view config_fields[] = {"body", "request", "format", "options"};

Result<relay::Wire> wire_of(std::string_view format, std::string_view body) {
  if (format.empty()) {
    if (const auto wire = relay::wire_of(body)) return *wire;
    return fail(ErrorKind::invalid_request, "the body's format cannot be told by its shape: give format");
  }
  if (const auto wire = relay::parse_wire(format)) return *wire;
  return fail(ErrorKind::invalid_request, unknown_name("format", format, wires));
}

relay::TraceMode trace_mode(pipeline::TraceOption option) {
  switch (option) {
    case pipeline::TraceOption::always:
      return relay::TraceMode::always;
    case pipeline::TraceOption::never:
      return relay::TraceMode::never;
    case pipeline::TraceOption::auto_:
      break;
  }
  return relay::TraceMode::auto_;
}

// A body is a JSON value, taken by its bytes, or those bytes in a string.
std::string bytes_of(const json::Document& doc, json::NodeId value) {
  return doc.is(value, json::Kind::string) ? doc.string(value) : std::string(doc.raw(value));
}

std::unexpected<Error> wrong(std::string_view field, std::string_view expected) {
  return fail(ErrorKind::invalid_request, std::string("field ").append(field).append(" must be ").append(expected));
}

}  // namespace

relay::Limits limits_of(const pipeline::Options& options) {
  return {options.rounds, options.round_tokens, options.answer_tokens};
}

Result<RelayCall> parse_relay_config(std::string_view text) {
  const auto doc = json::Document::parse(text);
  if (!doc || !doc->is(0, json::Kind::object))
    return fail(ErrorKind::invalid_request, "the configuration must be a JSON object");
  RelayCall call;
  for (const auto [key, value] : doc->members(0)) {
    const std::string name = doc->string(key);
    if (name == "body") {
      call.body = bytes_of(*doc, value);
    } else if (name == "request") {
      call.request = bytes_of(*doc, value);
    } else if (name == "format") {
      if (!doc->is(value, json::Kind::string)) return wrong(name, "a string");
      call.format = doc->string(value);
    } else if (name == "options") {
      if (!doc->is(value, json::Kind::object)) return wrong(name, "an object");
      Layer layer;
      for (const auto [option, given] : doc->members(value)) layer.add_json(doc->string(option), doc->raw(given));
      Settings settings;
      std::vector<std::string> warnings;
      if (const auto ok = layer.apply(settings, warnings); !ok) return std::unexpected(ok.error());
      call.limits = limits_of(settings.call);
      call.trace = settings.call.trace;
      call.options = settings.call;
    } else {
      return fail(ErrorKind::invalid_request, unknown_name("field", name, config_fields));
    }
  }
  if (call.body.empty()) return fail(ErrorKind::invalid_request, "field body is missing");
  return call;
}

Result<RelayHead> parse_relay_head(std::string_view text) {
  const auto doc = json::Document::parse(text);
  if (!doc || !doc->is(0, json::Kind::object))
    return fail(ErrorKind::invalid_request, "the head must be a JSON object");
  RelayHead head;
  if (const auto type = doc->member(0, "content_type"); type && doc->is(*type, json::Kind::string))
    head.content_type = doc->string(*type);
  if (const auto status = doc->member(0, "status")) {
    const auto n = GivenValue::json(doc->raw(*status)).integer();
    if (!n || *n < 0 || *n > 999) return wrong("status", "a status code");
    head.status = static_cast<int>(*n);
  }
  return head;
}

std::string relay_counts(const relay::Counts& counts) {
  json::Writer out;
  out.object().key("rounds").number(std::int64_t{counts.rounds}).key("calls").number(std::int64_t{counts.calls});
  out.key("dropped").number(std::int64_t{counts.dropped}).key("failed").number(std::int64_t{counts.failed}).end();
  return std::move(out).take();
}

Result<std::unique_ptr<relay::Relay>> Core::open_relay(RelayCall call) {
  const auto wire = wire_of(call.format, call.body);
  if (!wire) return std::unexpected(wire.error());
  relay::Setup setup;
  setup.wire = *wire;
  setup.trace = trace_mode(call.trace);
  setup.limits = call.limits;
  setup.added = call.tool_added;
  setup.alias = !call.tool_added && relay::offers_our_tool(call.body);
  setup.request = call.request.empty() ? call.body : std::move(call.request);
  setup.originals = originals(std::move(call.body), call.format, call.options);
  setup.chained = [this](std::string_view first, std::string_view last) { return note_chain(first, last); };
  return std::make_unique<relay::Relay>(std::move(setup));
}

std::optional<relay::Restored> Core::restore(std::string_view body, std::string_view format,
                                             const relay::Limits& limits, const pipeline::Options& options) {
  std::optional<relay::Restored> moved;
  if ((format.empty() || format == "responses") && body.find("\"previous_response_id\"") != body.npos) {
    if (const std::string last = chained_to(relay::previous_response(body)); !last.empty())
      moved = relay::Restored{relay::going_on_from(body, last), 0};
  }
  if (!relay::may_hold_trace(body)) return moved;
  const auto wire = wire_of(format, body);
  if (!wire) return moved;
  const std::string_view now = moved ? std::string_view(moved->body) : body;
  auto restored = relay::restore(now, *wire, originals(std::string(now), format, options), limits);
  return restored ? restored : moved;
}

namespace {

// Records of ours beside what agents share: no key of theirs begins so.
std::string name_of_chain(std::string_view response) {
  return std::string(own_records) + "response " + std::string(response);
}

}  // namespace

bool Core::note_chain(std::string_view first, std::string_view last) {
  const auto store = open_store();
  if (!store) return false;
  const auto put = (*store)->put_record({name_of_chain(first), last, "", std::nullopt});
  return put && put->stored;
}

std::string Core::chained_to(std::string_view response) {
  if (response.empty() || !store_exists()) return {};
  const auto store = open_store();
  const auto found = store ? (*store)->get_record(name_of_chain(response))
                           : Result<std::optional<store::Record>>(std::unexpected(store.error()));
  return found && *found ? (*found)->content : std::string();
}

std::optional<std::string> Core::answer_stored(std::string_view request, std::string_view stored_response,
                                               const relay::Limits& limits) {
  relay::Answers answers(originals(std::string(request), "responses", {}), limits);
  return relay::with_stored_answers(request, stored_response, answers);
}

Result<std::optional<ToolAnswer>> Core::answer_tool_call(std::string_view call, std::string_view body,
                                                         std::string_view format, const relay::Limits& limits,
                                                         const pipeline::Options& options) {
  const auto read = relay::read_call(call);
  if (!read) return fail(ErrorKind::invalid_request, "field call must be a tool call as a reply has it");
  if (!relay::is_our_tool(read->call.name)) return std::optional<ToolAnswer>();
  relay::Wire wire = read->wire;
  if (!format.empty()) {
    const auto asked = wire_of(format, body);
    if (!asked) return std::unexpected(asked.error());
    wire = *asked;
  }
  relay::Answers answers(originals(std::string(body), format, options), limits);
  relay::given_in(body, wire, answers);
  relay::Answered answered{read->call, answers.answer(read->call)};
  return std::optional(ToolAnswer{relay::answer_block(wire, answered), answered.text});
}

}  // namespace headroom::api
