// Finds originals in the request at hand: a client sends its whole history with every request, so inside a conversation
// the request itself is the first store.
//
//   InHand hand(body, "anthropic", key); hand.find(*store::parse_handle("482193075514"))  ->  the tool result it names
//
// Every text of the body that may have been shortened has the handle that its content gives. What left the conversation
// at its epochs (units, index lines) is no text of the body: it is made again (left_originals of compress.h) when a
// handle is asked for that no text has. All are hashed at the first look-up. Of two texts with one
// handle the earlier counts: so what a handle names does not change as the conversation grows. Cost: reading the body
// once, then one SHA-256 over its texts (more than 500 MB/s), then O(1) a look-up. Not thread-safe.
//
// locate() is the order in which any handle is looked up: the request in hand, the store, the store's list of what is
// gone.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "messages/conversation.h"
#include "pipeline/compress.h"
#include "store/store.h"

namespace headroom::pipeline {

class InHand {
 public:
  struct Original {
    std::string_view content;  // valid as long as the InHand and the body
    store::Source source;
  };

  // Reads nothing yet. `format`: "" = by shape. The body must outlive it. A body that cannot be read holds no
  // originals.
  InHand(std::string_view body, std::string_view format, store::WorkspaceKey key);

  // A text that stands for itself in this conversation without being a text of the body.
  void add(std::string content, store::Source source);
  // Where to look when none has the handle: called once, at the first such look-up from now on. Null: nowhere.
  void on_miss(std::function<std::vector<LeftOriginal>()> more) { more_ = std::move(more); }

  std::optional<Original> find(store::Handle handle);
  bool has(store::Handle handle) { return find(handle).has_value(); }

 private:
  void index();
  void take(std::size_t leaf, std::string_view content);
  std::string_view content(std::size_t leaf);

  std::string_view body_;
  std::string format_;
  store::WorkspaceKey key_;
  bool read_ = false;
  std::optional<messages::Conversation> conversation_;
  std::deque<std::pair<std::string, store::Source>> added_;
  std::unordered_map<std::uint64_t, std::size_t> leaf_of_;  // handle -> leaf
  std::unordered_map<std::size_t, std::string> decoded_;    // texts with escapes that were asked for
  std::function<std::vector<LeftOriginal>()> more_;
};

// What became of a handle, and where it was found.
struct Located {
  enum class Where : std::uint8_t { in_hand, store, gone, nowhere, unreachable } where = Where::nowhere;
  std::string_view content;  // in hand: the body's; else `entry` owns it
  store::Source source;
  std::optional<store::Entry> entry;
  std::optional<store::Source> hint;  // gone: what to call again
  std::optional<Error> error;         // unreachable
};
// `store`: opens it if the request does not have the original; null: there is none. `in_hand` may be null.
Located locate(store::Handle handle, InHand* in_hand, const std::function<Result<store::Store*>()>& store);

}  // namespace headroom::pipeline
