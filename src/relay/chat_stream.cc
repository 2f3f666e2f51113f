// OpenAI chat's stream: chunks with choices[0].delta, calls growing by index in delta.tool_calls, a chunk with the
// finish_reason, perhaps one with the usage, [DONE]. Only the first choice is read; requests for several are not
// relayed here.
#include <algorithm>
#include <string>
#include <vector>

#include "json/strings.h"
#include "relay/stream.h"
#include "relay/usage.h"

namespace headroom::relay {
namespace {

std::string raw_of(const Document& doc, NodeId object, std::initializer_list<std::string_view> keys) {
  const auto value = find(doc, object, keys);
  return value && !doc.is(*value, Kind::null) ? std::string(doc.raw(*value)) : std::string();
}

std::string member(std::string_view key, std::string_view raw) {
  return json::quote(key).append(":").append(raw);
}

// A member's later part behind its earlier one: strings and lists grow, anything else is replaced.
std::string grown(const std::string& earlier, std::string_view later) {
  const auto a = Document::parse(earlier), b = Document::parse(later);
  if (!a || !b) return std::string(later);
  if (a->is(0, Kind::string) && b->is(0, Kind::string)) return json::quote(a->string(0) + b->string(0));
  if (a->is(0, Kind::array) && b->is(0, Kind::array)) {
    std::vector<std::string> elements;
    for (const NodeId e : b->elements(0)) elements.emplace_back(b->raw(e));
    return elements.empty() ? earlier : Patch(*a).append(0, joined(elements)).text();
  }
  return std::string(b->is(0, Kind::null) ? std::string_view(earlier) : later);
}

bool is_thinking(std::string_view key) {
  return key == "reasoning_content" || key == "reasoning" || key == "reasoning_details";
}

}  // namespace

// What becomes of a chunk's delta.
struct ChatStream::Chunk {
  std::string delta;  // its members, for the client
  bool changed = false;
  bool says = false;  // something in it is for the client
};

void ChatStream::event(const SseEvent& event) {
  if (!event.has_data) return pass(event);
  if (event.data == "[DONE]") {
    ended_ = true;
    if (asks_) {
      held_end_.emplace_back(event.raw);
    } else {
      pass(event);
    }
    return;
  }
  const auto doc = Document::parse(event.data);
  const auto choices = doc ? find(*doc, 0, {"choices"}) : std::nullopt;
  if (!choices || !doc->is(*choices, Kind::array)) {
    if (doc && find(*doc, 0, {"error"})) asks_ = false;
    return pass(event);
  }
  // Some providers open with a chunk of their own, without choices and without an id.
  if (!opened_) {
    first_chunk_ = event.data;
    id_ = raw_of(*doc, 0, {"id"});
    created_ = raw_of(*doc, 0, {"created"});
    opened_ = doc->count(*choices) > 0;
  }
  const std::string usage = raw_of(*doc, 0, {"usage"});
  if (!usage.empty()) round_usage_ = usage;

  Patch patch(*doc);
  if (turn_.rounds() > 0) {
    if (!id_.empty() && find(*doc, 0, {"id"})) patch.set(0, "id", id_);
    if (!created_.empty() && find(*doc, 0, {"created"})) patch.set(0, "created", created_);
    if (!usage.empty()) patch.set(0, "usage", total(usage));
  }
  if (doc->count(*choices) == 0) {
    if (asks_) {
      held_end_.push_back(with_data(event, patch.text()));
    } else {
      pass(event, patch.text());
    }
    return;
  }
  const NodeId choice = Document::first_child(*choices);
  const auto delta = find(*doc, choice, {"delta"});
  const std::string reason = find_string(*doc, choice, {"finish_reason"});
  Chunk chunk;
  if (delta && doc->is(*delta, Kind::object)) read_delta(*doc, *delta, chunk);
  if (reason.empty()) {
    if (!chunk.changed && turn_.rounds() == 0) return pass(event);
    if (!chunk.says && (chunk.changed || turn_.rounds() > 0) && usage.empty()) return;
    if (chunk.changed) patch.replace(*delta, "{" + chunk.delta + "}");
    return pass(event, patch.text());
  }
  end_round(event, *doc, choice, chunk, std::move(patch));
}

// The chunk with the finish_reason: calls of ours are whole now.
void ChatStream::end_round(const SseEvent& event, const Document& doc, NodeId choice, Chunk& chunk, Patch patch) {
  const std::string reason = find_string(doc, choice, {"finish_reason"});
  const auto delta = find(doc, choice, {"delta"});
  const bool cut_off = reason != "tool_calls" && reason != "function_call" && reason != "stop";
  complete_calls(cut_off, chunk);
  asks_ = turn_.own_calls_only() && !cut_off;
  if (!asks_) {
    if (chunk.changed && delta) patch.replace(*delta, "{" + chunk.delta + "}");
    return patch.empty() ? pass(event) : pass(event, patch.text());
  }
  if (chunk.says) write_delta(chunk.delta);
  // For end_here(): what the client gets if nobody answers.
  if (delta) patch.replace(*delta, "{}");
  patch.set(choice, "finish_reason", "\"stop\"");
  held_end_.push_back(with_data(event, patch.text()));
}

void ChatStream::read_delta(const Document& doc, NodeId delta, Chunk& chunk) {
  const auto add = [&](std::string_view key, std::string_view raw) {
    chunk.delta.append(chunk.delta.empty() ? "" : ",").append(member(key, raw));
  };
  for (const json::Member m : doc.members(delta)) {
    const std::string key = doc.string(m.key);
    const std::string_view raw = doc.raw(m.value);
    if (key == "tool_calls" && doc.is(m.value, Kind::array)) {
      read_calls(doc, m.value, chunk);
      continue;
    }
    if (key == "role") {
      role_ = raw;
      if (turn_.rounds() > 0) {
        chunk.changed = true;  // the message has its role
      } else {
        add(key, raw);
        chunk.says = true;
      }
      continue;
    }
    const bool text = doc.is(m.value, Kind::string);
    const std::string value = text ? doc.string(m.value) : std::string();
    if (key == "content" && text && !value.empty()) {
      turn_.text(value.size());
      keep(key, doc, m.value);
      if (after_trace_) {
        add(key, json::quote("\n" + value));
        chunk.changed = true;
      } else {
        add(key, raw);
      }
      after_trace_ = false;
      wrote_text_ = chunk.says = true;
      continue;
    }
    if (is_thinking(key) && !doc.is(m.value, Kind::null) && raw != "\"\"" && raw != "[]")
      write_traces(turn_.other_block(true, 0), chunk);
    if (key == "function_call" && doc.is(m.value, Kind::object)) write_traces(turn_.client_call(), chunk);
    keep(key, doc, m.value);
    add(key, raw);
    chunk.says |= !doc.is(m.value, Kind::null) && raw != "\"\"";
  }
}

void ChatStream::keep(std::string_view key, const Document& doc, NodeId value) {
  for (auto& [name, raw] : message_) {
    if (name == key) {
      raw = grown(raw, doc.raw(value));
      return;
    }
  }
  message_.emplace_back(key, doc.raw(value));
}

void ChatStream::read_calls(const Document& doc, NodeId calls, Chunk& chunk) {
  std::vector<std::string> shown;
  for (const NodeId e : doc.elements(calls)) {
    const std::int64_t index = find_integer(doc, e, {"index"}).value_or(0);
    const auto found = slots_.find(index);
    Slot& slot = found == slots_.end() ? slots_[index] : found->second;
    const bool opens = found == slots_.end();
    if (opens) {
      slot.first = doc.raw(e);
      slot.call.id = find_string(doc, e, {"id"});
      slot.call.name = find_string(doc, e, {"function", "name"});
      slot.own = is_our_tool(slot.call.name);
      if (!slot.own) {
        write_traces(turn_.client_call(), chunk);
        slot.client_index = place_of(index);
      } else {
        shifted_ = true;
      }
    }
    slot.call.arguments += find_string(doc, e, {"function", "arguments"});
    if (slot.own) {
      slot.held.emplace_back(doc.raw(e));
      chunk.changed = true;
      continue;
    }
    Patch patch(doc);
    if (find_integer(doc, e, {"index"}).value_or(slot.client_index) != slot.client_index) {
      patch.set(e, "index", std::to_string(slot.client_index));
      chunk.changed = true;
    }
    shown.push_back(patch.value(e));
  }
  if (shown.empty()) return;
  chunk.delta.append(chunk.delta.empty() ? "" : ",").append("\"tool_calls\":[").append(joined(shown)).append("]");
  chunk.says = true;
}

// `cut_off`: by a limit of the provider, so the last one may be a part.
void ChatStream::complete_calls(bool cut_off, Chunk& chunk) {
  for (auto& [index, slot] : slots_) {
    if (!slot.own || slot.done) continue;
    if (slot.call.arguments.empty()) slot.call.arguments = "{}";
    if (cut_off && !Document::parse(slot.call.arguments)) continue;
    if (!takes_(slot.call)) {
      release(slot, chunk);
      continue;
    }
    slot.done = true;
    std::size_t before = 0;  // its place among the calls: by index, since text and calls stand apart
    for (const auto& [other, s] : slots_) before += other < index && !s.own;
    write_traces(turn_.own_call(slot.call, before), chunk);
  }
}

// What the chunk at hand still says comes before them.
void ChatStream::write_traces(const std::vector<Trace>& traces, Chunk& chunk) {
  if (traces.empty()) return;
  if (chunk.says) write_delta(std::exchange(chunk.delta, {}));
  chunk.says = false;
  chunk.changed = true;
  for (const Trace& trace : traces) {
    write_delta(member("content", json::quote((wrote_text_ ? "\n" : "") + print(trace))));
    wrote_text_ = after_trace_ = true;
  }
}

std::string ChatStream::chunk_with(std::string_view delta, std::string_view finish_reason) const {
  const auto doc = Document::parse(first_chunk_);
  if (!doc) return {};
  Patch patch(*doc);
  patch.set(
      0, "choices",
      std::string("[{\"index\":0,\"delta\":{").append(delta).append("},\"finish_reason\":").append(finish_reason) +
          "}]");
  if (const auto usage = find(*doc, 0, {"usage"})) patch.replace(*usage, "null");
  return patch.text();
}

void ChatStream::write_delta(std::string_view delta, std::string_view finish_reason) {
  out_ += event_of("", chunk_with(delta, finish_reason));
}

std::string ChatStream::model_turn() const {
  std::string message = "{\"role\":" + role_;
  bool content = false;
  for (const auto& [key, raw] : message_) {
    // The opening chunk's empty content: a whole message says null.
    const bool none = key == "content" && raw == "\"\"" && !slots_.empty();
    message.append(",").append(member(key, none ? "null" : std::string_view(raw)));
    content |= key == "content";
  }
  if (!content) message += ",\"content\":null";
  std::vector<std::string> calls;
  for (const auto& [index, slot] : slots_) {
    const auto doc = Document::parse(slot.first);
    if (!doc) continue;
    Patch patch(*doc);
    if (const auto arguments = find(*doc, 0, {"function", "arguments"})) {
      patch.replace(*arguments, json::quote(slot.call.arguments));
    } else if (const auto function = find(*doc, 0, {"function"})) {
      patch.set(*function, "arguments", json::quote(slot.call.arguments));
    }
    // The index is the stream's, not the message's.
    const std::string grown_call = patch.text();
    const auto whole = Document::parse(grown_call);
    calls.push_back(whole ? Patch(*whole).without(0, {"index"}).text() : grown_call);
  }
  if (!calls.empty()) message += ",\"tool_calls\":[" + joined(calls) + "]";
  return message + "}";
}

void ChatStream::next_round() {
  shifted_ = true;
  count_round(round_usage_);
  round_usage_.clear();
  slots_.clear();
  message_.clear();
  held_end_.clear();
  asks_ = ended_ = false;
  Chunk none;
  write_traces(turn_.hidden_round(), none);
}

void ChatStream::end_here() {
  turn_.drop_round();
  asks_ = false;
  for (const std::string& raw : held_end_) out_ += raw;
  held_end_.clear();
}

void ChatStream::release(Slot& slot, Chunk& chunk) {
  write_traces(turn_.client_call(), chunk);
  if (chunk.says) write_delta(std::exchange(chunk.delta, {}));
  chunk.says = false;
  chunk.changed = true;
  slot.own = false;
  slot.client_index = next_index_++;
  for (const std::string& raw : slot.held) {
    const auto doc = Document::parse(raw);
    const std::string element = Patch(*doc).set(0, "index", std::to_string(slot.client_index)).text();
    write_delta("\"tool_calls\":[" + element + "]");
  }
  slot.held.clear();
}

void ChatStream::release() {
  const bool traced = turn_.mixed();
  turn_.drop_round();
  for (auto& [index, slot] : slots_) {
    Chunk none;
    if (slot.own && !(traced && slot.done)) release(slot, none);
  }
  if (asks_ && !held_end_.empty()) {
    write_delta("", "\"tool_calls\"");
    for (std::size_t i = 1; i < held_end_.size(); ++i) out_ += held_end_[i];
  }
  held_end_.clear();
  asks_ = false;
}

std::string ChatStream::error_event(std::string_view body) {
  const auto doc = Document::parse(body);
  if (doc && find(*doc, 0, {"error"})) return event_of("", body);
  return event_of("", R"({"error":{"message":")" + std::string(no_continuation) +
                          R"(","type":"api_error","param":null,"code":null}})");
}

}  // namespace headroom::relay
