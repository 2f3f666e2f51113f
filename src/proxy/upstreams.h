// Where a request goes: the provider's base URL, what joins it there, and the policy for addresses that a caller names.
//
//   anthropic, "/v1/messages?beta=true"  ->  https://api.anthropic.com, "/v1/messages?beta=true"
//   base https://host/openai/v1, "/v1/models"  ->  "/openai/v1/models": a `/v1` that ends one and begins the other is
//                                                  joined once
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/address.h"
#include "http/client.h"
#include "http/head.h"
#include "proxy/routes.h"

namespace headroom::proxy {

struct ProviderBase {
  std::optional<http::Url> url;  // none: no such route
  std::vector<std::pair<std::string, std::string>> extra_headers;
};

// Hosts and networks that `x-headroom-base-url` may name, beside the providers' own hosts over https.
struct AllowedUpstreams {
  std::vector<std::string> hosts;  // "api.example.com", "*.example.com", "host:port"; named, so private is fine
  std::vector<http::Network> networks;
};
// nullopt: no pattern.
bool add_allowed(AllowedUpstreams& allowed, std::string_view pattern);

struct Upstreams {
  std::array<ProviderBase, providers> bases;
  AllowedUpstreams allowed;
  // Our own addresses: never an upstream.
  std::vector<std::pair<std::string, std::uint16_t>> own;
};
// The public addresses of the providers.
Upstreams default_upstreams();

struct Destination {
  Provider provider = Provider::by_headers;
  http::Origin origin;
  std::string target;                  // path and query
  const ProviderBase* base = nullptr;  // whose extra headers go along
  http::AddressPolicy policy;          // of an address that the caller named
};

enum class Nowhere : std::uint8_t { unknown_route, not_allowed };

// `path`: the target without prefixes. `known`: the caller is; only such may name an address.
std::expected<Destination, Nowhere> choose(const Upstreams& upstreams, const Route& route, const http::Head& head,
                                           std::string_view path, bool known);

std::string join_path(std::string_view base, std::string_view path);

}  // namespace headroom::proxy
