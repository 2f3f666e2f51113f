// A conversation's texts, decoded when first asked for, and its past as plain records (history/record.h).
//
// Decoding a long conversation costs more than anything else of a turn, so what is known of its older part without its
// text (standing.h) is not decoded at all. Nor are a huge one's texts held together: those that left are dropped, and
// rendered unit by unit. So what stands beside the body is about what the model takes at once, not the body once more.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "history/record.h"
#include "history/units.h"
#include "messages/conversation.h"

namespace headroom::pipeline {

class Texts {
 public:
  explicit Texts(const messages::Conversation& conversation)
      : c_(conversation), views_(conversation.leaves.size()), have_(conversation.leaves.size()) {
    owned_.resize(conversation.leaves.size());
  }

  // Stays until it is dropped.
  std::string_view operator[](std::size_t leaf);
  // For a moment: a text that is not held is decoded into `buffer`.
  std::string_view look(std::size_t leaf, std::string& buffer) const;
  // No view of it may be in use. It is decoded again should someone ask for it.
  void drop(std::size_t leaf);

 private:
  const messages::Conversation& c_;
  std::vector<std::string> owned_;  // never resized after construction: views into it stay
  std::vector<std::string_view> views_;
  std::vector<bool> have_;
};

// The records without texts. `tokens`: of each leaf; `errors`: the result is a failure by flag or by its text; `slots`:
// it may change. Shorter lists stand for zeros.
history::Past past_without_texts(const messages::Conversation& conversation, const std::vector<Tokens>& tokens,
                                 const std::vector<bool>& errors, const std::vector<bool>& slots);

// A unit's rendering, its texts held no longer than that. `past`: without texts, before and after.
std::string render_unit(history::Past& past, const history::Unit& unit, const Texts& texts);

history::Role role_of(messages::Role role);

}  // namespace headroom::pipeline
