// The retrieval loop as a state machine: bytes of the provider's replies in; out come the client's bytes and, where the
// model called our tool alone, the request that goes on. No sockets, no clock: who drives it owns the connection.
//
//   Relay relay(Setup{...});
//   Output o = relay.head({200, "text/event-stream"});
//   o = relay.bytes(chunk);   // o.client goes to the client at once
//   o = relay.end();          // o.request: send it as the first one was sent, then head(), bytes(), end() again
//
// The head (status and headers) that the client gets is that of the reply at hand when the first of its bytes comes
// out. Replies that are no success, and those of a content type we do not know, go through as they come. A request that
// goes on and fails is shown: its own head and body if nothing went out before, else as the provider's error event.
// Our own failure, or an event over 10 MiB: what is held is released and the rest goes through.
//
// What the client gets depends only on the replies' bytes, not on how they were split. Cost: O(bytes).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/shared_text.h"
#include "relay/answers.h"
#include "relay/call.h"
#include "relay/trace.h"

namespace headroom::relay {

struct Setup {
  Wire wire = Wire::anthropic;
  SharedText request;  // the bytes that went to the provider
  TraceMode trace = TraceMode::auto_;
  Limits limits;
  Originals originals;
  // Of Responses that the provider keeps: a client goes on from the id in `previous_response_id`, and that must name
  // the last round, while all events of a stream must show one id, and the first is out by then. Notes that who goes on
  // from `first` means `last`; false if that cannot be kept: then the end shows the last round's id. Null: the same.
  std::function<bool(std::string_view first, std::string_view last)> chained = {};
  // The client offers our tool itself: calls whose original is not in hand are its own.
  bool alias = false;
  // Who shortened the request added our tool to it: it is of this wire, asks for one answer and takes turns. It is not
  // read to find that out.
  bool added = false;
};

struct Head {
  int status = 200;
  std::string_view content_type;
};

struct Output {
  enum class State : std::uint8_t {
    open,    // more of this reply is to come
    asks,    // `request` is to be sent; its reply is what comes next
    done,    // the client's reply is complete
    broken,  // the client's reply breaks off here, as the provider's did
  };
  std::string client;
  std::string request;
  State state = State::open;
};

struct Counts {
  int rounds = 0;   // hidden rounds
  int calls = 0;    // calls answered in them
  int dropped = 0;  // calls of mixed turns that left nothing (TraceMode::never)
  int failed = 0;   // 1: given up
};

class Relay {
 public:
  explicit Relay(Setup setup);
  ~Relay();
  Relay(Relay&&) noexcept;
  Relay& operator=(Relay&&) noexcept;

  Output head(Head head);
  Output bytes(std::string_view bytes);
  // The reply ended as it should; or its connection broke. After `asks` what comes next is head().
  Output end();
  Output cut();
  // No more rounds: the next call of ours ends the turn.
  void deadline();
  Counts counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace headroom::relay
