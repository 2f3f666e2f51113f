#include "proxy/dashboard.h"

#include <array>
#include <charconv>

#include "ledger/page.h"
#include "proxy/app.h"
#include "proxy/own.h"
#include "store/aead.h"
#include "store/hmac.h"

namespace headroom::proxy {
namespace {

using std::chrono::seconds;

constexpr std::string_view cookie_name = "headroom_dashboard";
constexpr std::string_view for_code = "headroom dashboard code ", for_cookie = "headroom dashboard cookie ";
constexpr seconds code_life{60}, cookie_life{12 * 3600};
constexpr std::size_t most_used = 1000;
constexpr std::size_t nonce_digits = 32;

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

// "END-NONCE-MAC".
std::string sealed(const TokenDigest& secret, std::string_view purpose, Seconds end, std::string_view nonce) {
  const std::string text = std::to_string(end.time_since_epoch().count()) + '-' + std::string(nonce);
  const std::string_view key(reinterpret_cast<const char*>(secret.data()), secret.size());
  const store::Digest mac = store::hmac_sha256(key, std::string(purpose) + text);
  return text + '-' + hex({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

struct Seal {
  Seconds end;
  std::string_view nonce;
};

// In the same time for every text of one length.
bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

std::optional<Seal> open_seal(std::string_view text, const TokenDigest& secret, std::string_view purpose, Seconds now,
                              seconds life) {
  const std::size_t first = text.find('-');
  if (first == text.npos || first > 12 || text.size() < first + 2 + nonce_digits) return std::nullopt;
  std::int64_t end = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + first, end);
  if (error != std::errc() || stop != text.data() + first) return std::nullopt;
  const Seal seal{Seconds(seconds(end)), text.substr(first + 1, nonce_digits)};
  if (!same(text, sealed(secret, purpose, seal.end, seal.nonce))) return std::nullopt;
  if (seal.end <= now || seal.end > now + life) return std::nullopt;
  return seal;
}

Seconds now_of_day() {
  return std::chrono::floor<seconds>(std::chrono::system_clock::now());
}

OwnAnswer page(const ledger::page::Asset& asset, std::string extra = {}) {
  extra +=
      "content-security-policy: default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
      "referrer-policy: no-referrer\r\n";
  return {200, std::string(asset.bytes), std::move(extra), asset.type};
}

}  // namespace

Result<std::string> make_dashboard_code(const TokenDigest& secret, Seconds now) {
  const auto nonce = store::random_bytes(nonce_digits / 2);
  if (!nonce) return std::unexpected(nonce.error());
  return sealed(secret, for_code, now + code_life, hex(*nonce));
}

const TokenDigest* dashboard_secret(const TokenTable& tokens) {
  for (const Token& token : tokens.all()) {
    if (token.name == "main" && token.rights.has(Right::admin)) return &token.digest;
  }
  return nullptr;
}

std::optional<std::string> DashboardCodes::redeem(std::string_view code, const TokenDigest& secret, Seconds now) {
  const auto seal = open_seal(code, secret, for_code, now, code_life);
  if (!seal) return std::nullopt;
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(used_, [now](const auto& one) { return one.second <= now; });
    if (used_.size() >= most_used || !used_.emplace(seal->nonce, seal->end).second) return std::nullopt;
  }
  return sealed(secret, for_cookie, now + cookie_life, seal->nonce);
}

bool is_dashboard_session(std::string_view cookie, const TokenDigest& secret, Seconds now) {
  return open_seal(cookie, secret, for_cookie, now, cookie_life).has_value();
}

bool has_dashboard_session(const http::Head& head, const TokenTable& tokens, Seconds now) {
  const TokenDigest* const secret = dashboard_secret(tokens);
  if (!secret) return false;
  std::string_view rest = head.get("cookie");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    std::string_view one = rest.substr(0, end);
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.size() > cookie_name.size() && one.starts_with(cookie_name) && one[cookie_name.size()] == '=' &&
        is_dashboard_session(one.substr(cookie_name.size() + 1), *secret, now))
      return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

void admit_dashboard(Verdict& verdict, const http::Head& head, const Route& route, const TokenTable& tokens,
                     Seconds now) {
  if (verdict.refused != &code::unauthorized || route.right != Right::read || head.method() != "GET") return;
  if (head.find("x-headroom-proxy-token") || !has_dashboard_session(head, tokens, now)) return;
  verdict = {};
  verdict.caller.known = true;
  verdict.caller.name = "dashboard";
  verdict.caller.rights.add(Right::read);
}

OwnAnswer answer_dashboard(App& app, const OwnRequest& request) {
  const std::string_view path = std::string_view(request.path).substr(0, request.path.find('?'));
  const ledger::page::Asset* const asset = ledger::page::asset(path);
  if (!asset) return own_error(code::unknown_route, "There is no such page.");
  if (path != "/dashboard") return page(*asset);
  const TokenTable& tokens = request.settings->gate.tokens;
  if (const std::string given = query_value(request.path, "code"); !given.empty()) {
    const TokenDigest* const secret = dashboard_secret(tokens);
    const auto cookie = secret ? app.dashboard_codes.redeem(given, *secret, now_of_day()) : std::nullopt;
    if (!cookie) return page(ledger::page::locked());
    // The code leaves the address, and with it the history.
    return {303, "",
            "location: /dashboard\r\nset-cookie: " + std::string(cookie_name) + "=" + *cookie +
                "; Path=/; Max-Age=" + std::to_string(cookie_life.count()) + "; HttpOnly; SameSite=Strict\r\n",
            ""};
  }
  const bool may = (request.caller.known && request.caller.rights.has(Right::read)) ||
                   has_dashboard_session(request.head, tokens, now_of_day());
  return page(may ? *asset : ledger::page::locked());
}

}  // namespace headroom::proxy
