// A conversation's texts, decoded when first asked for, and its past as plain records (history/record.h).
//
// Decoding a long conversation costs more than anything else of a turn, so what is known of its older part without its
// text (standing.h) is not decoded at all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "history/record.h"
#include "messages/conversation.h"

namespace headroom::pipeline {

class Texts {
 public:
  explicit Texts(const messages::Conversation& conversation)
      : c_(conversation), views_(conversation.leaves.size()), have_(conversation.leaves.size()) {
    owned_.resize(conversation.leaves.size());
  }

  std::string_view operator[](std::size_t leaf);

 private:
  const messages::Conversation& c_;
  std::vector<std::string> owned_;  // never resized after construction: views into it stay
  std::vector<std::string_view> views_;
  std::vector<bool> have_;
};

// The records, all texts decoded. `tokens`: of each leaf; `errors`: the result is a failure by flag or by its text;
// `slots`: it may change. Shorter lists stand for zeros.
history::Past past_of(const messages::Conversation& conversation, Texts& texts, const std::vector<Tokens>& tokens,
                      const std::vector<bool>& errors, const std::vector<bool>& slots);

// The same without any text.
history::Past past_without_texts(const messages::Conversation& conversation, const std::vector<Tokens>& tokens,
                                 const std::vector<bool>& errors, const std::vector<bool>& slots);

history::Role role_of(messages::Role role);

}  // namespace headroom::pipeline
