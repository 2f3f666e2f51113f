// The stream of OpenAI Responses: response.created, per item response.output_item.added, deltas, .done, at last
// response.completed with the whole response. Every event has a sequence_number; those of an item its output_index.
#include <algorithm>

#include "json/strings.h"
#include "relay/stream.h"
#include "relay/usage.h"

namespace headroom::relay {
namespace {

std::string raw_of(const Document& doc, NodeId object, std::initializer_list<std::string_view> keys) {
  const auto value = find(doc, object, keys);
  return value && !doc.is(*value, Kind::null) ? std::string(doc.raw(*value)) : std::string();
}

// Items that the client must answer.
bool is_client_call(std::string_view type) {
  constexpr std::string_view calls[] = {"function_call",    "custom_tool_call", "local_shell_call",    "shell_call",
                                        "apply_patch_call", "computer_call",    "mcp_approval_request"};
  return std::find(std::begin(calls), std::end(calls), type) != std::end(calls);
}

bool is_opening(std::string_view type) {
  return type == "response.created" || type == "response.in_progress" || type == "response.queued";
}

bool is_end(std::string_view type) {
  return type == "response.completed" || type == "response.incomplete" || type == "response.failed" ||
         type == "response.cancelled";
}

}  // namespace

void ResponsesStream::event(const SseEvent& event) {
  if (!event.has_data) return pass(event);
  const auto doc = Document::parse(event.data);
  if (!doc || !doc->is(0, Kind::object)) {
    ended_ |= event.data == "[DONE]";
    return asks_ ? void() : pass(event);
  }
  const std::string type = find_string(*doc, 0, {"type"});
  if (is_opening(type) && turn_.rounds() > 0) return;
  if (type == "response.created") id_ = raw_of(*doc, 0, {"response", "id"});
  if (is_end(type)) return close_response(event, *doc, type);
  const auto index = find_integer(*doc, 0, {"output_index"});
  if (type == "response.output_item.added" && index) return open_item(event, *doc, *index);
  const auto at = index ? items_.find(*index) : items_.end();
  if (at == items_.end()) return write(event, *doc, Patch(*doc), nullptr);
  Item& item = at->second;
  if (type == "response.output_text.delta") turn_.text(find_string(*doc, 0, {"delta"}).size());
  if (type == "response.output_item.done") return close_item(event, *doc, item);
  if (item.own) {
    item.held.emplace_back(event.raw);
  } else {
    write(event, *doc, Patch(*doc), &item);
  }
}

void ResponsesStream::open_item(const SseEvent& event, const Document& doc, std::int64_t index) {
  Item& item = items_[index] = {};
  const std::string type = find_string(doc, 0, {"item", "type"});
  item.own = type == "function_call" && is_our_tool(find_string(doc, 0, {"item", "name"}));
  if (item.own) {
    shifted_ = true;
    item.held.emplace_back(event.raw);
    return;
  }
  if (is_client_call(type)) {
    write_traces(turn_.client_call());
  } else if (type != "message") {
    write_traces(turn_.other_block(type == "reasoning"));
  }
  item.client_index = place_of(index);
  write(event, doc, Patch(doc), &item);
}

void ResponsesStream::close_item(const SseEvent& event, const Document& doc, Item& item) {
  item.raw = raw_of(doc, 0, {"item"});
  item.done = true;
  if (!item.own) {
    shown_[item.client_index] = item.raw;
    return write(event, doc, Patch(doc), &item);
  }
  item.held.emplace_back(event.raw);
  if (find_string(doc, 0, {"item", "status"}) == "incomplete") {
    item.done = false;  // cut off: it stands for nothing
    return;
  }
  Call call;
  call.id = find_string(doc, 0, {"item", "call_id"});
  call.name = find_string(doc, 0, {"item", "name"});
  call.arguments = find_string(doc, 0, {"item", "arguments"});
  if (!takes_(call)) return release(item);
  write_traces(turn_.own_call(std::move(call)));
}

void ResponsesStream::close_response(const SseEvent& event, const Document& doc, std::string_view type) {
  ended_ = true;
  round_usage_ = raw_of(doc, 0, {"response", "usage"});
  if (type == "response.completed" && turn_.own_calls_only()) {
    asks_ = true;
    held_end_ = event.raw;
    return;
  }
  write_end(event, doc);
}

// The response as the client has it: its items of all rounds, its usage of all rounds.
void ResponsesStream::write_end(const SseEvent& event, const Document& doc) {
  Patch patch(doc);
  const auto response = find(doc, 0, {"response"});
  if (shifted_ && response && doc.is(*response, Kind::object)) {
    std::vector<std::string> items;
    items.reserve(shown_.size());
    for (const auto& [index, raw] : shown_) items.push_back(raw);
    patch.set(*response, "output", "[" + joined(items) + "]");
    if (turn_.rounds() > 0 && !id_.empty() && keeps_first_id(doc)) patch.set(*response, "id", id_);
    if (turn_.rounds() > 0 && !round_usage_.empty()) patch.set(*response, "usage", total(round_usage_));
  }
  write(event, doc, std::move(patch), nullptr);
}

// One id from the first event to the last, if who goes on from it is sent to the last round.
bool ResponsesStream::keeps_first_id(const Document& doc) const {
  if (stateless_) return true;
  const auto first = Document::parse(id_);
  const std::string last = find_string(doc, 0, {"response", "id"});
  return chained_ && first && first->is(0, Kind::string) && !last.empty() && chained_(first->string(0), last);
}

void ResponsesStream::write(const SseEvent& event, const Document& doc, Patch patch, const Item* item) {
  if (item != nullptr && find_integer(doc, 0, {"output_index"}) != item->client_index)
    patch.set(0, "output_index", std::to_string(item->client_index));
  if (const auto number = find_integer(doc, 0, {"sequence_number"})) {
    const bool counts = *number >= 0 && *number < most_index;
    if (counts && (!numbered_ || !shifted_)) next_number_ = *number;  // the provider's own, however it counts
    numbered_ |= counts;
    if (shifted_ && *number != next_number_) patch.set(0, "sequence_number", std::to_string(next_number_));
    ++next_number_;
  }
  return patch.empty() ? pass(event) : pass(event, patch.text());
}

void ResponsesStream::write_own(std::string_view type, std::string_view members) {
  std::string data = "{\"type\":\"" + std::string(type) + "\"";
  if (numbered_) data += ",\"sequence_number\":" + std::to_string(next_number_++);
  out_ += event_of(type, data.append(members).append("}"));
}

void ResponsesStream::write_traces(const std::vector<Trace>& traces) {
  for (const Trace& trace : traces) {
    const std::string text = json::quote(print(trace));
    std::string_view name = trace.call.id;
    if (name.starts_with("call_")) name.remove_prefix(5);
    const std::string id = json::quote("msg_" + std::string(name));
    const std::string index = ",\"output_index\":" + std::to_string(next_index_);
    std::string place = index;
    place.append(",\"item_id\":").append(id).append(",\"content_index\":0");
    const auto with = [](const std::string& where, std::string_view key, std::string_view value) {
      return std::string(where).append(",\"").append(key).append("\":").append(value);
    };
    const auto item = [&](std::string_view status, std::string_view content) {
      return std::string("{\"id\":")
          .append(id)
          .append(",\"type\":\"message\",\"status\":\"")
          .append(status)
          .append("\",\"role\":\"assistant\",\"content\":[")
          .append(content)
          .append("]}");
    };
    const auto part = [](std::string_view value) {
      return std::string("{\"type\":\"output_text\",\"text\":").append(value).append(",\"annotations\":[]}");
    };
    const std::string whole = item("completed", part(text));
    write_own("response.output_item.added", with(index, "item", item("in_progress", "")));
    write_own("response.content_part.added", with(place, "part", part("\"\"")));
    write_own("response.output_text.delta", with(place, "delta", text).append(",\"logprobs\":[]"));
    write_own("response.output_text.done", with(place, "text", text).append(",\"logprobs\":[]"));
    write_own("response.content_part.done", with(place, "part", part(text)));
    write_own("response.output_item.done", with(index, "item", whole));
    shown_[next_index_++] = whole;
    shifted_ = true;
  }
}

std::string ResponsesStream::model_turn() const {
  std::vector<std::string> items;
  for (const auto& [index, item] : items_) {
    const auto doc = Document::parse(item.raw);
    if (!doc) continue;
    const bool sealed = !find_string(*doc, 0, {"encrypted_content"}).empty();
    if (stateless_ && !sealed && find_string(*doc, 0, {"type"}) == "reasoning") continue;
    items.push_back(item.raw);
  }
  return assistant_turn(Wire::responses, items);
}

void ResponsesStream::next_round() {
  count_round(round_usage_);
  round_usage_.clear();
  items_.clear();
  held_end_.clear();
  shifted_ = true;
  asks_ = ended_ = false;
  write_traces(turn_.hidden_round());
}

void ResponsesStream::end_here() {
  turn_.drop_round();
  asks_ = false;
  SseParser().feed(held_end_, [&](const SseEvent& event) {
    if (const auto doc = Document::parse(event.data)) write_end(event, *doc);
  });
  held_end_.clear();
}

void ResponsesStream::release(Item& item) {
  write_traces(turn_.client_call());
  item.own = false;
  item.client_index = next_index_++;
  if (item.done) shown_[item.client_index] = item.raw;
  for (const std::string& raw : item.held) {
    SseParser().feed(raw, [&](const SseEvent& event) {
      if (const auto doc = Document::parse(event.data)) write(event, *doc, Patch(*doc), &item);
    });
  }
  item.held.clear();
}

void ResponsesStream::release() {
  const bool traced = turn_.mixed();
  turn_.drop_round();
  for (auto& [index, item] : items_) {
    if (item.own && !(traced && item.done)) release(item);
  }
  end_here();
}

std::string ResponsesStream::error_event(std::string_view body) {
  const auto doc = Document::parse(body);
  const auto error = doc ? find(*doc, 0, {"error"}) : std::nullopt;
  const auto of = [&](std::string_view key) {
    const auto value = error ? find(*doc, *error, {key}) : std::nullopt;
    return value ? std::string(doc->raw(*value)) : std::string("null");
  };
  std::string message = of("message");
  if (message == "null") message = json::quote(no_continuation);
  std::string data =
      R"({"type":"error","code":)" + of("code") + ",\"message\":" + message + ",\"param\":" + of("param");
  if (numbered_) data += ",\"sequence_number\":" + std::to_string(next_number_++);
  return event_of("error", data + "}");
}

}  // namespace headroom::relay
