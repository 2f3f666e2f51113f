// Gemini's stream (alt=sse): each event a whole response with parts of candidates[0].content; a finishReason and the
// usage in the last ones; the end is the end of the reply. Calls come as whole parts.
#include <algorithm>
#include <utility>

#include "json/strings.h"
#include "relay/stream.h"
#include "relay/usage.h"

namespace headroom::relay {
namespace {

std::string raw_of(const Document& doc, NodeId object, std::initializer_list<std::string_view> keys) {
  const auto value = find(doc, object, keys);
  return value && !doc.is(*value, Kind::null) ? std::string(doc.raw(*value)) : std::string();
}

std::optional<NodeId> candidate_of(const Document& doc) {
  const auto list = find(doc, 0, {"candidates"});
  if (!list || !doc.is(*list, Kind::array) || doc.count(*list) == 0) return std::nullopt;
  const NodeId first = Document::first_child(*list);
  return doc.is(first, Kind::object) ? std::optional(first) : std::nullopt;
}

// "$.hash" or "$['hash']" -> hash; "" of a path that goes deeper.
std::string key_of_path(std::string_view path) {
  if (path.starts_with("$.")) {
    path.remove_prefix(2);
  } else if (path.starts_with("$['") && path.ends_with("']")) {
    path = path.substr(3, path.size() - 5);
  } else {
    return {};
  }
  return path.find_first_of(".['\"]") == path.npos ? std::string(path) : std::string();
}

// A piece of an argument: a value, or more of a string.
void read_argument(const Document& doc, NodeId piece, std::vector<std::pair<std::string, std::string>>& values) {
  const std::string key = key_of_path(find_string(doc, piece, {"jsonPath"}));
  if (key.empty()) return;
  std::string value;
  for (const std::string_view kind : {"stringValue", "numberValue", "boolValue"}) {
    if (value.empty()) value = raw_of(doc, piece, {kind});
  }
  if (value.empty() && find(doc, piece, {"nullValue"})) value = "null";
  if (value.empty()) return;
  const auto known = std::find_if(values.begin(), values.end(), [&](const auto& v) { return v.first == key; });
  if (known == values.end()) {
    values.emplace_back(key, std::move(value));
  } else if (known->second.ends_with('"') && value.starts_with('"')) {
    known->second.pop_back();
    known->second.append(value, 1);
  } else {
    known->second = std::move(value);
  }
}

void set_parts(Patch& patch, const Document& doc, NodeId candidate, const std::vector<std::string>& parts) {
  const std::string list = "[" + joined(parts) + "]";
  if (const auto old = find(doc, candidate, {"content", "parts"})) {
    patch.replace(*old, list);
  } else if (!parts.empty()) {
    patch.set(candidate, "content", "{\"role\":\"model\",\"parts\":" + list + "}");
  }
}

}  // namespace

void GeminiStream::event(const SseEvent& event) {
  if (!event.has_data) return pass(event);
  const auto doc = Document::parse(event.data);
  if (!doc || !doc->is(0, Kind::object)) return pass(event);
  if (const std::string usage = raw_of(*doc, 0, {"usageMetadata"}); !usage.empty()) round_usage_ = usage;
  if (first_) response_id_ = raw_of(*doc, 0, {"responseId"});
  first_ = false;
  const auto candidate = candidate_of(*doc);
  if (!candidate) {
    if (find(*doc, 0, {"error"})) asks_ = false;
    if (!asks_) write_event(event, *doc, nullptr, false);
    return;
  }
  std::vector<std::string> shown;
  bool changed = false;
  const auto parts = find(*doc, *candidate, {"content", "parts"});
  if (parts && doc->is(*parts, Kind::array)) {
    for (const NodeId part : doc->elements(*parts)) read_part(*doc, part, shown, changed);
  }
  const std::string reason = find_string(*doc, *candidate, {"finishReason"});
  if (reason == "STOP" && turn_.own_calls_only()) {
    asks_ = true;
    held_end_ = event.raw;
    if (!shown.empty()) write_event(event, *doc, &shown, true);
    return;
  }
  if (asks_ || (changed && shown.empty() && reason.empty())) return;
  write_event(event, *doc, changed ? &shown : nullptr, false);
}

void GeminiStream::read_part(const Document& doc, NodeId part, std::vector<std::string>& shown, bool& changed) {
  const std::string raw(doc.raw(part));
  const std::string signature = find_string(doc, part, {"thoughtSignature"});
  if (const auto call = find(doc, part, {"functionCall"})) {
    if (!read_piece(doc, part, *call, shown, changed)) read_call(doc, part, *call, shown, changed);
    return;
  }
  parts_.push_back(raw);
  const auto text = find(doc, part, {"text"});
  const auto thought = find(doc, part, {"thought"});
  const bool is_thought = thought && doc.is(*thought, Kind::true_);
  if (text && doc.is(*text, Kind::string) && !is_thought) {
    const std::string value = doc.string(*text);
    if (!signature.empty()) {
      const auto traces = turn_.other_block(true, 0);
      changed |= !traces.empty();
      write_traces(traces, shown, false);
    }
    turn_.text(value.size());
    if (value.empty()) return shown.push_back(raw);
    if (after_trace_) {
      changed = true;
      shown.push_back(Patch(doc).replace(*text, json::quote("\n" + value)).value(part));
    } else {
      shown.push_back(raw);
    }
    wrote_text_ = true;
    after_trace_ = false;
    return;
  }
  const auto traces = turn_.other_block(is_thought || !signature.empty());
  changed |= !traces.empty();
  write_traces(traces, shown, false);
  after_trace_ = false;
  shown.push_back(raw);
}

void GeminiStream::read_call(const Document& doc, NodeId part, NodeId call, std::vector<std::string>& shown,
                             bool& changed) {
  const std::string raw(doc.raw(part));
  parts_.push_back(raw);
  const std::string signature = find_string(doc, part, {"thoughtSignature"});
  Call c{find_string(doc, call, {"id"}), find_string(doc, call, {"name"}), raw_of(doc, call, {"args"}), signature};
  if (c.arguments.empty()) c.arguments = "{}";
  if (is_our_tool(c.name) && takes_(c)) {
    changed = true;
    own_parts_.push_back(raw);
    const auto traces = turn_.own_call(std::move(c));
    return write_traces(traces, shown, false);
  }
  const auto traces = turn_.client_call();
  changed |= !traces.empty();
  write_traces(traces, shown, signature.empty());
  const bool carries = signature.empty() && !traces.empty() && !traces.back().call.signature.empty();
  after_trace_ = false;
  if (!carries) return shown.push_back(raw);
  shown.push_back(Patch(doc).set(part, "thoughtSignature", json::quote(traces.back().call.signature)).value(part));
}

// {"functionCall":{"name":...,"willContinue":true}}, then {"functionCall":{"partialArgs":[{"jsonPath":"$.hash",
// "stringValue":"4821"}],"willContinue":true}}..., at last {"functionCall":{}}.
bool GeminiStream::read_piece(const Document& doc, NodeId part, NodeId call, std::vector<std::string>& shown,
                              bool& changed) {
  const auto flag = find(doc, call, {"willContinue"});
  const bool more = flag && doc.is(*flag, Kind::true_);
  const std::string name = find_string(doc, call, {"name"});
  const bool opens = !name.empty();
  if (opens ? !more : !pieces_.open) return false;
  if (opens) {
    pieces_ = {};
    pieces_.own = is_our_tool(name);
    pieces_.call.name = name;
    pieces_.call.id = find_string(doc, call, {"id"});
  }
  pieces_.open = more;
  if (!pieces_.own) {
    if (opens) {
      read_call(doc, part, call, shown, changed);  // the client's, from its first part on
    } else {
      parts_.emplace_back(doc.raw(part));
      shown.emplace_back(doc.raw(part));
    }
    return true;
  }
  changed = true;
  pieces_.held.emplace_back(doc.raw(part));
  if (const std::string signature = find_string(doc, part, {"thoughtSignature"}); !signature.empty())
    pieces_.call.signature = signature;
  if (const auto args = find(doc, call, {"args"}); args && doc.is(*args, Kind::object)) {
    for (const auto [key, value] : doc.members(*args)) pieces_.values.emplace_back(doc.string(key), doc.raw(value));
  }
  if (const auto list = find(doc, call, {"partialArgs"}); list && doc.is(*list, Kind::array)) {
    for (const NodeId piece : doc.elements(*list)) {
      if (doc.is(piece, Kind::object)) read_argument(doc, piece, pieces_.values);
    }
  }
  if (!more) end_pieces(shown);
  return true;
}

// The call is whole: as if it had come in one part.
void GeminiStream::end_pieces(std::vector<std::string>& shown) {
  Pieces pieces = std::exchange(pieces_, {});
  std::string arguments = "{";
  for (const auto& [key, value] : pieces.values)
    arguments.append(arguments.size() > 1 ? "," : "").append(json::quote(key)).append(":").append(value);
  pieces.call.arguments = arguments.append("}");
  if (takes_(pieces.call)) {
    parts_.push_back(call_block(Wire::gemini, pieces.call));
    own_parts_.push_back(parts_.back());
    const auto traces = turn_.own_call(std::move(pieces.call));
    return write_traces(traces, shown, false);
  }
  const auto traces = turn_.client_call();
  write_traces(traces, shown, false);
  after_trace_ = false;
  for (std::string& raw : pieces.held) {
    parts_.push_back(raw);
    shown.push_back(std::move(raw));
  }
}

// A call's signature goes on with the client's call behind it, else with the trace itself.
void GeminiStream::write_traces(const std::vector<Trace>& traces, std::vector<std::string>& shown,
                                bool next_takes_signature) {
  for (std::size_t i = 0; i < traces.size(); ++i) {
    Trace trace = traces[i];
    const bool moves = next_takes_signature && i + 1 == traces.size() && !trace.call.signature.empty();
    trace.signed_next = moves;
    std::string part = "{\"text\":" + json::quote((wrote_text_ ? "\n" : "") + print(trace));
    if (!moves && !trace.call.signature.empty()) part += ",\"thoughtSignature\":" + json::quote(trace.call.signature);
    shown.push_back(part + "}");
    wrote_text_ = after_trace_ = true;
  }
  if (!traces.empty()) own_parts_.clear();
}

void GeminiStream::write_event(const SseEvent& event, const Document& doc, std::vector<std::string>* parts,
                               bool without_end) {
  Patch patch(doc);
  const bool later = turn_.rounds() > 0;
  if (later && !response_id_.empty() && find(doc, 0, {"responseId"})) patch.set(0, "responseId", response_id_);
  if (const std::string usage = raw_of(doc, 0, {"usageMetadata"}); later && !usage.empty())
    patch.set(0, "usageMetadata", total(usage));
  const auto candidate = candidate_of(doc);
  if (candidate && without_end) {
    // Rebuilt without its end: its content's edits fall into it.
    Patch inner(doc);
    set_parts(inner, doc, *candidate, *parts);
    const std::string whole = inner.value(*candidate);
    const auto copy = Document::parse(whole);
    patch.replace(*candidate, Patch(*copy).without(0, {"finishReason", "finishMessage"}).text());
  } else if (candidate && parts != nullptr) {
    set_parts(patch, doc, *candidate, *parts);
  }
  return patch.empty() ? pass(event) : pass(event, patch.text());
}

std::string GeminiStream::model_turn() const {
  std::vector<std::string> parts;
  for (const std::string& raw : parts_) {
    // The provider sends empty texts and takes none back.
    const auto doc = Document::parse(raw);
    const auto text = find(*doc, 0, {"text"});
    if (text && doc->raw(*text) == "\"\"" && !find(*doc, 0, {"thoughtSignature"})) continue;
    parts.push_back(raw);
  }
  return assistant_turn(Wire::gemini, parts);
}

void GeminiStream::next_round() {
  count_round(round_usage_);
  round_usage_.clear();
  parts_.clear();
  own_parts_.clear();
  pieces_ = {};
  asks_ = ended_ = false;
  std::vector<std::string> shown;
  write_traces(turn_.hidden_round(), shown, false);
  if (!shown.empty()) {
    SseParser().feed(held_end_, [&](const SseEvent& event) {
      const auto doc = Document::parse(event.data);
      // Between two rounds: the usage so far, no end.
      if (doc) write_event(event, *Document::parse(Patch(*doc).without(0, {"usageMetadata"}).text()), &shown, true);
    });
  }
  held_end_.clear();
}

void GeminiStream::end_here() {
  turn_.drop_round();
  asks_ = false;
  std::vector<std::string> none{R"({"text":""})"};
  SseParser().feed(held_end_, [&](const SseEvent& event) {
    if (const auto doc = Document::parse(event.data)) write_event(event, *doc, &none, false);
  });
  held_end_.clear();
}

void GeminiStream::release() {
  std::vector<std::string> shown;
  turn_.drop_round();
  write_traces(turn_.client_call(), shown, false);
  shown.insert(shown.end(), own_parts_.begin(), own_parts_.end());
  own_parts_.clear();
  shown.insert(shown.end(), pieces_.held.begin(), pieces_.held.end());
  pieces_ = {};
  if (shown.empty()) return;
  if (held_end_.empty()) {
    out_ +=
        event_of("", R"({"candidates":[{"content":{"role":"model","parts":[)" + joined(shown) + R"(]},"index":0}]})");
  }
  SseParser().feed(held_end_, [&](const SseEvent& event) {
    if (const auto doc = Document::parse(event.data)) write_event(event, *doc, &shown, false);
  });
  held_end_.clear();
  asks_ = false;
}

std::string GeminiStream::error_event(std::string_view body) {
  const auto doc = Document::parse(body);
  if (doc && find(*doc, 0, {"error"})) return event_of("", body);
  return event_of(
      "", R"({"error":{"code":502,"message":")" + std::string(no_continuation) + R"(","status":"UNAVAILABLE"}})");
}

}  // namespace headroom::relay
