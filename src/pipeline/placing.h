// One text of a conversation -> what is forwarded for it: at birth, where it comes last and nothing later is known; and
// at an epoch, where code, stale reads and older texts may change too.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "messages/conversation.h"
#include "pipeline/compress.h"
#include "pipeline/options.h"
#include "pipeline/past.h"
#include "pipeline/standing.h"
#include "pipeline/view_cache.h"

namespace headroom::pipeline {

// What a call's views depend on, the same for all its texts.
struct Placing {
  const messages::Conversation& conversation;
  const Options& options;
  Services& services;
  tokens::Witnesses* counters;  // of the thread that works with it
  Texts& texts;
  bool lossy = false;                     // this caller can redeem a handle
  Hash128 class_digest;                   // of the options that shape views
  std::vector<std::int32_t> user_before;  // of each leaf: the last user text before it, -1 if there is none
};

// Texts that an agent wrapped around nothing the user typed do not count.
std::vector<std::int32_t> user_texts_before(const messages::Conversation& conversation, const Texts& texts);
// True if the text is the user's own, at least in part.
bool is_typed(std::string_view user_text);

// Whether the text stays exact until an epoch, because its tool's texts are quoted back in edits.
bool is_exact(const Placing& p, std::size_t leaf);

// Gates, size, whether it is code or a failure: all that is known of a text before anyone looks for views.
LeafState first_look(const Placing& p, std::size_t leaf);

// The best view, or why there is none. `budget`: of a reversible view.
Chosen choose_view(const Placing& p, std::size_t leaf, LeafState& state, Moment moment, std::optional<Tokens> budget);

// What an epoch would make of a text, without making it: no handle is needed to know its size.
struct Prospect {
  Tokens tokens;
  bool reversible = false;
};
Prospect later_view(const Placing& p, std::size_t leaf, LeafState& state, std::optional<Tokens> budget);

// A pointer at lines that an earlier text shows, if that is smaller than `to_beat`. `earlier`: the texts in the index.
std::shared_ptr<const Placed> choose_pointer(const Placing& p, std::size_t leaf, LeafState& state,
                                             const history::Index& index, const history::TextOf& earlier,
                                             Tokens to_beat);

// The one line for a text that is an earlier one again of which the very view stands above that this one would get; if
// that line is smaller than the view.
std::shared_ptr<const Placed> choose_same(const Placing& p, std::size_t leaf, Standing& standing);

// The one line that stands for a read that is stale, if that is smaller.
std::shared_ptr<const Placed> place_stale(const Placing& p, std::size_t leaf, LeafState& state,
                                          std::string_view statement, Tokens to_beat);

// Whether the text holds a secret that may not go to the store; looked for once, where a handle would stand for it.
bool is_secret(const Placing& p, std::size_t leaf, LeafState& state);

// Whether lines of the text may stand in an earlier one.
bool may_repeat(const Placing& p, std::size_t leaf, Standing& standing);

// Enters the text into the index of what stands verbatim, if it does and is worth pointing at. The first one waits for
// a second: the lines of a lone text are of use to nobody.
void enter(const Placing& p, std::size_t leaf, Standing& standing);

// The lossless view of a text, where its original could not be stored.
std::shared_ptr<const Placed> lossless_view(const Placing& p, std::size_t leaf, const LeafState& state);

}  // namespace headroom::pipeline
