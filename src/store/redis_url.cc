#include <charconv>

#include "store/redis_link.h"

namespace headroom::store {
namespace {

Result<RedisAddress> parse_address(std::string_view text) {
  RedisAddress address;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return fail(ErrorKind::invalid_request, "the address of a Redis server lacks a ]");
    address.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (port.starts_with(':')) port.remove_prefix(1);
  } else {
    const std::size_t colon = text.find(':');
    address.host = text.substr(0, colon);
    if (colon != text.npos) port = text.substr(colon + 1);
  }
  if (address.host.empty()) return fail(ErrorKind::invalid_request, "the address of a Redis server lacks a host");
  if (!port.empty()) {
    const auto read = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (read.ec != std::errc() || read.ptr != port.data() + port.size() || address.port == 0)
      return fail(ErrorKind::invalid_request, "the port of a Redis server is a number from 1 to 65535");
  }
  return address;
}

// %41 -> A.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

Result<RedisUrl> parse_redis_url(std::string_view text) {
  RedisUrl url;
  constexpr std::string_view plain = "redis://", tls = "rediss://";
  if (text.starts_with(tls)) {
    url.tls = true;
    text.remove_prefix(tls.size());
  } else if (text.starts_with(plain)) {
    text.remove_prefix(plain.size());
  } else {
    return fail(ErrorKind::invalid_request, "a Redis store is redis://HOST:PORT or rediss://HOST:PORT");
  }
  if (const std::size_t question = text.find('?'); question != text.npos) {
    constexpr std::string_view ca = "cacert=";
    const std::string_view query = text.substr(question + 1);
    if (!query.starts_with(ca)) return fail(ErrorKind::invalid_request, "the URL of a Redis store knows ?cacert=FILE");
    url.ca_file = unescaped(query.substr(ca.size()));
    text = text.substr(0, question);
  }
  if (const std::size_t at = text.rfind('@'); at != text.npos) {
    const std::string_view who = text.substr(0, at);
    const std::size_t colon = who.find(':');
    url.user = unescaped(who.substr(0, colon));
    if (colon != who.npos) url.password = unescaped(who.substr(colon + 1));
    text = text.substr(at + 1);
  }
  if (const std::size_t slash = text.find('/'); slash != text.npos) {
    const std::string_view database = text.substr(slash + 1);
    text = text.substr(0, slash);
    if (!database.empty()) {
      const auto read = std::from_chars(database.data(), database.data() + database.size(), url.database);
      if (read.ec != std::errc() || read.ptr != database.data() + database.size() || url.database < 0)
        return fail(ErrorKind::invalid_request, "the database of a Redis store is a number");
    }
  }
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    auto address = parse_address(text.substr(0, comma));
    if (!address) return std::unexpected(address.error());
    url.addresses.push_back(std::move(*address));
    text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
  }
  if (url.addresses.empty()) return fail(ErrorKind::invalid_request, "the URL of a Redis store lacks a host");
  return url;
}

std::string without_password(std::string_view url) {
  const std::size_t scheme = url.find("://"), at = url.rfind('@');
  if (scheme == url.npos || at == url.npos || at < scheme) return std::string(url);
  const std::size_t colon = url.find(':', scheme + 3);
  if (colon == url.npos || colon > at) return std::string(url);
  return std::string(url.substr(0, colon + 1)).append("***").append(url.substr(at));
}

}  // namespace headroom::store
