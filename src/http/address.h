// Addresses and origins: what a URL names, and which addresses are public.
//
//   parse_url("https://api.openai.com/v1")  ->  {tls, "api.openai.com", 443, "/v1"}
//   is_public(169.254.169.254)              ->  no: link-local
//
// Public is what the registries of special-purpose addresses leave (RFC 6890); IPv6 addresses that carry an IPv4 one
// (mapped, NAT64, 6to4) are judged by that.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::http {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  std::uint16_t port() const;
  std::string text() const;  // without the port
};

// Numeric only; "::1" or "[::1]".
std::optional<Address> parse_address(std::string_view text, std::uint16_t port = 0);
bool is_public(const Address& address);
bool is_loopback(const Address& address);

struct Network {
  Address base;
  int bits = 0;
  bool holds(const Address& address) const;
};
std::optional<Network> parse_network(std::string_view text);  // "10.0.0.0/8", "::1"

struct Origin {
  bool tls = true;
  std::string host;  // lower case, without brackets
  std::uint16_t port = 443;
  // As it stands in a Host field: without the scheme's own port.
  std::string authority() const;
  friend auto operator<=>(const Origin&, const Origin&) = default;
};

struct Url {
  Origin origin;
  std::string path;  // "" or "/..."; no query
};
// http and https only; no user info, no fragment, no odd characters.
std::optional<Url> parse_url(std::string_view text);

// The host of a Host field or an authority: "localhost:8787" -> "localhost", "[::1]:80" -> "::1"; nullopt if it is
// none.
std::optional<std::string> host_of(std::string_view authority);

}  // namespace headroom::http
