// The calls of ours in the reply at hand, and where their traces go: what the grammars of all streams share.
//
// A reply is a list of rounds; a round is what the model wrote between two answers. Only while it comes does it show
// whether a call of ours needs a trace:
//
//   mixed        the round holds a call for the client too: traces of all rounds so far, at once
//   fused        a hidden round held thinking, or a round after one does: traces of the hidden rounds
//   plain        the turn ends in text: none, unless the mode is `always`
//
// A trace that is written late says how much was written since its place (`back`): a byte of text is one step, a block
// that is neither text nor a call is one.
#pragma once

#include <string>
#include <vector>

#include "relay/trace.h"

namespace headroom::relay {

class Turn {
 public:
  explicit Turn(TraceMode mode) : mode_(mode) {}

  // In the order in which the model writes. Each gives the traces to be written now, before what comes.
  std::vector<Trace> client_call();  // a call that is the client's opens
  // What is neither text nor a call opens. `steps`: 0 where it stands apart from the text (chat).
  std::vector<Trace> other_block(bool thinking, std::size_t steps = 1);
  // `at`: calls before it, in a format whose calls stand apart from the text.
  std::vector<Trace> own_call(Call call, std::size_t at = 0);
  void text(std::size_t bytes);

  // The round is over. `own_calls_only` says whether it can be answered here.
  bool own_calls_only() const { return !own_.empty() && client_calls_ == 0; }
  bool mixed() const { return !own_.empty() && client_calls_ > 0; }
  const std::vector<Call>& own_calls() const { return own_; }
  // It was answered: the next round begins.
  std::vector<Trace> hidden_round();
  // It was not: its calls of ours stand for nothing (cut off, or beyond the limits).
  void drop_round();

  int rounds() const { return rounds_; }  // hidden rounds so far
  // Calls that a mixed round lost because the mode is `never`.
  int dropped() const { return dropped_; }

 private:
  std::vector<Trace> take();
  TraceMode mode_;
  std::vector<Trace> pending_;  // not written yet
  std::size_t hidden_ = 0;      // how many of them are of earlier rounds
  std::vector<Call> own_;
  std::size_t client_calls_ = 0;
  bool thinking_ = false;  // in this round
  bool tracing_ = false;   // hidden rounds of this turn leave traces
  int rounds_ = 0, dropped_ = 0;
};

}  // namespace headroom::relay
