#include "http/address.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstring>

namespace headroom::http {
namespace {

struct Block {
  std::string_view base;
  int bits;
};
// RFC 6890 and its successors: not for the open net.
constexpr Block special[] = {
    {"0.0.0.0", 8},     {"10.0.0.0", 8},      {"100.64.0.0", 10},  {"127.0.0.0", 8},    {"169.254.0.0", 16},
    {"172.16.0.0", 12}, {"192.0.0.0", 24},    {"192.0.2.0", 24},   {"192.88.99.0", 24}, {"192.168.0.0", 16},
    {"198.18.0.0", 15}, {"198.51.100.0", 24}, {"203.0.113.0", 24}, {"224.0.0.0", 4},    {"240.0.0.0", 4},
};

const std::uint8_t* bytes_of(const Address& a) {
  if (a.storage.ss_family == AF_INET)
    return reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in*>(&a.storage)->sin_addr);
  return reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in6*>(&a.storage)->sin6_addr);
}

Address v4(const std::uint8_t* bytes) {
  Address a;
  auto* const in = reinterpret_cast<sockaddr_in*>(&a.storage);
  in->sin_family = AF_INET;
  std::memcpy(&in->sin_addr, bytes, 4);
  a.size = sizeof(sockaddr_in);
  return a;
}

bool same_bits(const std::uint8_t* a, const std::uint8_t* b, int bits) {
  const int whole = bits / 8;
  if (std::memcmp(a, b, static_cast<std::size_t>(whole)) != 0) return false;
  if (bits % 8 == 0) return true;
  const int shift = 8 - bits % 8;
  return a[whole] >> shift == b[whole] >> shift;
}

// The IPv4 address that an IPv6 one carries.
std::optional<Address> carried(const std::uint8_t* b) {
  constexpr std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  constexpr std::array<std::uint8_t, 12> nat64 = {0, 0x64, 0xFF, 0x9B};
  if (std::memcmp(b, mapped.data(), 12) == 0 || std::memcmp(b, nat64.data(), 12) == 0) return v4(b + 12);
  if (b[0] == 0x20 && b[1] == 0x02) return v4(b + 2);  // 6to4
  return std::nullopt;
}

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

struct Authority {
  std::string host;
  std::optional<std::uint16_t> port;
};

std::optional<Authority> parse_authority(std::string_view text) {
  Authority out;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == text.npos) return std::nullopt;
    out.host = text.substr(1, close - 1);
    if (out.host.find('%') != out.host.npos || !parse_address(out.host)) return std::nullopt;
    rest = text.substr(close + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    for (const char c : text.substr(0, colon)) {
      out.host += lower(c);
      if (!is_host_char(out.host.back())) return std::nullopt;
    }
    rest = text.substr(colon);
  }
  if (out.host.empty() || out.host.size() > 253) return std::nullopt;
  if (rest.empty()) return out;
  unsigned port = 0;
  const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), port);
  if (rest.front() != ':' || rest.size() < 2 || error != std::errc() || end != rest.data() + rest.size() ||
      port > 65535)
    return std::nullopt;
  out.port = static_cast<std::uint16_t>(port);
  return out;
}

}  // namespace

std::uint16_t Address::port() const {
  if (storage.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
  if (storage.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
  return 0;
}

std::string Address::text() const {
  char buffer[INET6_ADDRSTRLEN] = "";
  if (storage.ss_family == AF_INET || storage.ss_family == AF_INET6)
    ::inet_ntop(storage.ss_family, bytes_of(*this), buffer, sizeof buffer);
  return buffer;
}

std::optional<Address> parse_address(std::string_view text, std::uint16_t port) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  constexpr std::size_t longest = INET6_ADDRSTRLEN;
  if (text.size() >= longest || text.find('\0') != text.npos) return std::nullopt;  // it would be read up to there
  const std::string z(text);
  Address a;
  auto* const in = reinterpret_cast<sockaddr_in*>(&a.storage);
  if (::inet_pton(AF_INET, z.c_str(), &in->sin_addr) == 1) {
    in->sin_family = AF_INET;
    in->sin_port = htons(port);
    a.size = sizeof(sockaddr_in);
    return a;
  }
  auto* const in6 = reinterpret_cast<sockaddr_in6*>(&a.storage);
  a.storage = {};
  if (::inet_pton(AF_INET6, z.c_str(), &in6->sin6_addr) != 1) return std::nullopt;
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons(port);
  a.size = sizeof(sockaddr_in6);
  return a;
}

bool is_public(const Address& a) {
  const std::uint8_t* const b = bytes_of(a);
  if (a.storage.ss_family == AF_INET) {
    for (const Block& block : special) {
      if (same_bits(b, bytes_of(*parse_address(block.base)), block.bits)) return false;
    }
    return true;
  }
  if (a.storage.ss_family != AF_INET6) return false;
  if (const auto inner = carried(b)) return is_public(*inner);
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] < 2) return false;                      // 2001::/23: protocols, Teredo
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0D && b[3] == 0xB8) return false;  // documentation
  if (b[0] == 0x3F && b[1] == 0xFF && b[2] < 0x10) return false;                   // documentation (RFC 9637)
  return (b[0] & 0xE0) == 0x20;                                                    // 2000::/3 is what is in use
}

bool is_loopback(const Address& a) {
  const std::uint8_t* const b = bytes_of(a);
  if (a.storage.ss_family == AF_INET) return b[0] == 127;
  if (a.storage.ss_family != AF_INET6) return false;
  if (const auto inner = carried(b)) return is_loopback(*inner);
  constexpr std::array<std::uint8_t, 16> one = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return std::memcmp(b, one.data(), 16) == 0;
}

bool Network::holds(const Address& a) const {
  if (a.storage.ss_family == AF_INET6 && base.storage.ss_family == AF_INET) {
    const auto inner = carried(bytes_of(a));
    return inner && holds(*inner);
  }
  return a.storage.ss_family == base.storage.ss_family && same_bits(bytes_of(a), bytes_of(base), bits);
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto base = parse_address(text.substr(0, slash));
  if (!base) return std::nullopt;
  const int most = base->storage.ss_family == AF_INET ? 32 : 128;
  Network n{*base, most};
  if (slash == text.npos) return n;
  const std::string_view bits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), n.bits);
  if (error != std::errc() || end != bits.data() + bits.size() || n.bits < 0 || n.bits > most) return std::nullopt;
  return n;
}

std::string Origin::authority() const {
  std::string out = host.find(':') == host.npos ? host : "[" + host + "]";
  if (port != (tls ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

std::optional<Url> parse_url(std::string_view text) {
  Url url;
  const auto scheme_is = [&](std::string_view scheme) {
    if (text.size() < scheme.size()) return false;
    for (std::size_t i = 0; i < scheme.size(); ++i) {
      if (lower(text[i]) != scheme[i]) return false;
    }
    text.remove_prefix(scheme.size());
    return true;
  };
  if (scheme_is("https://")) {
    url.origin.tls = true;
  } else if (scheme_is("http://")) {
    url.origin.tls = false;
  } else {
    return std::nullopt;
  }
  for (const char c : text) {
    if (c <= 0x20 || c >= 0x7F || c == '@' || c == '#' || c == '?' || c == '\\') return std::nullopt;
  }
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto authority = parse_authority(text.substr(0, slash));
  if (!authority || authority->port == std::uint16_t{0}) return std::nullopt;
  url.origin.host = authority->host;
  url.origin.port = authority->port.value_or(url.origin.tls ? 443 : 80);
  url.path = text.substr(slash);
  while (url.path.ends_with('/')) url.path.pop_back();
  return url;
}

std::optional<std::string> host_of(std::string_view authority) {
  auto parsed = parse_authority(authority);
  return parsed ? std::optional(std::move(parsed->host)) : std::nullopt;
}

}  // namespace headroom::http
