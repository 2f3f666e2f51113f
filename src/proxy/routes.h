// Every route is a row: what it matches, which wire format and provider it is of, what is done with it, which right it
// needs, and in whose words its errors are told.
//
//   POST /v1/messages        -> anthropic, rewrite, data
//   GET  /v1/retrieve/4821.. -> own, content
//   PUT  /anything           -> relay, by headers (upstreams.h)
//
// In a pattern `*` stands for one or more characters but '/', `**` at its end for whatever follows. The first row that
// matches wins; the last one matches everything.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace headroom::proxy {

enum class Action : std::uint8_t {
  rewrite,   // read whole, shortened, the reply watched
  lossless,  // read whole, lossless views only: nobody there could redeem a handle
  relay,     // streamed both ways, unread
  own,       // answered here
};
enum class Provider : std::uint8_t {
  anthropic,
  openai,
  gemini,
  cloudcode,
  vertex,
  bedrock,
  azure,
  chatgpt,
  grok,
  by_headers
};
inline constexpr std::size_t providers = static_cast<std::size_t>(Provider::by_headers);
enum class Dialect : std::uint8_t { anthropic, openai, gemini, bedrock, own };
// What a caller must be allowed to.
enum class Right : std::uint8_t { open, data, content, read, admin };

enum class Endpoint : std::uint8_t {
  none,
  livez,
  readyz,
  health,
  compress,
  usage,
  retrieve,
  retrieve_get,
  retrieve_stats,
  tool_call,
  stats,
  stats_history,
  metrics,
  memory,
  events,
  feed,
  view,
  dashboard,
  cache_clear,
  stats_reset,
  reload,
  not_offered
};

struct Route {
  std::string_view method;  // "" for any
  std::string_view pattern;
  std::string_view name;  // for the ledger: provider, a dot, route
  Action action = Action::relay;
  Provider provider = Provider::by_headers;
  std::string_view format;  // of messages::format_names(); "": by shape
  Right right = Right::data;
  Dialect dialect = Dialect::own;
  Endpoint endpoint = Endpoint::none;
  bool answers = true;  // false: its reply holds no turn of a model (count_tokens)
};

std::span<const Route> routes();
const Route& find_route(std::string_view method, std::string_view path);
bool matches(std::string_view pattern, std::string_view path);

std::string_view to_string(Provider provider);
std::string_view to_string(Right right);

// What stands before the route: a label and a token, taken off the path.
struct Prefixes {
  std::string_view project, token, path;  // `path` with its query
};
Prefixes read_prefixes(std::string_view target);

}  // namespace headroom::proxy
