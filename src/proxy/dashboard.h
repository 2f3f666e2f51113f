// How a browser comes to the dashboard without a token in its hands: a code that works once, then a cookie.
//
//   headroom dashboard -> /dashboard?code=1767604424-9f1c...-5e20...  -> 303 /dashboard, Set-Cookie:
//   headroom_dashboard=...
//
// Code and cookie are a time at which they end, a nonce, and an HMAC of both under the main token's digest, each for
// its own purpose: whoever can read the token file can make a code, nobody else can, and no state outlives a restart
// but the token. A code ends after a minute and is refused the second time; a cookie ends after twelve hours, or with
// the token. It opens what needs the right `read`, nothing else.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/head.h"
#include "proxy/gate.h"
#include "proxy/tokens.h"

namespace headroom::proxy {

class App;
struct OwnAnswer;
struct OwnRequest;

using Seconds = std::chrono::sys_seconds;

// What `headroom dashboard` puts into the address. An error: no randomness to be had.
Result<std::string> make_dashboard_code(const TokenDigest& secret, Seconds now);
// The main token's digest; null: there is none, so no browser comes in.
const TokenDigest* dashboard_secret(const TokenTable& tokens);

// Codes that were used, until they end. Thread-safe.
class DashboardCodes {
 public:
  // The cookie's value; nullopt: a code that is not valid, or not any more.
  std::optional<std::string> redeem(std::string_view code, const TokenDigest& secret, Seconds now);

 private:
  std::mutex mutex_;
  std::map<std::string, Seconds, std::less<>> used_;  // by nonce
};

bool is_dashboard_session(std::string_view cookie, const TokenDigest& secret, Seconds now);
// Whether the request's cookies hold a session.
bool has_dashboard_session(const http::Head& head, const TokenTable& tokens, Seconds now);
// A request that was refused for want of a token, and needs no more than `read`, may pass with a session.
void admit_dashboard(Verdict& verdict, const http::Head& head, const Route& route, const TokenTable& tokens,
                     Seconds now);

// /dashboard and what lies under it.
OwnAnswer answer_dashboard(App& app, const OwnRequest& request);

}  // namespace headroom::proxy
