// The gate: one pure function before any route, protocol or upgrade. Who may ask, from where, for what.
//
//   Host: evil.example                                   -> 403 forbidden_host
//   Origin: https://evil.example                         -> 403 forbidden_origin
//   POST /v1/messages on loopback, nothing else          -> allowed (hand-set base URLs), caller "local"
//   GET /stats without a token, from another user's socket -> 401 unauthorized
//
// Framing was judged before (http/head.h): what cannot be read as one request by everybody has no head.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/connection.h"
#include "http/head.h"
#include "proxy/errors.h"
#include "proxy/routes.h"
#include "proxy/tokens.h"

namespace headroom::proxy {

struct GateRules {
  std::string bound_host;                  // lower case; a name or an address
  std::vector<std::string> allowed_hosts;  // lower case
  std::vector<std::string> allowed_origins;
  bool require_token = false;     // for data too
  bool holds_credential = false;  // extra headers are sent upstream: data is no longer free
  std::int64_t uid = -1;          // ours
  TokenTable tokens;
};

struct Caller {
  bool known = false;
  std::string name;  // "local", "uid", a token's name
  Rights rights;
  std::string workspace = "default";
  bool retrieval_tool = false;
  bool token_in_authorization = false;  // the bearer was ours: it must not leave
};

struct Verdict {
  const ErrorCode* refused = nullptr;  // null: may pass
  std::string_view why;
  std::string_view gate;  // "host", "origin", "caller", "right"
  Caller caller;
};

// What is asked of the kernel only if it is needed: the uid that owns the peer's loopback socket, -1 if unknown.
using PeerUid = std::function<std::int64_t()>;

Verdict judge(const GateRules& rules, const http::Head& head, const http::Peer& peer, Right needed,
              std::string_view path_token, const PeerUid& peer_uid);

// An allowed origin's preflight; "" if the request is none.
std::string preflight_answer(const GateRules& rules, const http::Head& head);

// The uid of the process that holds the other end of a loopback connection; -1 where the kernel does not say.
std::int64_t uid_of_peer(const http::Peer& peer);

}  // namespace headroom::proxy
