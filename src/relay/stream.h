// The grammars of the providers' event streams: each watches the events of one turn's replies go by, writes what the
// client gets, and keeps what the model wrote for the request that goes on.
//
// Events that need no change leave by their own bytes. A block that opens as a call of ours is held; once a round has
// ended with such calls alone, wants_answers() is true when its last event was seen, and the driver (relay.h) either
// goes on with next_round() or ends the turn with end_here(). What no grammar knows passes.
//
// Cost: O(bytes). Memory: the model's turn.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "relay/call.h"
#include "relay/patch.h"
#include "relay/sse.h"
#include "relay/turn.h"

namespace headroom::relay {

// What an error says where the provider said nothing readable.
inline constexpr std::string_view no_continuation = "the request that goes on after a retrieval failed";

// Whether a call of our tool is answered here; else it is the client's (an alias whose handle is not in hand).
using Takes = std::function<bool(const Call&)>;

// What the four grammars share.
class StreamState {
 public:
  StreamState(TraceMode mode, Takes takes) : turn_(mode), takes_(std::move(takes)) {}

  std::string take_output() { return std::exchange(out_, {}); }
  const Turn& turn() const { return turn_; }
  // The reply is over and holds calls of ours alone.
  bool wants_answers() const { return asks_ && ended_; }
  // The reply has said its last word.
  bool ended() const { return ended_; }

 protected:
  void pass(const SseEvent& event) { out_ += event.raw; }
  void pass(const SseEvent& event, std::string_view data) { out_ += with_data(event, data); }
  // Usage of all rounds with this round's: "" if there is none.
  std::string total(std::string_view round_usage) const;
  void count_round(std::string_view round_usage);
  // The client's index for what the provider opens at `index`: its own, however it counts, until something of ours
  // stands before it or was taken out.
  std::int64_t place_of(std::int64_t index);
  static constexpr std::int64_t most_index = std::int64_t{1} << 40;  // beyond it a number is no count

  std::int64_t next_index_ = 0;  // the client's
  bool shifted_ = false;
  Turn turn_;
  Takes takes_;
  std::string out_;
  std::string earlier_usage_;  // of the hidden rounds
  bool asks_ = false;          // the round's end was seen, and it wants answers
  bool ended_ = false;
};

class AnthropicStream : public StreamState {
 public:
  using StreamState::StreamState;
  void event(const SseEvent& event);
  void end_of_reply() { ended_ = true; }
  std::string model_turn() const;
  void next_round();
  void end_here();
  void release();
  static std::string error_event(std::string_view body);

 private:
  struct Block {
    std::string type;
    std::string start;  // content_block as it opened
    std::string text, thinking, signature, json;
    std::vector<std::string> citations;
    std::vector<std::string> held;  // events of a call of ours
    bool own = false, done = false, broken = false;
    std::int64_t client_index = 0;
  };
  void open_block(const SseEvent& event, const Document& doc, std::int64_t index);
  void grow_block(const SseEvent& event, const Document& doc, Block& block);
  void close_block(const SseEvent& event, const Document& doc, Block& block);
  void close_message(const SseEvent& event, const Document& doc);
  void write_indexed(const SseEvent& event, const Document& doc, std::int64_t index);
  void write_traces(const std::vector<Trace>& traces);
  void release(Block& block);
  static Call call_of(const Block& block);
  static std::string whole(const Block& block);

  std::map<std::int64_t, Block> blocks_;  // of this round, by the provider's index
  std::string start_usage_, round_usage_;
  std::string held_delta_, held_stop_;  // the end events of a round that wants answers
};

class ChatStream : public StreamState {
 public:
  using StreamState::StreamState;
  void event(const SseEvent& event);
  void end_of_reply() { ended_ = true; }
  std::string model_turn() const;
  void next_round();
  void end_here();
  void release();
  static std::string error_event(std::string_view body);

 private:
  struct Slot {
    Call call;
    std::string first;              // the element as it opened
    std::vector<std::string> held;  // elements of a call of ours
    bool own = false, done = false;
    std::int64_t client_index = 0;
  };
  struct Chunk;
  void read_delta(const Document& doc, NodeId delta, Chunk& chunk);
  void read_calls(const Document& doc, NodeId calls, Chunk& chunk);
  void keep(std::string_view key, const Document& doc, NodeId value);
  void complete_calls(bool cut_off, Chunk& chunk);
  void end_round(const SseEvent& event, const Document& doc, NodeId choice, Chunk& chunk, Patch patch);
  void write_traces(const std::vector<Trace>& traces, Chunk& chunk);
  void write_delta(std::string_view delta, std::string_view finish_reason = "null");
  void release(Slot& slot, Chunk& chunk);
  std::string chunk_with(std::string_view delta, std::string_view finish_reason) const;

  std::map<std::int64_t, Slot> slots_;                        // of this round
  std::vector<std::pair<std::string, std::string>> message_;  // the message's other members: key, JSON
  std::string first_chunk_, id_, created_;                    // of the first reply
  std::string round_usage_;
  std::vector<std::string> held_end_;  // usage chunk and [DONE] of a round that wants answers
  std::string role_ = "\"assistant\"";
  bool opened_ = false, wrote_text_ = false, after_trace_ = false;
};

class ResponsesStream : public StreamState {
 public:
  using StreamState::StreamState;
  void event(const SseEvent& event);
  void end_of_reply() { ended_ = true; }
  std::string model_turn() const;
  void next_round();
  void end_here();
  void release();
  std::string error_event(std::string_view body);
  // The provider keeps nothing of this request: reasoning without its encrypted content cannot be sent back.
  void set_stateless(bool stateless) { stateless_ = stateless; }
  // Of a stored one, see Setup::chained.
  void set_chained(std::function<bool(std::string_view, std::string_view)> chained) { chained_ = std::move(chained); }

 private:
  struct Item {
    std::string raw;                // from its done event
    std::vector<std::string> held;  // events of a call of ours
    bool own = false, done = false;
    std::int64_t client_index = 0;
  };
  void open_item(const SseEvent& event, const Document& doc, std::int64_t index);
  void close_item(const SseEvent& event, const Document& doc, Item& item);
  void close_response(const SseEvent& event, const Document& doc, std::string_view type);
  void write(const SseEvent& event, const Document& doc, Patch patch, const Item* item);
  void write_own(std::string_view type, std::string_view members);
  void write_traces(const std::vector<Trace>& traces);
  void write_end(const SseEvent& event, const Document& doc);
  bool keeps_first_id(const Document& doc) const;
  void release(Item& item);

  std::map<std::int64_t, Item> items_;         // of this round
  std::map<std::int64_t, std::string> shown_;  // the client's items of all rounds
  std::int64_t next_number_ = 0;
  bool numbered_ = false, stateless_ = false;
  std::function<bool(std::string_view, std::string_view)> chained_;
  std::string round_usage_, held_end_, id_;
};

class GeminiStream : public StreamState {
 public:
  using StreamState::StreamState;
  void event(const SseEvent& event);
  void end_of_reply() { ended_ = true; }
  std::string model_turn() const;
  void next_round();
  void end_here();
  void release();
  static std::string error_event(std::string_view body);

 private:
  void read_part(const Document& doc, NodeId part, std::vector<std::string>& shown, bool& changed);
  void read_call(const Document& doc, NodeId part, NodeId call, std::vector<std::string>& shown, bool& changed);
  // False: the part is no piece of a call.
  bool read_piece(const Document& doc, NodeId part, NodeId call, std::vector<std::string>& shown, bool& changed);
  void end_pieces(std::vector<std::string>& shown);
  void write_traces(const std::vector<Trace>& traces, std::vector<std::string>& shown, bool next_takes_signature);
  void write_event(const SseEvent& event, const Document& doc, std::vector<std::string>* parts, bool without_end);

  std::vector<std::string> parts_;      // of this round, as received
  std::vector<std::string> own_parts_;  // calls of ours of this round that left no trace yet
  // A call whose arguments come in pieces (`willContinue`), from its first part, which has the name, to its last.
  struct Pieces {
    bool open = false, own = false;
    Call call;
    std::vector<std::pair<std::string, std::string>> values;  // argument, JSON; a string grows
    std::vector<std::string> held;                            // parts of a call of ours
  };
  Pieces pieces_;
  std::string round_usage_, response_id_;
  std::string held_end_;  // the event that ended a round that wants answers
  bool wrote_text_ = false, after_trace_ = false, first_ = true;
};

using Stream = std::variant<AnthropicStream, ChatStream, ResponsesStream, GeminiStream>;

}  // namespace headroom::relay
