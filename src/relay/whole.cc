#include "relay/whole.h"

#include <algorithm>

#include "json/strings.h"
#include "relay/usage.h"

namespace headroom::relay {
namespace {

// Where a reply has its blocks, its end and its usage. `end`: the reason that a turn with calls ends with, and the one
// that a turn without any does.
struct Shape {
  std::initializer_list<std::string_view> blocks, reason, usage;
  std::string_view calls, done;
};

const Shape& shape_of(Wire wire) {
  static const Shape shapes[] = {
      {{"content"}, {"stop_reason"}, {"usage"}, "tool_use", "end_turn"},
      {{"message"}, {"finish_reason"}, {"usage"}, "tool_calls", "stop"},
      {{"output"}, {"status"}, {"usage"}, "completed", "completed"},
      {{"content", "parts"}, {"finishReason"}, {"usageMetadata"}, "STOP", "STOP"},
      {{"output", "message", "content"}, {"stopReason"}, {"usage"}, "tool_use", "end_turn"},
  };
  return shapes[static_cast<std::size_t>(wire)];
}

// The object that holds blocks and reason: the body itself, or its first choice or candidate.
std::optional<NodeId> frame_of(Wire wire, const Document& doc) {
  if (!doc.is(0, Kind::object)) return std::nullopt;
  if (wire != Wire::openai && wire != Wire::gemini) return NodeId{0};
  const auto list = find(doc, 0, {wire == Wire::openai ? "choices" : "candidates"});
  if (!list || !doc.is(*list, Kind::array) || doc.count(*list) != 1) return std::nullopt;
  return Document::first_child(*list);
}

std::string raw_of(const Document& doc, NodeId object, std::initializer_list<std::string_view> keys) {
  const auto value = find(doc, object, keys);
  return value && !doc.is(*value, Kind::null) ? std::string(doc.raw(*value)) : std::string();
}

bool is_client_item(std::string_view type) {
  constexpr std::string_view calls[] = {"tool_use",   "function_call",    "custom_tool_call", "local_shell_call",
                                        "shell_call", "apply_patch_call", "computer_call",    "mcp_approval_request"};
  return std::find(std::begin(calls), std::end(calls), type) != std::end(calls);
}

bool only_space(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

WholeReplies::Piece WholeReplies::read_block(const Document& doc, NodeId block) {
  Piece piece;
  piece.raw = doc.raw(block);
  const std::string type = find_string(doc, block, {"type"});
  const auto set_call = [&](std::string id, std::string name, std::string arguments) {
    piece.kind = Piece::Kind::call;
    if (!is_our_tool(name)) return;
    piece.call = {std::move(id), std::move(name), arguments.empty() ? "{}" : std::move(arguments),
                  find_string(doc, block, {"thoughtSignature"})};
    if (find_string(doc, block, {"status"}) != "incomplete" && takes_(piece.call)) piece.kind = Piece::Kind::own;
  };
  switch (wire_) {
    case Wire::anthropic:
      if (type == "tool_use")
        set_call(find_string(doc, block, {"id"}), find_string(doc, block, {"name"}), raw_of(doc, block, {"input"}));
      if (type == "text") piece.kind = Piece::Kind::text;
      piece.thinking = type == "thinking" || type == "redacted_thinking";
      break;
    case Wire::converse:
      if (const auto call = find(doc, block, {"toolUse"}))
        set_call(find_string(doc, *call, {"toolUseId"}), find_string(doc, *call, {"name"}),
                 raw_of(doc, *call, {"input"}));
      if (find(doc, block, {"text"})) piece.kind = Piece::Kind::text;
      piece.thinking = find(doc, block, {"reasoningContent"}).has_value();
      break;
    case Wire::gemini: {
      const auto thought = find(doc, block, {"thought"});
      const bool is_thought = thought && doc.is(*thought, Kind::true_);
      if (const auto call = find(doc, block, {"functionCall"})) {
        set_call(find_string(doc, *call, {"id"}), find_string(doc, *call, {"name"}), raw_of(doc, *call, {"args"}));
      } else {
        if (find(doc, block, {"text"}) && !is_thought) piece.kind = Piece::Kind::text;
        piece.thinking = is_thought || find(doc, block, {"thoughtSignature"});
      }
      break;
    }
    case Wire::responses:
      if (type == "message") piece.kind = Piece::Kind::text;
      if (is_client_item(type)) piece.kind = Piece::Kind::call;
      if (type == "function_call")
        set_call(find_string(doc, block, {"call_id"}), find_string(doc, block, {"name"}),
                 find_string(doc, block, {"arguments"}));
      piece.thinking = type == "reasoning";
      break;
    case Wire::openai:
      set_call(find_string(doc, block, {"id"}), find_string(doc, block, {"function", "name"}),
               find_string(doc, block, {"function", "arguments"}));
      break;
  }
  if (piece.kind == Piece::Kind::text) piece.text = find_string(doc, block, {"text"});
  return piece;
}

void WholeReplies::read_blocks(const Document& doc, NodeId list, Round& round) {
  if (!doc.is(list, Kind::array)) return;
  for (const NodeId block : doc.elements(list)) round.pieces.push_back(read_block(doc, block));
}

// Chat: the content, then the calls.
void WholeReplies::read_message(const Document& doc, NodeId message, Round& round) {
  for (const std::string_view key : {"reasoning_content", "reasoning", "reasoning_details"}) {
    const std::string raw = raw_of(doc, message, {key});
    if (!raw.empty() && raw != "\"\"" && raw != "[]")
      round.pieces.push_back({Piece::Kind::other, true, std::string(), std::string(), {}});
  }
  const std::string text = find_string(doc, message, {"content"});
  if (!text.empty()) round.pieces.push_back({Piece::Kind::text, false, std::string(), text, {}});
  if (const auto calls = find(doc, message, {"tool_calls"})) read_blocks(doc, *calls, round);
}

bool WholeReplies::read(std::string_view body) {
  Round round;
  round.body = body;
  own_.clear();
  const auto doc = Document::parse(round.body);
  const auto frame = doc ? frame_of(wire_, *doc) : std::nullopt;
  if (frame) {
    const Shape& shape = shape_of(wire_);
    const auto at = find(*doc, *frame, shape.blocks);
    if (at && wire_ == Wire::openai) read_message(*doc, *at, round);
    if (at && wire_ != Wire::openai) read_blocks(*doc, *at, round);
    const std::string reason = find_string(*doc, *frame, shape.reason);
    round.over = reason == shape.calls || (wire_ == Wire::openai && (reason == "stop" || reason == "function_call"));
    round.usage = raw_of(*doc, 0, shape.usage);
  }
  bool client = false;
  for (const Piece& p : round.pieces) {
    if (p.kind == Piece::Kind::own) own_.push_back(p.call);
    client |= p.kind == Piece::Kind::call;
  }
  round.asks = round.over && !own_.empty() && !client;
  rounds_.push_back(std::move(round));
  return rounds_.back().asks;
}

std::string WholeReplies::model_turn() const {
  const Round& round = rounds_.back();
  std::vector<std::string> blocks;
  if (wire_ == Wire::openai) {
    const auto doc = Document::parse(round.body);
    const auto frame = doc ? frame_of(wire_, *doc) : std::nullopt;
    const auto message = frame ? find(*doc, *frame, {"message"}) : std::nullopt;
    return message ? std::string(doc->raw(*message)) : std::string();
  }
  for (const Piece& p : round.pieces) {
    if (wire_ == Wire::anthropic && p.kind == Piece::Kind::text && only_space(p.text)) continue;
    if (wire_ == Wire::responses && stateless_ && p.thinking) {
      const auto doc = Document::parse(p.raw);
      if (doc && find_string(*doc, 0, {"encrypted_content"}).empty()) continue;
    }
    blocks.push_back(p.raw);
  }
  return assistant_turn(wire_, blocks);
}

void WholeReplies::next_round() {
  own_.clear();
}

bool WholeReplies::leaves_traces(bool end_here) const {
  if (mode_ == TraceMode::never) return false;
  if (mode_ == TraceMode::always) return true;
  bool thinking = false, client = false;
  for (std::size_t i = 0; i < rounds_.size(); ++i) {
    for (const Piece& p : rounds_[i].pieces) {
      thinking |= p.thinking;
      client |= i + 1 == rounds_.size() && p.kind == Piece::Kind::call;
    }
  }
  (void)end_here;
  return client || (thinking && rounds_.size() > 1);
}

std::string WholeReplies::trace_block(const Trace& trace, bool wrote_text) const {
  const std::string text = print(trace);
  switch (wire_) {
    case Wire::anthropic:
      return R"({"type":"text","text":)" + json::quote(text) + "}";
    case Wire::gemini: {
      std::string part = "{\"text\":" + json::quote((wrote_text ? "\n" : "") + text);
      if (!trace.signed_next && !trace.call.signature.empty())
        part += ",\"thoughtSignature\":" + json::quote(trace.call.signature);
      return part + "}";
    }
    case Wire::responses: {
      std::string_view name = trace.call.id;
      if (name.starts_with("call_")) name.remove_prefix(5);
      return "{\"id\":" + json::quote("msg_" + std::string(name)) +
             R"(,"type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":)" +
             json::quote(text) + R"(,"annotations":[]}]})";
    }
    case Wire::converse:
      return "{\"text\":" + json::quote(text) + "}";
    case Wire::openai:
      break;
  }
  return {};
}

// The blocks of all rounds, with traces or nothing in place of our calls.
std::vector<std::string> WholeReplies::blocks(bool traces, bool end_here) {
  std::vector<std::string> out;
  bool wrote_text = false, after_trace = false;
  for (std::size_t r = 0; r < rounds_.size(); ++r) {
    const Round& round = rounds_[r];
    const bool hidden = r + 1 < rounds_.size();
    std::size_t left = own_.size();
    if (hidden)
      left = static_cast<std::size_t>(
          std::count_if(round.pieces.begin(), round.pieces.end(), [](auto& p) { return p.kind == Piece::Kind::own; }));
    for (std::size_t i = 0; i < round.pieces.size(); ++i) {
      const Piece& p = round.pieces[i];
      if (p.kind == Piece::Kind::own) {
        --left;
        // Cut off with the turn, or never: it stands for nothing.
        if (!traces || (!hidden && (end_here || !round.over))) continue;
        Trace trace{p.call, 0, 0, false, hidden && left == 0};
        const Piece* const next = i + 1 < round.pieces.size() ? &round.pieces[i + 1] : nullptr;
        trace.signed_next = wire_ == Wire::gemini && !p.call.signature.empty() && next != nullptr &&
                            next->kind == Piece::Kind::call && next->raw.find("thoughtSignature") == std::string::npos;
        out.push_back(trace_block(trace, wrote_text));
        wrote_text = after_trace = true;
        continue;
      }
      std::string raw = p.raw;
      const auto doc = Document::parse(raw);
      const Piece* const before = i > 0 ? &round.pieces[i - 1] : nullptr;
      if (wire_ == Wire::gemini && doc && traces && p.kind == Piece::Kind::call && before != nullptr &&
          before->kind == Piece::Kind::own && !before->call.signature.empty() && !find(*doc, 0, {"thoughtSignature"}))
        raw = Patch(*doc).set(0, "thoughtSignature", json::quote(before->call.signature)).text();
      if (wire_ == Wire::gemini && doc && p.kind == Piece::Kind::text && !p.text.empty()) {
        if (after_trace) raw = Patch(*doc).set(0, "text", json::quote("\n" + p.text)).text();
        wrote_text = true;
      }
      if (p.kind != Piece::Kind::text || !p.text.empty()) after_trace = false;
      out.push_back(std::move(raw));
    }
  }
  return out;
}

// Chat: one message with the texts of all rounds and the client's calls.
std::string WholeReplies::chat_message(const Document& doc, NodeId message, bool traces, bool end_here) {
  std::string text;
  std::vector<std::string> calls;
  bool after_trace = false;
  for (std::size_t r = 0; r < rounds_.size(); ++r) {
    const Round& round = rounds_[r];
    const bool hidden = r + 1 < rounds_.size();
    std::size_t at = 0;
    std::vector<Trace> own;
    for (const Piece& p : round.pieces) {
      if (p.kind == Piece::Kind::text) {
        text.append(after_trace ? "\n" : "").append(p.text);
        after_trace = false;
      } else if (p.kind == Piece::Kind::own) {
        own.push_back({p.call, at, 0, false, false});
      } else if (p.kind == Piece::Kind::call) {
        calls.push_back(p.raw);
        ++at;
      }
    }
    if (!own.empty()) own.back().end = hidden;
    if (!traces || (!hidden && (end_here || !round.over))) own.clear();
    for (const Trace& trace : own) {
      text.append(text.empty() ? "" : "\n").append(print(trace));
      after_trace = true;
    }
  }
  // Set on the message's own bytes: what else it has stays.
  const std::string without = Patch(doc).without(message, {"tool_calls"}).value(message);
  const auto rest = Document::parse(without);
  Patch patch(*rest);
  patch.set(0, "content", text.empty() ? "null" : json::quote(text));
  if (!calls.empty()) patch.set(0, "tool_calls", "[" + joined(calls) + "]");
  return patch.text();
}

std::string WholeReplies::write(bool end_here) {
  Round& last = rounds_.back();
  const bool ours = !own_.empty() || rounds_.size() > 1;
  const auto doc = Document::parse(last.body);
  const auto frame = doc ? frame_of(wire_, *doc) : std::nullopt;
  if (!ours || !frame) return last.body;
  const Shape& shape = shape_of(wire_);
  const bool traces = leaves_traces(end_here);
  if (!last.asks && mode_ == TraceMode::never) dropped_ += static_cast<int>(own_.size());
  Patch patch(*doc);
  if (const auto at = find(*doc, *frame, shape.blocks)) {
    if (wire_ == Wire::openai) {
      patch.replace(*at, chat_message(*doc, *at, traces, end_here));
    } else {
      patch.replace(*at, "[" + joined(blocks(traces, end_here)) + "]");
    }
  }
  if (end_here) patch.set(*frame, shape.reason.begin()[0], json::quote(shape.done));
  if (rounds_.size() > 1) {
    std::string usage;
    for (const Round& r : rounds_) {
      if (!r.usage.empty()) usage = usage.empty() ? r.usage : sum_usage(usage, r.usage);
    }
    if (!usage.empty()) patch.set(0, shape.usage.begin()[0], usage);
    const auto first = Document::parse(rounds_.front().body);
    // A stored response goes on from its last round.
    if (first && wire_ != Wire::responses) {
      for (const std::string_view key : {"id", "created", "responseId"}) {
        const std::string raw = raw_of(*first, 0, {key});
        if (!raw.empty() && find(*doc, 0, {key})) patch.set(0, key, raw);
      }
    }
  }
  return patch.text();
}

}  // namespace headroom::relay
