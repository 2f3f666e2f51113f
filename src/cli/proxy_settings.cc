#include "cli/proxy_settings.h"

#include <unistd.h>

#include <algorithm>

#include "cli/settings.h"
#include "json/document.h"

namespace headroom::cli {
namespace {

using proxy::Configuration;

// A value of config.toml as it would stand on a command line: lists joined by commas, objects as JSON.
std::string text_of(std::string_view json) {
  const auto doc = json::Document::parse(json);
  if (!doc) return std::string(json);
  if (doc->is(0, json::Kind::string)) return doc->string(0);
  if (!doc->is(0, json::Kind::array)) return std::string(json);
  std::string text;
  for (const json::NodeId e : doc->elements(0)) {
    text.append(text.empty() ? "" : ",")
        .append(doc->is(e, json::Kind::string) ? doc->string(e) : std::string(doc->raw(e)));
  }
  return text;
}

Result<void> set(Configuration& c, const proxy::OptionRow& row, std::string_view value, const std::string& where) {
  if (const auto ok = row.set(c, value); !ok) return fail(ok.error().kind, where + " " + ok.error().message);
  return {};
}

// https proxies and certificates as every client of this machine is told of them.
Result<void> read_common_variables(const Context& context, Configuration& c) {
  for (const char* const name : {"HTTPS_PROXY", "https_proxy"}) {
    const std::string_view value = context.environment(name);
    if (value.empty()) continue;
    const auto url =
        http::parse_url(value.find("://") == value.npos ? "http://" + std::string(value) : std::string(value));
    if (!url || url->origin.tls)
      return fail(ErrorKind::invalid_request,
                  std::string(name) + " must be http://host:port, without a name or password");
    c.setup.client.proxy = url->origin;
    break;
  }
  for (const char* const name : {"NO_PROXY", "no_proxy"}) {
    std::string_view rest = context.environment(name);
    if (rest.empty()) continue;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find_first_of(", "), rest.size());
      if (end > 0) c.setup.client.no_proxy.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    break;
  }
  if (const std::string_view extra = context.environment("NODE_EXTRA_CA_CERTS"); !extra.empty())
    c.setup.client.ca_bundle = extra;
  return {};
}

bool is_loopback_host(const std::string& host) {
  const auto address = http::parse_address(host);
  return host == "localhost" || (address && http::is_loopback(*address));
}

// The main token, the named ones, and what the environment hands in.
Result<void> load_tokens(const Context& context, Configuration& c, MainToken main) {
  proxy::GateRules& gate = c.settings.gate;
  gate.tokens = {};
  gate.uid = static_cast<std::int64_t>(::geteuid());
  const auto add_main = [&](std::string_view token) {
    proxy::Token all;
    all.name = "main";
    all.rights = proxy::Rights::all();
    all.digest = proxy::digest_of_token(token);
    gate.tokens.add(std::move(all));
  };
  if (const std::string_view given = context.environment("HEADROOM_PROXY_TOKEN"); !given.empty()) {
    if (given.size() < 16)
      return fail(ErrorKind::invalid_request, "HEADROOM_PROXY_TOKEN must have 16 characters or more");
    add_main(given);
  } else if (!c.token_file.empty() && main == MainToken::made) {
    const auto token = proxy::load_or_make_token(c.token_file);
    if (!token) return std::unexpected(token.error());
    add_main(*token);
  }
  if (c.setup.state.empty()) return {};
  auto named = proxy::read_tokens(c.setup.state / "tokens.json");
  if (!named) return std::unexpected(named.error());
  for (proxy::Token& token : *named) gate.tokens.add(std::move(token));
  return {};
}

}  // namespace

Result<Configuration> configure(const Context& context, const Arguments& arguments, MainToken main) {
  Configuration c = proxy::default_configuration();
  if (const auto ok = read_common_variables(context, c); !ok) return std::unexpected(ok.error());
  c.config_file = context.environment("HEADROOM_CONFIG");
  if (arguments.has("config")) c.config_file = arguments.get("config");

  api::Settings defaults = command_line_defaults(context);
  defaults.call.redeems_outside = false;
  defaults.call.retrieval = pipeline::Retrieval::auto_;
  defaults.handle.ttl = std::chrono::hours(1);
  auto loaded = load_settings(context, arguments.options, defaults, c.config_file);
  if (!loaded) return std::unexpected(loaded.error());
  for (const std::string& warning : loaded->warnings) context.say(warning);
  const std::uint64_t cache = c.settings.core.handle.cache_bytes.value;
  c.settings.core = std::move(loaded->settings);
  c.settings.core.handle.cache_bytes.value = cache;

  c.setup.state = directories(context).state;
  if (!c.setup.state.empty()) {
    c.token_file = (c.setup.state / "token").string();
    c.setup.log = (c.setup.state / "logs").string();
  }
  for (const Setting& s : loaded->proxy) {
    const std::string where = "config.toml, line " + std::to_string(s.line) + ": " + s.key;
    if (const auto ok = set(c, *proxy::find_proxy_option(s.key), text_of(s.json), where); !ok)
      return std::unexpected(ok.error());
  }
  for (const proxy::OptionRow& row : proxy::proxy_options()) {
    const std::string variable(row.variable);
    const std::string_view value = variable.empty() ? std::string_view() : context.environment(variable.c_str());
    if (value.empty()) continue;
    if (const auto ok = set(c, row, value, variable); !ok) return std::unexpected(ok.error());
  }
  for (const proxy::OptionRow& row : proxy::proxy_options()) {
    const std::string flag = flag_of(row.name);
    if (!arguments.has(flag)) continue;
    if (const auto ok = set(c, row, arguments.get(flag), "--" + flag); !ok) return std::unexpected(ok.error());
  }
  if (c.setup.tls_cert.empty() != c.setup.tls_key.empty())
    return fail(ErrorKind::invalid_request, "--tls-cert and --tls-key go together");
  std::string host = c.setup.host;
  std::ranges::transform(host, host.begin(),
                         [](char ch) { return ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch | 0x20) : ch; });
  c.settings.gate.bound_host = host;
  if (const auto ok = load_tokens(context, c, main); !ok) return std::unexpected(ok.error());
  if (main == MainToken::made && c.setup.uds.empty() && !is_loopback_host(c.setup.host) &&
      c.settings.gate.tokens.empty())
    return fail(ErrorKind::invalid_request,
                "beyond loopback a token is needed: set HEADROOM_PROXY_TOKEN, or --token-file");
  // A copy of the binary on another address could be named as an upstream: its own is refused.
  if (c.setup.uds.empty() && c.setup.port != 0) c.settings.upstreams.own = {{host, c.setup.port}};
  return c;
}

std::string base_url(const proxy::Setup& setup, std::uint16_t port) {
  // Who listens on all addresses is asked on this machine's own.
  const std::string host = setup.host == "0.0.0.0" ? "127.0.0.1" : setup.host == "::" ? "::1" : setup.host;
  const bool v6 = host.find(':') != std::string::npos;
  return (setup.tls_cert.empty() ? "http://" : "https://") + (v6 ? "[" + host + "]" : host) + ":" +
         std::to_string(port);
}

}  // namespace headroom::cli
