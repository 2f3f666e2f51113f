#include "relay/restore.h"

#include <algorithm>
#include <span>
#include <vector>

#include "json/strings.h"
#include "relay/given.h"
#include "relay/patch.h"
#include "relay/trace.h"

namespace headroom::relay {
namespace {

// A part of an assistant's turn.
struct Unit {
  enum class Kind : std::uint8_t { text, call, other, own } kind = Kind::other;
  std::size_t message = 0;  // index into the run's messages
  std::string raw;          // the block; of a text that was cut, empty
  std::string text;         // of a text
  NodeId node = 0;          // the block it came from
  Trace trace;              // of own
};

// A trace where it was found.
struct Place {
  Trace trace;
  std::size_t message;
};

bool is_thinking_block(const Document& doc, NodeId block) {
  const std::string type = find_string(doc, block, {"type"});
  return type == "thinking" || type == "redacted_thinking" || type == "reasoning" ||
         find(doc, block, {"reasoningContent"}) || find(doc, block, {"thoughtSignature"});
}

bool is_call_block(Wire wire, const Document& doc, NodeId block) {
  const std::string type = find_string(doc, block, {"type"});
  switch (wire) {
    case Wire::anthropic:
      return type == "tool_use";
    case Wire::gemini:
      return find(doc, block, {"functionCall"}) || find(doc, block, {"function_call"});
    case Wire::converse:
      return find(doc, block, {"toolUse"}).has_value();
    case Wire::responses:
      return type.ends_with("_call");
    case Wire::openai:
      break;
  }
  return false;
}

std::optional<NodeId> text_of_block(Wire wire, const Document& doc, NodeId block) {
  std::optional<NodeId> text;
  if (wire == Wire::responses) {
    if (find_string(doc, block, {"role"}) != "assistant") return text;
    text = find(doc, block, {"content"});
    if (text && doc.is(*text, Kind::array) && doc.count(*text) == 1)
      text = find(doc, Document::first_child(*text), {"text"});
  } else if (const auto thought = find(doc, block, {"thought"}); !thought || !doc.is(*thought, Kind::true_)) {
    if (wire != Wire::anthropic || find_string(doc, block, {"type"}) == "text") text = find(doc, block, {"text"});
  }
  if (text && !doc.is(*text, Kind::string)) text.reset();
  return text;
}

bool is_assistant(Wire wire, const Document& doc, NodeId message) {
  const std::string role = find_string(doc, message, {"role"});
  if (wire == Wire::gemini) return role == "model";
  if (wire != Wire::responses) return role == "assistant";
  if (!role.empty()) return role == "assistant";
  const std::string type = find_string(doc, message, {"type"});
  return type == "reasoning" || type.ends_with("_call");
}

std::optional<NodeId> blocks_of(Wire wire, const Document& doc, NodeId message) {
  return find(doc, message, {wire == Wire::gemini ? "parts" : "content"});
}

std::string with_text(Wire wire, const Document& doc, NodeId block, std::string_view text) {
  const auto node = text_of_block(wire, doc, block);
  return node ? Patch(doc).replace(*node, json::quote(text)).value(block) : std::string();
}

class Restorer {
 public:
  Restorer(const Document& doc, Wire wire, Answers& answers, const std::vector<GivenAnswer>& given)
      : doc_(doc), wire_(wire), answers_(answers), given_(given) {}

  std::vector<Edit> run(NodeId list) {
    list_ = list;
    std::vector<NodeId> messages;
    for (const NodeId m : doc_.elements(list)) messages.push_back(m);
    for (std::size_t i = 0; i < messages.size();) {
      give(i);
      if (!is_assistant(wire_, doc_, messages[i])) {
        ++i;
        continue;
      }
      std::size_t end = i + 1;
      if (wire_ != Wire::openai) {
        while (end < messages.size() && is_assistant(wire_, doc_, messages[end])) ++end;
      }
      const std::optional<NodeId> next = end < messages.size() ? std::optional(messages[end]) : std::nullopt;
      answers_.turn();
      turn({messages.begin() + static_cast<std::ptrdiff_t>(i), messages.begin() + static_cast<std::ptrdiff_t>(end)},
           next);
      i = end;
    }
    std::sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) { return a.offset < b.offset; });
    return std::move(edits_);
  }

  int calls() const { return calls_; }

 private:
  // Answers that the client's own results hold, up to this message.
  void give(std::size_t message) {
    for (; next_given_ < given_.size() && given_[next_given_].message <= static_cast<int>(message); ++next_given_)
      answers_.given(given_[next_given_].arguments, given_[next_given_].text);
  }

  void turn(std::span<const NodeId> messages, const std::optional<NodeId>& next) {
    messages_ = messages;
    if (std::none_of(messages.begin(), messages.end(), [&](NodeId m) { return may_hold_trace(doc_.raw(m)); })) return;
    units_.clear();
    after_trace_ = false;
    thinking_ = false;
    found_ = 0;
    for (std::size_t m = 0; m < messages.size(); ++m) look_for_thinking(messages[m]);
    answers_.up_to([this, messages] { return body_before(messages.front()); });
    for (std::size_t m = 0; m < messages.size(); ++m) read_message(m);
    if (found_ == 0) return;
    calls_ += found_;
    take_signatures();
    wire_ == Wire::openai ? write_chat() : write_blocks(next);
  }

  // The body whose list ends before this message, traces turned back.
  std::string body_before(NodeId message) const {
    std::vector<Edit> edits = edits_;
    const std::size_t begin = message == Document::first_child(list_) ? doc_[message].begin() : end_before(message);
    edits.push_back({begin, doc_[list_].end() - 1 - begin, ""});
    std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.offset < b.offset; });
    return splice(doc_.text(), edits);
  }
  std::size_t end_before(NodeId message) const {
    std::size_t end = 0;
    for (const NodeId m : doc_.elements(list_)) {
      if (m == message) break;
      end = doc_[m].end();
    }
    return end;
  }

  // --- reading

  void look_for_thinking(NodeId message) {
    if (wire_ == Wire::openai) {
      thinking_ |= find(doc_, message, {"reasoning_content"}) || find(doc_, message, {"reasoning_details"});
    } else if (wire_ == Wire::responses) {
      thinking_ |= is_thinking_block(doc_, message);
    } else if (const auto blocks = blocks_of(wire_, doc_, message); blocks && doc_.is(*blocks, Kind::array)) {
      for (const NodeId b : doc_.elements(*blocks)) thinking_ |= is_thinking_block(doc_, b);
    }
  }

  void read_message(std::size_t m) {
    if (wire_ == Wire::responses) return read_block(m, messages_[m]);
    const auto blocks = blocks_of(wire_, doc_, messages_[m]);
    if (!blocks) return;
    if (doc_.is(*blocks, Kind::string)) return read_text(m, *blocks, *blocks);
    if (wire_ == Wire::openai || !doc_.is(*blocks, Kind::array)) return;
    for (const NodeId b : doc_.elements(*blocks)) read_block(m, b);
  }

  void read_block(std::size_t m, NodeId block) {
    if (const auto text = text_of_block(wire_, doc_, block)) return read_text(m, block, *text);
    Unit unit;
    unit.kind = is_call_block(wire_, doc_, block) ? Unit::Kind::call : Unit::Kind::other;
    unit.message = m;
    unit.raw = doc_.raw(block);
    unit.node = block;
    units_.push_back(std::move(unit));
    after_trace_ = false;
  }

  bool separated() const { return wire_ == Wire::openai || wire_ == Wire::gemini; }

  void read_text(std::size_t m, NodeId block, NodeId text_node) {
    std::string text = doc_.string(text_node);
    std::vector<TraceLine> lines = find_trace_lines(text);
    const bool open_break = after_trace_ && separated() && text.starts_with('\n');
    const std::vector<Unit> before = units_;
    if (!lines.empty() && cut(m, block, text, lines, open_break)) return;
    units_ = before;
    // A text as it is, but for the line break that came with the trace before it.
    Unit unit{Unit::Kind::text, m, std::string(doc_.raw(block)), text, block, {}};
    if (open_break) {
      unit.text.erase(0, 1);
      unit.raw.clear();
    }
    if (!unit.text.empty() || !open_break) units_.push_back(std::move(unit));
    if (!text.empty()) after_trace_ = false;
  }

  // A text with traces in it; false if one of them cannot be turned back: then all of it stays.
  bool cut(std::size_t m, NodeId block, const std::string& text, const std::vector<TraceLine>& lines, bool open_break) {
    std::size_t at = open_break ? 1 : 0;
    const std::string signature = find_string(doc_, block, {"thoughtSignature"});
    for (const TraceLine& line : lines) {
      if (!may_turn_back(line.trace)) return false;
      if (line.begin > at) units_.push_back({Unit::Kind::text, m, "", text.substr(at, line.begin - at), block, {}});
      Unit own{Unit::Kind::own, m, "", "", block, line.trace};
      own.trace.call.signature = signature;
      if (!place(std::move(own))) return false;
      at = std::max(at, line.end);
    }
    const bool tail = at < text.size();
    if (tail && wire_ == Wire::responses) return false;
    if (tail) units_.push_back({Unit::Kind::text, m, "", text.substr(at), block, {}});
    found_ += static_cast<int>(lines.size());
    after_trace_ = !tail && lines.back().end == text.size() && !text.ends_with('\n');
    return true;
  }

  bool may_turn_back(const Trace& trace) const { return answers_.in_hand(trace.call) || (thinking_ && trace.end); }

  // Puts the call where it stood: `back` steps before the end of what was read.
  bool place(Unit own) {
    std::size_t left = own.trace.back, at = units_.size();
    while (left > 0) {
      if (at == 0) return false;
      Unit& unit = units_[at - 1];
      if (unit.kind == Unit::Kind::call) return false;
      if (unit.kind == Unit::Kind::own) {
        --at;
        continue;
      }
      const std::size_t steps = unit.kind == Unit::Kind::text ? unit.text.size() : 1;
      if (steps <= left) {
        left -= steps;
        --at;
        continue;
      }
      // Inside a text that the client joined.
      const std::size_t cut = unit.text.size() - left;
      if (wire_ == Wire::responses || (static_cast<unsigned char>(unit.text[cut]) & 0xC0) == 0x80) return false;
      Unit rest = unit;
      rest.text.erase(0, cut);
      rest.raw.clear();
      unit.text.resize(cut);
      unit.raw.clear();
      units_.insert(units_.begin() + static_cast<std::ptrdiff_t>(at), std::move(rest));
      left = 0;
    }
    own.message = at < units_.size() ? units_[at].message : own.message;
    if (at > 0) own.message = units_[at - 1].message;
    units_.insert(units_.begin() + static_cast<std::ptrdiff_t>(at), std::move(own));
    return true;
  }

  // Gemini: a signature that went on with the next call comes back.
  void take_signatures() {
    for (std::size_t i = 0; i < units_.size(); ++i) {
      if (units_[i].kind != Unit::Kind::own || !units_[i].trace.signed_next) continue;
      const auto next = std::find_if(units_.begin() + static_cast<std::ptrdiff_t>(i), units_.end(),
                                     [](const Unit& u) { return u.kind == Unit::Kind::call; });
      if (next == units_.end()) continue;
      units_[i].trace.call.signature = find_string(doc_, next->node, {"thoughtSignature"});
      next->raw = Patch(doc_).without(next->node, {"thoughtSignature"}).value(next->node);
    }
  }

  // --- writing

  std::string block_of(const Unit& unit) const {
    if (unit.kind == Unit::Kind::own) return call_block(wire_, unit.trace.call);
    // A message whose content is a string becomes one with blocks.
    if (doc_.is(unit.node, Kind::string)) {
      const std::string text = json::quote(unit.text);
      return wire_ == Wire::anthropic ? R"({"type":"text","text":)" + text + "}" : "{\"text\":" + text + "}";
    }
    if (!unit.raw.empty()) return unit.raw;
    return with_text(wire_, doc_, unit.node, unit.text);
  }

  // Units up to and with the end of each hidden round; the last entry is what the turn ended with.
  std::vector<std::span<Unit>> rounds() {
    std::vector<std::span<Unit>> out;
    std::size_t from = 0;
    for (std::size_t i = 0; i < units_.size(); ++i) {
      if (units_[i].kind != Unit::Kind::own || !units_[i].trace.end) continue;
      out.emplace_back(units_.data() + from, i + 1 - from);
      from = i + 1;
    }
    out.emplace_back(units_.data() + from, units_.size() - from);
    return out;
  }

  std::vector<Answered> answers_of(std::span<const Unit> round) {
    std::vector<Answered> out;
    for (const Unit& u : round) {
      if (u.kind == Unit::Kind::own) out.push_back({u.trace.call, answers_.answer(u.trace.call)});
    }
    return out;
  }

  // The message's bytes with other blocks.
  std::string message_with(std::size_t m, const std::vector<std::string>& blocks) const {
    const NodeId message = messages_[m];
    const auto old = blocks_of(wire_, doc_, message);
    return Patch(doc_).replace(*old, "[" + joined(blocks) + "]").value(message);
  }

  void write_blocks(const std::optional<NodeId>& next) {
    std::vector<std::string> out;
    std::vector<Answered> open;
    const auto all = rounds();
    for (std::size_t r = 0; r < all.size(); ++r) {
      std::vector<std::string> blocks;
      for (std::size_t i = 0; i < all[r].size(); ++i) {
        const Unit& unit = all[r][i];
        if (std::string raw = block_of(unit); !raw.empty()) blocks.push_back(std::move(raw));
        const bool last = i + 1 == all[r].size() || all[r][i + 1].message != unit.message;
        if (!last || blocks.empty()) continue;
        if (wire_ == Wire::responses) {
          out.insert(out.end(), blocks.begin(), blocks.end());
        } else {
          out.push_back(message_with(unit.message, blocks));
        }
        blocks.clear();
      }
      std::vector<Answered> answered = answers_of(all[r]);
      if (answered.empty()) continue;
      if (r + 1 < all.size()) {
        answers_.round();
        out.push_back(answer_turn(wire_, answered));
      } else {
        open = std::move(answered);
      }
    }
    if (!open.empty() && !into_next(next, open)) out.push_back(answer_turn(wire_, open));
    replace_run(joined(out));
  }

  void replace_run(std::string text) {
    const std::size_t begin = doc_[messages_.front()].begin(), end = doc_[messages_.back()].end();
    edits_.push_back({begin, end - begin, std::move(text)});
  }

  // Answers to calls of the last round go with the client's results.
  bool into_next(std::optional<NodeId> next, const std::vector<Answered>& open) {
    if (wire_ == Wire::responses || !next) return false;
    const std::string role = find_string(doc_, *next, {"role"});
    if (role != "user" && role != "function") return false;
    const auto content = blocks_of(wire_, doc_, *next);
    if (!content) return false;
    std::vector<std::string> blocks;
    blocks.reserve(open.size() + 1);
    for (const Answered& a : open) blocks.push_back(answer_block(wire_, a));
    if (doc_.is(*content, Kind::string) && wire_ == Wire::anthropic) {
      blocks.push_back(std::string(R"({"type":"text","text":)").append(doc_.raw(*content)).append("}"));
      edits_.push_back({doc_[*content].begin(), doc_[*content].size(), "[" + joined(blocks) + "]"});
      return true;
    }
    if (!doc_.is(*content, Kind::array)) return false;
    const bool empty = doc_.count(*content) == 0;
    edits_.push_back({doc_[*content].begin() + std::size_t{1}, 0, joined(blocks) + (empty ? "" : ",")});
    return true;
  }

  // Chat: the text and the calls of a message stand apart; the client's calls belong to the last round.
  void write_chat() {
    std::vector<std::string> out;
    const auto all = rounds();
    const NodeId message = messages_.front();
    for (std::size_t r = 0; r < all.size(); ++r) {
      std::string text;
      for (const Unit& u : all[r]) text += u.text;
      const std::vector<Answered> answered = answers_of(all[r]);
      const bool last = r + 1 == all.size();
      const std::string content = text.empty() ? "null" : json::quote(text);
      if (!last) {
        answers_.round();
        std::vector<std::string> calls;
        calls.reserve(answered.size());
        for (const Answered& a : answered) calls.push_back(call_block(wire_, a.call));
        out.push_back(R"({"role":"assistant","content":)" + content + ",\"tool_calls\":[" + joined(calls) + "]}");
      } else if (std::string whole = last_message(message, content, all[r]); !whole.empty()) {
        out.push_back(std::move(whole));
      }
      for (const Answered& a : answered) out.push_back(answer_block(wire_, a));
    }
    replace_run(joined(out));
  }

  std::string last_message(NodeId message, std::string_view content, std::span<const Unit> round) {
    std::vector<std::string> calls;
    const auto old = find(doc_, message, {"tool_calls"});
    const bool has_calls = old && doc_.is(*old, Kind::array);
    if (has_calls) {
      for (const NodeId c : doc_.elements(*old)) calls.emplace_back(doc_.raw(c));
    }
    std::size_t inserted = 0;
    for (const Unit& u : round) {
      if (u.kind != Unit::Kind::own) continue;
      const std::size_t at = std::min(u.trace.at + inserted++, calls.size());
      calls.insert(calls.begin() + static_cast<std::ptrdiff_t>(at), call_block(wire_, u.trace.call));
    }
    if (calls.empty() && content == "null") return {};
    Patch patch(doc_);
    patch.set(message, "content", content);
    if (!calls.empty()) patch.set(message, "tool_calls", "[" + joined(calls) + "]");
    return patch.value(message);
  }

  const Document& doc_;
  const Wire wire_;
  Answers& answers_;
  const std::vector<GivenAnswer>& given_;
  NodeId list_ = 0;
  std::size_t next_given_ = 0;
  std::span<const NodeId> messages_;
  std::vector<Unit> units_;
  std::vector<Edit> edits_;
  bool after_trace_ = false, thinking_ = false;
  int found_ = 0, calls_ = 0;
};

}  // namespace

std::optional<Restored> restore(std::string_view body, Wire wire, const Originals& originals, Limits limits) {
  if (!may_hold_trace(body)) return std::nullopt;
  const auto doc = Document::parse(body);
  if (!doc) return std::nullopt;
  std::optional<NodeId> list;
  if (doc->is(0, Kind::array)) {
    list = 0;
  } else {
    list = find(*doc, 0, {wire == Wire::responses ? "input" : wire == Wire::gemini ? "contents" : "messages"});
  }
  if (!list || !doc->is(*list, Kind::array)) return std::nullopt;
  Answers answers(originals, limits);
  const std::vector<GivenAnswer> given = given_answers(body, wire);
  Restorer restorer(*doc, wire, answers, given);
  const std::vector<Edit> edits = restorer.run(*list);
  if (edits.empty()) return std::nullopt;
  Restored restored{splice(body, edits), restorer.calls()};
  if (!Document::parse(restored.body)) return std::nullopt;
  return restored;
}

}  // namespace headroom::relay
