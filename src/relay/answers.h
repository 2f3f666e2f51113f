// What the calls of our tool are answered with: a fold over the calls of a conversation in order, so that the answer
// given while a reply streams and the one that a later request restores from its trace are the same bytes.
//
//   Answers a(...); a.turn(); a.answer(call) -> text; a.round(); a.answer(call) -> text
//
// State: the tokens that each handle's answers have had so far (together they get no more than the original has), and,
// within one turn of the assistant, the rounds and tokens spent. Beyond `rounds` or `round_tokens` a call is answered
// with a line that says so.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/units.h"
#include "pipeline/retrieve.h"
#include "relay/call.h"

namespace headroom::relay {

struct Limits {
  int rounds = 4;              // hidden rounds of one turn that are answered
  Tokens round_tokens{8000};   // of their answers together
  Tokens answer_tokens{2000};  // of one answer, if the call names none
};
// Rounds answered "budget used" after the limit; then the turn ends.
inline constexpr int spent_rounds = 2;

// What the loop needs from outside; each must answer the same for the same conversation.
struct Originals {
  // Is the original in the conversation itself?
  std::function<bool(store::Handle)> in_hand;
  // An answer for a model; `given` are the tokens of earlier answers to the handle. What is gone, or a store out of
  // reach, is an answer too.
  std::function<std::string(const pipeline::RetrieveRequest& request, Tokens given)> retrieve;
  std::function<Tokens(std::string_view)> count;
  // While traces are turned back (restore.h): the conversation up to the turn at hand, as the provider has it; what had
  // left it by then is found through it. Null, or not called: in_hand and retrieve know the whole conversation.
  std::function<void(std::function<std::string()> past)> up_to = {};
};

// A call's arguments as the retrieve tool reads them: leniently (numbers for strings, `limit` for `max_tokens`).
struct Arguments {
  std::string hash, lines, rows, path, query, cursor;
  std::optional<Tokens> max_tokens;
  bool readable = false;  // a JSON object
  pipeline::RetrieveRequest request(Tokens answer_tokens, Tokens left) const;
};
Arguments read_arguments(std::string_view json);

class Answers {
 public:
  Answers(Originals originals, Limits limits) : originals_(std::move(originals)), limits_(limits) {}

  // An answer of the tool that the conversation already holds.
  void given(std::string_view arguments, std::string_view text);
  // A turn of the assistant begins.
  void turn();
  // A hidden round of this turn has been answered.
  void round() { ++rounds_; }
  // More rounds of this turn than are answered at all.
  bool exhausted() const { return rounds_ >= limits_.rounds + spent_rounds; }

  bool in_hand(const Call& call) const;
  void up_to(std::function<std::string()> past) const {
    if (originals_.up_to) originals_.up_to(std::move(past));
  }
  std::string answer(const Call& call);

 private:
  Originals originals_;
  Limits limits_;
  std::map<std::uint64_t, Tokens> given_;  // by handle
  int rounds_ = 0;
  Tokens spent_;
};

}  // namespace headroom::relay
