// Why the last two pieces are enough. Where a piece ends can depend on text not seen yet only if deciding it looked at
// the end of what was seen. Word, number and symbols are read to their end and a contraction at most three bytes
// further; white space is read to its end and given back from its last line end, or its last character; an o200k word
// may give back upper-case letters. What is given back, or read ahead, is one piece by itself: so at most one piece
// follows the one whose end is open. Cutting between two characters is left to whole code points: a chunk may end
// inside one.
#include "tokens/streaming.h"

#include <algorithm>

#include "tokens/text.h"

namespace headroom::tokens {

void StreamingCounter::feed(std::string_view chunk) {
  while (!chunk.empty()) {  // in parts, so that a large chunk is not held whole
    const std::string_view part =
        chunk.substr(0, std::max(kSettle, settle_at_ - std::min(settle_at_, pending_.size())));
    chunk.remove_prefix(part.size());
    pending_.append(part);
    if (pending_.size() >= settle_at_) settle();
  }
}

void StreamingCounter::settle() {
  // A sequence that the chunk's end cut is neither whole nor ill-formed yet.
  std::size_t whole = pending_.size();
  for (std::size_t back = 1; back <= 3 && back <= pending_.size(); ++back) {
    const auto c = static_cast<unsigned char>(pending_[pending_.size() - back]);
    if (c < 0x80) break;
    if (c >= 0xC0) {
      whole = pending_.size() - back;
      break;
    }
  }
  if (const auto copy = well_formed_copy(std::string_view(pending_).substr(0, whole))) {
    pending_.replace(0, whole, *copy);
    whole = copy->size();
  }
  const Counter::Settled settled = counter_.count_settled(std::string_view(pending_).substr(0, whole));
  settled_ += settled.tokens;
  pending_.erase(0, settled.bytes);
  settle_at_ = std::max(kSettle, 2 * pending_.size());
}

Tokens StreamingCounter::finish() {
  const Tokens total = settled_ + counter_.count(pending_);
  pending_.clear();
  settled_ = Tokens();
  settle_at_ = kSettle;
  return total;
}

}  // namespace headroom::tokens
