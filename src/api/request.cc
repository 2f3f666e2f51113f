#include "api/request.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "api/nearest.h"
#include "api/options.h"
#include "api/tool.h"
#include "api/values.h"
#include "json/document.h"
#include "messages/conversation.h"

namespace headroom::api {
namespace {

using json::Document;
using json::Kind;
using json::NodeId;

constexpr std::string_view operations[] = {"compress",     "count",        "retrieve",   "simulate",    "tool",
                                           "formats",      "decode",       "restore",    "tool_call",   "store_stats",
                                           "store_purge",  "shared_put",   "shared_get", "shared_keys", "shared_stats",
                                           "shared_erase", "shared_clear", "stats"};
constexpr std::string_view returns[] = {"body", "messages", "edits", "changes"};
constexpr std::uint32_t bit(Operation op) {
  return 1u << static_cast<unsigned>(op);
}
constexpr std::uint32_t every = ~0u;
constexpr std::uint32_t shortening = bit(Operation::compress) | bit(Operation::simulate);
constexpr std::uint32_t reading = shortening | bit(Operation::count);
constexpr std::uint32_t fetching = bit(Operation::retrieve);
constexpr std::uint32_t shared_one =
    bit(Operation::shared_put) | bit(Operation::shared_get) | bit(Operation::shared_erase);
constexpr std::uint32_t replaying = bit(Operation::restore) | bit(Operation::tool_call);

// What a field of a request may be, in which operations, and where it goes.
struct Field {
  std::string_view name;
  std::uint32_t operations;
  Result<void> (*read)(const Document& doc, NodeId value, Request& request);
};

Result<void> wrong(std::string_view field, std::string_view expected) {
  std::string message = "field ";
  return fail(ErrorKind::invalid_request, message.append(field).append(" must be ").append(expected));
}

Result<void> one_of(std::string_view field, std::string_view value, std::span<const std::string_view> valid) {
  if (std::ranges::find(valid, value) != valid.end()) return {};
  return fail(ErrorKind::invalid_request, unknown_name(field, value, valid));
}

Result<void> read_string(const Document& doc, NodeId value, std::string_view field, std::string& out) {
  if (!doc.is(value, Kind::string)) return wrong(field, "a string");
  out = doc.string(value);
  return {};
}

Result<void> read_op(const Document&, NodeId, Request&) {
  return {};
}

Result<void> read_return(const Document& doc, NodeId value, Request& r) {
  std::string name;
  if (auto ok = read_string(doc, value, "return", name); !ok) return ok;
  if (auto ok = one_of("return", name, returns); !ok) return ok;
  r.returned = *parse_return(name);
  return {};
}

// "2026-01-05" or "2026-01-05T09:12:44.031Z": no clock is asked here, so no "the last 30 days".
Result<void> read_since(const Document& doc, NodeId value, Request& r) {
  if (doc.is(value, Kind::null)) return {};
  std::string text;
  if (auto ok = read_string(doc, value, "since", text); !ok) return ok;
  constexpr std::string_view midnight = "T00:00:00.000Z";
  if (text.size() == std::string_view("2026-01-05").size()) text += midnight;
  const auto since = ledger::parse_iso(text);
  if (!since) return wrong("since", "a day or a time in UTC: 2026-01-05, 2026-01-05T09:12:44.031Z");
  r.savings.since = *since;
  return {};
}

Result<void> read_by(const Document& doc, NodeId value, Request& r) {
  if (doc.is(value, Kind::null)) return {};
  std::string name;
  if (auto ok = read_string(doc, value, "by", name); !ok) return ok;
  constexpr std::string_view valid[] = {"model", "client", "project"};
  if (auto ok = one_of("by", name, valid); !ok) return ok;
  r.savings.by = *ledger::parse_by(name);
  return {};
}

// A body is a JSON value, taken by its bytes, or those bytes in a string.
Result<void> read_body(const Document& doc, NodeId value, Request& r) {
  if (r.op == Operation::retrieve) {
    if (doc.is(value, Kind::string)) {
      r.owned = doc.string(value);
      r.retrieve.body = r.owned;
    } else {
      r.retrieve.body = doc.raw(value);
    }
    return {};
  }
  if (r.input.kind != Input::Kind::none) return fail(ErrorKind::invalid_request, "give body or content, not both");
  r.input.kind = Input::Kind::body;
  switch (doc[value].kind()) {
    case Kind::object:
    case Kind::array:
      r.input.text = doc.raw(value);
      return {};
    case Kind::string:
      r.owned = doc.string(value);
      r.input.text = r.owned;
      return {};
    default:
      return wrong("body", "an object, a list of messages, or either as a string");
  }
}

Result<void> read_content(const Document& doc, NodeId value, Request& r) {
  if (r.input.kind != Input::Kind::none) return fail(ErrorKind::invalid_request, "give body or content, not both");
  if (!doc.is(value, Kind::string)) return wrong("content", "a string");
  r.input.kind = Input::Kind::content;
  if (doc[value].escaped()) {
    r.owned = doc.string(value);
    r.input.text = r.owned;
  } else {
    r.input.text = doc.string_raw(value);
  }
  return {};
}

Result<void> read_options(const Document& doc, NodeId value, Request& r) {
  if (!doc.is(value, Kind::object)) return wrong("options", "an object");
  Layer layer;
  for (const auto [key, member] : doc.members(value)) {
    const std::string name = doc.string(key);
    if (const OptionRow* row = find_option(name); row && is_of_handle(row->group)) {
      return fail(ErrorKind::invalid_request, "option " + name + " belongs to the handle: give it when it is opened");
    }
    layer.add_json(name, doc.raw(member));
  }
  Settings settings;
  if (auto ok = layer.apply(settings, r.warnings); !ok) return ok;
  if (!settings.handle.prose_model.name.empty())  // by the peer's name
    return fail(ErrorKind::invalid_request, "option kompress_model belongs to the handle: give it when it is opened");
  r.options = std::move(settings.call);
  return {};
}

Result<void> read_arguments(const Document& doc, NodeId value, Request& r) {
  r.input.hints.arguments = doc.is(value, Kind::string) ? doc.string(value) : std::string(doc.raw(value));
  return {};
}

Result<void> read_hash(const Document& doc, NodeId value, Request& r) {
  if (doc.is(value, Kind::number)) return r.retrieve.hash = doc.raw(value), Result<void>{};
  return read_string(doc, value, "hash", r.retrieve.hash);
}

Result<void> read_max_tokens(const Document& doc, NodeId value, Request& r) {
  const auto n = GivenValue::json(doc.raw(value)).integer();
  if (!n || *n < 1) return wrong("max_tokens", "a whole number of at least 1");
  r.retrieve.max_tokens = Tokens(*n);
  return {};
}

Result<void> read_count(const Document& doc, NodeId value, std::string_view field, std::int64_t least,
                        std::optional<std::uint64_t>& out) {
  if (doc.is(value, Kind::null)) return {};
  const auto n = GivenValue::json(doc.raw(value)).integer();
  if (!n || *n < least) return wrong(field, "a whole number of at least " + std::to_string(least));
  out = static_cast<std::uint64_t>(*n);
  return {};
}

Result<void> read_older(const Document& doc, NodeId value, Request& r) {
  r.older_than = GivenValue::json(doc.raw(value)).duration();
  return r.older_than ? Result<void>{} : wrong("older_than", "seconds, or a time as \"24h\"");
}

Result<void> read_format(const Document& doc, NodeId value, Request& r) {
  if (auto ok = read_string(doc, value, "format", r.format); !ok) return ok;
  if (auto ok = one_of("format", r.format, r.op == Operation::tool ? tool_formats() : messages::format_names()); !ok)
    return ok;
  r.input.format = r.format;
  return {};
}

template <std::string RetrieveCall::* Member>
Result<void> read_part(const Document& doc, NodeId value, Request& r) {
  if (doc.is(value, Kind::number)) return r.retrieve.*Member = doc.raw(value), Result<void>{};
  return read_string(doc, value, "value", r.retrieve.*Member);
}

constexpr Field fields[] = {
    {"op", every, read_op},
    {"model", every,
     [](const Document& d, NodeId v, Request& r) {
       return d.is(v, Kind::null) ? Result<void>{} : read_string(d, v, "model", r.model);
     }},
    {"format", reading | replaying | bit(Operation::tool), read_format},
    {"options", every, read_options},
    {"return", shortening, read_return},
    {"body", reading | fetching | replaying, read_body},
    {"call", bit(Operation::tool_call),
     [](const Document& d, NodeId v, Request& r) {
       r.call = d.is(v, Kind::string) ? d.string(v) : std::string(d.raw(v));
       return Result<void>{};
     }},
    {"content", reading | bit(Operation::decode) | bit(Operation::shared_put), read_content},
    {"kind", shortening,
     [](const Document& d, NodeId v, Request& r) { return read_string(d, v, "kind", r.input.hints.kind); }},
    {"query", shortening | fetching,
     [](const Document& d, NodeId v, Request& r) {
       return read_string(d, v, "query", r.op == Operation::retrieve ? r.retrieve.query : r.input.hints.query);
     }},
    {"tool", shortening,
     [](const Document& d, NodeId v, Request& r) { return read_string(d, v, "tool", r.input.hints.tool); }},
    {"arguments", shortening, read_arguments},
    {"hash", fetching, read_hash},
    {"lines", fetching, read_part<&RetrieveCall::lines>},
    {"rows", fetching, read_part<&RetrieveCall::rows>},
    {"path", fetching, read_part<&RetrieveCall::path>},
    {"cursor", fetching, read_part<&RetrieveCall::cursor>},
    {"max_tokens", fetching, read_max_tokens},
    {"for_model", fetching,
     [](const Document& d, NodeId v, Request& r) {
       const auto on = GivenValue::json(d.raw(v)).boolean();
       if (!on) return wrong("for_model", "true or false");
       r.retrieve.for_model = *on;
       return Result<void>{};
     }},
    {"older_than", bit(Operation::store_purge), read_older},
    {"since", bit(Operation::stats), read_since},
    {"by", bit(Operation::stats), read_by},
    {"key", shared_one, [](const Document& d, NodeId v, Request& r) { return read_string(d, v, "key", r.shared.key); }},
    {"agent", bit(Operation::shared_put),
     [](const Document& d, NodeId v, Request& r) {
       return d.is(v, Kind::null) ? Result<void>{} : read_string(d, v, "agent", r.shared.agent);
     }},
    {"if_version", bit(Operation::shared_put),
     [](const Document& d, NodeId v, Request& r) { return read_count(d, v, "if_version", 0, r.shared.if_version); }},
    {"max_entries", bit(Operation::shared_put),
     [](const Document& d, NodeId v, Request& r) { return read_count(d, v, "max_entries", 1, r.shared.most_entries); }},
    {"full", bit(Operation::shared_get),
     [](const Document& d, NodeId v, Request& r) {
       const auto on = GivenValue::json(d.raw(v)).boolean();
       if (!on) return wrong("full", "true or false");
       r.shared.full = *on;
       return Result<void>{};
     }},
};

std::vector<std::string_view> fields_of(Operation op) {
  std::vector<std::string_view> names;
  for (const Field& f : fields) {
    if (f.operations & bit(op)) names.push_back(f.name);
  }
  return names;
}

Result<Document> parse_object(std::string_view json, std::string_view what) {
  auto doc = Document::parse(json);
  if (!doc) {
    std::string message(what);
    message.append(" is not JSON: ").append(doc.error().message).append(" at byte ");
    return fail(ErrorKind::invalid_request, message.append(std::to_string(doc.error().offset)));
  }
  if (!doc->is(0, Kind::object)) return fail(ErrorKind::invalid_request, std::string(what) + " must be a JSON object");
  return std::move(*doc);
}

Result<void> check_needs(const Request& r) {
  const bool has_input = r.input.kind != Input::Kind::none;
  if (r.op == Operation::decode && !has_input) return fail(ErrorKind::invalid_request, "field content is missing");
  if ((bit(r.op) & reading) && !has_input) return fail(ErrorKind::invalid_request, "field body or content is missing");
  if ((bit(r.op) & shared_one) && r.shared.key.empty()) return fail(ErrorKind::invalid_request, "field key is missing");
  if (r.op == Operation::shared_put && !has_input) return fail(ErrorKind::invalid_request, "field content is missing");
  if (r.op == Operation::restore && !has_input) return fail(ErrorKind::invalid_request, "field body is missing");
  if (r.op == Operation::tool_call && r.call.empty()) return fail(ErrorKind::invalid_request, "field call is missing");
  if (r.op == Operation::retrieve && r.retrieve.hash.empty()) {
    return fail(ErrorKind::invalid_request, "field hash is missing");
  }
  return {};
}

}  // namespace

std::optional<Return> parse_return(std::string_view name) {
  for (std::size_t i = 0; i < std::size(returns); ++i) {
    if (returns[i] == name) return static_cast<Return>(i);
  }
  return std::nullopt;
}

void fit_to_return(Return returned, pipeline::Options& options, std::vector<std::string>& warnings) {
  if (returned != Return::changes || !options.images) return;
  options.images = false;
  warnings.emplace_back("images stay as they are where changes are returned");
}

Result<std::unique_ptr<Request>> parse_request(std::string_view json) {
  const auto doc = parse_object(json, "the request");
  if (!doc) return std::unexpected(doc.error());
  auto request = std::make_unique<Request>();
  const auto op = doc->member(0, "op");
  if (!op) return fail(ErrorKind::invalid_request, "field op is missing");
  if (!doc->is(*op, Kind::string)) return fail(ErrorKind::invalid_request, "field op must be a string");
  const std::string name = doc->string(*op);
  const auto found = std::ranges::find(operations, name);
  if (found == std::end(operations)) {
    return fail(ErrorKind::invalid_request, unknown_name("operation", name, operations));
  }
  request->op = static_cast<Operation>(found - operations);
  for (const auto [key, value] : doc->members(0)) {
    const std::string field = doc->string(key);
    const auto row = std::ranges::find(fields, field, &Field::name);
    if (row == std::end(fields) || !(row->operations & bit(request->op))) {
      return fail(ErrorKind::invalid_request, unknown_name("field", field, fields_of(request->op)));
    }
    if (const auto ok = row->read(*doc, value, *request); !ok) return std::unexpected(ok.error());
  }
  request->options.model = request->model;
  request->retrieve.options = request->options;
  if (const auto ok = check_needs(*request); !ok) return std::unexpected(ok.error());
  fit_to_return(request->returned, request->options, request->warnings);
  return request;
}

Result<Config> parse_config(std::string_view json) {
  if (json.empty()) return Config{};
  const auto doc = parse_object(json, "the configuration");
  if (!doc) return std::unexpected(doc.error());
  Settings settings;
  Layer layer;
  for (const auto [key, value] : doc->members(0)) {
    const std::string name = doc->string(key);
    if (name == "directory") {
      if (!doc->is(value, Kind::string)) return fail(ErrorKind::invalid_request, "field directory must be a string");
      settings.handle.directory = doc->string(value);
      continue;
    }
    if (name == "logs") {
      if (!doc->is(value, Kind::string)) return fail(ErrorKind::invalid_request, "field logs must be a string");
      settings.handle.logs = doc->string(value);
      continue;
    }
    if (name == "master_key") {
      const auto key = doc->is(value, Kind::string) ? store::parse_master_key(doc->string(value)) : std::nullopt;
      if (!key) return fail(ErrorKind::invalid_request, "field master_key takes 64 hex digits, or 44 of base64");
      settings.handle.master_key = *key;
      continue;
    }
    const OptionRow* row = find_option(name);
    if (!row || !is_of_handle(row->group)) {
      std::vector<std::string_view> valid{"directory", "logs", "master_key"};
      for (const OptionRow& r : options()) {
        if (is_of_handle(r.group)) valid.push_back(r.name);
      }
      return fail(ErrorKind::invalid_request, unknown_name("field", name, valid));
    }
    layer.add_json(name, doc->raw(value));
  }
  std::vector<std::string> warnings;
  if (const auto ok = layer.apply(settings, warnings); !ok) return std::unexpected(ok.error());
  if (settings.handle.store == Config::StoreKind::sqlite && settings.handle.directory.empty()) {
    return fail(ErrorKind::invalid_request, "store sqlite needs a directory");
  }
  if (settings.handle.store == Config::StoreKind::redis && settings.handle.directory.empty() &&
      settings.handle.master_key.empty()) {
    return fail(ErrorKind::invalid_request, "store redis needs a master_key, or a directory that holds one");
  }
  if (const auto ok = load_prices(settings.handle); !ok) return std::unexpected(ok.error());
  if (const auto ok = load_model(settings.handle); !ok) return std::unexpected(ok.error());
  return settings.handle;
}

}  // namespace headroom::api
