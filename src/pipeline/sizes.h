// What a conversation takes as it is forwarded, message by message, in the model's own tokens.
//
//   message 4: a call of 30 tokens, message 5: its result of 2,000   ->   sizes[4] = {31, 34}, sizes[5] = {2080, 2240}
//
// Counts are made on the ruler; the model's factor for the class of content makes estimates of them, one in the centre
// and one that is seldom passed. A text's class: source code, results of tools, prose. O(1) for each text that comes,
// O(texts) after an epoch.
#pragma once

#include <cstddef>
#include <vector>

#include "messages/conversation.h"
#include "pipeline/standing.h"
#include "pipeline/terms.h"
#include "tokens/counter.h"

namespace headroom::pipeline {

class Sizes {
 public:
  // All of them outlive it.
  Sizes(const messages::Conversation& conversation, const Money& money, tokens::Counter& ruler)
      : c_(conversation), money_(money), ruler_(ruler) {}

  Size of(Tokens n, tokens::ContentClass k) const;
  tokens::ContentClass class_of(const Standing& s, std::size_t leaf) const;
  // The centre estimate of so many tokens of the text.
  Tokens centre(const Standing& s, std::size_t leaf, Tokens n) const { return Tokens(of(n, class_of(s, leaf)).centre); }

  // What came, as it stands in `s`.
  void add_call(Standing& s, std::size_t call) const;
  void add_image(Standing& s, std::size_t image) const;
  void add_leaf(Standing& s, std::size_t leaf) const;
  // All of it from scratch, after an epoch.
  void measure(Standing& s) const;

  // Tools and system included.
  Size whole(const Standing& s) const;

 private:
  void add(Standing& s, int message, Size size) const;

  const messages::Conversation& c_;
  const Money& money_;
  tokens::Counter& ruler_;
};

// Of each message whether it left with its unit.
std::vector<bool> gone_messages(const messages::Conversation& conversation, const Standing& s);

}  // namespace headroom::pipeline
