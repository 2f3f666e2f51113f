// Anthropic's stream: message_start, then per block content_block_start, _delta, _stop, then message_delta with the
// stop reason and the usage, message_stop; ping and error anywhere.
#include <algorithm>

#include "json/strings.h"
#include "relay/stream.h"
#include "relay/usage.h"

namespace headroom::relay {
namespace {

std::string raw_member(const Document& doc, std::initializer_list<std::string_view> keys) {
  const auto value = find(doc, 0, keys);
  return value && !doc.is(*value, Kind::null) ? std::string(doc.raw(*value)) : std::string();
}

std::string event_bytes(std::string_view type, std::string_view members) {
  return event_of(type, std::string("{\"type\":\"").append(type).append("\"").append(members).append("}"));
}

bool only_space(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

void AnthropicStream::event(const SseEvent& event) {
  if (!event.has_data) return pass(event);
  const auto doc = Document::parse(event.data);
  if (!doc || !doc->is(0, Kind::object)) return pass(event);
  const std::string type = find_string(*doc, 0, {"type"});
  if (type == "message_start") {
    start_usage_ = raw_member(*doc, {"message", "usage"});
    round_usage_ = start_usage_;
    if (turn_.rounds() == 0) pass(event);
    return;
  }
  if (type == "message_delta") return close_message(event, *doc);
  if (type == "message_stop") {
    ended_ = true;
    if (!asks_) return pass(event);
    held_stop_ = event.raw;
    return;
  }
  if (type == "error") asks_ = false;
  const auto index = find_integer(*doc, 0, {"index"});
  if (!index) return pass(event);
  if (type == "content_block_start") return open_block(event, *doc, *index);
  const auto at = blocks_.find(*index);
  if (at == blocks_.end()) return pass(event);
  if (type == "content_block_delta") return grow_block(event, *doc, at->second);
  if (type == "content_block_stop") return close_block(event, *doc, at->second);
  if (at->second.own) {
    at->second.held.emplace_back(event.raw);
  } else {
    write_indexed(event, *doc, at->second.client_index);
  }
}

void AnthropicStream::open_block(const SseEvent& event, const Document& doc, std::int64_t index) {
  Block& block = blocks_[index] = {};
  block.start = raw_member(doc, {"content_block"});
  block.type = find_string(doc, 0, {"content_block", "type"});
  block.text = find_string(doc, 0, {"content_block", "text"});
  block.thinking = find_string(doc, 0, {"content_block", "thinking"});
  block.signature = find_string(doc, 0, {"content_block", "signature"});
  block.own = block.type == "tool_use" && is_our_tool(find_string(doc, 0, {"content_block", "name"}));
  if (block.own) {
    shifted_ = true;
    block.held.emplace_back(event.raw);
    return;
  }
  if (block.type == "tool_use") {
    write_traces(turn_.client_call());
  } else if (block.type == "text") {
    turn_.text(block.text.size());
  } else {
    write_traces(turn_.other_block(block.type == "thinking" || block.type == "redacted_thinking"));
  }
  block.client_index = place_of(index);
  write_indexed(event, doc, block.client_index);
}

void AnthropicStream::grow_block(const SseEvent& event, const Document& doc, Block& block) {
  const std::string type = find_string(doc, 0, {"delta", "type"});
  if (type == "text_delta") {
    const std::string text = find_string(doc, 0, {"delta", "text"});
    block.text += text;
    turn_.text(text.size());
  } else if (type == "input_json_delta") {
    block.json += find_string(doc, 0, {"delta", "partial_json"});
  } else if (type == "thinking_delta") {
    block.thinking += find_string(doc, 0, {"delta", "thinking"});
  } else if (type == "signature_delta") {
    block.signature += find_string(doc, 0, {"delta", "signature"});
  } else if (type == "citations_delta") {
    block.citations.push_back(raw_member(doc, {"delta", "citation"}));
  }
  if (block.own) {
    block.held.emplace_back(event.raw);
  } else {
    write_indexed(event, doc, block.client_index);
  }
}

Call AnthropicStream::call_of(const Block& block) {
  Call call;
  const auto doc = Document::parse(block.start);
  if (!doc) return call;
  call.id = find_string(*doc, 0, {"id"});
  call.name = find_string(*doc, 0, {"name"});
  call.arguments = block.json.empty() ? raw_member(*doc, {"input"}) : block.json;
  if (call.arguments.empty()) call.arguments = "{}";
  return call;
}

void AnthropicStream::close_block(const SseEvent& event, const Document& doc, Block& block) {
  block.done = true;
  if (!block.own) return write_indexed(event, doc, block.client_index);
  block.held.emplace_back(event.raw);
  const Call call = call_of(block);
  // Cut off, or no JSON at all: the stop reason tells.
  block.broken = !Document::parse(call.arguments);
  if (block.broken) return;
  if (!takes_(call)) return release(block);
  write_traces(turn_.own_call(call));
}

void AnthropicStream::close_message(const SseEvent& event, const Document& doc) {
  const std::string reason = find_string(doc, 0, {"delta", "stop_reason"});
  const std::string usage = raw_member(doc, {"usage"});
  round_usage_ = overlay_usage(start_usage_, usage);
  const bool cut_off = reason != "tool_use";
  for (auto& [index, block] : blocks_) {
    if (block.own && block.broken && !cut_off) write_traces(turn_.own_call(call_of(block)));
  }
  if (turn_.own_calls_only() && !cut_off) {
    asks_ = true;
    held_delta_ = event.raw;
    return;
  }
  if (turn_.rounds() == 0 || usage.empty()) return pass(event);
  pass(event, Patch(doc).set(0, "usage", total(round_usage_)).text());
}

void AnthropicStream::write_indexed(const SseEvent& event, const Document& doc, std::int64_t index) {
  if (find_integer(doc, 0, {"index"}) == index) return pass(event);
  pass(event, Patch(doc).set(0, "index", std::to_string(index)).text());
}

void AnthropicStream::write_traces(const std::vector<Trace>& traces) {
  for (const Trace& trace : traces) {
    shifted_ = true;
    const std::string index = ",\"index\":" + std::to_string(next_index_++);
    out_ += event_bytes("content_block_start", index + R"(,"content_block":{"type":"text","text":""})");
    out_ += event_bytes("content_block_delta",
                        index + R"(,"delta":{"type":"text_delta","text":)" + json::quote(print(trace)) + "}");
    out_ += event_bytes("content_block_stop", index);
  }
}

// A block as the whole message would hold it: as it opened, with what came after put in.
std::string AnthropicStream::whole(const Block& block) {
  const auto doc = Document::parse(block.start);
  if (!doc || !doc->is(0, Kind::object)) return {};
  Patch patch(*doc);
  if (block.type == "text") {
    if (only_space(block.text)) return {};  // the provider takes no empty text back
    patch.set(0, "text", json::quote(block.text));
  } else if (block.type == "thinking") {
    patch.set(0, "thinking", json::quote(block.thinking)).set(0, "signature", json::quote(block.signature));
  } else if (find(*doc, 0, {"input"})) {
    const std::string input = block.json.empty() ? raw_member(*doc, {"input"}) : block.json;
    patch.set(0, "input", Document::parse(input) ? input : "{}");
  }
  if (!block.citations.empty()) patch.set(0, "citations", "[" + joined(block.citations) + "]");
  return patch.text();
}

std::string AnthropicStream::model_turn() const {
  std::vector<std::string> blocks;
  for (const auto& [index, block] : blocks_) {
    if (std::string raw = whole(block); !raw.empty()) blocks.push_back(std::move(raw));
  }
  return assistant_turn(Wire::anthropic, blocks);
}

void AnthropicStream::next_round() {
  shifted_ = true;
  count_round(round_usage_);
  blocks_.clear();
  start_usage_.clear();
  round_usage_.clear();
  held_delta_.clear();
  held_stop_.clear();
  asks_ = ended_ = false;
  write_traces(turn_.hidden_round());
}

void AnthropicStream::end_here() {
  turn_.drop_round();
  asks_ = false;
  SseParser().feed(held_delta_, [&](const SseEvent& event) {
    const auto doc = Document::parse(event.data);
    Patch patch(*doc);
    if (const auto reason = find(*doc, 0, {"delta", "stop_reason"})) patch.replace(*reason, "\"end_turn\"");
    patch.set(0, "usage", total(round_usage_));
    pass(event, patch.text());
  });
  out_ += held_stop_;
}

void AnthropicStream::release(Block& block) {
  write_traces(turn_.client_call());
  block.own = false;
  block.client_index = next_index_++;
  for (const std::string& raw : block.held) {
    SseParser().feed(raw, [&](const SseEvent& event) {
      const auto doc = Document::parse(event.data);
      if (doc) write_indexed(event, *doc, block.client_index);
    });
  }
  block.held.clear();
}

void AnthropicStream::release() {
  const bool traced = turn_.mixed();  // calls of ours that are done have their traces
  turn_.drop_round();
  for (auto& [index, block] : blocks_) {
    if (block.own && !(traced && block.done && !block.broken)) release(block);
  }
  out_ += held_delta_ + held_stop_;
  held_delta_.clear();
  held_stop_.clear();
  asks_ = false;
}

std::string AnthropicStream::error_event(std::string_view body) {
  const auto doc = Document::parse(body);
  if (doc && find(*doc, 0, {"error"})) return event_of("error", body);
  return event_of(
      "error", R"({"type":"error","error":{"type":"api_error","message":")" + std::string(no_continuation) + R"("}})");
}

}  // namespace headroom::relay
