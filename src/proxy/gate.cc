#include "proxy/gate.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "http/address.h"

namespace headroom::proxy {
namespace {

Verdict refuse(const ErrorCode& error, std::string_view gate, std::string_view why) {
  Verdict v;
  v.refused = &error;
  v.gate = gate;
  v.why = why;
  return v;
}

bool is_host_allowed(const GateRules& rules, std::string_view authority) {
  const auto host = http::host_of(authority);
  if (!host) return false;
  if (*host == "localhost" || *host == rules.bound_host) return true;
  if (const auto address = http::parse_address(*host)) {
    if (http::is_loopback(*address)) return true;
  }
  return std::ranges::find(rules.allowed_hosts, *host) != rules.allowed_hosts.end();
}

bool is_origin_allowed(const GateRules& rules, std::string_view origin) {
  return std::ranges::find(rules.allowed_origins, origin) != rules.allowed_origins.end();
}

std::string_view bearer_of(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() <= scheme.size() || !http::same_name(authorization.substr(0, scheme.size()), scheme))
    return {};
  return authorization.substr(scheme.size());
}

// Whether a browser asks: there any page may stand behind it, and the socket is the user's all the same. Its marks are
// Origin, Cookie and the fields of Fetch Metadata, which no script can set or take away.
//
// `sec-fetch-mode` alone is none, in two of its values: Node.js (undici) sends `cors` from fetch and `websocket` from
// WebSocket, and no other field of the family. A browser that sends the mode sends the site and the destination as
// well, and in these two modes a page's request to another origin bears Origin besides. Where a page can do without one
// (`no-cors`, `navigate`), the mode is a mark.
bool is_browser(const http::Head& head) {
  if (head.find("origin") || head.find("cookie")) return true;
  constexpr std::string_view family = "sec-fetch-";
  for (std::size_t i = 0; i < head.field_count(); ++i) {
    const auto [name, value] = head.field(i);
    if (!http::same_name(name.substr(0, family.size()), family)) continue;
    if (!http::same_name(name, "sec-fetch-mode") || (value != "cors" && value != "websocket")) return true;
  }
  return false;
}

void become(Caller& caller, const Token& token) {
  caller.known = true;
  caller.name = token.name;
  caller.rights = token.rights;
  caller.workspace = token.workspace;
  caller.retrieval_tool = token.retrieval_tool;
}

}  // namespace

Verdict judge(const GateRules& rules, const http::Head& head, const http::Peer& peer, Right needed,
              std::string_view path_token, const PeerUid& peer_uid) {
  // 2. Host and origin.
  if (!is_host_allowed(rules, head.get("host")))
    return refuse(code::forbidden_host, "host", "this host is not served here; --allow-host adds one");
  const auto origin = head.find("origin");
  const bool allowed_origin = origin && is_origin_allowed(rules, *origin);
  if (origin && !allowed_origin) {
    const auto same = [&](std::string_view scheme) {
      return origin->starts_with(scheme) && http::same_name(origin->substr(scheme.size()), head.get("host"));
    };
    if (!same(peer.tls ? "https://" : "http://"))
      return refuse(code::forbidden_origin, "origin", "this origin may not ask; --allow-origin adds one");
  }
  if (const auto site = head.find("sec-fetch-site"); site && !allowed_origin) {
    if (*site != "same-origin" && *site != "none")
      return refuse(code::forbidden_origin, "origin", "another site's page may not ask");
  }
  if (head.method() == "OPTIONS" && allowed_origin && head.find("access-control-request-method")) return {};

  // 3. Who asks.
  Verdict v;
  Caller& caller = v.caller;
  const std::string_view bearer = bearer_of(head.get("authorization"));
  const Token* token = nullptr;
  if (const auto given = head.find("x-headroom-proxy-token")) token = rules.tokens.find(*given);
  if (!token && !path_token.empty()) token = rules.tokens.find(path_token);
  if (const Token* const own = bearer.empty() ? nullptr : rules.tokens.find(bearer)) {
    caller.token_in_authorization = true;
    if (!token) token = own;
  }
  const bool local = peer.unix_socket || peer.loopback;
  if (token) become(caller, *token);
  // A token that is given and is none of ours is a mistake to be told, not a stranger to be let in by other means.
  const bool wrong_token = !token && (head.find("x-headroom-proxy-token") || !path_token.empty());
  if (needed == Right::open) return v;
  if (wrong_token) return refuse(code::unauthorized, "caller", "this token is not known here");
  if (!token && needed == Right::data && local && !rules.require_token && !rules.holds_credential) {
    caller.name = "local";
    caller.rights.add(Right::data);
    return v;
  }
  if (!token && local && !is_browser(head)) {
    const std::int64_t uid = peer.unix_socket ? peer.uid : peer_uid();
    if (uid >= 0 && uid == rules.uid && !(rules.require_token && needed == Right::data)) {
      caller.known = true;
      caller.name = "uid";
      caller.rights = Rights::all();
    }
  }
  // 4. What they may.
  if (caller.known && caller.rights.has(needed)) return v;
  if (caller.known) return refuse(code::unauthorized, "right", "this token does not have that right");
  return refuse(code::unauthorized, "caller", "a token is needed: x-headroom-proxy-token, or authorization: Bearer");
}

std::string preflight_answer(const GateRules& rules, const http::Head& head) {
  const auto origin = head.find("origin");
  if (head.method() != "OPTIONS" || !origin || !head.find("access-control-request-method")) return {};
  if (!is_origin_allowed(rules, *origin)) return {};
  // A wildcard does not cover authorization, and none covers a family of names: those asked for are given back if they
  // are of the list.
  std::string allowed;
  std::string_view asked = head.get("access-control-request-headers");
  while (!asked.empty()) {
    const std::size_t comma = std::min(asked.find(','), asked.size());
    std::string_view name = asked.substr(0, comma);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    const auto begins = [&](std::string_view p) {
      return name.size() >= p.size() && http::same_name(name.substr(0, p.size()), p);
    };
    if (http::same_name(name, "authorization") || http::same_name(name, "x-api-key") ||
        http::same_name(name, "content-type") || begins("anthropic-") || begins("x-headroom-"))
      allowed.append(allowed.empty() ? "" : ", ").append(name);
    asked.remove_prefix(std::min(comma + 1, asked.size()));
  }
  std::string extra = "access-control-allow-origin: ";
  extra.append(*origin).append("\r\nvary: origin\r\naccess-control-allow-methods: GET, POST\r\n");
  extra.append("access-control-max-age: 600\r\n");
  if (!allowed.empty()) extra.append("access-control-allow-headers: ").append(allowed).append("\r\n");
  return own_answer(204, "", true, extra, "");
}

// One question to the kernel (sock_diag(7)): the socket whose own end is the peer's.
std::int64_t uid_of_peer(const http::Peer& peer) {
  if (peer.unix_socket) return peer.uid;
  const auto remote = http::parse_address(peer.address, peer.port);
  if (!remote || !http::is_loopback(*remote)) return -1;
  const int fd = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) return -1;
  struct {
    nlmsghdr head;
    inet_diag_req_v2 body;
  } question{};
  question.head.nlmsg_len = sizeof question;
  question.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.head.nlmsg_flags = NLM_F_REQUEST;
  question.body.sdiag_family = static_cast<std::uint8_t>(remote->storage.ss_family);
  question.body.sdiag_protocol = IPPROTO_TCP;
  question.body.idiag_states = ~0u;
  question.body.id.idiag_sport = htons(peer.port);
  question.body.id.idiag_dport = htons(peer.local_port);
  question.body.id.idiag_cookie[0] = question.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  if (remote->storage.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(remote->storage);
    std::memcpy(question.body.id.idiag_src, &in.sin_addr, 4);
    const auto local = http::parse_address(peer.local_address);
    if (!local) return ::close(fd), -1;
    std::memcpy(question.body.id.idiag_dst, &reinterpret_cast<const sockaddr_in&>(local->storage).sin_addr, 4);
  } else {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(remote->storage);
    std::memcpy(question.body.id.idiag_src, &in.sin6_addr, 16);
    const auto local = http::parse_address(peer.local_address);
    if (!local) return ::close(fd), -1;
    std::memcpy(question.body.id.idiag_dst, &reinterpret_cast<const sockaddr_in6&>(local->storage).sin6_addr, 16);
  }
  std::int64_t uid = -1;
  const timeval patience{0, 20'000};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::send(fd, &question, sizeof question, 0) == static_cast<ssize_t>(sizeof question)) {
    alignas(nlmsghdr) char answer[4096];
    const ssize_t n = ::recv(fd, answer, sizeof answer, 0);
    const auto* const head = reinterpret_cast<const nlmsghdr*>(answer);
    if (n >= static_cast<ssize_t>(NLMSG_LENGTH(sizeof(inet_diag_msg))) && head->nlmsg_type == SOCK_DIAG_BY_FAMILY) {
      const auto* const found = static_cast<const inet_diag_msg*>(NLMSG_DATA(head));
      if (found->id.idiag_sport == question.body.id.idiag_sport &&
          found->id.idiag_dport == question.body.id.idiag_dport)
        uid = found->idiag_uid;
    }
  }
  ::close(fd);
  return uid;
}

}  // namespace headroom::proxy
