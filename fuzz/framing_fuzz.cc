// Any bytes as a body, cut at any places: the same payload as a slow reader makes of them at once, the same end, and
// not a byte taken beyond it. The same of content codings undone piece by piece and at once; and of addresses.
//
// The first byte chooses the framing or the coding, the second seeds the cuts, two more are a length.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "http/address.h"
#include "http/body.h"
#include "http/coding.h"

namespace {

namespace http = headroom::http;

void require(bool good) {
  if (!good) std::abort();
}

// Pieces of 1 to 16 bytes, or all at once.
template <class F>
void cut(std::string_view bytes, unsigned seed, F&& each) {
  for (std::size_t at = 0; at < bytes.size();) {
    seed = seed * 1103515245u + 12345u;
    const std::size_t n = std::min<std::size_t>(bytes.size() - at, 1 + (seed >> 16) % 16);
    if (!each(bytes.substr(at, n))) return;
    at += n;
  }
}

struct Read {
  std::string payload;
  std::size_t taken = 0;
  http::BodyReader::State state = http::BodyReader::State::open;
  friend bool operator==(const Read&, const Read&) = default;
};

Read read_in_pieces(http::BodyReader reader, std::string_view bytes, unsigned seed) {
  Read r;
  const auto feed = [&](std::string_view piece) {
    const std::size_t taken = reader.feed(piece, [&](std::string_view part) { r.payload += part; });
    r.taken += taken;
    return taken == piece.size();
  };
  seed == 0 ? static_cast<void>(feed(bytes)) : cut(bytes, seed, feed);
  r.state = reader.state();
  return r;
}

// RFC 9112, 7.1, read from the whole text: chunk by chunk, then trailer lines up to an empty one. nullopt: these bytes
// end before the body does, or are no chunks.
std::optional<Read> slow_chunks(std::string_view text) {
  Read r;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find("\r\n", at);
    if (end == text.npos) return std::nullopt;
    const std::string_view line = text.substr(at, end - at);
    const std::size_t digits = std::min(line.find_first_not_of("0123456789abcdefABCDEF"), line.size());
    if (digits == 0 || digits > 15) return std::nullopt;
    std::size_t size = 0;
    for (const char c : line.substr(0, digits)) {
      size = size * 16 + static_cast<std::size_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    at = end + 2;
    if (size == 0) break;
    if (text.size() < at || text.size() - at < size || text.substr(at + size, 2) != "\r\n") return std::nullopt;
    r.payload += text.substr(at, size);
    at += size + 2;
    r.taken = at;
  }
  for (std::size_t at = text.find("\r\n", r.taken) + 2;;) {
    const std::size_t end = text.find("\r\n", at);
    if (end == text.npos) return std::nullopt;
    const bool last = end == at;
    at = end + 2;
    if (!last) continue;
    r.taken = at;
    r.state = http::BodyReader::State::done;
    return r;
  }
}

void check_body(http::Framing framing, std::uint64_t length, std::string_view bytes, unsigned seed) {
  const http::BodyReader reader(framing, length);
  const Read whole = read_in_pieces(reader, bytes, 0), pieces = read_in_pieces(reader, bytes, seed);
  require(whole == pieces);
  require(whole.taken <= bytes.size() && whole.payload.size() <= whole.taken);
  switch (framing) {
    case http::Framing::none:
      return require(whole.taken == 0);
    case http::Framing::until_close:
      return require(whole.payload == bytes);
    case http::Framing::length:
      return require(whole.payload == bytes.substr(0, static_cast<std::size_t>(length)));
    case http::Framing::chunked:
      break;
  }
  // What we take for a complete body everybody takes for the same one. (We refuse some that are: long lines.)
  if (whole.state != http::BodyReader::State::done) return;
  const auto slow = slow_chunks(bytes);
  require(slow.has_value() && *slow == whole);
}

void check_coding(std::string_view coding, std::string_view bytes, unsigned seed) {
  constexpr std::size_t most = 1 << 20;
  const auto whole = http::decode(coding, bytes, most);
  require(!whole || whole->size() <= most);
  const auto decoder = http::Decoder::make(coding, most);
  require(decoder != nullptr);
  std::string plain;
  bool good = true;
  cut(bytes, seed, [&](std::string_view piece) { return good = decoder->feed(piece, plain); });
  require(plain.size() <= most + (64 << 10));
  // Beyond 64 KiB the ratio is judged by what has come so far: piece by piece a text may be given up that at once is
  // not.
  if (good && decoder->complete()) require(whole && plain == *whole);
  if (whole && whole->size() <= 64 << 10) require(good && decoder->complete());
}

void check_addresses(std::string_view text) {
  if (const auto address = http::parse_address(text)) {
    require(!(http::is_public(*address) && http::is_loopback(*address)));
    const auto again = http::parse_address(address->text());
    require(again && again->text() == address->text());
    require(http::is_public(*again) == http::is_public(*address));
  }
  if (const auto network = http::parse_network(text)) require(network->holds(network->base));
  if (const auto host = http::host_of(text)) require(host->find_first_of("/@ \r\n") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 4, size - 4);
  const unsigned seed = data[1] + 1u, what = data[0] % 9u;
  constexpr std::string_view codings[] = {"gzip", "deflate", "br", "zstd"};
  if (what < 4) {
    check_body(static_cast<http::Framing>(what), data[2] | std::uint64_t{data[3]} << 8, bytes, seed);
  } else if (what < 8) {
    check_coding(codings[what - 4], bytes, seed);
  } else {
    check_addresses(bytes);
  }
  return 0;
}
