#include "proxy/upstreams.h"

#include <algorithm>
#include <charconv>

namespace headroom::proxy {
namespace {

constexpr std::pair<Provider, std::string_view> public_bases[] = {
    {Provider::anthropic, "https://api.anthropic.com"},
    {Provider::openai, "https://api.openai.com"},
    {Provider::gemini, "https://generativelanguage.googleapis.com"},
    {Provider::cloudcode, "https://cloudcode-pa.googleapis.com"},
    {Provider::chatgpt, "https://chatgpt.com"},
    {Provider::grok, "https://api.x.ai"},
};

bool is_provider_host(std::string_view host) {
  if (host.ends_with("-aiplatform.googleapis.com") || host == "aiplatform.googleapis.com") return true;
  return std::ranges::any_of(public_bases, [&](const auto& row) { return row.second.substr(8) == host; });
}

bool host_matches(std::string_view pattern, const http::Origin& origin) {
  std::string_view host = pattern;
  if (const std::size_t colon = pattern.rfind(':'); colon != pattern.npos && pattern.find(':') == colon) {
    host = pattern.substr(0, colon);
    if (pattern.substr(colon + 1) != std::to_string(origin.port)) return false;
  }
  if (!host.starts_with("*.")) return host == origin.host;
  host.remove_prefix(1);
  return origin.host.size() > host.size() && std::string_view(origin.host).ends_with(host);
}

bool is_bearer(std::string_view authorization, std::string_view key_prefix = {}) {
  constexpr std::string_view scheme = "bearer ";
  return authorization.size() > scheme.size() && http::same_name(authorization.substr(0, scheme.size()), scheme) &&
         authorization.substr(scheme.size()).starts_with(key_prefix);
}

// Whose client this is, by what only their clients send.
std::optional<Provider> by_headers(const http::Head& head, std::string_view path) {
  if (head.find("x-api-key") || head.find("anthropic-version") || path.starts_with("/api/hello"))
    return Provider::anthropic;
  if (head.find("x-goog-api-key")) return Provider::gemini;
  if (head.find("api-key")) return Provider::azure;
  if (head.find("chatgpt-account-id")) return Provider::chatgpt;
  const std::string_view authorization = head.get("authorization");
  if (is_bearer(authorization, "xai-")) return Provider::grok;
  if (is_bearer(authorization)) return Provider::openai;
  return std::nullopt;
}

// /v1/projects/p/locations/us-east5/...: the region's own host; `global` has none.
std::optional<std::string> vertex_host(std::string_view path) {
  constexpr std::string_view mark = "/locations/";
  const std::size_t at = path.find(mark);
  if (at == path.npos) return std::nullopt;
  const std::string_view rest = path.substr(at + mark.size());
  const std::string_view location = rest.substr(0, rest.find_first_of("/?"));
  const bool good = !location.empty() && location.size() <= 40 && std::ranges::all_of(location, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (!good) return std::nullopt;
  if (location == "global") return "aiplatform.googleapis.com";
  return std::string(location) + "-aiplatform.googleapis.com";
}

bool is_own(const Upstreams& upstreams, const http::Origin& origin) {
  return std::ranges::any_of(upstreams.own, [&](const auto& own) {
    if (own.second != origin.port) return false;
    const auto address = http::parse_address(origin.host);
    return own.first == origin.host || origin.host == "localhost" || (address && http::is_loopback(*address));
  });
}

// An address that the caller named. Every address that its name resolves to must be public, or named by the operator.
std::expected<Destination, Nowhere> named(const Upstreams& upstreams, std::string_view text, const http::Head& head,
                                          std::string_view path, bool known) {
  const auto url = http::parse_url(text);
  if (!known || !url || is_own(upstreams, url->origin)) return std::unexpected(Nowhere::not_allowed);
  const AllowedUpstreams& allowed = upstreams.allowed;
  const bool by_name = std::ranges::any_of(allowed.hosts, [&](const auto& p) { return host_matches(p, url->origin); });
  const auto address = http::parse_address(url->origin.host);
  const auto in_network = [&allowed](const http::Address& a) {
    return std::ranges::any_of(allowed.networks, [&](const http::Network& n) { return n.holds(a); });
  };
  const bool by_network = address && in_network(*address);
  const bool provider = url->origin.tls && url->origin.port == 443 && is_provider_host(url->origin.host);
  if (!by_name && !by_network && !provider) return std::unexpected(Nowhere::not_allowed);
  if (!url->origin.tls && !by_name && !by_network) return std::unexpected(Nowhere::not_allowed);
  Destination d;
  d.origin = url->origin;
  d.target = join_path(url->path, path);
  if (const auto original = head.find("x-headroom-original-path"); original && original->starts_with('/'))
    d.target = join_path(url->path, *original);
  // A host that was named exactly may be private: that is what naming it is for.
  const bool exact = by_name && std::ranges::any_of(allowed.hosts, [&](const auto& p) {
                       return !p.starts_with("*.") && host_matches(p, url->origin);
                     });
  d.policy = [exact, networks = allowed.networks](const http::Address& a) {
    return exact || http::is_public(a) ||
           std::ranges::any_of(networks, [&](const http::Network& n) { return n.holds(a); });
  };
  return d;
}

}  // namespace

bool add_allowed(AllowedUpstreams& allowed, std::string_view pattern) {
  if (const auto network = http::parse_network(pattern)) return allowed.networks.push_back(*network), true;
  std::string host;
  for (const char c : pattern) host += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  if (const std::size_t scheme = host.find("://"); scheme != host.npos) host.erase(0, scheme + 3);
  while (host.ends_with('/')) host.pop_back();
  const std::string_view plain = std::string_view(host).substr(host.starts_with("*.") ? 2 : 0);
  if (!http::host_of(plain)) return false;
  allowed.hosts.push_back(std::move(host));
  return true;
}

Upstreams default_upstreams() {
  Upstreams u;
  for (const auto& [provider, url] : public_bases)
    u.bases[static_cast<std::size_t>(provider)].url = http::parse_url(url);
  return u;
}

std::string join_path(std::string_view base, std::string_view path) {
  if (base.ends_with("/v1") && (path == "/v1" || path.starts_with("/v1/") || path.starts_with("/v1?")))
    path.remove_prefix(3);
  std::string out(base);
  out += path;
  return out.empty() ? "/" : out;
}

std::expected<Destination, Nowhere> choose(const Upstreams& upstreams, const Route& route, const http::Head& head,
                                           std::string_view path, bool known) {
  if (const auto url = head.find("x-headroom-base-url")) {
    auto d = named(upstreams, *url, head, path, known);
    if (d) d->provider = route.provider;
    return d;
  }
  Destination d;
  d.provider = route.provider;
  std::string_view target = path;
  if (d.provider == Provider::by_headers) {
    const auto provider = by_headers(head, path);
    if (!provider) return std::unexpected(Nowhere::unknown_route);
    d.provider = *provider;
  } else if (d.provider == Provider::openai) {
    if (head.find("chatgpt-account-id") && route.format == "responses") {
      d.provider = Provider::chatgpt;
      target = "/backend-api/codex/responses";
    } else if (is_bearer(head.get("authorization"), "xai-")) {
      d.provider = Provider::grok;
    }
  }
  d.base = &upstreams.bases[static_cast<std::size_t>(d.provider)];
  if (d.provider == Provider::vertex && !d.base->url) {
    const auto host = vertex_host(path);
    if (!host) return std::unexpected(Nowhere::unknown_route);
    d.origin = {true, *host, 443};
    d.target = target;
    return d;
  }
  if (!d.base->url) return std::unexpected(Nowhere::unknown_route);
  d.origin = d.base->url->origin;
  if (is_own(upstreams, d.origin)) return std::unexpected(Nowhere::not_allowed);
  d.target = join_path(d.base->url->path, target);
  return d;
}

}  // namespace headroom::proxy
