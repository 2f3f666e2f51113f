// Replies that come as one JSON body: the same steps as for streams (stream.h), with all of a round in sight, so every
// trace stands in its place.
//
//   WholeReplies w(Wire::anthropic, mode, takes); w.read(body) -> asks?; w.model_turn(); w.next_round(); ... w.write()
//
// The client gets the last reply with the blocks of all rounds, the first reply's id and the usage of all. A reply
// without a call of ours leaves by its own bytes. O(bytes).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "relay/call.h"
#include "relay/stream.h"
#include "relay/trace.h"

namespace headroom::relay {

class WholeReplies {
 public:
  WholeReplies(Wire wire, TraceMode mode, Takes takes) : wire_(wire), mode_(mode), takes_(std::move(takes)) {}

  // One reply. True if it holds calls of ours alone and is over: then next_round() or write(true).
  bool read(std::string_view body);
  const std::vector<Call>& own_calls() const { return own_; }
  std::string model_turn() const;
  void next_round();
  // The client's body. `end_here`: calls of the last round stand for nothing.
  std::string write(bool end_here = false);
  int dropped() const { return dropped_; }
  void set_stateless(bool stateless) { stateless_ = stateless; }

 private:
  struct Piece {
    enum class Kind : std::uint8_t { text, call, own, other } kind = Kind::other;
    bool thinking = false;
    std::string raw;   // the block as received; of chat's calls the element of tool_calls
    std::string text;  // of a text
    Call call;         // of ours
  };
  struct Round {
    std::string body;
    std::vector<Piece> pieces;
    std::string usage;
    bool over = false;  // by its own stop reason, not by a limit
    bool asks = false;
  };
  void read_blocks(const Document& doc, NodeId list, Round& round);
  void read_message(const Document& doc, NodeId message, Round& round);
  Piece read_block(const Document& doc, NodeId block);
  bool leaves_traces(bool end_here) const;
  std::vector<std::string> blocks(bool traces, bool end_here);
  std::string chat_message(const Document& doc, NodeId message, bool traces, bool end_here);
  std::string trace_block(const Trace& trace, bool wrote_text) const;

  const Wire wire_;
  const TraceMode mode_;
  const Takes takes_;
  std::vector<Round> rounds_;
  std::vector<Call> own_;  // of the last round
  int dropped_ = 0;
  bool stateless_ = false;
};

}  // namespace headroom::relay
