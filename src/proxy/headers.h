// Header rules: the client's fields in order and spelling, less what is of one connection only and what is ours.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/head.h"
#include "proxy/upstreams.h"

namespace headroom::proxy {

// How the body travels on.
struct BodyPlan {
  enum class Kind : std::uint8_t { none, length, chunked, as_it_came } kind = Kind::none;
  std::uint64_t length = 0;  // of Kind::length: takes the place of the client's own
};

struct ForwardPlan {
  BodyPlan body;
  bool decoded = false;       // the body's coding is gone
  bool plain_reply = false;   // the reply must be readable: accept-encoding becomes identity
  bool own_bearer = false;    // `authorization` holds our token
  bool upgrade = false;       // the connection is to become another protocol's
  bool plain_frames = false;  // a WebSocket that is read: no extension is offered
};

// The request head for the provider.
std::string forward_head(const http::Head& head, const Destination& to, const ForwardPlan& plan);

// The reply's head for the client: status and fields as they came, ours behind them.
struct ReplyPlan {
  std::optional<std::uint64_t> length;  // of a body that is not the provider's own
  bool chunked = false;
  bool close = false;
  bool upgrade = false;
  bool rewritten = false;  // the body is ours: length, digests and ranges of the provider's do not hold
};
std::string reply_head(const http::Head& head, const ReplyPlan& plan, std::string_view own_fields);

}  // namespace headroom::proxy
