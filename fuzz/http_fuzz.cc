// The head reader, bodies, routes, the gate and upstreams: whatever bytes come, nothing breaks, and what is let through
// is what every reader would read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/body.h"
#include "http/coding.h"
#include "http/head.h"
#include "proxy/gate.h"
#include "proxy/headers.h"
#include "proxy/routes.h"
#include "proxy/upstreams.h"

namespace {

using namespace headroom;

void require(bool good) {
  if (!good) std::abort();
}

// The payload for one split of the bytes.
std::string payload(const http::Head& head, std::string_view bytes, std::size_t cut, http::BodyReader::State& state) {
  http::BodyReader reader(head.framing(), head.length());
  std::string out;
  const auto sink = [&out](std::string_view piece) { out += piece; };
  const std::size_t taken = reader.feed(bytes.substr(0, cut), sink);
  if (taken == cut) reader.feed(bytes.substr(cut), sink);
  state = reader.state();
  return out;
}

void check_request(std::string_view text, const http::Head& head) {
  require(text.starts_with(head.bytes()));
  // Nothing that ends a line for somebody stands inside one.
  for (std::size_t i = 0; i < head.field_count(); ++i) {
    const http::Field f = head.field(i);
    require(f.name.find_first_of(" \t\r\n:") == f.name.npos && !f.name.empty());
    require(f.value.find_first_of(std::string_view("\r\n\0", 3)) == f.value.npos);
  }
  require(!(head.find("content-length") && head.find("transfer-encoding")));

  const std::string_view rest = text.substr(head.bytes().size());
  http::BodyReader::State whole, split;
  const std::string a = payload(head, rest, rest.size(), whole);
  const std::string b = payload(head, rest, rest.size() / 2, split);
  require(a == b && whole == split);

  const proxy::Prefixes prefixes = proxy::read_prefixes(head.target());
  const proxy::Route& route = proxy::find_route(head.method(), prefixes.path);
  proxy::GateRules rules;
  rules.bound_host = "127.0.0.1";
  http::Peer peer;
  peer.loopback = true;
  const auto verdict = proxy::judge(rules, head, peer, route.right, prefixes.token, [] { return std::int64_t{-1}; });
  // Without a token and a uid nobody is known.
  require(!verdict.caller.known);
  require(verdict.refused || route.right == proxy::Right::open || route.right == proxy::Right::data);

  // HTTP/1.0 may do without a host; past the gate nobody does, and there is none to be replaced.
  if (!head.find("host")) return require(verdict.refused != nullptr);
  proxy::Upstreams upstreams = proxy::default_upstreams();
  const auto to = proxy::choose(upstreams, route, head, prefixes.path, true);
  if (!to) return;
  const std::string forwarded = proxy::forward_head(head, *to, {});
  const auto again = http::parse_request(forwarded);
  // What we send can be read back, goes to that host, and carries none of ours.
  if (head.framing() != http::Framing::none || forwarded.size() > http::max_head) return;
  require(again.has_value() && again->has_value());
  require((*again)->get("host") == to->origin.authority());
  for (std::size_t i = 0; i < (*again)->field_count(); ++i)
    require(!(*again)->field(i).name.starts_with("x-headroom-"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto head = http::parse_request(text); head && *head) check_request(text, **head);
  if (const auto head = http::parse_response(text, false); head && *head) {
    http::BodyReader::State state;
    payload(**head, text.substr((*head)->bytes().size()), 7 % (size + 1), state);
  }
  for (const std::string_view coding : {"gzip", "deflate", "br", "zstd"}) {
    const auto plain = http::decode(coding, text.substr(0, 4096), 1 << 20);
    require(!plain || plain->size() <= 1 << 20);
  }
  if (const auto url = http::parse_url(text))
    require(!url->origin.host.empty() && url->origin.host.find('@') == std::string::npos);
  return 0;
}
